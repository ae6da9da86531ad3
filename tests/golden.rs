//! Scenarios as data: a folder of raw files and the rows that have to come out, worked out by hand
//! (see `golden/README.md`).

mod expected;
mod outcomes;
mod second_computation;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use arrow::array::{
    Array, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    UInt32Array,
};
use uptake::domain::day::{Day, Instant};
use uptake::observe::record;
use uptake::pipeline::settings::Settings;
use uptake::reference::{self, Inputs, Tables};
use uptake::sources::read::read_in_order;
use uptake::sources::{self, file_context::FileContext, path::path_context};
use uptake::stages;
use uptake::stages::activity::activity_28d::Activity28d;
use uptake::stages::licenses::assignments::Assignment;
use uptake::stages::measures::adoption::Adoption;
use uptake::stages::measures::customer_adoption::CustomerAdoption;
use uptake::stages::measures::portfolio::Portfolio;
use uptake::stages::measures::seat_outcomes::SEAT_OUTCOMES;
use uptake::stages::measures::spend::Spend;
use uptake::stages::measures::usage::Usage;
use uptake::stages::measures::workload_adoption::WorkloadAdoption;
use uptake::stages::next_steps::NextStep;
use uptake::storage;
use uptake::warehouse::contract::{Column, Contract, Kind, Partition};
use uptake::warehouse::store::Store;
use uptake::warehouse::table::Row;

use crate::workdir::{run_pipeline, settings};
use expected::{Expected, fraction};
use second_computation::{assert_same, reference_rows, reference_tables};

/// The partner of all scenarios.
const PARTNER: &str = "f0000000-0000-4000-8000-00000000000f";

/// Declares a test for each scenario, and the list of them all.
macro_rules! scenarios {
    ($($test:ident = $folder:literal,)+) => {
        pub const SCENARIOS: &[&str] = &[$($folder),+];
        $(#[test]
        fn $test() {
            check($folder);
        })+
    };
}

