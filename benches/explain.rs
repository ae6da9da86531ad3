//! Explanations out of a warehouse of 1,000 customers and 400 days in one shard: 30 users each, who
//! use two workloads every day. The tables are written as a run would leave them, without raw
//! files; that takes a minute. Only partitions that an explanation opens have rows of activity, all
//! others are empty.
#![allow(clippy::unwrap_used, reason = "a benchmark ends by panicking")]
#![allow(clippy::disallowed_methods, reason = "a benchmark puts files where it wants")]

use std::fs;
use std::sync::OnceLock;

use arrow::record_batch::RecordBatch;
use uptake::domain::day::{Day, Instant, MICROS_PER_HOUR};
use uptake::domain::digest::Fingerprint;
use uptake::domain::guid::Guid;
use uptake::domain::kinds::{ActivitySource, Evidence, Opened};
use uptake::domain::subscription::{Seller, State};
use uptake::domain::window::{WINDOW_MASK, first_day};
use uptake::engine::query::explain::{Answer, ExplainRequest, explain};
use uptake::pipeline::catalogue::built_in;
use uptake::pipeline::file;
use uptake::pipeline::settings::Settings;
use uptake::stages::activity::activity_28d::Activity28d;
use uptake::stages::activity::activity_coverage::ActivityCoverage;
use uptake::stages::activity::activity_daily::{ActivityBefore, ActivityDaily};
use uptake::stages::licenses::assignments::Assignment;
use uptake::stages::licenses::subscriptions::Subscription;
use uptake::stages::measures::adoption::Adoption;
use uptake::stages::measures::usage::{Usage, ratio};
use uptake::stages::measures::workload_adoption::WorkloadAdoption;
use uptake::stages::received::activity_events::{ACTIVITY_EVENTS, ActivityEvent};
use uptake::stages::received::customers::Customer;
use uptake::warehouse::file::footer::DayPart;
use uptake::warehouse::store::Store;
use uptake::warehouse::table::Row;

fn main() {
    divan::main();
}

const TENANTS: u128 = 1_000;
const USERS: u128 = 30;
const SEATS: i64 = 25;
const DAYS: i32 = 400;
/// Days with rows of activity: the windows of the day and of the one 28 days before.
const FILLED_DAYS: i32 = 56;
const USED: [&str; 2] = ["exchange", "teams"];
const PRODUCT: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";

fn last() -> Day {
    Day::parse("2026-09-30").unwrap()
}

fn sku() -> Guid {
    Guid::parse(PRODUCT.as_bytes()).unwrap()
}

fn tenants() -> impl Iterator<Item = Guid> {
    (0..TENANTS).map(|tenant| Guid(tenant << 100 | 0x4000_8000))
}

fn users(tenant: Guid) -> impl Iterator<Item = String> {
    (0..USERS).map(move |user| Guid(tenant.0 ^ (user + 1) << 64).to_string())
}

struct Site {
    _folder: tempfile::TempDir,
    settings: Settings,
}

fn site() -> &'static Site {
    static SITE: OnceLock<Site> = OnceLock::new();
    SITE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipeline.toml");
        let text = "[input]\nroot = \"raw\"\n[warehouse]\npath = \"warehouse\"\npublished = \"published\"\n\
                    [[source]]\nfeed = \"activity\"\npath = \"*.json\"\n";
        fs::write(&path, text).unwrap();
        let written = file::parse(text, &path).unwrap();
        let settings = written.resolve(built_in().parse().unwrap().catalogue).unwrap();
        let store = Store::at(&settings.warehouse);
        let _lock = store.lock("a benchmark").unwrap();
        fill(&store, &settings);
        Site { _folder: folder, settings }
    })
}

fn put<R: Row>(store: &Store, day: Option<Day>, rows: &[R]) {
    store.replace_rows((day, 0), rows, Fingerprint::default()).unwrap();
}

