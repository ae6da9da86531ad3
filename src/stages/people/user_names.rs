//! `user_names` (partition `received=`): which user goes with which name on which days, by what
//! sign-ins and user lists say, and the join that comes of it. Names are hashes; the table has rows
//! only where some source knows users by name alone (the audit log of the Management Activity API).
//!
//! A name belongs to one user at a time: from the first day on which it is said to be the user's
//! until the day on which it is said to be another one's, or the user is deleted. Days before
//! anything is said go with the first that is said. On a day for which two users are named, it is
//! nobody's; after that day it is the one's that is new, if only one of them is.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::{Day, Instant};
use crate::domain::digest::{Digest, Hasher};
use crate::domain::guid::Guid;
use crate::domain::kinds::Action;
use crate::stages::received::license_changes::LicenseChange;
use crate::warehouse::table::table;

table! {
    /// A raw file says that a user id and a name belonged together on a day.
    USER_NAMES = "user_names", version 2 reads 1, Received, sharded,
        feeds [Activity, LicenseHoldings],
        by effect [Zone, UserIds];
    UserNameRow {
        @key tenant_id: Guid = "the customer",
        @key name_id: String = "the id under which a user is stored of whom only the name is known: a hash of tenant and name",
        @key user_id: String = "the user's id",
        @key [since 2] day: Option<Day> = "the day of the event or the list that says so; null: of an unknown day, before all others",
        @key source: String = "the source of the pipeline file",
        @key source_file: String = "path of the raw file",
    }
}

/// The rows sorted by the key, copies away.
pub fn distinct(mut rows: Vec<UserNameRow>) -> Vec<UserNameRow> {
    let key = |row: &UserNameRow| {
        (
            row.tenant_id,
            row.name_id.clone(),
            row.user_id.clone(),
            row.day,
            row.source.clone(),
            row.source_file.clone(),
        )
    };
    rows.sort_by_cached_key(key);
    rows.dedup_by(|a, b| key(a) == key(b));
    rows
}

/// When users are deleted, and come back: of each day the last word.
#[derive(Default)]
pub struct Lives(BTreeMap<(Guid, String), BTreeMap<Day, Word>>);

/// When it was said, and whether the user is there from then on.
type Word = (Instant, bool);

impl Lives {
    /// Out of license changes, of which all but deletions and restorations are passed over.
    pub fn of<'c>(changes: impl IntoIterator<Item = &'c LicenseChange>) -> Lives {
        let mut lives = Lives::default();
        for change in changes {
            if !matches!(change.action, Action::Deleted | Action::Restored) {
                continue;
            }
            let word = (change.event_time, change.action == Action::Restored);
            let days = lives.0.entry((change.tenant_id, change.user_id.clone())).or_default();
            let known = days.entry(change.day).or_insert(word);
            *known = word.max(*known);
        }
        lives
    }

    fn has(&self, tenant: Guid, id: &str) -> bool {
        self.0.contains_key(&(tenant, id.to_owned()))
    }

    /// The days of which there is a word.
    fn days_of(&self, tenant: Guid, id: &str) -> impl Iterator<Item = Day> {
        let days = self.0.get(&(tenant, id.to_owned()));
        days.into_iter().flat_map(|days| days.keys().copied())
    }

    fn word(&self, tenant: Guid, id: &str, day: Day) -> Option<Word> {
        self.0.get(&(tenant, id.to_owned()))?.get(&day).copied()
    }
}

/// Who is said to have each name. Most names are only ever one user's; for those no day matters,
/// and none is kept.
#[derive(Default)]
pub struct Claims(BTreeMap<(Guid, String), Claim>);

enum Claim {
    Sole(String),
    /// Several users, or one who is deleted at some time: by user the days on which the name is
    /// said to be theirs.
    ByDay(BTreeMap<String, BTreeSet<Option<Day>>>),
}

impl Claims {
    /// Takes in who is said to have a name: to be done with all rows before any day is noted.
    pub fn add(&mut self, row: &UserNameRow, lives: &Lives) {
        let key = (row.tenant_id, row.name_id.clone());
        match self.0.get_mut(&key) {
            Some(Claim::ByDay(_)) => {}
            Some(Claim::Sole(user)) if *user == row.user_id => {}
            Some(claim) => *claim = Claim::ByDay(BTreeMap::new()),
            None => {
                let ends = lives.has(key.0, &key.1) || lives.has(key.0, &row.user_id);
                let sole = || Claim::Sole(row.user_id.clone());
                self.0.insert(key, if ends { Claim::ByDay(BTreeMap::new()) } else { sole() });
            }
        }
    }

    /// Takes note of the day, where it matters.
    pub fn note(&mut self, row: UserNameRow) {
        if let Some(Claim::ByDay(users)) = self.0.get_mut(&(row.tenant_id, row.name_id)) {
            users.entry(row.user_id).or_default().insert(row.day);
        }
    }

    /// Whether the days of any name matter.
    pub fn any_by_day(&self) -> bool {
        self.0.values().any(|claim| matches!(claim, Claim::ByDay(_)))
    }

    /// Whose name is whose, once everything is taken in.
    pub fn names(self, lives: &Lives) -> Names {
        let turns = |((tenant, name), claim): ((Guid, String), Claim)| {
            let turns = match claim {
                Claim::Sole(user) => vec![Turn {
                    from: None,
                    user: Some(user),
                }],
                Claim::ByDay(users) => turns_of(tenant, &name, &users, lives),
            };
            (name, turns)
        };
        Names {
            turns: self.0.into_iter().map(turns).collect(),
        }
    }
}

/// Whose name is whose, of one shard.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// By name, who has it from which day on; the first turn has no day: it counts since ever.
    turns: BTreeMap<String, Vec<Turn>>,
}