scenarios! {
    onedrive_counts_with_sharepoint = "onedrive-counts-with-sharepoint",
    day_28_counts_and_day_29_does_not = "day-28-counts-and-day-29-does-not",
    a_license_that_moved_to_a_new_user = "a-license-that-moved-to-a-new-user",
    removed_and_used_on_the_same_day = "removed-and-used-on-the-same-day",
    a_second_subscription_in_grace = "a-second-subscription-in-grace",
    trial_activity_without_entitlement = "trial-activity-without-entitlement",
    yammer_used_beyond_the_license_with_the_guest_left_out = "yammer-used-beyond-the-license-with-the-guest-left-out",
    suspended_is_no_entitlement = "suspended-is-no-entitlement",
    licenses_of_other_partners_count = "licenses-of-other-partners-count",
    own_licenses_only_are_prorated = "own-licenses-only-are-prorated",
    removed_by_deleting_the_user_and_given_back_by_restoring = "removed-by-deleting-the-user-and-given-back-by-restoring",
    the_first_event_proves_the_earlier_holding = "the-first-event-proves-the-earlier-holding",
    a_snapshot_before_any_event_says_who_held_what = "a-snapshot-before-any-event-says-who-held-what",
    a_later_snapshot_closes_and_opens = "a-later-snapshot-closes-and-opens",
    an_incomplete_snapshot_closes_nothing = "an-incomplete-snapshot-closes-nothing",
    two_skus_with_one_workload = "two-skus-with-one-workload",
    exchange_s_foundation_is_not_exchange = "exchange-s-foundation-is-not-exchange",
    failed_and_interrupted_sign_ins_do_not_count = "failed-and-interrupted-sign-ins-do-not-count",
    service_principals_do_not_count = "service-principals-do-not-count",
    zero_sold_is_null_and_no_error = "zero-sold-is-null-and-no-error",
    before_the_first_snapshot_seats_are_unknown = "before-the-first-snapshot-seats-are-unknown",
    the_events_day_comes_from_created_date_time_with_its_offset = "the-events-day-comes-from-created-date-time-with-its-offset",
    a_pipeline_time_zone_moves_the_day = "a-pipeline-time-zone-moves-the-day",
    the_same_event_twice_and_late_counts_once = "the-same-event-twice-and-late-counts-once",
    portfolio_ratios_are_sums_over_sums = "portfolio-ratios-are-sums-over-sums",
    excluded_products_stay_out_of_the_portfolio = "excluded-products-stay-out-of-the-portfolio",
    a_tenant_without_a_snapshot_is_in_no_sum = "a-tenant-without-a-snapshot-is-in-no-sum",
    two_sources_of_subscriptions_are_not_added_up = "two-sources-of-subscriptions-are-not-added-up",
    a_list_of_users_without_a_word_about_licenses_closes_nothing = "a-list-of-users-without-a-word-about-licenses-closes-nothing",
    a_list_that_nobody_renews_gives_way_to_a_younger_one = "a-list-that-nobody-renews-gives-way-to-a-younger-one",
    a_list_that_is_empty_at_once_is_followed = "a-list-that-is-empty-at-once-is-followed",
    a_name_that_changes_hands_is_one_users_at_a_time = "a-name-that-changes-hands-is-one-users-at-a-time",
    over_assigned_107_percent_taken_apart_into_its_parts = "over-assigned-107-percent-taken-apart-into-its-parts",
    unreadable_lines_become_rejects_and_nothing_is_lost = "unreadable-lines-become-rejects-and-nothing-is-lost",
    a_sign_in_to_another_tenants_resource_counts_for_no_workload = "a-sign-in-to-another-tenants-resource-counts-for-no-workload",
    evidence_chooses_what_makes_a_day_active = "evidence-chooses-what-makes-a-day-active",
    a_change_of_disabled_plans_assigns_and_removes_nothing = "a-change-of-disabled-plans-assigns-and-removes-nothing",
    a_license_given_twice_is_one_assignment = "a-license-given-twice-is-one-assignment",
    low_usage_below_the_limit_with_enough_seats = "low-usage-below-the-limit-with-enough-seats",
    unused_seats_in_tiers_with_new_ones_left_out = "unused-seats-in-tiers-with-new-ones-left-out",
    support_load_by_seats_and_of_a_new_product = "support-load-by-seats-and-of-a-new-product",
    upsell_when_deployment_and_usage_are_both_high = "upsell-when-deployment-and-usage-are-both-high",
    seats_are_kept_left_used_again_new_or_taken_back = "seats-are-kept-left-used-again-new-or-taken-back",
    people_count_once_whatever_they_hold = "people-count-once-whatever-they-hold",
    who_was_switched_to_another_product_is_no_leaver = "who-was-switched-to-another-product-is-no-leaver",
    no_more_seats_are_offered_where_licenses_moved_on = "no-more-seats-are-offered-where-licenses-moved-on",
    upsell_where_a_workload_is_used_without_a_license = "upsell-where-a-workload-is-used-without-a-license",
    overuse_with_the_parts_that_explain_it_in_german = "overuse-with-the-parts-that-explain-it-in-german",
    trials_and_grace_periods_that_end_soon = "trials-and-grace-periods-that-end-soon",
    a_customer_who_left_is_out_of_all_sums_and_steps_from_that_day_on =
        "a-customer-who-left-is-out-of-all-sums-and-steps-from-that-day-on",
    exceptions_take_customers_and_products_out_of_scope_from_a_day_on =
        "exceptions-take-customers-and-products-out-of-scope-from-a-day-on",
    spare_seats_are_meant_to_be_unused = "spare-seats-are-meant-to-be-unused",
    a_grace_period_whose_end_is_unknown_or_past_can_end_any_day =
        "a-grace-period-whose-end-is-unknown-or-past-can-end-any-day",
    a_year_can_be_given_back_only_at_its_renewal_and_a_month_at_any_time =
        "a-year-can-be-given-back-only-at-its-renewal-and-a-month-at-any-time",
    products_out_of_scope_get_no_advice = "products-out-of-scope-get-no-advice",
    an_agents_sign_ins_are_kept_and_are_no_activity = "an-agents-sign-ins-are-kept-and-are-no-activity",
    administration_is_no_use = "administration-is-no-use",
    a_technician_counts_with_a_license_and_never_without = "a-technician-counts-with-a-license-and-never-without",
    what_members_do_in_another_tenant_makes_no_customer = "what-members-do-in-another-tenant-makes-no-customer",
    seats_cost_the_price_that_counts_on_the_day = "seats-cost-the-price-that-counts-on-the-day",
    a_smaller_product_beside_a_larger_one_overlaps = "a-smaller-product-beside-a-larger-one-overlaps",
    seats_of_disabled_accounts_are_reclaimed_first = "seats-of-disabled-accounts-are-reclaimed-first",
    people_who_wait_for_a_seat_call_for_more = "people-who-wait-for-a-seat-call-for-more",
    seats_that_nobody_knows_to_be_sold_can_be_unused = "seats-that-nobody-knows-to-be-sold-can-be-unused",
    teams_that_is_sold_apart_is_one_entitlement_a_person = "teams-that-is-sold-apart-is-one-entitlement-a-person",
    what_no_person_pays_for_or_is_given_rules_no_portfolio = "what-no-person-pays-for-or-is-given-rules-no-portfolio",
    a_tenant_without_logs_is_known_by_its_usage_reports = "a-tenant-without-logs-is-known-by-its-usage-reports",
    reports_count_beside_logs_unless_the_pipeline_leaves_them_out = "reports-count-beside-logs-unless-the-pipeline-leaves-them-out",
    new_commerce_offers_are_found_by_product_and_sku_or_by_name = "new-commerce-offers-are-found-by-product-and-sku-or-by-name",
}