fn fill(store: &Store, settings: &Settings) {
    let first = last().plus(1 - DAYS);
    let filled = last().plus(1 - FILLED_DAYS);
    let nobody = RecordBatch::new_empty(ActivityDaily::CONTRACT.schema());
    let somebody = ActivityDaily::frame(&activity()).unwrap();
    let workloads: Vec<&str> = settings.rules.catalogue.workloads_of(sku()).collect();
    put(store, None, &assignments());
    for day in first.to(last()) {
        put(store, Some(day), &subscriptions(first));
        put(store, Some(day), &adoption(first));
        put(store, Some(day), &usage(&workloads));
        put::<WorkloadAdoption>(store, Some(day), &[]);
        put(store, Some(day), &coverage());
        put(store, Some(day), &customers());
        let frame = if day >= filled { &somebody } else { &nobody };
        store
            .replace(ActivityDaily::CONTRACT, (Some(day), 0), frame, Fingerprint::default(), &[])
            .unwrap();
        let events = if day >= filled { events(day) } else { Vec::new() };
        let parts = [DayPart {
            day: day.0,
            rows: events.len() as u64,
            sign_ins: events.len() as u64,
            digest: Default::default(),
        }];
        let frame = ActivityEvent::frame(&events).unwrap();
        store
            .replace(&ACTIVITY_EVENTS, (Some(day), 0), &frame, Fingerprint::default(), &parts)
            .unwrap();
    }
    for day in first_day(first).to(first.plus(-1)) {
        put::<ActivityBefore>(store, Some(day), &[]);
    }
    let windows = (1..).map(|step| last().plus(-28 * step)).take_while(|day| *day >= first);
    windows.chain([first]).for_each(|day| put(store, Some(day), &windows_of(day)));
}

fn activity() -> Vec<ActivityDaily> {
    let row = |tenant_id: Guid, user_id: &str, workload: &str| ActivityDaily {
        tenant_id,
        user_id: user_id.to_owned(),
        workload: workload.to_owned(),
        interactive_sign_ins: 1,
        non_interactive_sign_ins: 0,
        actions: 0,
        reports: 0,
        guest: false,
        first_at: Instant(0),
        last_at: Instant(0),
    };
    let mut rows: Vec<ActivityDaily> = tenants()
        .flat_map(|tenant| users(tenant).flat_map(move |user| USED.map(|workload| row(tenant, &user, workload))))
        .collect();
    rows.sort_by(|a, b| (a.tenant_id, &a.user_id, &a.workload).cmp(&(b.tenant_id, &b.user_id, &b.workload)));
    rows
}

fn windows_of(day: Day) -> Vec<Activity28d> {
    let row = |daily: ActivityDaily| Activity28d {
        tenant_id: daily.tenant_id,
        user_id: daily.user_id,
        workload: daily.workload,
        active_bits: WINDOW_MASK,
        interactive_bits: WINDOW_MASK,
        non_interactive_bits: 0,
        action_bits: 0,
        report_bits: 0,
        active_days: 28,
        last_active_day: Some(day),
    };
    activity().into_iter().map(row).collect()
}

fn events(day: Day) -> Vec<ActivityEvent> {
    let row = |at: usize, daily: ActivityDaily| ActivityEvent {
        tenant_id: daily.tenant_id,
        day,
        event_id: format!("{at:08}-{}", day.0),
        user_id: daily.user_id,
        app_id: "app".to_owned(),
        resource_id: daily.workload.clone(),
        interactive: Some(true),
        event_time: Instant(day.start_utc().0 + 9 * MICROS_PER_HOUR + at as i64),
        workload: Some(daily.workload),
        succeeded: true,
        guest: false,
        foreign_resource: false,
        agent: false,
        named_workload: None,
        evidence: Evidence::Interactive,
        source_file: format!("{}/{day}/PT1H.json", daily.tenant_id),
        source_line: at as i64,
    };
    activity().into_iter().enumerate().map(|(at, daily)| row(at, daily)).collect()
}

fn assignments() -> Vec<Assignment> {
    let row = |tenant_id, user_id| Assignment {
        tenant_id,
        user_id,
        sku_id: sku(),
        assigned_day: None,
        removed_day: None,
        source: Opened::Before,
    };
    let mut rows: Vec<Assignment> = tenants()
        .flat_map(|tenant| users(tenant).map(move |user| row(tenant, user)))
        .collect();
    rows.sort_by(|a, b| (a.tenant_id, &a.user_id).cmp(&(b.tenant_id, &b.user_id)));
    rows
}