/// From a day on a name is a user's, or nobody's.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Turn {
    from: Option<Day>,
    user: Option<String>,
}

impl Names {
    /// Out of everything that is said.
    pub fn of(rows: Vec<UserNameRow>, lives: &Lives) -> Names {
        let mut claims = Claims::default();
        rows.iter().for_each(|row| claims.add(row, lives));
        rows.into_iter().for_each(|row| claims.note(row));
        claims.names(lives)
    }

    /// Where no name is known.
    pub const fn nobody() -> Names {
        Names { turns: BTreeMap::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// Whose name is whose on a day.
    pub fn on(&self, day: Day) -> NamesOn<'_> {
        NamesOn { names: self, day }
    }

    /// Everybody who ever had a name.
    pub fn holders<'a>(&'a self, id: &str) -> impl Iterator<Item = &'a str> {
        let turns = self.turns.get(id).into_iter().flatten();
        turns.filter_map(|turn| turn.user.as_deref())
    }

    /// A digest of everything that is known.
    pub fn digest(&self) -> Digest {
        if self.is_empty() {
            return Digest::default();
        }
        let mut hasher = Hasher::new();
        for (name, turns) in &self.turns {
            hasher.text(name).number(turns.len() as i64);
            for turn in turns {
                hasher.day(turn.from).text(turn.user.as_deref().unwrap_or_default());
            }
        }
        hasher.finish()
    }
}

/// Whose name is whose on one day.
#[derive(Clone, Copy)]
pub struct NamesOn<'a> {
    names: &'a Names,
    day: Day,
}

impl<'a> NamesOn<'a> {
    /// The user whom an id means: another one where it stands for a name that is known.
    pub fn user_of(&self, id: &'a str) -> &'a str {
        self.known(id).unwrap_or(id)
    }

    /// The user who has a name on the day.
    pub fn known(&self, id: &str) -> Option<&'a str> {
        if self.names.turns.is_empty() {
            return None;
        }
        let turns = self.names.turns.get(id)?;
        let until = turns.partition_point(|turn| turn.from <= Some(self.day));
        turns.get(until.checked_sub(1)?)?.user.as_deref()
    }

    /// A digest of who some ids mean, as far as they are known; of none the digest of nothing.
    pub fn digest_of<'i>(&self, ids: impl Iterator<Item = &'i str>) -> Digest {
        let mut hasher = Hasher::new();
        let mut found = false;
        for id in ids {
            if let Some(user) = self.known(id) {
                hasher.text(id).text(user);
                found = true;
            }
        }
        if found { hasher.finish() } else { Digest::default() }
    }
}

/// Who has a name when; `users` are those who are said to have it, each with the days of which it
/// is said.
fn turns_of(tenant: Guid, name: &str, users: &BTreeMap<String, BTreeSet<Option<Day>>>, lives: &Lives) -> Vec<Turn> {
    let mut said: BTreeMap<Option<Day>, BTreeSet<&str>> = BTreeMap::new();
    for (user, days) in users {
        for day in days {
            said.entry(*day).or_default().insert(user);
        }
    }
    let first = said.values().next().cloned().unwrap_or_default();
    for id in users.keys().map(String::as_str).chain([name]) {
        // On these days nothing need be said, and the name can be somebody else's all the same.
        for day in lives.days_of(tenant, id) {
            said.entry(Some(day)).or_default();
        }
    }
    let mut holder = Holder {
        user: sole(&first),
        left: None,
    };
    let mut turns: BTreeMap<Option<Day>, Option<&str>> = BTreeMap::from([(None, holder.user)]);
    for (day, named) in said {
        let mut today = holder.hear(&named);
        if let Some(day) = day {
            let word = |id: &str| lives.word(tenant, id, day);
            let concerned = holder.user.or(holder.left);
            if let Some((_, is_there)) = concerned.and_then(word).max(word(name)) {
                today = holder.go_or_come(is_there, today);
            }
            turns.insert(Some(day.plus(1)), holder.user);
        }
        turns.insert(day, today);
    }
    let turns = turns.into_iter().map(|(from, user)| Turn {
        from,
        user: user.map(str::to_owned),
    });
    let mut turns: Vec<Turn> = turns.collect();
    turns.dedup_by(|later, kept| later.user == kept.user);
    turns
}

/// Who has a name at the end of a day.
struct Holder<'a> {
    user: Option<&'a str>,
    /// Who had it when they were deleted, as long as nobody else has it.
    left: Option<&'a str>,
}

impl<'a> Holder<'a> {
    /// Takes in whom sources name on a day; says whose the name is on this day.
    fn hear(&mut self, named: &BTreeSet<&'a str>) -> Option<&'a str> {
        if named.is_empty() {
            return self.user;
        }
        self.left = None;
        if named.len() == 1 {
            self.user = sole(named);
            return self.user;
        }
        let mut new = named.iter().copied().filter(|user| Some(*user) != self.user);
        let (first, second) = (new.next(), new.next());
        self.user = first.filter(|_| second.is_none());
        None
    }

    /// Takes in that who has the name is deleted, or who had it is back; says whose the name is on
    /// this day.
    fn go_or_come(&mut self, is_there: bool, today: Option<&'a str>) -> Option<&'a str> {
        match (is_there, self.user, self.left) {
            (false, Some(user), _) => {
                (self.user, self.left) = (None, Some(user));
                today
            }
            (true, None, Some(user)) => {
                (self.user, self.left) = (Some(user), None);
                Some(user)
            }
            _ => today,
        }
    }
}

/// The only one of some users.
fn sole<'a>(users: &BTreeSet<&'a str>) -> Option<&'a str> {
    users.first().filter(|_| users.len() == 1).copied()
}

#[cfg(test)]
#[path = "user_names_tests.rs"]
mod tests;
