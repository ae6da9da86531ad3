//! Users of whom only the name is known, joined to the user ids that other logs give for the name.
//!
//! Source: `spec: inputs, management-api`, `spec: amendments, B4`. A name belongs to one user at a
//! time: from the first day on which a source says that it is the user's until the day on which
//! another one is said to have it, or the user is deleted. Days before anything is said go with the
//! first. On a day of two users it is nobody's, and after it the one's who was not there before.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::{Day, Instant};
use crate::domain::guid::Guid;
use crate::domain::kinds::Action;
use crate::domain::rules::Rules;

use super::inputs::Inputs;

/// Day -> the users who are said to have a name. No day is before all days.
type Said = BTreeMap<Option<Day>, BTreeSet<String>>;

/// What is said of names, and of users who are deleted and restored.
pub(super) struct Known<'r> {
    rules: &'r Rules,
    /// (tenant, name) -> what is said of it.
    said: BTreeMap<(Guid, String), Said>,
    /// (tenant, user or name) -> when they were deleted (false) and restored (true).
    words: BTreeMap<(Guid, String), BTreeSet<(Instant, bool)>>,
}

/// How things stand with a name once a day is over.
#[derive(Clone, Default)]
struct Standing {
    owner: Option<String>,
    /// Deleted, and nobody else has the name since.
    deleted: Option<String>,
}

impl<'r> Known<'r> {
    pub fn of(inputs: &Inputs, rules: &'r Rules) -> Known<'r> {
        let mut known = Known {
            rules,
            said: BTreeMap::new(),
            words: BTreeMap::new(),
        };
        for row in &inputs.names {
            let days = known.said.entry((row.tenant_id, row.name_id.clone())).or_default();
            days.entry(row.day).or_default().insert(row.user_id.clone());
        }
        for change in &inputs.license_changes {
            if matches!(change.action, Action::Deleted | Action::Restored) {
                let words = known.words.entry((change.tenant_id, change.user_id.clone())).or_default();
                words.insert((change.event_time, change.action == Action::Restored));
            }
        }
        known
    }

    /// Whom an id means on a day.
    pub fn user(&self, tenant: Guid, id: &str, day: Day) -> String {
        let name = (tenant, id.to_owned());
        match self.said.get(&name) {
            Some(said) => self.owner_on(&name, said, day).unwrap_or_else(|| id.to_owned()),
            None => id.to_owned(),
        }
    }

    fn owner_on(&self, name: &(Guid, String), said: &Said, day: Day) -> Option<String> {
        let mut standing = Standing {
            owner: said.values().next().and_then(only),
            deleted: None,
        };
        let of_users = said.values().flatten().chain([&name.1]);
        let ids: BTreeSet<&String> = of_users.collect();
        let words = ids.iter().flat_map(|id| self.words.get(&(name.0, (*id).clone()))).flatten();
        let mut days: BTreeSet<Option<Day>> = words.map(|(at, _)| Some(self.rules.zone.day_of(*at))).collect();
        days.extend(said.keys().copied());
        days.insert(Some(day));
        let mut owner = None;
        for turn in days.range(..=Some(day)) {
            owner = self.pass(name, &mut standing, *turn, said.get(turn));
        }
        owner
    }

    /// Takes a day in; the owner of the name on this day.
    fn pass(&self, name: &(Guid, String), standing: &mut Standing, day: Option<Day>, said: Option<&BTreeSet<String>>) -> Option<String> {
        let mut owner = standing.owner.clone();
        if let Some(users) = said {
            owner = only(users);
            let new: BTreeSet<String> = users
                .iter()
                .filter(|user| Some(*user) != standing.owner.as_ref())
                .cloned()
                .collect();
            *standing = Standing {
                owner: owner.clone().or_else(|| only(&new)),
                deleted: None,
            };
        }
        let last_word = |id: &String| {
            let words = self.words.get(&(name.0, id.clone()))?.iter();
            words.filter(|(at, _)| Some(self.rules.zone.day_of(*at)) == day).max().copied()
        };
        let concerned = standing.owner.clone().or_else(|| standing.deleted.clone());
        let word = concerned.as_ref().and_then(last_word).max(last_word(&name.1));
        match word {
            Some((_, false)) if standing.owner.is_some() => standing.deleted = standing.owner.take(),
            Some((_, true)) if standing.deleted.is_some() => {
                standing.owner = standing.deleted.take();
                owner = standing.owner.clone();
            }
            _ => {}
        }
        owner
    }

    /// The inputs with the users of license changes joined.
    pub fn joined(&self, inputs: &Inputs) -> Inputs {
        let mut joined = inputs.clone();
        for change in &mut joined.license_changes {
            let day = self.rules.zone.day_of(change.event_time);
            change.user_id = self.user(change.tenant_id, &change.user_id, day);
        }
        joined
    }
}

/// The only one of some users.
fn only(users: &BTreeSet<String>) -> Option<String> {
    users.first().filter(|_| users.len() == 1).cloned()
}