#[test]
fn every_folder_is_a_listed_scenario() {
    let entries = fs::read_dir(golden())
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_dir());
    let folders: BTreeSet<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    let listed: BTreeSet<String> = SCENARIOS.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(folders, listed);
    assert_eq!(listed.len(), SCENARIOS.len(), "a scenario is listed twice");
}

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Runs one scenario and holds the warehouse against what is expected, and against what always has
/// to hold.
fn check(scenario: &str) {
    let work = tempfile::tempdir().unwrap();
    let (settings, expected) = site(scenario, work.path());
    let report = run_pipeline(&settings).unwrap();
    let warehouse = Warehouse {
        store: Store::at(&settings.warehouse),
        settings: &settings,
    };
    let faults: Vec<String> = expected.iter().filter_map(|table| warehouse.fault(table)).collect();
    assert!(faults.is_empty(), "\n{scenario}\n{}", faults.join("\n"));
    let first = report.first_day.as_deref().and_then(Day::parse).expect("a scenario has days");
    let days: Vec<Day> = first.to(settings.last_day.unwrap()).collect();
    warehouse.parts_add_up(&days);
    warehouse.agrees_with_the_reference(&days);
    // As the command does: `run.json` is the last that a run writes.
    record::write(&*storage::at(&settings.published), &settings, &report, Instant(0)).unwrap();
    let again = run_pipeline(&settings).unwrap();
    assert!(again.is_idle(), "a second run found something to do: {:?}", again.steps);
}

/// A scenario with its warehouse in a folder, and what is expected there.
fn site(scenario: &str, work: &Path) -> (Settings, Vec<Expected>) {
    let folder = golden().join(scenario);
    let expected = Expected::all(&folder.join("expected"));
    (settings(&folder, &pipeline(&folder, work, &expected)), expected)
}

/// Writes the raw files, the catalogues and the pipeline file of a scenario to a folder, where the
/// program can be called, and returns the pipeline file.
pub fn written_to(scenario: &str, work: &Path) -> PathBuf {
    let folder = golden().join(scenario);
    let expected = Expected::all(&folder.join("expected"));
    for file in walkdir::WalkDir::new(&folder).into_iter().map(Result::unwrap) {
        let below = file.path().strip_prefix(&folder).unwrap();
        if file.file_type().is_file() && !below.starts_with("expected") {
            let to = work.join(below);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(file.path(), to).unwrap();
        }
    }
    let written = work.join("pipeline.toml");
    fs::write(&written, pipeline(&folder, work, &expected)).unwrap();
    written
}

/// The settings of a scenario that ran in a folder.
pub fn ran(scenario: &str, work: &Path) -> Settings {
    let (settings, _) = site(scenario, work);
    run_pipeline(&settings).unwrap();
    settings
}

/// The id that a word of the scenarios stands for.
pub fn id_of(name: &str) -> String {
    names()[name].clone()
}

/// The scenario's own settings, and then what all have in common.
fn pipeline(folder: &Path, work: &Path, expected: &[Expected]) -> String {
    let own = fs::read_to_string(folder.join("pipeline.toml")).unwrap_or_default();
    let mut text = format!("partner_tenant_id = \"{PARTNER}\"\n");
    if !own.contains("last_day") {
        let last = expected
            .iter()
            .filter_map(Expected::last_day)
            .max()
            .expect("a day in some expected file");
        text.push_str(&format!("last_day = \"{last}\"\n"));
    }
    text.push_str(&own);
    if !own.contains("[[source]]") {
        text.push_str(&fs::read_to_string(golden().join("standard.toml")).unwrap());
    }
    let place = |name: &str| work.join(name).display().to_string();
    text.push_str("\n[input]\nroot = \"input\"\n");
    text.push_str(&format!(
        "[warehouse]\npath = '{}'\npublished = '{}'\n",
        place("warehouse"),
        place("published")
    ));
    text
}

