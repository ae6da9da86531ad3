//! What has to be known of a warehouse to say how things stand, read from few files: what came in
//! during the last days, and the last day of the tables. Nothing is decided here.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::by_name::is_by_name;
use crate::domain::catalogue::Catalogue;
use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::kinds::{ActivitySource, Feed};
use crate::domain::window::{self, WINDOW_DAYS};
use crate::engine::error::EngineError;
use crate::engine::health::collapsed_lists::AllLists;
use crate::engine::health::status::columns::Columns;
use crate::engine::health::status::workload_window::{Window, of_catalogue};
use crate::engine::ingest::partition_files::NO_DAY;
use crate::stages;
use crate::stages::activity::activity_28d::ACTIVITY_28D;
use crate::stages::activity::activity_coverage::ACTIVITY_COVERAGE;
use crate::stages::measures::adoption::ADOPTION;
use crate::stages::measures::portfolio::PORTFOLIO;
use crate::stages::received::customers::CUSTOMERS;
use crate::stages::received::license_changes::LICENSE_CHANGES;
use crate::stages::received::raw_files::RAW_FILES;
use crate::stages::received::rejects::REJECTS;
use crate::stages::received::snapshots::SNAPSHOTS;
use crate::warehouse::contract::{Contract, Place};
use crate::warehouse::error::WarehouseError;

/// How many days of received files and of events are looked at, up to the last day of the tables:
/// two months, so that every weekday occurs often enough to know which of them are quiet, and every
/// window is in it.
pub const LOOK_BACK_DAYS: i32 = 62;

/// What is known.
#[derive(Default, Debug)]
pub struct Facts {
    /// The first and the last day of the tables.
    pub days: Option<(Day, Day)>,
    /// On which of the last days each customer has events, and how many.
    pub events: BTreeMap<Guid, BTreeMap<Day, i64>>,
    /// `adoption` of the last day.
    pub adoption: Vec<AdoptionRow>,
    /// Whom customer lists name, by their latest names; empty where a list has none.
    pub listed: BTreeMap<Guid, String>,
    /// The latest day of a license event or a snapshot.
    pub latest: BTreeMap<(Feed, Guid), Day>,
    /// How much the snapshots list.
    pub lists: AllLists,
    /// The files of each source that came in.
    pub received: BTreeMap<String, Received>,
    /// Rejects by source and reason.
    pub rejects: BTreeMap<String, BTreeMap<String, u64>>,
    /// What one of them lacks, by source and reason: of several the least text.
    pub reject_details: BTreeMap<String, BTreeMap<String, String>>,
    /// Users known by name only who were active in the last window.
    pub by_name: BTreeMap<Guid, u64>,
    /// The last window of each workload that has active users, in the latest of some windows.
    pub windows: BTreeMap<String, Window>,
    /// What customers may use of each workload on the last day.
    pub entitlements: BTreeMap<String, Option<i64>>,
}

/// What a row of `adoption` says of a customer and a product.
#[derive(Clone, Debug)]
pub struct AdoptionRow {
    pub tenant: Guid,
    pub sku: Guid,
    pub seats_sold: Option<i64>,
    pub seats_assigned: i64,
    pub window_days_covered: i64,
    pub activity_source: Option<ActivitySource>,
    pub window_complete: bool,
    pub seats_snapshot_day: Option<Day>,
}

/// The files of a source.
#[derive(Clone, Default, Debug)]
pub struct Received {
    pub files: u64,
    pub records: i64,
    pub rejected: i64,
    /// The days that paths name.
    pub path_days: BTreeSet<Day>,
    /// The latest day that a row is about.
    pub latest_row_day: Option<Day>,
}

