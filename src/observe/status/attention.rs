//! What needs attention: one sentence each, the worst first, with a code for programs.

use std::collections::BTreeSet;
use std::fmt::Display;

use serde::Serialize;

use crate::domain::kinds::Feed;
use crate::domain::words::{Words, attention as phrases, nouns};
use crate::engine::health::status::value::{CustomerStatus, Hole, SourceStatus, Status, Use};
use crate::observe::status::last_runs::LastRun;
use crate::observe::status::work::Work;

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

/// Returns everything that needs attention. A healthy pipeline has an empty list.
pub fn attention(words: Words, work: &Work, runs: &[LastRun], status: Option<&Status>) -> Vec<Attention> {
    let mut list = List { words, found: Vec::new() };
    of_runs(&mut list, work, runs);
    if let Some(status) = status {
        of_tables(&mut list, status);
        of_sources(&mut list, &status.sources);
        of_former_sources(&mut list, status);
        of_workloads(&mut list, status);
        of_customers(&mut list, status);
        of_lists(&mut list, status);
    }
    list.found
}

struct List {
    words: Words,
    found: Vec<Attention>,
}

impl List {
    fn add(&mut self, code: &'static str, message: String) {
        self.found.push(Attention { code, message });
    }
}

/// Some names, and how many more there are.
fn some_of<'n>(w: Words, names: impl IntoIterator<Item = &'n str>) -> String {
    let mut names: Vec<&str> = names.into_iter().collect();
    let more = names.len().saturating_sub(NAMES);
    names.truncate(NAMES);
    let names = names.join(", ");
    match more {
        0 => names,
        more => w.fill(phrases::AND_MORE, &[("names", &names), ("count", &w.grouped(more as i64))]),
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
    let w = list.words;
    if let Some(run) = runs.iter().find(|run| !run.was_refused()).filter(|run| run.failed()) {
        let message = run.message.as_deref().unwrap_or_else(|| w.say(phrases::NO_REASON));
        let values: [(&str, &dyn Display); 2] = [("code", &run.exit_code), ("message", &message)];
        list.add("run_failed", w.fill(phrases::RUN_FAILED, &values));
    }
    if let Some(holder) = &work.died {
        list.add("run_died", w.fill(phrases::RUN_DIED, &[("holder", holder)]));
    }
    if work.publication_unfinished {
        list.add("publication_unfinished", w.say(phrases::UNFINISHED).to_owned());
    }
    if work.days_left > 0 {
        let days = w.count(work.days_left, nouns::DAY);
        list.add("days_left", w.fill(phrases::DAYS_LEFT, &[("days", &days)]));
    }
}

fn of_tables(list: &mut List, status: &Status) {
    let w = list.words;
    match (status.days_behind, &status.last_day) {
        (Some(days), Some(last)) if days > 0 => {
            let days = w.count(days, nouns::DAY);
            let values: [(&str, &dyn Display); 3] = [("last", last), ("days", &days), ("due", &status.due_day)];
            list.add("tables_behind", w.fill(phrases::BEHIND, &values));
        }
        (None, _) => list.add("tables_missing", w.say(phrases::NO_TABLES).to_owned()),
        _ => {}
    }
    if let Some(first) = status.unreadable.first() {
        let message = match status.unreadable.len() - 1 {
            0 => w.fill(phrases::UNREADABLE, &[("first", first)]),
            more => w.fill(
                phrases::UNREADABLE_MORE,
                &[("first", first), ("files", &w.count(more, nouns::FILE))],
            ),
        };
        list.add("files_unreadable", message);
    }
    if let Some((path, why)) = status.unread.first_key_value() {
        let more = match status.unread.len() - 1 {
            0 => String::new(),
            more => format!(", {}", w.fill(phrases::MORE, &[("count", &w.grouped(more as i64))])),
        };
        let values: [(&str, &dyn Display); 3] = [("path", path), ("why", why), ("more", &more)];
        list.add("raw_files_unread", w.fill(phrases::NOT_READ, &values));
    }
}

fn of_former_sources(list: &mut List, status: &Status) {
    let w = list.words;
    for (source, files) in &status.former_sources {
        let values: [(&str, &dyn Display); 2] = [("source", source), ("files", &w.count(*files as i64, nouns::RAW_FILE))];
        list.add("source_former", w.fill(phrases::SOURCE_FORMER, &values));
    }
}

fn of_sources(list: &mut List, sources: &[SourceStatus]) {
    let w = list.words;
    for source in sources {
        let name = &source.source;
        if let Some(message) = source.lateness.text(w, name) {
            list.add("source_late", message);
        } else if source.latest_day.is_none() && source.files == 0 {
            list.add("source_empty", w.fill(phrases::SOURCE_EMPTY, &[("source", name)]));
        }
    }
    for source in sources.iter().filter(|source| exceeds_limit(source)) {
        let values: [(&str, &dyn Display); 5] = [
            ("part", &w.grouped(source.rejected)),
            ("records", &w.count(source.records, nouns::RECORD_DATIVE)),
            ("source", &source.source),
            ("percent", &percent(w, source.rejected, source.records)),
            ("limit", &w.percent(source.fail_above, 2)),
        ];
        list.add("rejects", w.fill(phrases::REJECTS, &values));
    }
}

fn exceeds_limit(source: &SourceStatus) -> bool {
    source.records > 0 && source.rejected as f64 / source.records as f64 > source.fail_above
}

/// A share, with two decimals.
pub fn percent(w: Words, part: i64, whole: i64) -> String {
    w.percent(part as f64 / (whole as f64).max(1.0), 2)
}

fn of_workloads(list: &mut List, status: &Status) {
    let w = list.words;
    for workload in status.workloads.iter().filter(|workload| workload.state == Use::Stopped) {
        let latest = workload.latest_day.as_deref().unwrap_or_else(|| w.say(phrases::LONG_AGO));
        let values: [(&str, &dyn Display); 2] = [("workload", &workload.workload), ("latest", &latest)];
        list.add("workload_stopped", w.fill(phrases::WORKLOAD_STOPPED, &values));
    }
    let is_sold = |total: Option<i64>| total.is_some_and(|total| total > 0);
    let never = || {
        status
            .workloads
            .iter()
            .filter(|of| of.state == Use::Never && is_sold(of.entitlements_total))
    };
    if never().next().is_some() {
        let workloads = some_of(w, never().map(|of| of.workload.as_str()));
        list.add("workload_never_used", w.fill(phrases::NEVER_USED, &[("workloads", &workloads)]));
    }
}

fn of_customers(list: &mut List, status: &Status) {
    let w = list.words;
    let silent = names(status, |customer| customer.latest_days[Feed::Activity.name()].is_none());
    if !silent.is_empty() {
        let values: [(&str, &dyn Display); 3] = [
            ("customers", &w.count(silent.len(), nouns::CUSTOMER)),
            ("days", &status.look_back_days),
            ("names", &some_of(w, silent)),
        ];
        list.add("customers_without_events", w.fill(phrases::WITHOUT_EVENTS, &values));
    }
    of_holes(list, status);
    of_collapsed_lists(list, status);
    of_old_lists(list, status);
    let by_name = names(status, |customer| customer.users_known_by_name > 0);
    if !by_name.is_empty() {
        let users: u64 = status.customers.iter().map(|customer| customer.users_known_by_name).sum();
        let values: [(&str, &dyn Display); 3] = [
            ("users", &w.count(users, nouns::USER)),
            ("customers", &w.count(by_name.len(), nouns::CUSTOMER)),
            ("names", &some_of(w, by_name)),
        ];
        list.add("users_known_by_name", w.fill(phrases::BY_NAME, &values));
    }
}

/// The name of a customer.
pub fn name(customer: &CustomerStatus) -> &str {
    customer.name.as_deref().unwrap_or(&customer.tenant_id)
}

fn names(status: &Status, of: impl Fn(&CustomerStatus) -> bool) -> Vec<&str> {
    status.customers.iter().filter(|customer| of(customer)).map(name).collect()
}

/// Customers whose logs have holes within the last window: holes that are still open, and others.
fn of_holes(list: &mut List, status: &Status) {
    let w = list.words;
    let holes = |is_open: bool| status.holes.iter().filter(move |hole| hole.is_in_window && hole.is_open == is_open);
    let customers = |is_open: bool| {
        let tenants: BTreeSet<&str> = holes(is_open).flat_map(|hole| &hole.customers).map(String::as_str).collect();
        w.count(tenants.len(), nouns::CUSTOMER)
    };
    let all = status.customers.len();
    let texts = |hole: &Hole| {
        let whose = match hole.customers.len() {
            number if number == all => w.say(phrases::EVERY_CUSTOMER).to_owned(),
            _ => some_of(w, names(status, |customer| hole.customers.contains(&customer.tenant_id))),
        };
        format!("{} ({whose})", range(&hole.first_day, &hole.last_day))
    };
    let some = |is_open: bool| {
        let mut texts: Vec<String> = holes(is_open).take(HOLES).map(texts).collect();
        let more = holes(is_open).count() - texts.len();
        if more > 0 {
            texts.push(w.fill(phrases::MORE, &[("count", &w.grouped(more as i64))]));
        }
        texts.join("; ")
    };
    if holes(true).next().is_some() {
        let message = w.fill(phrases::SILENT, &[("customers", &customers(true)), ("holes", &some(true))]);
        list.add("customers_silent", message);
    }
    if holes(false).next().is_some() {
        let number = w.count(holes(false).count(), nouns::HOLE);
        let values: [(&str, &dyn Display); 3] = [("holes", &number), ("customers", &customers(false)), ("list", &some(false))];
        list.add("holes", w.fill(phrases::HOLES, &values));
    }
}

/// Lists that lost nearly all entries at once.
fn of_collapsed_lists(list: &mut List, status: &Status) {
    for collapsed in status.collapsed_lists.iter().take(NAMES) {
        list.add("list_collapsed", collapsed.text(list.words));
    }
    let more = status.collapsed_lists.len().saturating_sub(NAMES);
    if more > 0 {
        let lists = list.words.count(more, nouns::LIST);
        list.add("list_collapsed", list.words.fill(phrases::MORE_COLLAPSED, &[("lists", &lists)]));
    }
}

/// Customers whose seats come from a stale list, the oldest first.
fn of_old_lists(list: &mut List, status: &Status) {
    let w = list.words;
    let age = |customer: &CustomerStatus| customer.seats_snapshot_age_days.unwrap_or(0);
    let is_old = |customer: &&CustomerStatus| age(customer) > status.snapshot_stale_days;
    let mut old: Vec<&CustomerStatus> = status.customers.iter().filter(is_old).collect();
    old.sort_by_key(|customer| std::cmp::Reverse(age(customer)));
    let texts: Vec<String> = old
        .iter()
        .map(|customer| format!("{} ({})", name(customer), w.count(age(customer), nouns::DAY)))
        .collect();
    if !texts.is_empty() {
        let values: [(&str, &dyn Display); 3] = [
            ("days", &w.count(status.snapshot_stale_days, nouns::DAY)),
            ("customers", &w.count(texts.len(), nouns::CUSTOMER)),
            ("names", &some_of(w, texts.iter().map(String::as_str))),
        ];
        list.add("lists_stale", w.fill(phrases::LISTS_STALE, &values));
    }
}

fn of_lists(list: &mut List, status: &Status) {
    let w = list.words;
    let unlisted = names(status, |customer| !customer.is_listed);
    let has_lists = status.sources.iter().any(|source| source.feed == Feed::Customers.name());
    if !unlisted.is_empty() && has_lists {
        let tenants = w.count(unlisted.len(), nouns::TENANT);
        let names = some_of(w, unlisted);
        list.add(
            "customers_unlisted",
            w.fill(phrases::UNLISTED, &[("tenants", &tenants), ("names", &names)]),
        );
    } else if !unlisted.is_empty() {
        list.add("customers_unlisted", w.say(phrases::NO_LIST).to_owned());
    }
    if !status.unknown_products.is_empty() {
        let products = w.count(status.unknown_products.len(), nouns::PRODUCT);
        let names = some_of(w, status.unknown_products.iter().map(|product| product.sku_id.as_str()));
        list.add(
            "products_unknown",
            w.fill(phrases::UNKNOWN_PRODUCTS, &[("products", &products), ("names", &names)]),
        );
    }
}
