//! Laws: what holds whatever the logs say. Each is held against random small portfolios of raw
//! files in the real forms.
//!
//! | variable | meaning |
//! |---|---|
//! | `UPTAKE_CASES` | how many portfolios each law is held against; default 30 |
//! | `UPTAKE_SEED` | a number: the same portfolios again (a failure says its own) |
//! | `UPTAKE_SHRINK_SECONDS` | how long a failing portfolio is made smaller; default 90 |

mod check;
mod dress;
mod explained;
mod facts;
mod files;
mod nights;
mod on_stores;
mod outcomes;
mod pages;
mod parts;
mod questions;
mod reference;
mod render;
pub mod rows;
mod settings;
mod site;
mod strategy;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use tempfile::TempDir;
use uptake::domain::day::{Day, Instant};
use uptake::domain::kinds::Opened;
use uptake::domain::next_steps::StepCode;
use uptake::engine::health::status;
use uptake::engine::report::RunReport;
use uptake::engine::request::{Again, Request};
use uptake::observe::record;
use uptake::pipeline::settings::Settings;
use uptake::stages::measures::adoption::Adoption;
use uptake::stages::measures::customer_adoption::CustomerAdoption;
use uptake::stages::measures::portfolio::Portfolio as PortfolioRow;
use uptake::stages::measures::usage::Usage;
use uptake::stages::measures::workload_adoption::WorkloadAdoption;
use uptake::stages::received::raw_files::RawFile as RawFileRow;
use uptake::stages::received::rejects::Reject;
use uptake::storage;
use uptake::warehouse::file::footer::describe;
use uptake::warehouse::store::Store;
use uptake::warehouse::table::Row;

use crate::workdir::{self, parquet_files};
use facts::Knobs;
use files::{Chance, Files, Packing};
use rows::{FINAL_TABLES, compare, compare_table};
use site::Site;

/// What a law says: nothing, or what is wrong.
type Verdict = Result<(), String>;

/// Holds a law against random values. Fails with the smallest value that breaks it.
pub fn holds<T: Debug>(strategy: impl Strategy<Value = T>, law: impl Fn(&T) -> Verdict) {
    let number = |name: &str, default: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos() as u64;
    let seed = number("UPTAKE_SEED", now);
    let config = Config {
        cases: number("UPTAKE_CASES", 30) as u32,
        failure_persistence: None,
        max_shrink_time: number("UPTAKE_SHRINK_SECONDS", 90) as u32 * 1000,
        max_shrink_iters: 100_000,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    match runner.run(&strategy, |value| law(&value).map_err(TestCaseError::fail)) {
        Ok(()) => {}
        Err(TestError::Fail(reason, value)) => panic!("UPTAKE_SEED={seed}\n{reason}\n{value:?}"),
        Err(TestError::Abort(reason)) => panic!("UPTAKE_SEED={seed}: {reason}"),
    }
}

/// Plans what is asked for.
fn plan(request: &Request<'_>) -> Result<RunReport, String> {
    workdir::plan(request).map_err(|error| format!("the plan failed: {error}"))
}

/// The lists that have collapsed, as `status` and `run.json` have them.
fn collapsed_lists(site: &Site) -> String {
    let store = Store::at(&site.settings.warehouse);
    let lists = status::collapsed_lists(&store, &BTreeMap::new(), site.settings.last_day.unwrap()).unwrap();
    serde_json::to_string_pretty(&lists).unwrap()
}

/// Every file below a folder with its bytes and the time of its last change.
fn every_file(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let files = walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).unwrap().to_path_buf();
            (
                path,
                (fs::read(entry.path()).unwrap(), entry.metadata().unwrap().modified().unwrap()),
            )
        })
        .collect()
}

/// Two sites have the same bytes in every final file.
fn same_bytes(left_name: &str, left: &Site, right_name: &str, right: &Site) -> Verdict {
    let (ours, theirs) = (left.final_files(), right.final_files());
    if ours == theirs {
        return Ok(());
    }
    compare(left_name, &rows::found(&left.settings)?, right_name, &rows::found(&right.settings)?)?;
    for path in ours.keys().chain(theirs.keys()) {
        match (ours.get(path), theirs.get(path)) {
            (Some(_), None) => return Err(format!("only {left_name} has the file {}", path.display())),
            (None, Some(_)) => return Err(format!("only {right_name} has the file {}", path.display())),
            (one, other) if one != other => {
                let footer = |site: &Site| {
                    let object = storage::at(&site.settings.warehouse).open(&path.to_string_lossy()).unwrap();
                    describe(&object)
                };
                return Err(format!(
                    "{}: same rows, other bytes\n  {left_name}: {:?}\n  {right_name}: {:?}",
                    path.display(),
                    footer(left),
                    footer(right)
                ));
            }
            _ => {}
        }
    }
    Err("the files differ".to_owned())
}