impl Facts {
    /// Reads them; `None` where no table has a file. Where there are no tables by day yet, `due`
    /// stands for their last day. Days before `first` or after `due` are none of the tables.
    pub fn read(columns: &Columns<'_>, catalogue: &Catalogue, first: Option<Day>, due: Day) -> Result<Option<Facts>, EngineError> {
        if !has_any_table(columns)? {
            return Ok(None);
        }
        let mut facts = Facts::default();
        let mut adoption = until(columns.places(&ADOPTION)?, due);
        adoption.retain(|(day, _)| *day >= first);
        let coverage = until(columns.places(&ACTIVITY_COVERAGE)?, due);
        facts.days = range(&adoption);
        let last = facts.days.or_else(|| range(&coverage)).map_or(due, |(_, last)| last);
        let look_back = |places: Vec<Place>| since(places, last.plus(1 - LOOK_BACK_DAYS));
        let named = facts.read_events(columns, until(look_back(coverage), last), last);
        facts.read_adoption(columns, of_day(adoption, last));
        facts.read_customers(columns, columns.places(&CUSTOMERS)?);
        facts.read_snapshots(columns, look_back(columns.places(&SNAPSHOTS)?));
        facts.read_license_changes(columns, look_back(columns.places(&LICENSE_CHANGES)?));
        facts.read_raw_files(columns, look_back(columns.places(&RAW_FILES)?));
        facts.read_rejects(columns, look_back(columns.places(&REJECTS)?));
        facts.read_entitlements(columns, of_day(columns.places(&PORTFOLIO)?, last));
        let windows = columns.places(&ACTIVITY_28D)?;
        if named {
            facts.read_by_name(columns, of_day(windows.clone(), last));
        }
        facts.read_windows(columns, &windows, &of_catalogue(catalogue), last);
        Ok(Some(facts))
    }

    /// The day to which lags are counted: the last day of the tables, or the one that it should be.
    pub fn reference(&self, due: Day) -> Day {
        self.days.map_or(due, |(_, last)| last)
    }

    /// Whether the last window has users of whom only the name is known by what came in.
    fn read_events(&mut self, columns: &Columns<'_>, places: Vec<Place>, last: Day) -> bool {
        let mut named = false;
        for frame in columns.read(&ACTIVITY_COVERAGE, places, &["tenant_id", "events", "named_users"]) {
            let Some(day) = frame.place.0 else { continue };
            for (tenant, events) in frame.ids("tenant_id").zip(frame.counts("events")) {
                self.events.entry(tenant).or_default().insert(day, events.unwrap_or(0));
            }
            named |= day >= window::first_day(last) && frame.texts("named_users").flatten().any(|names| !names.is_empty());
        }
        named
    }

    fn read_adoption(&mut self, columns: &Columns<'_>, places: Vec<Place>) {
        let wanted = [
            "tenant_id",
            "sku_id",
            "seats_sold",
            "seats_assigned",
            "window_days_covered",
            "activity_source",
            "window_complete",
            "seats_snapshot_day",
        ];
        for frame in columns.read(&ADOPTION, places, &wanted) {
            let ids = frame.ids("tenant_id").zip(frame.ids("sku_id"));
            let seats = frame.counts("seats_sold").zip(frame.counts("seats_assigned"));
            let covered = frame.counts("window_days_covered").zip(frame.texts("activity_source"));
            let window = covered.zip(frame.flags("window_complete"));
            let rows = ids.zip(seats).zip(window).zip(frame.days("seats_snapshot_day"));
            self.adoption.extend(rows.map(
                |((((tenant, sku), (sold, assigned)), ((covered, source), complete)), snapshot)| AdoptionRow {
                    tenant,
                    sku,
                    seats_sold: sold,
                    seats_assigned: assigned.unwrap_or(0),
                    window_days_covered: covered.unwrap_or(0),
                    activity_source: source.and_then(ActivitySource::parse),
                    window_complete: complete.unwrap_or(false),
                    seats_snapshot_day: snapshot,
                },
            ));
        }
    }

