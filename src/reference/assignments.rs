//! `assignments`: who had which SKU from which day to which, from license events and snapshots of
//! holdings.
//!
//! Source: `spec: Assignments`. One user at a time, because a deletion takes all SKUs of a user.
//! First it is decided which SKUs the user held before the data, then everything is applied day by
//! day.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::{Day, Instant};
use crate::domain::guid::Guid;
use crate::domain::kinds::{Action, Opened};
use crate::domain::rules::Rules;

use super::inputs::Inputs;
use super::snapshots::{self, Snapshot};

/// One assignment of a SKU to a user.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    /// `None`: before the data.
    pub assigned_day: Option<Day>,
    /// `None`: the user still has it.
    pub removed_day: Option<Day>,
    pub source: Opened,
}

impl Interval {
    /// Returns whether the user has the SKU at the end of the day.
    pub fn has(&self, day: Day) -> bool {
        self.assigned_day.is_none_or(|assigned| assigned <= day) && self.removed_day.is_none_or(|removed| removed > day)
    }

    /// Returns whether the user held the SKU on the day. A removal on that day does not matter.
    pub fn held(&self, day: Day) -> bool {
        self.assigned_day.is_none_or(|assigned| assigned <= day) && self.removed_day.is_none_or(|removed| removed >= day)
    }
}

/// SKU -> the intervals of one user, in order.
pub(super) type UserAssignments = BTreeMap<Guid, Vec<Interval>>;
/// tenant -> user -> SKU -> intervals.
pub(super) type AllAssignments = BTreeMap<Guid, BTreeMap<String, UserAssignments>>;

/// A license event without copies. The order of the fields is the order of the events.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    at: Instant,
    /// Within one instant: removed and deleted, held, assigned and restored.
    rank: u8,
    event_id: String,
    action: Action,
    /// `None`: about the whole user.
    sku: Option<Guid>,
    day: Day,
}

/// Returns all assignments, and how many events contradicted the state at the time.
pub(super) fn assignments(inputs: &Inputs, rules: &Rules) -> (AllAssignments, u64) {
    let events = events(inputs, rules);
    let snapshots = snapshots::holdings(inputs);
    let none = BTreeMap::new();
    let mut all = AllAssignments::new();
    let mut contradictions = 0;
    for (tenant, user) in users(&events, &snapshots) {
        let snapshots = snapshots.get(&tenant).unwrap_or(&none);
        let events = events.get(&(tenant, user.clone())).map_or(&[][..], Vec::as_slice);
        let (skus, contradicting) = history(&user, events, snapshots);
        contradictions += contradicting;
        if !skus.is_empty() {
            all.entry(tenant).or_default().insert(user, skus);
        }
    }
    (all, contradictions)
}

/// Tenant, user, event id, SKU (none: the whole user) and action: copies of an event agree in these.
pub(super) type Identity = (Guid, String, String, Option<Guid>, Action);

/// Returns the license events without copies, with their time. Among copies the earliest is kept.
pub(super) fn without_copies(inputs: &Inputs) -> BTreeMap<Identity, Instant> {
    let mut earliest = BTreeMap::new();
    for row in &inputs.license_changes {
        let whole_user = matches!(row.action, Action::Deleted | Action::Restored);
        let sku = row.sku_id.filter(|_| !whole_user);
        if sku.is_none() && !whole_user {
            continue; // A change of no SKU says nothing.
        }
        let key = (row.tenant_id, row.user_id.clone(), row.event_id.clone(), sku, row.action);
        let at = earliest.entry(key).or_insert(row.event_time);
        *at = row.event_time.min(*at);
    }
    earliest
}

/// Returns (tenant, user) -> the user's events in order.
fn events(inputs: &Inputs, rules: &Rules) -> BTreeMap<(Guid, String), Vec<Event>> {
    let mut events: BTreeMap<(Guid, String), Vec<Event>> = BTreeMap::new();
    for ((tenant, user, event_id, sku, action), at) in without_copies(inputs) {
        let rank = match action {
            Action::Removed | Action::Deleted => 0,
            Action::Held => 1,
            Action::Assigned | Action::Restored => 2,
        };
        let event = Event {
            at,
            rank,
            event_id,
            action,
            sku,
            day: rules.zone.day_of(at),
        };
        events.entry((tenant, user)).or_default().push(event);
    }
    for list in events.values_mut() {
        list.sort();
    }
    events
}

/// Returns everyone who occurs in an event or a snapshot.
fn users(events: &BTreeMap<(Guid, String), Vec<Event>>, snapshots: &BTreeMap<Guid, BTreeMap<Day, Snapshot>>) -> BTreeSet<(Guid, String)> {
    let mut users: BTreeSet<(Guid, String)> = events.keys().cloned().collect();
    for (&tenant, days) in snapshots {
        let listed = days.values().flat_map(|snapshot| &snapshot.listed);
        users.extend(listed.map(|(user, _)| (tenant, user.clone())));
    }
    users
}