fn subscriptions(snapshot_day: Day) -> Vec<Subscription> {
    let row = |tenant_id| Subscription {
        tenant_id,
        subscription_id: "only".to_owned(),
        sku_id: sku(),
        seats: SEATS,
        state: State::Active,
        is_trial: false,
        seller: Seller::Other,
        ends_on: None,
        renews_on: None,
        term: None,
        auto_renew: None,
        snapshot_day,
    };
    tenants().map(row).collect()
}

fn adoption(snapshot_day: Day) -> Vec<Adoption> {
    let users = USERS as i64;
    let row = |tenant_id| Adoption {
        tenant_id,
        sku_id: sku(),
        seats_sold: Some(SEATS),
        seats_sold_own: Some(0),
        seats_trial: Some(0),
        seats_lapsed: Some(0),
        seats_assigned: users,
        seats_assigned_disabled: 0,
        seats_unassigned: Some(0),
        users_waiting: 0,
        deployment_ratio: ratio(users, Some(SEATS)),
        seats_assigned_own_prorated: Some(0.0),
        entitlements_total: Some(SEATS),
        entitlements_active: users,
        active_current: SEATS,
        active_moved: 0,
        active_switched: 0,
        active_lapsed: 0,
        active_trial: 0,
        active_over_assigned: users - SEATS,
        usage_ratio: ratio(users, Some(SEATS)),
        usage_ratio_adjusted: Some(1.0),
        in_scope: true,
        scope_reason: None,
        window_days_covered: 28,
        activity_source: Some(ActivitySource::Logs),
        window_complete: true,
        seats_snapshot_day: Some(snapshot_day),
    };
    tenants().map(row).collect()
}

fn usage(workloads: &[&str]) -> Vec<Usage> {
    let row = |tenant_id, workload: &str| {
        let active = if USED.contains(&workload) { USERS as i64 } else { 0 };
        Usage {
            tenant_id,
            sku_id: sku(),
            workload: workload.to_owned(),
            entitlements_total: Some(SEATS),
            entitlements_active: active,
            active_current: active.min(SEATS),
            active_moved: 0,
            active_switched: 0,
            active_lapsed: 0,
            active_trial: 0,
            active_over_assigned: (active - SEATS).max(0),
            usage_ratio: ratio(active, Some(SEATS)),
            usage_ratio_adjusted: ratio(active.min(SEATS), Some(SEATS)),
        }
    };
    tenants()
        .flat_map(|tenant| workloads.iter().map(move |workload| row(tenant, workload)))
        .collect()
}

fn coverage() -> Vec<ActivityCoverage> {
    let row = |tenant_id| ActivityCoverage {
        tenant_id,
        events: 1,
        reports: 0,
        digest: String::new(),
        named_users: String::new(),
    };
    tenants().map(row).collect()
}

fn customers() -> Vec<Customer> {
    let row = |(at, tenant_id)| Customer {
        tenant_id,
        source_file: "customers.csv".to_owned(),
        source_line: at as i64 + 2,
        name: format!("Customer {at}"),
        domain: format!("customer-{at}.example"),
        country: String::new(),
        segment: String::new(),
        left_on: None,
    };
    tenants().enumerate().map(row).collect()
}

/// What somebody asks about a customer in the middle of the files.
fn asked() -> ExplainRequest {
    ExplainRequest {
        customer: Some("customer-577.example".to_owned()),
        ..ExplainRequest::default()
    }
}

fn answer(asked: &ExplainRequest) -> Answer {
    let settings = &site().settings;
    let answer = explain(settings, &Store::at(&settings.warehouse), asked).unwrap();
    assert!(answer.differences().is_empty(), "{:?}", answer.differences());
    answer
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn product(bencher: divan::Bencher<'_, '_>) {
    let asked = ExplainRequest {
        product: Some(PRODUCT.to_owned()),
        ..asked()
    };
    site();
    bencher.bench(|| answer(&asked));
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn customer(bencher: divan::Bencher<'_, '_>) {
    site();
    bencher.bench(|| answer(&asked()));
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn user(bencher: divan::Bencher<'_, '_>) {
    let tenant = tenants().nth(577).unwrap();
    let asked = ExplainRequest {
        user: users(tenant).next(),
        ..asked()
    };
    site();
    bencher.bench(|| answer(&asked));
}