    /// Of a customer listed twice the last list counts.
    fn read_customers(&mut self, columns: &Columns<'_>, places: Vec<Place>) {
        for frame in columns.read(&CUSTOMERS, places, &["tenant_id", "name"]) {
            for (tenant, name) in frame.ids("tenant_id").zip(frame.texts("name")) {
                self.listed.insert(tenant, name.unwrap_or_default().to_owned());
            }
        }
    }

    fn read_snapshots(&mut self, columns: &Columns<'_>, places: Vec<Place>) {
        for frame in columns.read(
            &SNAPSHOTS,
            places,
            &["feed", "source", "tenant_id", "day", "readable", "listed", "seats"],
        ) {
            let whose = frame.texts("feed").zip(frame.texts("source")).zip(frame.ids("tenant_id"));
            let taken = frame.days("day").zip(frame.flags("readable"));
            let listed = frame.counts("listed").zip(frame.counts("seats"));
            for ((((feed, source), tenant), (day, readable)), listed) in whose.zip(taken).zip(listed) {
                if let (Some(feed), Some(day), Some(true)) = (feed.and_then(Feed::parse), day, readable) {
                    self.note(feed, tenant, day);
                    let key = (feed, source.unwrap_or_default().to_owned(), tenant);
                    self.lists.entry(key).or_default().add(day, listed.0, listed.1, frame.place.0);
                }
            }
        }
    }

    /// What the snapshots list that came in lately, as seen from a day, and nothing else.
    pub fn of_lists(columns: &Columns<'_>, last: Day) -> Result<Facts, EngineError> {
        let mut facts = Facts::default();
        facts.read_snapshots(columns, since(columns.places(&SNAPSHOTS)?, last.plus(1 - LOOK_BACK_DAYS)));
        Ok(facts)
    }

    fn read_license_changes(&mut self, columns: &Columns<'_>, places: Vec<Place>) {
        for frame in columns.read(&LICENSE_CHANGES, places, &["tenant_id", "day"]) {
            for (tenant, day) in frame.ids("tenant_id").zip(frame.days("day")) {
                day.into_iter().for_each(|day| self.note(Feed::LicenseChanges, tenant, day));
            }
        }
    }

    fn note(&mut self, feed: Feed, tenant: Guid, day: Day) {
        let known = self.latest.entry((feed, tenant)).or_insert(day);
        *known = day.max(*known);
    }

    fn read_raw_files(&mut self, columns: &Columns<'_>, places: Vec<Place>) {
        for frame in columns.read(
            &RAW_FILES,
            places,
            &["source", "records", "rejected", "path_day", "last_day", "waits_until"],
        ) {
            let counts = frame.counts("records").zip(frame.counts("rejected"));
            let days = frame.days("path_day").zip(frame.days("last_day")).zip(frame.days("waits_until"));
            for ((source, (records, rejected)), ((path_day, row_day), waits_until)) in frame.texts("source").zip(counts).zip(days) {
                let source = source.unwrap_or_default();
                if !self.received.contains_key(source) {
                    self.received.insert(source.to_owned(), Received::default());
                }
                let Some(received) = self.received.get_mut(source) else { continue };
                received.files += 1;
                received.records += records.unwrap_or(0);
                received.rejected += rejected.unwrap_or(0);
                // A day that had not come yet is none of receipt.
                received
                    .path_days
                    .extend(path_day.filter(|day| waits_until.is_none_or(|until| *day < until)));
                received.latest_row_day = received.latest_row_day.max(row_day);
            }
        }
    }

    fn read_rejects(&mut self, columns: &Columns<'_>, places: Vec<Place>) {
        for frame in columns.read(&REJECTS, places, &["source", "reason", "more", "detail"]) {
            let of = frame.texts("source").zip(frame.texts("reason"));
            for ((of, more), detail) in of.zip(frame.counts("more")).zip(frame.texts("detail")) {
                let (source, reason) = (of.0.unwrap_or_default().to_owned(), of.1.unwrap_or_default().to_owned());
                if let Some(detail) = detail {
                    let details = self.reject_details.entry(source.clone()).or_default();
                    let known = details.entry(reason.clone()).or_insert_with(|| detail.to_owned());
                    if detail < known.as_str() {
                        detail.clone_into(known);
                    }
                }
                *self.rejects.entry(source).or_default().entry(reason).or_default() += 1 + more.unwrap_or(0) as u64;
            }
        }
    }