fn same_files(what: &str, left: &BTreeMap<PathBuf, Vec<u8>>, right: &BTreeMap<PathBuf, Vec<u8>>) -> Verdict {
    for path in left.keys().chain(right.keys()) {
        if left.get(path) != right.get(path) {
            let show = |bytes: Option<&Vec<u8>>| match bytes {
                None => "missing".to_owned(),
                Some(bytes) if path.extension().is_some_and(|ending| ending == "csv") => String::from_utf8_lossy(bytes).into_owned(),
                Some(bytes) => format!("{} bytes", bytes.len()),
            };
            return Err(format!(
                "{what}: {} differs\n{}\n{}",
                path.display(),
                show(left.get(path)),
                show(right.get(path))
            ));
        }
    }
    Ok(())
}

/// Law A on what is in a site's input folder.
fn equals_reference(site: &Site) -> Verdict {
    let settings = &site.settings;
    let Some((tables, first, last)) = reference::computed(settings) else {
        return if site.final_files().is_empty() {
            Ok(())
        } else {
            Err("there is nothing to compute, and the pipeline made tables".to_owned())
        };
    };
    compare_table(
        "activity_events",
        ("pipeline", &rows::found_events(settings, true)?),
        ("reference", &rows::expected_events(&tables)),
    )?;
    let by_day = |table: &&str| !["assignments", "first_activity"].contains(table);
    for table in FINAL_TABLES.into_iter().filter(by_day) {
        let found = rows::days_of(settings, table);
        let expected = first.to(last).collect();
        if found != expected {
            return Err(format!(
                "table {table} has the days {:?} to {:?} ({}), not {first} to {last}",
                found.first(),
                found.last(),
                found.len()
            ));
        }
    }
    compare("pipeline", &rows::found(settings)?, "reference", &rows::expected(&tables))
}

#[test]
fn the_pipeline_gives_what_the_reference_gives() {
    holds(strategy::portfolio(), |portfolio| {
        equals_reference(&Site::ran(&portfolio.knobs, &render::files(portfolio))?)
    });
}

#[test]
fn files_in_any_order_split_in_any_way_and_delivered_twice_give_the_same() {
    holds((strategy::portfolio(), any::<u64>()), |(portfolio, seed)| {
        let files = render::files(portfolio);
        let plain = Site::ran(&portfolio.knobs, &files)?;
        let chance = Chance(*seed);
        let spread = files::spread(&files, chance);
        let other = Site::ran(&portfolio.knobs, &spread)?;
        compare(
            "as delivered",
            &rows::raw_lines(&plain.settings, true)?,
            "spread",
            &rows::raw_lines(&other.settings, true)?,
        )?;
        same_bytes("as delivered", &plain, "spread", &other)?;
        let twice = Site::ran(&portfolio.knobs, &files::twice(&spread, chance))?;
        compare(
            "as delivered",
            &rows::raw_lines(&plain.settings, false)?,
            "twice",
            &rows::raw_lines(&twice.settings, false)?,
        )?;
        same_bytes("as delivered", &plain, "twice", &twice)
    });
}

#[test]
fn what_is_explained_are_the_tables_and_every_cited_line_has_its_event() {
    holds(strategy::portfolio(), |portfolio| {
        let site = Site::ran(&portfolio.knobs, &render::files(portfolio))?;
        explained::agrees(&site.settings)
    });
}

#[test]
fn pages_say_what_the_published_tables_say_whatever_customers_are_called() {
    holds(strategy::portfolio(), |portfolio| {
        let site = Site::ran(&portfolio.knobs, &render::files(portfolio))?;
        pages::agree(&site.settings)
    });
}

#[test]
fn simple_questions_have_the_answers_that_the_files_give() {
    holds((strategy::portfolio(), any::<u64>()), |(portfolio, seed)| {
        let site = Site::ran(&portfolio.knobs, &render::files(portfolio))?;
        questions::are_answered(&site.settings, Chance(*seed))
    });
}

