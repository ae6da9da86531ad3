//! `user_names` (partition `received=`): which user has which name on which days, according to
//! sign-ins and user lists, and the join that follows from it. Names are hashes. The table has rows
//! only if some source knows users by name only (the audit log of the Management Activity API).
//!
//! A name belongs to one user at a time: from the first day on which a source gives it to the user
//! until the day on which a source gives it to another user, or the user is deleted. Days before
//! the first evidence belong to the first user. On a day with two users the name belongs to nobody;
//! afterwards it belongs to the new one of the two, if exactly one of them is new.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::{Day, Instant};
use crate::domain::digest::{Digest, Hasher};
use crate::domain::guid::Guid;
use crate::domain::kinds::Action;
use crate::stages::received::license_changes::{LicenseChange, distinct as distinct_changes};
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

/// Sorts the rows by key and removes copies.
pub fn distinct(mut rows: Vec<UserNameRow>) -> Vec<UserNameRow> {
    fn key(row: &UserNameRow) -> (Guid, &str, &str, Option<Day>, &str, &str) {
        (row.tenant_id, &row.name_id, &row.user_id, row.day, &row.source, &row.source_file)
    }
    rows.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
    rows.dedup_by(|a, b| key(a) == key(b));
    rows
}

/// Deletions and restorations of users: the last one of each day.
#[derive(Default)]
pub struct Deletions(BTreeMap<(Guid, String), BTreeMap<Day, LastEvent>>);

/// The time of the event, and whether the user exists afterwards.
type LastEvent = (Instant, bool);

impl Deletions {
    /// Reads deletions and restorations from license changes and ignores all others. Of copies of
    /// an event, which may be in several partitions, the earliest counts.
    pub fn of(mut changes: Vec<LicenseChange>) -> Deletions {
        let mut deletions = Deletions::default();
        changes.retain(|change| matches!(change.action, Action::Deleted | Action::Restored));
        for change in distinct_changes(changes) {
            let event = (change.event_time, change.action == Action::Restored);
            let days = deletions.0.entry((change.tenant_id, change.user_id)).or_default();
            let known = days.entry(change.day).or_insert(event);
            *known = event.max(*known);
        }
        deletions
    }

    fn has(&self, tenant: Guid, id: &str) -> bool {
        self.0.contains_key(&(tenant, id.to_owned()))
    }

    /// Returns the days on which the user was deleted or restored.
    fn days_of(&self, tenant: Guid, id: &str) -> impl Iterator<Item = Day> {
        let days = self.0.get(&(tenant, id.to_owned()));
        days.into_iter().flat_map(|days| days.keys().copied())
    }

    fn last_event(&self, tenant: Guid, id: &str, day: Day) -> Option<LastEvent> {
        self.0.get(&(tenant, id.to_owned()))?.get(&day).copied()
    }
}

/// Which users each name was given to. Most names only ever have one user. Their days do not matter
/// and are not stored.
#[derive(Default)]
pub struct Claims(BTreeMap<(Guid, String), Claim>);

enum Claim {
    Sole(String),
    /// Several users, or one who is deleted at some time: for each user, the days on which a source
    /// gives the name to them.
    ByDay(BTreeMap<String, BTreeSet<Option<Day>>>),
}

impl Claims {
    /// Adds a row without its day. All rows must be added before the first call of `add_day`.
    pub fn add(&mut self, row: &UserNameRow, deletions: &Deletions) {
        let key = (row.tenant_id, row.name_id.clone());
        match self.0.get_mut(&key) {
            Some(Claim::ByDay(_)) => {}
            Some(Claim::Sole(user)) if *user == row.user_id => {}
            Some(claim) => *claim = Claim::ByDay(BTreeMap::new()),
            None => {
                let ends = deletions.has(key.0, &key.1) || deletions.has(key.0, &row.user_id);
                let sole = || Claim::Sole(row.user_id.clone());
                self.0.insert(key, if ends { Claim::ByDay(BTreeMap::new()) } else { sole() });
            }
        }
    }

    /// Adds the day of a row, if it matters.
    pub fn add_day(&mut self, row: UserNameRow) {
        if let Some(Claim::ByDay(users)) = self.0.get_mut(&(row.tenant_id, row.name_id)) {
            users.entry(row.user_id).or_default().insert(row.day);
        }
    }

    /// Returns whether the days of any name matter.
    pub fn any_by_day(&self) -> bool {
        self.0.values().any(|claim| matches!(claim, Claim::ByDay(_)))
    }

    /// Returns who has which name, after all rows were added.
    pub fn names(self, deletions: &Deletions) -> Names {
        let periods = |((tenant, name), claim): ((Guid, String), Claim)| {
            let periods = match claim {
                Claim::Sole(user) => vec![Period {
                    from: None,
                    user: Some(user),
                }],
                Claim::ByDay(users) => periods_of(tenant, &name, &users, deletions),
            };
            (name, periods)
        };
        Names {
            periods: self.0.into_iter().map(periods).collect(),
        }
    }
}