/// The ids that names stand for.
fn names() -> BTreeMap<String, String> {
    let mut reader = csv::Reader::from_path(golden().join("names.csv")).unwrap();
    reader
        .records()
        .map(Result::unwrap)
        .map(|record| (record[0].to_owned(), record[1].to_owned()))
        .collect()
}

struct Warehouse<'s> {
    store: Store,
    settings: &'s Settings,
}

impl Warehouse<'_> {
    /// What is wrong with a table, in words.
    fn fault(&self, expected: &Expected) -> Option<String> {
        let mut fault = String::new();
        for (day, rows) in &expected.rows {
            let mut wanted: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
            let mut found = self.cells(expected, *day);
            wanted.sort();
            found.sort();
            if wanted == found {
                continue;
            }
            fault.push_str(&format!(
                "  {} {}\n",
                expected.contract.name,
                day.map(|day| day.to_string()).unwrap_or_default()
            ));
            let header: Vec<&str> = expected.columns.iter().map(|column| column.name).collect();
            fault.push_str(&format!("            {}\n", header.join(",")));
            without(&wanted, &found)
                .iter()
                .for_each(|row| fault.push_str(&format!("  expected  {row}\n")));
            without(&found, &wanted)
                .iter()
                .for_each(|row| fault.push_str(&format!("  found     {row}\n")));
        }
        (!fault.is_empty()).then(|| self.with_names(fault))
    }

    /// Ids as names again: a message is read by people.
    fn with_names(&self, mut text: String) -> String {
        for (name, id) in names() {
            text = text.replace(&id, &name);
        }
        text
    }

    fn places(&self, contract: &Contract, day: Option<Day>) -> Vec<(Option<Day>, u32)> {
        (0..contract.files(u32::from(self.settings.shards)))
            .map(|shard| (day, shard))
            .collect()
    }

    /// The rows of a day as text, only the columns that are expected.
    fn cells(&self, expected: &Expected, day: Option<Day>) -> Vec<String> {
        let mut rows = Vec::new();
        for frame in self.frames(expected.contract, day) {
            for row in 0..frame.num_rows() {
                let cells: Vec<String> = expected
                    .columns
                    .iter()
                    .map(|column| found_cell(frame.column_by_name(column.name).unwrap(), column.kind, row))
                    .collect();
                rows.push(cells.join(","));
            }
        }
        rows
    }

    fn frames(&self, contract: &Contract, day: Option<Day>) -> Vec<RecordBatch> {
        if contract.name == SEAT_OUTCOMES.name {
            return outcomes::frames(self.settings, day.expect("a day"));
        }
        // Nothing was received on many a day; every other table has a file for each day.
        let is_there = |place: &(Option<Day>, u32)| contract.partition != Partition::Received || self.store.path(contract, *place).exists();
        let places = self.places(contract, day).into_iter().filter(is_there);
        places.map(|place| self.store.read(contract, place, &[]).unwrap()).collect()
    }

    fn rows<R: Row>(&self, day: Option<Day>) -> Vec<R> {
        self.places(R::CONTRACT, day)
            .into_iter()
            .flat_map(|place| self.store.rows::<R>(place).unwrap())
            .collect()
    }

    /// The six parts of every row add up, and adjusted usage is at most 1.
    fn parts_add_up(&self, days: &[Day]) {
        for &day in days {
            for row in self.rows::<Usage>(Some(day)) {
                let parts = row.active_current
                    + row.active_moved
                    + row.active_switched
                    + row.active_lapsed
                    + row.active_trial
                    + row.active_over_assigned;
                assert_eq!(parts, row.entitlements_active, "{day} {row:?}");
                assert!(row.usage_ratio_adjusted.is_none_or(|ratio| ratio <= 1.0), "{day} {row:?}");
            }
            for row in self.rows::<Adoption>(Some(day)) {
                let parts = row.active_current
                    + row.active_moved
                    + row.active_switched
                    + row.active_lapsed
                    + row.active_trial
                    + row.active_over_assigned;
                assert_eq!(parts, row.entitlements_active, "{day} {row:?}");
                assert!(row.usage_ratio_adjusted.is_none_or(|ratio| ratio <= 1.0), "{day} {row:?}");
            }
        }
    }

    /// The slow computation gives the same rows.
    fn agrees_with_the_reference(&self, days: &[Day]) {
        let tables = reference_tables(self.settings, days);
        let of = |text: String| self.with_names(text);
        for &day in days {
            assert_same(
                "activity_28d",
                day,
                self.rows::<Activity28d>(Some(day)),
                reference_rows(&tables.activity_28d, |key| key.day == day),
                of,
            );
            assert_same(
                "usage",
                day,
                self.rows::<Usage>(Some(day)),
                reference_rows(&tables.usage, |key| key.day == day),
                of,
            );
            assert_same(
                "adoption",
                day,
                self.rows::<Adoption>(Some(day)),
                reference_rows(&tables.adoption, |key| key.day == day),
                of,
            );
            let workloads = reference_rows(&tables.workload_adoption, |key| key.day == day);
            assert_same("workload_adoption", day, self.rows::<WorkloadAdoption>(Some(day)), workloads, of);
            let customers = reference_rows(&tables.customer_adoption, |key| key.day == day);
            assert_same("customer_adoption", day, self.rows::<CustomerAdoption>(Some(day)), customers, of);
            assert_same(
                "spend",
                day,
                self.rows::<Spend>(Some(day)),
                reference_rows(&tables.spend, |key| key.day == day),
                of,
            );
            let outcomes = reference_rows(&tables.seat_outcomes, |key| key.day == day);
            assert_same(SEAT_OUTCOMES.name, day, outcomes::rows(self.settings, day), outcomes, of);
            assert_same(
                "portfolio",
                day,
                self.rows::<Portfolio>(Some(day)),
                reference_rows(&tables.portfolio, |key| key.day == day),
                of,
            );
        }
        for &day in days {
            let advised = self.rows::<NextStep>(Some(day)).into_iter();
            let found: BTreeSet<_> = advised
                .map(|row| {
                    (
                        row.tenant_id,
                        row.sku_id,
                        row.workload,
                        row.code,
                        row.evidence,
                        row.money_per_month,
                        row.currency,
                    )
                })
                .collect();
            let steps = tables.next_steps.iter().filter(|(key, _)| key.day == day);
            let expected: BTreeSet<_> = steps
                .map(|(key, row)| {
                    let money = (row.money_per_month, row.currency);
                    (
                        key.tenant_id,
                        key.sku_id,
                        key.workload.clone(),
                        key.code,
                        row.evidence.clone(),
                        money.0,
                        money.1,
                    )
                })
                .collect();
            assert_eq!(found, expected, "next_steps of {day}");
        }
        let assignments = reference_rows(&tables.assignments, |_| true);
        assert_same("assignments", days[0], self.rows::<Assignment>(None), assignments, of);
    }
}

