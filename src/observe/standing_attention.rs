//! What needs somebody's attention, in sentences, the worst first: each with a code that a program can go by.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::domain::kinds::Feed;
use crate::engine::status::value::{CustomerStatus, Hole, SourceStatus, Status, Use};
use crate::observe::standing::Work;
use crate::observe::standing_runs::LastRun;
use crate::reports::summary_text::grouped;

/// How many names a sentence has.
const NAMES: usize = 3;
/// How many holes a sentence has.
const HOLES: usize = 2;

/// Something that needs attention.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attention {
    pub code: &'static str,
    pub message: String,
}

/// Everything that does. Healthy is an empty list.
pub fn attention(work: &Work, runs: &[LastRun], status: Option<&Status>) -> Vec<Attention> {
    let mut list = List::default();
    of_runs(&mut list, work, runs);
    if let Some(status) = status {
        of_tables(&mut list, status);
        of_sources(&mut list, &status.sources);
        of_workloads(&mut list, status);
        of_customers(&mut list, status);
        of_lists(&mut list, status);
    }
    list.0
}

#[derive(Default)]
struct List(Vec<Attention>);

impl List {
    fn add(&mut self, code: &'static str, message: String) {
        self.0.push(Attention { code, message });
    }
}

/// A number of things.
pub fn counted(number: impl TryInto<i64>, thing: &str) -> String {
    let number = number.try_into().unwrap_or(i64::MAX);
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {thing}{ending}", grouped(number))
}

/// Some names, and how many more there are.
fn some_of<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let mut names: Vec<&str> = names.into_iter().collect();
    let more = names.len().saturating_sub(NAMES);
    names.truncate(NAMES);
    match more {
        0 => names.join(", "),
        more => format!("{} and {} more", names.join(", "), grouped(more as i64)),
    }
}

/// A range of days.
pub fn range(first: &str, last: &str) -> String {
    if first == last {
        first.to_owned()
    } else {
        format!("{first}..{last}")
    }
}

fn of_runs(list: &mut List, work: &Work, runs: &[LastRun]) {
    if let Some(run) = runs.iter().find(|run| !run.was_refused()).filter(|run| run.failed()) {
        let message = run.message.as_deref().unwrap_or("it does not say why");
        list.add(
            "run_failed",
            format!("the last run failed (exit code {}): {message}", run.exit_code),
        );
    }
    if let Some(holder) = &work.died {
        list.add(
            "run_died",
            format!("a run ended without a word ({holder}): it was killed, or the machine went down; the next run goes on from there"),
        );
    }
    if work.publication_unfinished {
        list.add(
            "publication_unfinished",
            "the published files may be of two runs, since publishing was cut short; the next run publishes again".to_owned(),
        );
    }
    if work.days_left > 0 {
        list.add(
            "days_left",
            format!("{} left by `--max-days`: run again", counted(work.days_left, "day")),
        );
    }
}

fn of_tables(list: &mut List, status: &Status) {
    match (status.days_behind, &status.last_day) {
        (Some(days), Some(last)) if days > 0 => list.add(
            "tables_behind",
            format!("the tables end on {last}, {} behind {}", counted(days, "day"), status.due_day),
        ),
        (None, _) => list.add("tables_missing", "there are no tables by day yet: no run came that far".to_owned()),
        _ => {}
    }
    if let Some(first) = status.unreadable.first() {
        let more = match status.unreadable.len() - 1 {
            0 => String::new(),
            more => format!(", and {} more", counted(more, "file")),
        };
        list.add(
            "files_unreadable",
            format!("{first}{more}: these files are not counted here; remove them, the next run makes them again"),
        );
    }
    if let Some((path, why)) = status.unread.first_key_value() {
        let more = match status.unread.len() - 1 {
            0 => String::new(),
            more => format!(", and {} more", grouped(more as i64)),
        };
        list.add(
            "raw_files_unread",
            format!("the last run could not read `{path}` ({why}){more}: every run tries again"),
        );
    }
}

fn of_sources(list: &mut List, sources: &[SourceStatus]) {
    for source in sources {
        let name = &source.source;
        match (&source.latest_day, source.lag_days) {
            (Some(latest), Some(lag)) if source.is_late => list.add(
                "source_late",
                format!("`{name}` has nothing after {latest}: {} behind", counted(lag, "day")),
            ),
            (None, _) if source.files == 0 => list.add("source_empty", format!("`{name}` brought no file lately")),
            _ => {}
        }
    }
    for source in sources.iter().filter(|source| exceeds_limit(source)) {
        list.add(
            "rejects",
            format!(
                "{} of {} of `{}` could not be used ({}): more than `fail_above` allows a run ({})",
                grouped(source.rejected),
                counted(source.records, "record"),
                source.source,
                percent(source.rejected, source.records),
                percent_of(source.fail_above)
            ),
        );
    }
}

fn exceeds_limit(source: &SourceStatus) -> bool {
    source.records > 0 && source.rejected as f64 / source.records as f64 > source.fail_above
}

/// A share, with two decimals.
pub fn percent(part: i64, whole: i64) -> String {
    percent_of(part as f64 / (whole as f64).max(1.0))
}

fn percent_of(ratio: f64) -> String {
    format!("{:.2} %", ratio * 100.0)
}