/// Who has which name, for one shard.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// For each name, its owners from which day on. The first period has no day: it has always been
    /// so.
    periods: BTreeMap<String, Vec<Period>>,
}

/// From this day on the name belongs to this user, or to nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Period {
    from: Option<Day>,
    user: Option<String>,
}

impl Names {
    /// Builds the names from all rows.
    pub fn of(rows: Vec<UserNameRow>, deletions: &Deletions) -> Names {
        let mut claims = Claims::default();
        rows.iter().for_each(|row| claims.add(row, deletions));
        rows.into_iter().for_each(|row| claims.add_day(row));
        claims.names(deletions)
    }

    /// No names.
    pub const fn none() -> Names {
        Names { periods: BTreeMap::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.periods.is_empty()
    }

    /// Returns the names of one day.
    pub fn on(&self, day: Day) -> NamesOn<'_> {
        NamesOn { names: self, day }
    }

    /// Returns all users who ever had a name.
    pub fn holders<'a>(&'a self, id: &str) -> impl Iterator<Item = &'a str> {
        let periods = self.periods.get(id).into_iter().flatten();
        periods.filter_map(|period| period.user.as_deref())
    }

    /// Returns a digest of all names.
    pub fn digest(&self) -> Digest {
        if self.is_empty() {
            return Digest::default();
        }
        let mut hasher = Hasher::new();
        for (name, periods) in &self.periods {
            hasher.text(name).number(periods.len() as i64);
            for period in periods {
                hasher.day(period.from).text(period.user.as_deref().unwrap_or_default());
            }
        }
        hasher.finish()
    }
}

/// Who has which name on one day.
#[derive(Clone, Copy)]
pub struct NamesOn<'a> {
    names: &'a Names,
    day: Day,
}

impl<'a> NamesOn<'a> {
    /// Returns the user of an id. If the id stands for a name whose user is known, it is that user.
    pub fn user_of(&self, id: &'a str) -> &'a str {
        self.known(id).unwrap_or(id)
    }

    /// Returns the user who has the name on this day.
    pub fn known(&self, id: &str) -> Option<&'a str> {
        if self.names.periods.is_empty() {
            return None;
        }
        let periods = self.names.periods.get(id)?;
        let until = periods.partition_point(|period| period.from <= Some(self.day));
        periods.get(until.checked_sub(1)?)?.user.as_deref()
    }

    /// Returns a digest of the users of some ids, as far as they are known. If none is, the digest
    /// is 0.
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

/// Returns the periods of a name. `users` are those to whom it was given, with the days.
fn periods_of(tenant: Guid, name: &str, users: &BTreeMap<String, BTreeSet<Option<Day>>>, deletions: &Deletions) -> Vec<Period> {
    let mut claimed: BTreeMap<Option<Day>, BTreeSet<&str>> = BTreeMap::new();
    for (user, days) in users {
        for day in days {
            claimed.entry(*day).or_default().insert(user);
        }
    }
    let first = claimed.values().next().cloned().unwrap_or_default();
    for id in users.keys().map(String::as_str).chain([name]) {
        // No source needs to give the name on these days, and it can still change its owner.
        for day in deletions.days_of(tenant, id) {
            claimed.entry(Some(day)).or_default();
        }
    }
    let mut holder = NameOwner {
        user: sole(&first),
        left: None,
    };
    let mut periods: BTreeMap<Option<Day>, Option<&str>> = BTreeMap::from([(None, holder.user)]);
    for (day, named) in claimed {
        let mut today = holder.apply_claims(&named);
        if let Some(day) = day {
            let event = |id: &str| deletions.last_event(tenant, id, day);
            let concerned = holder.user.or(holder.left);
            if let Some((_, exists)) = concerned.and_then(event).max(event(name)) {
                today = holder.apply_event(exists, today);
            }
            periods.insert(Some(day.plus(1)), holder.user);
        }
        periods.insert(day, today);
    }
    let periods = periods.into_iter().map(|(from, user)| Period {
        from,
        user: user.map(str::to_owned),
    });
    let mut periods: Vec<Period> = periods.collect();
    periods.dedup_by(|later, kept| later.user == kept.user);
    periods
}

/// The owner of a name at the end of a day.
struct NameOwner<'a> {
    user: Option<&'a str>,
    /// The owner who was deleted, until somebody else gets the name.
    left: Option<&'a str>,
}

impl<'a> NameOwner<'a> {
    /// Applies the users to whom sources give the name on a day. Returns the owner on this day.
    fn apply_claims(&mut self, named: &BTreeSet<&'a str>) -> Option<&'a str> {
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

    /// Applies a deletion of the owner or a restoration of the former one. Returns the owner on
    /// this day.
    fn apply_event(&mut self, exists: bool, today: Option<&'a str>) -> Option<&'a str> {
        match (exists, self.user, self.left) {
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

/// Returns the only one of some users, if there is exactly one.
fn sole<'a>(users: &BTreeSet<&'a str>) -> Option<&'a str> {
    users.first().filter(|_| users.len() == 1).copied()
}

#[cfg(test)]
#[path = "user_names_tests.rs"]
mod tests;
