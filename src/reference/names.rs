//! Joins users who are known by name only to the user ids that other logs have for the name.
//!
//! Source: `spec: inputs, management-api`, `spec: amendments, B4`. A name belongs to one user at a
//! time: from the first day on which a source gives it to the user until the day on which a source
//! gives it to another user, or the user is deleted. Days before the first evidence belong to the
//! first user. On a day with two users the name belongs to nobody, and afterwards to the one who is
//! new.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::{Day, Instant};
use crate::domain::guid::Guid;
use crate::domain::kinds::Action;
use crate::domain::rules::Rules;

use super::assignments::without_copies;
use super::inputs::Inputs;

/// Day -> the users to whom sources give a name. `None` is before all days.
type Claims = BTreeMap<Option<Day>, BTreeSet<String>>;

/// What is known about names, and about deletions and restorations of users.
pub(super) struct KnownNames<'r> {
    rules: &'r Rules,
    /// (tenant, name) -> to whom sources give it.
    claims: BTreeMap<(Guid, String), Claims>,
    /// (tenant, user or name) -> when they were deleted (false) and restored (true).
    words: BTreeMap<(Guid, String), BTreeSet<(Instant, bool)>>,
}

/// The state of a name at the end of a day.
#[derive(Clone, Default)]
struct NameState {
    owner: Option<String>,
    /// The owner who was deleted, unless somebody else got the name since.
    deleted: Option<String>,
}

impl<'r> KnownNames<'r> {
    pub fn of(inputs: &Inputs, rules: &'r Rules) -> KnownNames<'r> {
        let mut known = KnownNames {
            rules,
            claims: BTreeMap::new(),
            words: BTreeMap::new(),
        };
        for row in &inputs.names {
            let days = known.claims.entry((row.tenant_id, row.name_id.clone())).or_default();
            days.entry(row.day).or_default().insert(row.user_id.clone());
        }
        for ((tenant, user, _, _, action), at) in without_copies(inputs) {
            if matches!(action, Action::Deleted | Action::Restored) {
                let words = known.words.entry((tenant, user)).or_default();
                words.insert((at, action == Action::Restored));
            }
        }
        known
    }

    /// Returns the user of an id on a day.
    pub fn user(&self, tenant: Guid, id: &str, day: Day) -> String {
        let name = (tenant, id.to_owned());
        match self.claims.get(&name) {
            Some(claims) => self.owner_on(&name, claims, day).unwrap_or_else(|| id.to_owned()),
            None => id.to_owned(),
        }
    }

    fn owner_on(&self, name: &(Guid, String), claims: &Claims, day: Day) -> Option<String> {
        let mut state = NameState {
            owner: claims.values().next().and_then(only),
            deleted: None,
        };
        let of_users = claims.values().flatten().chain([&name.1]);
        let ids: BTreeSet<&String> = of_users.collect();
        let words = ids.iter().flat_map(|id| self.words.get(&(name.0, (*id).clone()))).flatten();
        let mut days: BTreeSet<Option<Day>> = words.map(|(at, _)| Some(self.rules.zone.day_of(*at))).collect();
        days.extend(claims.keys().copied());
        days.insert(Some(day));
        let mut owner = None;
        for day in days.range(..=Some(day)) {
            owner = self.pass(name, &mut state, *day, claims.get(day));
        }
        owner
    }

    /// Applies a day. Returns the owner of the name on this day.
    fn pass(&self, name: &(Guid, String), state: &mut NameState, day: Option<Day>, claims: Option<&BTreeSet<String>>) -> Option<String> {
        let mut owner = state.owner.clone();
        if let Some(users) = claims {
            owner = only(users);
            let new: BTreeSet<String> = users.iter().filter(|user| Some(*user) != state.owner.as_ref()).cloned().collect();
            *state = NameState {
                owner: owner.clone().or_else(|| only(&new)),
                deleted: None,
            };
        }
        let last_word = |id: &String| {
            let words = self.words.get(&(name.0, id.clone()))?.iter();
            words.filter(|(at, _)| Some(self.rules.zone.day_of(*at)) == day).max().copied()
        };
        let concerned = state.owner.clone().or_else(|| state.deleted.clone());
        let word = concerned.as_ref().and_then(last_word).max(last_word(&name.1));
        match word {
            Some((_, false)) if state.owner.is_some() => state.deleted = state.owner.take(),
            Some((_, true)) if state.deleted.is_some() => {
                state.owner = state.deleted.take();
                owner = state.owner.clone();
            }
            _ => {}
        }
        owner
    }

    /// Returns the inputs with the users of license changes joined.
    pub fn joined(&self, inputs: &Inputs) -> Inputs {
        let mut joined = inputs.clone();
        for change in &mut joined.license_changes {
            let day = self.rules.zone.day_of(change.event_time);
            change.user_id = self.user(change.tenant_id, &change.user_id, day);
        }
        joined
    }
}

/// Returns the only one of some users.
fn only(users: &BTreeSet<String>) -> Option<String> {
    users.first().filter(|_| users.len() == 1).cloned()
}