fn of_workloads(list: &mut List, status: &Status) {
    for workload in status.workloads.iter().filter(|workload| workload.state == Use::Stopped) {
        let latest = workload.latest_day.as_deref().unwrap_or("long ago");
        list.add(
            "workload_stopped",
            format!(
                "nobody used {} in the last 28 days, at no customer, and the last use was on {latest}: did an application id change, or a catalogue?",
                workload.workload
            ),
        );
    }
    let is_sold = |total: Option<i64>| total.is_some_and(|total| total > 0);
    let never = || {
        status
            .workloads
            .iter()
            .filter(|of| of.state == Use::Never && is_sold(of.entitlements_total))
    };
    if never().next().is_some() {
        list.add(
            "workload_never_used",
            format!(
                "nobody ever used {}, though customers have seats: does the catalogue know its applications?",
                some_of(never().map(|of| of.workload.as_str()))
            ),
        );
    }
}

fn of_customers(list: &mut List, status: &Status) {
    let silent = names(status, |customer| customer.latest_days[Feed::Activity.name()].is_none());
    if !silent.is_empty() {
        list.add(
            "customers_without_events",
            format!(
                "{} without any event in the last {} days: {}",
                counted(silent.len(), "customer"),
                status.look_back_days,
                some_of(silent)
            ),
        );
    }
    of_holes(list, status);
    of_collapsed_lists(list, status);
    of_old_lists(list, status);
    let by_name = names(status, |customer| customer.users_known_by_name > 0);
    if !by_name.is_empty() {
        let users: u64 = status.customers.iter().map(|customer| customer.users_known_by_name).sum();
        list.add(
            "users_known_by_name",
            format!(
                "{} of {} known by name only, so their licenses are not counted as used: {}; sign-ins or a list of users with names would tell who they are",
                counted(users, "user"),
                counted(by_name.len(), "customer"),
                some_of(by_name)
            ),
        );
    }
}

/// What a customer is called.
pub fn name(customer: &CustomerStatus) -> &str {
    customer.name.as_deref().unwrap_or(&customer.tenant_id)
}

fn names(status: &Status, of: impl Fn(&CustomerStatus) -> bool) -> Vec<&str> {
    status.customers.iter().filter(|customer| of(customer)).map(name).collect()
}

/// Customers whose logs have holes that the last window sees: those that have not ended, and the others.
fn of_holes(list: &mut List, status: &Status) {
    let holes = |is_open: bool| status.holes.iter().filter(move |hole| hole.is_in_window && hole.is_open == is_open);
    let customers = |is_open: bool| {
        let tenants: BTreeSet<&str> = holes(is_open).flat_map(|hole| &hole.customers).map(String::as_str).collect();
        counted(tenants.len(), "customer")
    };
    let all = status.customers.len();
    let told = |hole: &Hole| {
        let whose = match hole.customers.len() {
            number if number == all => "every customer".to_owned(),
            _ => some_of(names(status, |customer| hole.customers.contains(&customer.tenant_id))),
        };
        format!("{} ({whose})", range(&hole.first_day, &hole.last_day))
    };
    let some = |is_open: bool| {
        let mut told: Vec<String> = holes(is_open).take(HOLES).map(told).collect();
        let more = holes(is_open).count() - told.len();
        if more > 0 {
            told.push(format!("and {} more", grouped(more as i64)));
        }
        told.join("; ")
    };
    if holes(true).next().is_some() {
        let message = format!("{} without events up to the last day: {}", customers(true), some(true));
        list.add("customers_silent", message);
    }
    if holes(false).next().is_some() {
        let number = counted(holes(false).count(), "hole");
        let message = format!("{number} in the logs of {}: {}", customers(false), some(false));
        list.add("holes", message);
    }
}

/// Lists that lost nearly everything at once.
fn of_collapsed_lists(list: &mut List, status: &Status) {
    for collapsed in status.collapsed_lists.iter().take(NAMES) {
        list.add("list_collapsed", collapsed.text());
    }
    let more = status.collapsed_lists.len().saturating_sub(NAMES);
    if more > 0 {
        list.add("list_collapsed", format!("{} more collapsed likewise", counted(more, "list")));
    }
}

/// Customers whose seats are those of a stale list, the oldest first.
fn of_old_lists(list: &mut List, status: &Status) {
    let age = |customer: &CustomerStatus| customer.seats_snapshot_age_days.unwrap_or(0);
    let is_old = |customer: &&CustomerStatus| age(customer) > status.snapshot_stale_days;
    let mut old: Vec<&CustomerStatus> = status.customers.iter().filter(is_old).collect();
    old.sort_by_key(|customer| std::cmp::Reverse(age(customer)));
    let told: Vec<String> = old
        .iter()
        .map(|customer| format!("{} ({})", name(customer), counted(age(customer), "day")))
        .collect();
    if !told.is_empty() {
        list.add(
            "lists_stale",
            format!(
                "the list of subscriptions in force is older than {} for {}: {}",
                counted(status.snapshot_stale_days, "day"),
                counted(told.len(), "customer"),
                some_of(told.iter().map(String::as_str))
            ),
        );
    }
}

fn of_lists(list: &mut List, status: &Status) {
    let unlisted = names(status, |customer| !customer.is_listed);
    let has_lists = status.sources.iter().any(|source| source.feed == Feed::Customers.name());
    if !unlisted.is_empty() && has_lists {
        list.add(
            "customers_unlisted",
            format!("{} in no customer list: {}", counted(unlisted.len(), "tenant"), some_of(unlisted)),
        );
    } else if !unlisted.is_empty() {
        list.add(
            "customers_unlisted",
            "no source of the pipeline file brings a list of customers: they have no names".to_owned(),
        );
    }
    if !status.unknown_products.is_empty() {
        list.add(
            "products_unknown",
            format!(
                "{} not in the catalogue, use of which is not seen: {}",
                counted(status.unknown_products.len(), "product"),
                some_of(status.unknown_products.iter().map(|product| product.sku_id.as_str()))
            ),
        );
    }
}