    /// The sums of each workload over all products.
    fn read_entitlements(&mut self, columns: &Columns<'_>, places: Vec<Place>) {
        for frame in columns.read(&PORTFOLIO, places, &["workload", "entitlements_total"]) {
            for (workload, total) in frame.texts("workload").zip(frame.counts("entitlements_total")) {
                if let Some(workload) = workload {
                    self.entitlements.insert(workload.to_owned(), total);
                }
            }
        }
    }

    fn read_by_name(&mut self, columns: &Columns<'_>, places: Vec<Place>) {
        let mut users: BTreeSet<(Guid, String)> = BTreeSet::new();
        for frame in columns.read(&ACTIVITY_28D, places, &["tenant_id", "user_id"]) {
            for (tenant, user) in frame.ids("tenant_id").zip(frame.texts("user_id")) {
                if let Some(user) = user.filter(|user| is_by_name(user)) {
                    users.insert((tenant, user.to_owned()));
                }
            }
        }
        for (tenant, _) in users {
            *self.by_name.entry(tenant).or_default() += 1;
        }
    }

    /// Looks at the last window, and where a workload of the catalogue has no active user there at
    /// the windows before it: together they have every day.
    fn read_windows(&mut self, columns: &Columns<'_>, places: &[Place], wanted: &BTreeSet<String>, last: Day) {
        let Some((first, _)) = range(places) else { return };
        let mut end = last;
        while end >= first && !wanted.iter().all(|workload| self.windows.contains_key(workload)) {
            let of_end = of_day(places.to_vec(), end);
            let mut found: BTreeMap<String, Window> = BTreeMap::new();
            for frame in columns.read(&ACTIVITY_28D, of_end, &["workload", "active_bits"]) {
                for (workload, bits) in frame.texts("workload").zip(frame.bits("active_bits")) {
                    let (Some(workload), Some(bits)) = (workload, bits.filter(|bits| *bits != 0)) else {
                        continue;
                    };
                    match found.get_mut(workload) {
                        Some(window) => window.add(bits),
                        None => found.entry(workload.to_owned()).or_insert_with(|| Window::of(end)).add(bits),
                    }
                }
            }
            for (workload, window) in found {
                self.windows.entry(workload).or_insert(window);
            }
            end = end.plus(-WINDOW_DAYS);
        }
    }
}

fn has_any_table(columns: &Columns<'_>) -> Result<bool, WarehouseError> {
    let has_files = |contract: &&Contract| columns.places(contract).map(|places| !places.is_empty());
    // Every run that comes to anything writes `raw_files`; the others are looked at in case
    // that one was removed.
    for contract in stages::TABLES {
        if has_files(contract)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The first and the last day of some places.
fn range(places: &[Place]) -> Option<(Day, Day)> {
    let days = || places.iter().filter_map(|(day, _)| *day);
    days().min().zip(days().max())
}

/// The places from a day on, and the one of files without a day.
fn since(places: Vec<Place>, first: Day) -> Vec<Place> {
    let keeps = |day: Option<Day>| day.is_none_or(|day| day >= first || day == NO_DAY);
    places.into_iter().filter(|(day, _)| keeps(*day)).collect()
}

fn until(places: Vec<Place>, last: Day) -> Vec<Place> {
    places.into_iter().filter(|(day, _)| day.is_none_or(|day| day <= last)).collect()
}

fn of_day(places: Vec<Place>, of: Day) -> Vec<Place> {
    places.into_iter().filter(|(day, _)| *day == Some(of)).collect()
}