/// The rows of one list that another one lacks; of equal rows each counts.
fn without(rows: &[String], other: &[String]) -> Vec<String> {
    let mut other: Vec<&String> = other.iter().collect();
    rows.iter()
        .filter(|row| match other.iter().position(|known| known == row) {
            Some(at) => {
                other.swap_remove(at);
                false
            }
            None => true,
        })
        .cloned()
        .collect()
}

fn found_cell(column: &dyn Array, kind: Kind, row: usize) -> String {
    fn value<A: 'static>(column: &dyn Array) -> &A {
        column.as_any().downcast_ref::<A>().expect("the contract's type")
    }
    if column.is_null(row) {
        return String::new();
    }
    match kind {
        Kind::Text => value::<StringArray>(column).value(row).to_owned(),
        Kind::Count => value::<Int64Array>(column).value(row).to_string(),
        Kind::Bits => value::<UInt32Array>(column).value(row).to_string(),
        Kind::Flag => value::<BooleanArray>(column).value(row).to_string(),
        Kind::Day => Day(value::<Date32Array>(column).value(row)).to_string(),
        Kind::Instant => Instant(value::<TimestampMicrosecondArray>(column).value(row)).to_string(),
        Kind::Ratio => fraction(value::<Float64Array>(column).value(row)),
        Kind::Money => value::<Decimal128Array>(column).value_as_string(row),
    }
}
