//! Distinct events, and from these `activity_daily`, `activity_28d`, and how complete a window is.
//!
//! Source: `spec: Activity`, `spec: How complete a number is`.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::{Day, Instant, Zone};
use crate::domain::guid::Guid;
use crate::domain::kinds::{ActivitySource, Evidence};
use crate::domain::rules::Rules;
use crate::domain::window;

use super::inputs::{ActivityRow, Inputs};
use super::names::KnownNames;
use super::tables::{Activity28d, ActivityDaily, ActivityEvents, ActivityEventsKey};

/// Returns each distinct event. Among events with one key, the one that succeeded is kept, then the
/// earliest, then the first by (file, line, record).
pub(super) fn events(inputs: &Inputs, rules: &Rules) -> BTreeMap<ActivityEventsKey, ActivityEvents> {
    let mut copies: BTreeMap<ActivityEventsKey, Vec<&ActivityRow>> = BTreeMap::new();
    for row in &inputs.activity {
        let key = ActivityEventsKey {
            tenant_id: row.tenant_id,
            day: day(row.evidence, row.event_time, &rules.zone),
            event_id: row.event_id.clone(),
            user_id: row.user_id.clone(),
            app_id: row.app_id.clone(),
            resource_id: row.resource_id.clone(),
            interactive: row.interactive,
        };
        copies.entry(key).or_default().push(row);
    }
    let mut events = BTreeMap::new();
    for (key, rows) in copies {
        // Rows are ordered by time, then origin.
        if let Some(kept) = rows.into_iter().min_by_key(|row| (!row.succeeded, *row)) {
            events.insert(key, event(kept, rules));
        }
    }
    events
}

/// Returns the day of an event. A report names a date, which is the same in every time zone.
fn day(evidence: Evidence, at: Instant, zone: &Zone) -> Day {
    if evidence == Evidence::Report {
        at.day_utc()
    } else {
        zone.day_of(at)
    }
}

fn event(row: &ActivityRow, rules: &Rules) -> ActivityEvents {
    ActivityEvents {
        event_time: row.event_time,
        workload: workload(row, rules).map(str::to_owned),
        succeeded: row.succeeded,
        guest: row.guest,
        foreign_resource: row.foreign_resource,
        agent: row.agent,
        named_workload: row.named_workload.clone(),
        evidence: row.evidence,
        source_file: row.origin.source_file.clone(),
        source_line: row.origin.source_line,
        received: row.origin.received,
    }
}

/// An action and a report count for the workload that they name. A sign-in counts for the workload of its
/// resource or client, unless the resource belongs to another tenant, or an agent signed in.
fn workload<'a>(row: &'a ActivityRow, rules: &'a Rules) -> Option<&'a str> {
    if row.named_workload.is_some() || matches!(row.evidence, Evidence::Action | Evidence::Report) {
        row.named_workload.as_deref()
    } else if row.foreign_resource || row.agent {
        None
    } else {
        rules.catalogue.workload_of(&row.resource_id, &row.app_id)
    }
}

/// A sign-in counts if it succeeded, an action and a report always. All need a user.
fn counts(key: &ActivityEventsKey, event: &ActivityEvents) -> bool {
    !key.user_id.is_empty() && (event.succeeded || matches!(event.evidence, Evidence::Action | Evidence::Report))
}

/// What the users of one tenant did.
#[derive(Default)]
pub(super) struct TenantActivity {
    /// Days with any row in `activity_events`.
    pub days_with_events: BTreeSet<Day>,
    /// Days with any row of a log, and with any of a usage report.
    pub days_with_logs: BTreeSet<Day>,
    pub days_with_reports: BTreeSet<Day>,
    /// user -> workload -> day -> the counted activity of that day.
    pub users: BTreeMap<String, BTreeMap<String, BTreeMap<Day, ActivityDaily>>>,
}

/// Replaces names by the users they belong to. An event that one log has by name and another by
/// user id is one event; the copy to keep is chosen as always.
fn joined<'e>(
    events: &'e BTreeMap<ActivityEventsKey, ActivityEvents>,
    known: &KnownNames<'_>,
) -> BTreeMap<ActivityEventsKey, (&'e ActivityEventsKey, &'e ActivityEvents)> {
    let rank = |(key, event): (&'e ActivityEventsKey, &'e ActivityEvents)| {
        let origin = (&event.source_file, event.source_line, &key.user_id);
        (!event.succeeded, event.event_time, origin)
    };
    let mut joined = BTreeMap::new();
    for copy in events {
        let meant = ActivityEventsKey {
            user_id: known.user(copy.0.tenant_id, &copy.0.user_id, copy.0.day),
            ..copy.0.clone()
        };
        let kept = joined.entry(meant).or_insert(copy);
        if rank(copy) < rank(*kept) {
            *kept = copy;
        }
    }
    joined
}

