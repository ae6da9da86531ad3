//! `assignments`: who has which SKU from when to when, according to license events and snapshots of
//! holdings.
//!
//! | first evidence about (tenant, user, SKU) | conclusion |
//! |---|---|
//! | an event removes it or finds it held | it was held before the data |
//! | the tenant's first snapshot lists it | it was held before the data |
//! | a later snapshot lists it | opened on the snapshot's day |
//! | a complete snapshot does not list it | the user did not have it |
//!
//! A snapshot says nothing about (tenant, user, SKU) on a day on which that has an event, or the
//! user has a deletion or restoration. Deletions and restorations are applied in order of time,
//! together with the events of all SKUs of the user.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::guid::Guid;
use crate::domain::kinds::{Action, Opened};
use crate::stages::licenses::listed_holders::{DaySet, ListedHolders};
use crate::stages::people::user_names::USER_NAMES;
use crate::stages::received::license_changes::{LICENSE_CHANGES, LicenseChange};
use crate::stages::received::license_holdings::LICENSE_HOLDINGS;
use crate::stages::received::snapshots::{HoldingsSnapshot, SNAPSHOTS};
use crate::warehouse::table::table;

table! {
    /// A user has a SKU from one day to another.
    ASSIGNMENTS = "assignments", version 1, Whole, sharded,
        feeds [LicenseChanges, LicenseHoldings],
        from History [LICENSE_CHANGES, LICENSE_HOLDINGS, SNAPSHOTS, USER_NAMES],
        settings [Zone];
    Assignment {
        @key tenant_id: Guid = "the customer",
        @key user_id: String = "who has the license",
        @key sku_id: Guid = "the product",
        @key assigned_day: Option<Day> = "its first day; null: since before the data",
        removed_day: Option<Day> = "the day on which it was taken away; null: still there",
        source: Opened = "what opened it: an event, a snapshot, or before the data",
    }
}

impl Assignment {
    /// Returns whether the user has the SKU at the end of `day`.
    pub fn has(&self, day: Day) -> bool {
        self.assigned_day.is_none_or(|first| first <= day) && self.removed_day.is_none_or(|removed| removed > day)
    }

    /// Returns whether the user held the SKU on `day`. A removal on that day does not matter.
    pub fn held(&self, day: Day) -> bool {
        self.assigned_day.is_none_or(|first| first <= day) && self.removed_day.is_none_or(|removed| removed >= day)
    }

    /// Digest of user and SKU, without the days.
    pub fn holder_digest(&self) -> Digest {
        Hasher::new()
            .bytes(&self.tenant_id.bytes())
            .text(&self.user_id)
            .bytes(&self.sku_id.bytes())
            .finish()
    }
}

/// All assignments, sorted by key, and the number of contradictions in the evidence.
#[derive(Debug, Default, PartialEq)]
pub struct Assignments {
    pub rows: Vec<Assignment>,
    /// Events that changed nothing because they contradict the state at the time.
    pub contradictions: u64,
}

/// Builds the assignments of all users. `changes` have no copies (see `license_changes`), in any
/// order.
pub fn build(changes: &[LicenseChange], listed: &ListedHolders, snapshots: &[HoldingsSnapshot]) -> Assignments {
    let mut users: BTreeMap<(Guid, &str), UserEvidence<'_>> = BTreeMap::new();
    for change in changes {
        users.entry((change.tenant_id, &change.user_id)).or_default().changes.push(change);
    }
    for (user, listed) in listed.users().filter(|(_, listed)| !listed.held.is_empty()) {
        users.entry(user).or_default().listed = Some(&listed.held);
    }
    let mut taken: BTreeMap<Guid, Vec<HoldingsSnapshot>> = BTreeMap::new();
    for snapshot in snapshots {
        taken.entry(snapshot.tenant).or_default().push(*snapshot);
    }
    for snapshots in taken.values_mut() {
        snapshots.sort_unstable();
    }
    let mut result = Assignments::default();
    for ((tenant, user), evidence) in users {
        let snapshots = taken.get(&tenant).map_or(&[][..], Vec::as_slice);
        evidence.apply(tenant, user, snapshots, &mut result);
    }
    result
}

/// All evidence about one user.
#[derive(Default)]
struct UserEvidence<'a> {
    changes: Vec<&'a LicenseChange>,
    /// SKU -> days of the snapshots that list it for the user.
    listed: Option<&'a BTreeMap<Guid, DaySet>>,
}

/// One SKU of a user while evidence is applied in order of time.
#[derive(Default)]
struct Holding<'a> {
    /// The days of the snapshots that list it.
    listed: Option<&'a DaySet>,
    /// The days on which it has an event.
    event_days: BTreeSet<Day>,
    open: bool,
    intervals: Vec<(Option<Day>, Option<Day>, Opened)>,
}