/// The other laws are worth as much as their portfolios are varied.
#[test]
fn random_portfolios_make_every_situation_happen() {
    use proptest::strategy::ValueTree;
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..240 {
        let portfolio = strategy::portfolio().new_tree(&mut runner).unwrap().current();
        let site = Site::new(&portfolio.knobs);
        files::write_all(&site.settings.inputs[0].root, &render::files(&portfolio));
        let Some((tables, ..)) = reference::computed(&site.settings) else {
            continue;
        };
        let opened = |source: Opened| tables.assignments.values().filter(|row| row.source == source).count();
        let adoption = |of: fn(&uptake::reference::Adoption) -> bool| tables.adoption.values().filter(|row| of(row)).count();
        let outcomes = |of: fn(&uptake::reference::SeatOutcomes) -> Option<i64>| {
            let rows = tables.seat_outcomes.values();
            rows.filter(|row| of(row).is_some_and(|seats| seats > 0)).count()
        };
        let step = |code: StepCode, about: &str| {
            let steps = tables.next_steps.iter();
            steps.filter(|(key, row)| key.code == code && row.evidence.contains(about)).count()
        };
        let tier = |name: &str| {
            let with = |value: &str| step(StepCode::UnusedSeats, &format!("{name}{value}"));
            with("") - with("0") - with("null")
        };
        for (situation, count) in [
            ("low_usage", step(StepCode::LowUsage, "")),
            ("disabled accounts", tier("\"seats_disabled\":")),
            ("never active", tier("\"seats_never_active\":")),
            ("no more active", tier("\"seats_inactive\":")),
            ("assigned lately", tier("\"seats_new\":")),
            ("unassigned", tier("\"seats_unassigned\":")),
            ("much support", step(StepCode::SupportLoad, "per_100_seats")),
            ("support of a new product", step(StepCode::SupportLoad, "first_seen_day")),
            ("upsell of a product", step(StepCode::Upsell, "deployment_ratio")),
            ("people who wait", adoption(|row| row.users_waiting > 0)),
            ("upsell of a workload", step(StepCode::Upsell, "active_unlicensed")),
            ("overuse", step(StepCode::Overuse, "")),
            ("trial_ending", step(StepCode::TrialEnding, "")),
            ("subscription_lapsing", step(StepCode::SubscriptionLapsing, "")),
            (
                "a grace period without an end",
                step(StepCode::SubscriptionLapsing, "seats_end_unknown"),
            ),
            ("renewal_due", step(StepCode::RenewalDue, "")),
            ("opened by an event", opened(Opened::Event)),
            ("opened by a snapshot", opened(Opened::Snapshot)),
            ("held before the data", opened(Opened::Before)),
            (
                "removed",
                tables.assignments.values().filter(|row| row.removed_day.is_some()).count(),
            ),
            (
                "assigned and removed within a day",
                tables
                    .assignments
                    .iter()
                    .filter(|(key, row)| key.assigned_day == row.removed_day)
                    .count(),
            ),
            ("contradictions", tables.contradictions as usize),
            ("guests", tables.activity_daily.values().filter(|row| row.guest).count()),
            ("failed", tables.activity_events.values().filter(|row| !row.succeeded).count()),
            (
                "foreign resources",
                tables.activity_events.values().filter(|row| row.foreign_resource).count(),
            ),
            ("agents", tables.activity_events.values().filter(|row| row.agent).count()),
            ("active", adoption(|row| row.active_current > 0)),
            ("active_moved", adoption(|row| row.active_moved > 0)),
            ("active_switched", adoption(|row| row.active_switched > 0)),
            ("active_lapsed", adoption(|row| row.active_lapsed > 0)),
            ("active_trial", adoption(|row| row.active_trial > 0)),
            ("active_over_assigned", adoption(|row| row.active_over_assigned > 0)),
            ("more than 100 %", adoption(|row| row.usage_ratio > Some(1.0))),
            ("out of scope", adoption(|row| !row.in_scope)),
            ("seats unknown", adoption(|row| row.seats_sold.is_none())),
            ("of others", adoption(|row| row.seats_sold_own < row.seats_sold)),
            (
                "prorated",
                adoption(|row| row.seats_assigned_own_prorated.is_some_and(|seats| seats.fract() != 0.0)),
            ),
            ("window complete", adoption(|row| row.window_complete)),
            ("window not complete", adoption(|row| !row.window_complete)),
            (
                "unlicensed",
                tables.workload_adoption.values().filter(|row| row.active_unlicensed > 0).count(),
            ),
            (
                "people with two products",
                tables
                    .customer_adoption
                    .values()
                    .filter(|row| row.users_entitled < row.seats_assigned)
                    .count(),
            ),
            (
                "people who do not work",
                tables
                    .customer_adoption
                    .values()
                    .filter(|row| row.users_active < row.users_entitled)
                    .count(),
            ),
            ("seats that are still used", outcomes(|row| row.seats_retained)),
            ("seats whose users came back", outcomes(|row| row.seats_reactivated)),
            ("seats whose users stopped", outcomes(|row| row.seats_stopped)),
            ("seats that are still not used", outcomes(|row| row.seats_unused)),
            ("new seats that are used", outcomes(|row| row.seats_new_active)),
            ("seats that were taken back", outcomes(|row| row.seats_reclaimed)),
            ("seats that were used every week", outcomes(|row| row.seats_active_every_week)),
            (
                "customers together",
                tables.portfolio.values().filter(|row| row.customers > 1).count(),
            ),
            (
                "customers without seats",
                tables.portfolio.values().filter(|row| row.customers_without_seats > 0).count(),
            ),
        ] {
            *seen.entry(situation).or_default() += usize::from(count > 0);
        }
    }
    println!("portfolios of 240 in which it happens: {seen:#?}");
    let missing: Vec<_> = seen.iter().filter(|(_, count)| **count == 0).collect();
    assert!(missing.is_empty(), "too rare: {missing:?}");
}

fn rows<R: Row>(settings: &Settings) -> Result<Vec<(Option<Day>, R)>, String> {
    rows::rows(settings)
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    holds(strategy::portfolio(), |portfolio| {
        let files = render::files(portfolio);
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| Site::ran(&portfolio.knobs, &files))
        };
        let (one, four) = (with(1)?, with(4)?);
        let all = |site: &Site| parquet_files(&site.settings.warehouse).into_iter().collect::<BTreeMap<_, _>>();
        same_files("warehouse", &all(&one), &all(&four))?;
        same_files("published", &one.published_files(), &four.published_files())
    });
}