/// Returns the activity of every tenant that has an event, on all days.
pub(super) fn by_tenant(events: &BTreeMap<ActivityEventsKey, ActivityEvents>, known: &KnownNames<'_>) -> BTreeMap<Guid, TenantActivity> {
    let mut tenants: BTreeMap<Guid, TenantActivity> = BTreeMap::new();
    for (key, (_, event)) in &joined(events, known) {
        let tenant = tenants.entry(key.tenant_id).or_default();
        tenant.days_with_events.insert(key.day);
        let of_kind = match event.evidence {
            Evidence::Report => &mut tenant.days_with_reports,
            _ => &mut tenant.days_with_logs,
        };
        of_kind.insert(key.day);
        let Some(workload) = event.workload.as_ref().filter(|_| counts(key, event)) else {
            continue;
        };
        let days = tenant
            .users
            .entry(key.user_id.clone())
            .or_default()
            .entry(workload.clone())
            .or_default();
        let daily = days.entry(key.day).or_insert(ActivityDaily {
            interactive_sign_ins: 0,
            non_interactive_sign_ins: 0,
            actions: 0,
            reports: 0,
            guest: false,
            first_at: event.event_time,
            last_at: event.event_time,
        });
        match event.evidence {
            Evidence::Interactive => daily.interactive_sign_ins += 1,
            Evidence::NonInteractive => daily.non_interactive_sign_ins += 1,
            Evidence::Action => daily.actions += 1,
            Evidence::Report => daily.reports += 1,
        }
        daily.guest |= event.guest && event.evidence != Evidence::Action;
        daily.first_at = daily.first_at.min(event.event_time);
        daily.last_at = daily.last_at.max(event.event_time);
    }
    tenants
}

impl ActivityDaily {
    fn has(&self, evidence: Evidence) -> bool {
        match evidence {
            Evidence::Interactive => self.interactive_sign_ins > 0,
            Evidence::NonInteractive => self.non_interactive_sign_ins > 0,
            Evidence::Action => self.actions > 0,
            Evidence::Report => self.reports > 0,
        }
    }

    /// Returns whether the pipeline's kinds of evidence make this day active.
    fn is_active(&self, rules: &Rules) -> bool {
        rules.evidence.iter().any(|&evidence| self.has(evidence))
    }
}

impl TenantActivity {
    fn on(&self, user: &str, workload: &str, day: Day) -> Option<&ActivityDaily> {
        self.users.get(user)?.get(workload)?.get(&day)
    }

    /// Returns whether the user was active in the workload on this one day.
    pub fn is_active(&self, user: &str, workload: &str, day: Day, rules: &Rules) -> bool {
        self.on(user, workload, day).is_some_and(|daily| daily.is_active(rules))
    }

    /// Returns whether a counted sign-in or report of the user to the workload on this day is a guest's.
    pub fn is_guest(&self, user: &str, workload: &str, day: Day) -> bool {
        self.on(user, workload, day).is_some_and(|daily| daily.guest)
    }

    /// Returns the number of days of the window of `day` that have any event.
    pub fn window_days_covered(&self, day: Day) -> i64 {
        window_of(day).filter(|day| self.days_with_events.contains(day)).count() as i64
    }

    /// Returns where the events of the window come from.
    pub fn activity_source(&self, day: Day) -> Option<ActivitySource> {
        let any = |days: &BTreeSet<Day>| window_of(day).any(|day| days.contains(&day));
        match (any(&self.days_with_logs), any(&self.days_with_reports)) {
            (true, true) => Some(ActivitySource::Both),
            (true, false) => Some(ActivitySource::Logs),
            (false, true) => Some(ActivitySource::Reports),
            (false, false) => None,
        }
    }

    /// Returns whether the first event is on or before the first day of the window.
    pub fn window_complete(&self, day: Day) -> bool {
        self.days_with_events.first().is_some_and(|&first| first <= window::first_day(day))
    }
}

/// Returns the 28 days D-27 to D.
pub(super) fn window_of(day: Day) -> impl Iterator<Item = Day> {
    window::first_day(day).to(day)
}

/// Returns the row of `activity_28d` on `day`, or none if the window has no evidence of any kind.
pub(super) fn in_window(days: &BTreeMap<Day, ActivityDaily>, day: Day, rules: &Rules) -> Option<Activity28d> {
    let mut row = Activity28d::default();
    for back in 0..28 {
        let then = Day(day.0 - back);
        let Some(daily) = days.get(&then) else { continue };
        let bit = 1u32 << back;
        if daily.has(Evidence::Interactive) {
            row.interactive_bits |= bit;
        }
        if daily.has(Evidence::NonInteractive) {
            row.non_interactive_bits |= bit;
        }
        if daily.has(Evidence::Action) {
            row.action_bits |= bit;
        }
        if daily.has(Evidence::Report) {
            row.report_bits |= bit;
        }
        if daily.is_active(rules) {
            row.active_bits |= bit;
            row.active_days += 1;
            row.last_active_day = row.last_active_day.max(Some(then));
        }
    }
    (row.interactive_bits | row.non_interactive_bits | row.action_bits | row.report_bits != 0).then_some(row)
}