impl Holding<'_> {
    fn is_listed(&self, day: Day) -> bool {
        self.listed.is_some_and(|days| days.has(day))
    }

    fn open(&mut self, day: Option<Day>, source: Opened) {
        self.open = true;
        match self.intervals.last_mut() {
            // The assignment before ended on the same day, so it continues.
            Some((_, end, _)) if end.is_some() && *end == day => *end = None,
            _ => self.intervals.push((day, None, source)),
        }
    }

    fn close(&mut self, day: Day) {
        self.open = false;
        if let Some((_, end, _)) = self.intervals.last_mut() {
            *end = Some(day);
        }
    }
}

impl UserEvidence<'_> {
    fn apply(mut self, tenant: Guid, user: &str, snapshots: &[HoldingsSnapshot], result: &mut Assignments) {
        self.changes.sort_unstable_by(|a, b| {
            (a.event_time, rank(a.action), &a.event_id, &a.sku_id).cmp(&(b.event_time, rank(b.action), &b.event_id, &b.sku_id))
        });
        let user_days: BTreeSet<Day> = self
            .changes
            .iter()
            .filter(|change| change.sku().is_none())
            .map(|change| change.day)
            .collect();
        let mut states: BTreeMap<Guid, Holding<'_>> = BTreeMap::new();
        for (sku, days) in self.listed.into_iter().flatten() {
            states.entry(*sku).or_default().listed = Some(days);
        }
        let mut first_events: BTreeMap<Guid, (Day, Action)> = BTreeMap::new();
        for change in &self.changes {
            if let Some(sku) = change.sku() {
                states.entry(sku).or_default().event_days.insert(change.day);
                first_events.entry(sku).or_insert((change.day, change.action));
            }
        }
        let speaks = |state: &Holding<'_>, day: Day| !user_days.contains(&day) && !state.event_days.contains(&day);
        for (sku, state) in &mut states {
            let first_event = first_events.get(sku).copied();
            let earlier = snapshots
                .iter()
                .enumerate()
                .take_while(|(_, snapshot)| first_event.is_none_or(|(day, _)| snapshot.day < day))
                .find(|(_, snapshot)| speaks(state, snapshot.day) && (snapshot.complete || state.is_listed(snapshot.day)));
            let held_before = match (earlier, first_event) {
                (Some((place, snapshot)), _) => place == 0 && state.is_listed(snapshot.day),
                (None, Some((_, action))) => matches!(action, Action::Removed | Action::Held),
                (None, None) => false,
            };
            if held_before {
                state.open(None, Opened::Before);
            }
        }
        let mut deleted: Option<Vec<Guid>> = None;
        let mut changes = self.changes.iter().peekable();
        for &HoldingsSnapshot { day, complete, .. } in snapshots {
            while let Some(change) = changes.next_if(|change| change.day <= day) {
                apply_change(change, &mut states, &mut deleted, &mut result.contradictions);
            }
            for state in states.values_mut() {
                let is_listed = state.is_listed(day);
                // Most snapshots confirm what is known.
                if is_listed == state.open || !speaks(state, day) {
                    continue;
                }
                if is_listed {
                    state.open(Some(day), Opened::Snapshot);
                } else if complete {
                    state.close(day);
                }
            }
        }
        for change in changes {
            apply_change(change, &mut states, &mut deleted, &mut result.contradictions);
        }
        for (sku_id, state) in states {
            result
                .rows
                .extend(state.intervals.into_iter().map(|(assigned_day, removed_day, source)| Assignment {
                    tenant_id: tenant,
                    user_id: user.to_owned(),
                    sku_id,
                    assigned_day,
                    removed_day,
                    source,
                }));
        }
    }
}

/// Applies one event to the user's SKUs. `deleted` holds the SKUs that the latest deletion closed,
/// until a restoration.
fn apply_change(
    change: &LicenseChange,
    states: &mut BTreeMap<Guid, Holding<'_>>,
    deleted: &mut Option<Vec<Guid>>,
    contradictions: &mut u64,
) {
    let state = change.sku().and_then(|sku| states.get_mut(&sku));
    match (change.action, state) {
        (Action::Assigned, Some(state)) if !state.open => state.open(Some(change.day), Opened::Event),
        (Action::Removed, Some(state)) if state.open => state.close(change.day),
        (Action::Held, Some(state)) if state.open => {}
        (Action::Assigned | Action::Removed | Action::Held, _) => *contradictions += 1,
        (Action::Deleted, _) => {
            if deleted.is_none() {
                let mut taken = Vec::new();
                for (sku, state) in states.iter_mut().filter(|(_, state)| state.open) {
                    state.close(change.day);
                    taken.push(*sku);
                }
                *deleted = Some(taken);
            }
        }
        (Action::Restored, _) => {
            for sku in deleted.take().unwrap_or_default() {
                if let Some(state) = states.get_mut(&sku).filter(|state| !state.open) {
                    state.open(Some(change.day), Opened::Event);
                }
            }
        }
    }
}

/// The order of events that have the same time.
fn rank(action: Action) -> u8 {
    match action {
        Action::Removed | Action::Deleted => 0,
        Action::Held => 1,
        Action::Assigned | Action::Restored => 2,
    }
}