/// Returns the assignments of one user. `events` are the user's, `snapshots` the tenant's.
fn history(user: &str, events: &[Event], snapshots: &BTreeMap<Day, Snapshot>) -> (UserAssignments, u64) {
    let mut skus: BTreeSet<Guid> = events.iter().filter_map(|event| event.sku).collect();
    let listed = snapshots.values().flat_map(|snapshot| &snapshot.listed);
    skus.extend(listed.filter(|(listed, _)| listed == user).map(|&(_, sku)| sku));

    let mut ledger = Ledger::default();
    for &sku in &skus {
        if held_before(user, sku, events, snapshots) {
            ledger.open(sku, None, Opened::Before);
        }
    }
    let days: BTreeSet<Day> = events.iter().map(|event| event.day).chain(snapshots.keys().copied()).collect();
    for day in days {
        // A snapshot only counts for SKUs without an event on that day, so the order of the two
        // does not matter.
        if let Some(snapshot) = snapshots.get(&day) {
            for &sku in skus.iter().filter(|&&sku| !says_nothing(sku, day, events)) {
                ledger.compare(sku, snapshot.listed.contains(&(user.to_owned(), sku)), snapshot.complete, day);
            }
        }
        for event in events.iter().filter(|event| event.day == day) {
            ledger.apply(event);
        }
    }
    (ledger.skus, ledger.contradictions)
}

/// Returns whether a snapshot of this day says nothing about the SKU, because the SKU has an event
/// on that day, or the user a deletion or restoration.
fn says_nothing(sku: Guid, day: Day, events: &[Event]) -> bool {
    events
        .iter()
        .any(|event| event.day == day && event.sku.is_none_or(|about| about == sku))
}

/// Returns whether the first evidence shows that the SKU was held before the data.
fn held_before(user: &str, sku: Guid, events: &[Event], snapshots: &BTreeMap<Day, Snapshot>) -> bool {
    let first_event = events.iter().find(|event| event.sku == Some(sku));
    let is_listed = |snapshot: &Snapshot| snapshot.listed.contains(&(user.to_owned(), sku));
    let mut speaking = snapshots.iter().filter(|&(&day, _)| !says_nothing(sku, day, events));
    let first_snapshot = speaking.find(|(_, snapshot)| snapshot.complete || is_listed(snapshot));
    match (first_event, first_snapshot) {
        (Some(event), Some((&day, _))) if event.day < day => event.action != Action::Assigned,
        (_, Some((day, snapshot))) => is_listed(snapshot) && snapshots.first_key_value().is_some_and(|(first, _)| first == day),
        (Some(event), None) => event.action != Action::Assigned,
        (None, None) => false,
    }
}

/// What a user holds and held, while the evidence is applied in order of time.
#[derive(Default)]
struct Ledger {
    skus: UserAssignments,
    /// The SKUs that the deletion took, while the user is deleted.
    taken: Option<Vec<Guid>>,
    contradictions: u64,
}

impl Ledger {
    fn is_open(&self, sku: Guid) -> bool {
        self.skus
            .get(&sku)
            .and_then(|intervals| intervals.last())
            .is_some_and(|last| last.removed_day.is_none())
    }

    fn open(&mut self, sku: Guid, day: Option<Day>, source: Opened) {
        let intervals = self.skus.entry(sku).or_default();
        match intervals.last_mut() {
            // It starts on the day on which the previous one ended, and continues it.
            Some(last) if last.removed_day.is_some() && last.removed_day == day => last.removed_day = None,
            _ => intervals.push(Interval {
                assigned_day: day,
                removed_day: None,
                source,
            }),
        }
    }

    fn close(&mut self, sku: Guid, day: Day) {
        if let Some(last) = self.skus.get_mut(&sku).and_then(|intervals| intervals.last_mut()) {
            last.removed_day = Some(day);
        }
    }

    /// Applies a snapshot that counts for the SKU.
    fn compare(&mut self, sku: Guid, is_listed: bool, is_complete: bool, day: Day) {
        match (self.is_open(sku), is_listed) {
            (false, true) => self.open(sku, Some(day), Opened::Snapshot),
            (true, false) if is_complete => self.close(sku, day),
            _ => {}
        }
    }

    fn apply(&mut self, event: &Event) {
        match (event.action, event.sku) {
            (Action::Deleted, _) => self.delete(event.day),
            (Action::Restored, _) => self.restore(event.day),
            (Action::Assigned, Some(sku)) if !self.is_open(sku) => self.open(sku, Some(event.day), Opened::Event),
            (Action::Removed, Some(sku)) if self.is_open(sku) => self.close(sku, event.day),
            (Action::Held, Some(sku)) if self.is_open(sku) => {}
            _ => self.contradictions += 1,
        }
    }

    fn delete(&mut self, day: Day) {
        if self.taken.is_none() {
            let open: Vec<Guid> = self.skus.keys().copied().filter(|&sku| self.is_open(sku)).collect();
            for &sku in &open {
                self.close(sku, day);
            }
            self.taken = Some(open);
        }
    }

    fn restore(&mut self, day: Day) {
        for sku in self.taken.take().unwrap_or_default() {
            if !self.is_open(sku) {
                self.open(sku, Some(day), Opened::Event);
            }
        }
    }
}
