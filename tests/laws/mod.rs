//! Laws: what holds whatever the logs say. Each is held against random small portfolios of raw
//! files in the real forms.
//!
//! | variable | meaning |
//! |---|---|
//! | `UPTAKE_CASES` | how many portfolios each law is held against; default 30 |
//! | `UPTAKE_SEED` | a number: the same portfolios again (a failure says its own) |
//! | `UPTAKE_SHRINK_SECONDS` | how long a failing portfolio is made smaller; default 90 |

mod check;
mod explained;
mod facts;
mod files;
mod render;
pub mod rows;
mod settings;
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
use uptake::stages::received::raw_files::RawFile as RawFileRow;
use uptake::stages::received::rejects::Reject;
use uptake::stages::usage::adoption::Adoption;
use uptake::stages::usage::portfolio::Portfolio as PortfolioRow;
use uptake::stages::usage::usage::Usage;
use uptake::stages::usage::workload_adoption::WorkloadAdoption;
use uptake::storage;
use uptake::storage::disk::Disk;
use uptake::warehouse::file::footer::describe;
use uptake::warehouse::store::Store;
use uptake::warehouse::table::Row;

use crate::workdir::{self, parquet_files};
use facts::Knobs;
use files::{Chance, Files, Packing};
use rows::{FINAL_TABLES, compare, compare_table};

/// What a law says: nothing, or what is wrong.
type Verdict = Result<(), String>;

/// Holds a law against random values. Fails with the smallest value that breaks it.
fn holds<T: Debug>(strategy: impl Strategy<Value = T>, law: impl Fn(&T) -> Verdict) {
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

/// A folder with an input folder, a warehouse and published files.
struct Site {
    _folder: TempDir,
    settings: Settings,
}

impl Site {
    fn new(knobs: &Knobs) -> Site {
        // A law makes thousands of small files: in memory, where the system has a place for that.
        let in_memory = Path::new("/dev/shm");
        let folder = if in_memory.is_dir() {
            tempfile::tempdir_in(in_memory)
        } else {
            tempfile::tempdir()
        }
        .unwrap();
        fs::write(folder.path().join("skus.csv"), render::SKUS_CSV).unwrap();
        fs::create_dir(folder.path().join("input")).unwrap();
        let settings = workdir::settings(folder.path(), &render::pipeline_text(knobs));
        Site { _folder: folder, settings }
    }

    /// A site with these raw files on which the pipeline ran once.
    fn ran(knobs: &Knobs, files: &Files) -> Result<Site, String> {
        let site = Site::new(knobs);
        files::write_all(&site.settings.input_root, files);
        site.run()?;
        Ok(site)
    }

    /// Runs the pipeline, and takes note of what was published, as `uptake run` does.
    fn run(&self) -> Result<RunReport, String> {
        self.ask(&self.request())
    }

    /// The nightly job.
    fn request(&self) -> Request<'_> {
        Request {
            // There are nights before anything was delivered.
            allow_empty: true,
            ..Request::new(&self.settings, self.settings.last_day.unwrap())
        }
    }

    /// Does what is asked for, and takes note of what was published.
    fn ask(&self, request: &Request<'_>) -> Result<RunReport, String> {
        let report = workdir::ask(request).map_err(|error| format!("the pipeline failed: {error}"))?;
        if report.published {
            record::write(&Disk::default(), &self.settings, &report, Instant(0)).map_err(|error| format!("no run.json: {error}"))?;
        }
        Ok(report)
    }

    /// What the nightly job would do.
    fn plan(&self) -> Result<RunReport, String> {
        plan(&self.request())
    }

    /// Plans and then does what is asked for: it makes what the plan says, and touches no other
    /// file.
    fn ask_as_planned(&self, request: &Request<'_>) -> Result<RunReport, String> {
        let plan = plan(request)?;
        let before = every_file(&self.settings.warehouse);
        let report = self.ask(request)?;
        let said = |report: &RunReport| -> Vec<_> {
            let steps = report.steps.iter();
            steps
                .map(|step| (step.table, step.days.clone(), step.files, step.untouched, step.because.clone()))
                .collect()
        };
        if said(&plan) != said(&report) {
            return Err(format!("planned {:#?}\nmade {:#?}", said(&plan), said(&report)));
        }
        let after = every_file(&self.settings.warehouse);
        let planned = |path: &Path| {
            let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
            let day = parts.iter().find_map(|part| part.split_once('=')).map(|(_, day)| day.to_owned());
            plan.steps.iter().any(|step| {
                let days = &step.days;
                let has_day = day
                    .as_ref()
                    .is_none_or(|day| days.iter().any(|(first, last)| first <= day && day <= last));
                parts.first() == Some(&step.table) && has_day
            })
        };
        // Where the tables begin on an earlier day than before, a day has its facts in the other of
        // two tables.
        let other_place = |path: &Path| {
            let path = path.to_str().unwrap_or_default();
            let other = match path.split_once('/') {
                Some(("activity_before", rest)) => format!("activity_daily/{rest}"),
                Some(("activity_daily", rest)) => format!("activity_before/{rest}"),
                _ => return false,
            };
            !after.contains_key(Path::new(path)) && planned(Path::new(&other))
        };
        let is_named = |path: &Path| path.starts_with(".uptake") || planned(path) || other_place(path);
        let touched = |path: &&PathBuf| before.get(*path) != after.get(*path) && !is_named(path);
        match before.keys().chain(after.keys()).find(touched) {
            Some(path) => Err(format!(
                "{} was touched, and the plan does not name it: {:#?}",
                path.display(),
                said(&plan)
            )),
            None => Ok(report),
        }
    }

    /// The files of the final tables.
    fn final_files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let is_final = |path: &Path| {
            path.iter()
                .next()
                .is_some_and(|table| FINAL_TABLES.iter().any(|name| table == *name))
        };
        parquet_files(&self.settings.warehouse)
            .into_iter()
            .filter(|(path, _)| is_final(path))
            .collect()
    }

    /// The published files, but for the one that tells of the run.
    fn published_files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        every_file(&self.settings.published)
            .into_iter()
            .map(|(path, (bytes, _))| (path, bytes))
            .filter(|(path, _)| !path.ends_with("run.json"))
            .collect()
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
    let Some((tables, first, last)) = rows::reference(settings) else {
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

/// What happens in the nights before the last.
#[derive(Debug)]
struct Nights {
    count: i32,
    /// Days between one night and the next.
    days_between: i32,
    /// The most days of one run.
    max_days: Option<u32>,
    seed: u64,
}

fn nights() -> impl Strategy<Value = Nights> {
    let max_days = proptest::option::weighted(0.25, 1..20u32);
    (2..6i32, 0..9i32, max_days, any::<u64>()).prop_map(|(count, days_between, max_days, seed)| Nights {
        count,
        days_between,
        max_days,
        seed,
    })
}

/// Delivers files night by night, late ones, growing ones, some of which are removed after a run
/// that has read them, and runs after most nights; at the end everything was delivered.
fn deliver(site: &mut Site, files: &Files, nights: &Nights, mut told: impl FnMut(String)) -> Result<(), String> {
    let chance = Chance(nights.seed);
    let root = site.settings.input_root.clone();
    let last = site.settings.last_day.unwrap();
    let count = nights.count as u64;
    for night in 0..nights.count {
        for (path, file) in files {
            // The night in which a file is whole, and the one in which it first arrives.
            let whole = chance.below(&format!("{path} whole"), count) as i32;
            let first = if chance.once_in(&format!("{path} grows"), 3) {
                chance.below(&format!("{path} first"), count) as i32
            } else {
                whole
            };
            let text = file.text();
            if night == whole {
                files::write(&root, path, &text);
                told(format!("night {night}: {path}"));
            } else if night == first && first < whole {
                let mut end = chance.below(&format!("{path} cut"), text.len() as u64 + 1) as usize;
                let at_line_end = file.packing != Packing::Lines || !chance.once_in(&format!("{path} within a line"), 4);
                if at_line_end && matches!(file.packing, Packing::Lines | Packing::Batches) {
                    end = text[..end].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                }
                files::write(&root, path, &text[..end]);
                told(format!("night {night}: {end} of {} bytes of {path}", text.len()));
            }
        }
        site.settings.last_day = Some(last.plus((night + 1 - nights.count) * nights.days_between));
        let skipped = night + 1 < nights.count && chance.once_in(&format!("night {night}"), 4);
        if skipped || site.settings.first_day.is_some_and(|first| Some(first) > site.settings.last_day) {
            told(format!("night {night}: no run"));
            continue;
        }
        told(format!("night {night}: run until {}", site.settings.last_day.unwrap()));
        let request = Request {
            max_days: nights.max_days,
            ..site.request()
        };
        let report = site.ask_as_planned(&request).map_err(|error| format!("night {night}: {error}"))?;
        // Archives are pruned of what was read; what was read from them stays.
        let read_all = report.days_left == 0;
        for path in files.keys().filter(|path| read_all && chance.once_in(&format!("{path} pruned"), 8)) {
            if chance.below(&format!("{path} whole"), count) as i32 <= night && fs::remove_file(root.join(path)).is_ok() {
                told(format!("night {night}: {path} is removed"));
            }
        }
    }
    Ok(())
}

#[test]
fn night_by_night_gives_what_one_run_from_scratch_gives() {
    holds((strategy::portfolio(), nights()), |(portfolio, nights)| {
        let files = render::files(portfolio);
        let scratch = Site::ran(&portfolio.knobs, &files)?;
        let mut site = Site::new(&portfolio.knobs);
        let mut story = String::new();
        deliver(&mut site, &files, nights, |line| story += &format!("{line}\n"))?;
        // A run that is to be short leaves days to the next ones.
        let mut left = nights.max_days.is_some();
        while left {
            let request = Request {
                max_days: nights.max_days,
                ..site.request()
            };
            left = site.ask_as_planned(&request)?.days_left > 0;
        }
        if !site.plan()?.is_idle() {
            return Err(format!(
                "after the last night there is something to do: {:#?}\n{story}",
                site.plan()?.steps
            ));
        }
        let verdict = compare(
            "night by night",
            &rows::raw_rows(&site.settings)?,
            "from scratch",
            &rows::raw_rows(&scratch.settings)?,
        )
        .and_then(|()| same_bytes("night by night", &site, "from scratch", &scratch))
        .and_then(|()| same_files("published", &site.published_files(), &scratch.published_files()))
        .and_then(|()| match (collapsed_lists(&site), collapsed_lists(&scratch)) {
            (told, expected) if told == expected => Ok(()),
            (told, expected) => Err(format!("collapsed lists: {told}\nfrom scratch: {expected}")),
        });
        verdict.map_err(|wrong| format!("{wrong}\n{story}"))
    });
}

/// Days that are made again, and how.
#[derive(Debug)]
struct Chunk {
    /// Where the chunk begins and how long it is, in thousandths of the tables' days.
    from: u32,
    days: u32,
    tables: Option<&'static str>,
    of_one_customer: bool,
    from_facts: bool,
}

fn chunks() -> impl Strategy<Value = Vec<Chunk>> {
    let tables = proptest::option::weighted(
        0.3,
        proptest::sample::select(vec!["activity_daily", "activity_28d", "usage", "next_steps", "portfolio"]),
    );
    let chunk = (
        0..1000u32,
        0..1000u32,
        tables,
        proptest::bool::weighted(0.3),
        proptest::bool::weighted(0.3),
    );
    proptest::collection::vec(
        chunk.prop_map(|(from, days, tables, of_one_customer, from_facts)| Chunk {
            from,
            days,
            tables,
            of_one_customer,
            from_facts,
        }),
        1..5,
    )
}

#[test]
fn days_made_again_in_any_chunks_and_order_give_the_same() {
    holds((strategy::portfolio(), chunks(), nights()), |(portfolio, chunks, nights)| {
        let files = render::files(portfolio);
        let scratch = Site::ran(&portfolio.knobs, &files)?;
        let mut site = Site::new(&portfolio.knobs);
        let nights = Nights { max_days: None, ..*nights };
        deliver(&mut site, &files, &nights, |_| {})?;
        // What was pruned is back: every day can be made again.
        files::write_all(&site.settings.input_root, &files);
        let days = rows::days_of(&site.settings, "adoption");
        let (Some(first), Some(last)) = (days.first(), days.last()) else {
            return Ok(());
        };
        let customer = rows::rows::<Adoption>(&site.settings)?.first().map(|(_, row)| row.tenant_id);
        for chunk in chunks {
            let begin = first.plus((days.len() as u32 * chunk.from / 1000) as i32);
            let end = begin.plus((days.len() as u32 * chunk.days / 1000) as i32).min(*last);
            let request = Request {
                tables: chunk.tables.map(|table| [table].into()),
                again: Some(Again {
                    first: begin,
                    last: end,
                    customer: customer.filter(|_| chunk.of_one_customer),
                    reason: Some("a test".to_owned()),
                    from_facts: chunk.from_facts,
                }),
                ..site.request()
            };
            let report = site.ask_as_planned(&request).map_err(|error| format!("{begin}..{end}: {error}"))?;
            let made = report.steps.iter().find(|step| step.table == chunk.tables.unwrap_or("adoption"));
            if !made.is_some_and(|step| {
                step.days
                    .iter()
                    .any(|(from, to)| *from <= begin.to_string() && end.to_string() <= *to)
            }) {
                return Err(format!("{begin}..{end} was asked for, and made was {:#?}", report.steps));
            }
        }
        site.run()?;
        same_bytes("made again", &site, "from scratch", &scratch)
    });
}

#[test]
fn a_second_run_does_nothing() {
    holds(strategy::portfolio(), |portfolio| {
        let site = Site::ran(&portfolio.knobs, &render::files(portfolio))?;
        let tables = |site: &Site| {
            let mut files = every_file(&site.settings.warehouse);
            files.retain(|path, _| !path.starts_with(".uptake"));
            (files, every_file(&site.settings.published))
        };
        let before = tables(&site);
        let untouched = |what: &str| {
            let after = tables(&site);
            let changed = |before: &BTreeMap<PathBuf, (Vec<u8>, SystemTime)>, after: &BTreeMap<PathBuf, (Vec<u8>, SystemTime)>| {
                before
                    .keys()
                    .chain(after.keys())
                    .find(|path| before.get(*path) != after.get(*path))
                    .cloned()
            };
            match changed(&before.0, &after.0).or_else(|| changed(&before.1, &after.1)) {
                Some(path) => Err(format!("{what} touched {}", path.display())),
                None => Ok(()),
            }
        };
        let idle = |what: &str, report: RunReport| {
            if report.is_idle() {
                untouched(what)
            } else {
                Err(format!("{what} was not idle: {report:#?}"))
            }
        };
        idle("a second run", site.run()?)?;
        idle("a plan", site.plan()?)?;
        let private = site.settings.warehouse.join(".uptake");
        let mut caches: Vec<PathBuf> = fs::read_dir(&private).unwrap().map(|entry| entry.unwrap().path()).collect();
        let is_cache = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "json" || ending == "bin");
        caches.retain(|path| is_cache(path) && !path.ends_with("since-publication.json"));
        assert!(caches.contains(&private.join("cache.bin")), "{caches:?}");
        caches.iter().try_for_each(fs::remove_file).map_err(|error| error.to_string())?;
        idle("a plan without a cache", site.plan()?)?;
        idle("a run without a cache", site.run()?)
    });
}

/// The other laws are worth as much as their portfolios are varied.
#[test]
fn random_portfolios_make_every_situation_happen() {
    use proptest::strategy::ValueTree;
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..60 {
        let portfolio = strategy::portfolio().new_tree(&mut runner).unwrap().current();
        let site = Site::new(&portfolio.knobs);
        files::write_all(&site.settings.input_root, &render::files(&portfolio));
        let Some((tables, ..)) = rows::reference(&site.settings) else {
            continue;
        };
        let opened = |source: Opened| tables.assignments.values().filter(|row| row.source == source).count();
        let adoption = |of: fn(&uptake::reference::Adoption) -> bool| tables.adoption.values().filter(|row| of(row)).count();
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
            ("never active", tier("\"seats_never_active\":")),
            ("no more active", tier("\"seats_inactive\":")),
            ("assigned lately", tier("\"seats_new\":")),
            ("unassigned", tier("\"seats_unassigned\":")),
            ("much support", step(StepCode::SupportLoad, "per_100_seats")),
            ("support of a new product", step(StepCode::SupportLoad, "first_seen_day")),
            ("upsell of a product", step(StepCode::Upsell, "deployment_ratio")),
            ("upsell of a workload", step(StepCode::Upsell, "active_unlicensed")),
            ("overuse", step(StepCode::Overuse, "")),
            ("trial_ending", step(StepCode::TrialEnding, "")),
            ("subscription_lapsing", step(StepCode::SubscriptionLapsing, "")),
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
    println!("portfolios of 60 in which it happens: {seen:#?}");
    let missing: Vec<_> = seen.iter().filter(|(_, count)| **count == 0).collect();
    assert!(missing.is_empty(), "too rare: {missing:?}");
}

/// Law E, on the rows that a site has.
fn parts_add_up(settings: &Settings) -> Verdict {
    let ratio = |part: i64, total: Option<i64>| total.filter(|total| *total != 0).map(|total| part as f64 / total as f64);
    for (day, row) in rows::<Usage>(settings)? {
        let parts = row.active_current + row.active_moved + row.active_lapsed + row.active_trial + row.active_over_assigned;
        let holds = parts == row.entitlements_active
            && row.usage_ratio == ratio(row.entitlements_active, row.entitlements_total)
            && row.usage_ratio_adjusted == ratio(row.active_current, row.entitlements_total)
            && row.usage_ratio_adjusted.is_none_or(|ratio| ratio <= 1.0)
            && [
                row.active_current,
                row.active_moved,
                row.active_lapsed,
                row.active_trial,
                row.active_over_assigned,
            ]
            .iter()
            .all(|part| *part >= 0);
        if !holds {
            return Err(format!("usage of {day:?} does not add up: {row:?}"));
        }
    }
    let adoption = rows::<Adoption>(settings)?;
    for (day, row) in &adoption {
        let parts = row.active_current + row.active_moved + row.active_lapsed + row.active_trial + row.active_over_assigned;
        let holds = parts == row.entitlements_active
            && row.usage_ratio == ratio(row.entitlements_active, row.entitlements_total)
            && row.usage_ratio_adjusted == ratio(row.active_current, row.entitlements_total)
            && row.usage_ratio_adjusted.is_none_or(|ratio| ratio <= 1.0)
            && row.deployment_ratio == ratio(row.seats_assigned, row.seats_sold)
            && row.seats_unassigned == row.seats_sold.map(|sold| (sold - row.seats_assigned).max(0))
            && row.seats_sold_own.unwrap_or(0) <= row.seats_sold.unwrap_or(0)
            && row.seats_snapshot_day.is_some() == row.seats_sold.is_some()
            && row.in_scope == row.scope_reason.is_none()
            && (0..=28).contains(&row.window_days_covered);
        if !holds {
            return Err(format!("adoption of {day:?} does not add up: {row:?}"));
        }
    }
    for (day, row) in rows::<WorkloadAdoption>(settings)? {
        let holds = row.usage_ratio == ratio(row.entitlements_active, row.entitlements_total)
            && row.usage_ratio_licensed == ratio(row.entitlements_active - row.active_unlicensed, row.entitlements_total)
            && (0..=row.entitlements_active).contains(&row.active_unlicensed);
        if !holds {
            return Err(format!("workload_adoption of {day:?} does not add up: {row:?}"));
        }
    }
    let mut sums: BTreeMap<_, (Vec<PortfolioRow>, Option<PortfolioRow>)> = BTreeMap::new();
    for (day, row) in rows::<PortfolioRow>(settings)? {
        let entry = sums.entry(day).or_default();
        match (row.sku_id, &row.workload) {
            (Some(_), None) => entry.0.push(row),
            (None, None) => entry.1 = Some(row),
            _ => {}
        }
    }
    type Count = fn(&PortfolioRow) -> Option<i64>;
    for (day, (products, all)) in sums {
        let Some(all) = all else { continue };
        let columns: [(&str, Count); 12] = [
            ("seats_sold", |row| row.seats_sold),
            ("seats_sold_own", |row| row.seats_sold_own),
            ("seats_trial", |row| row.seats_trial),
            ("seats_lapsed", |row| row.seats_lapsed),
            ("seats_assigned", |row| row.seats_assigned),
            ("seats_unassigned", |row| row.seats_unassigned),
            ("entitlements_total", |row| row.entitlements_total),
            ("entitlements_active", |row| row.entitlements_active),
            ("active_current", |row| row.active_current),
            ("active_moved", |row| row.active_moved),
            ("active_lapsed", |row| row.active_lapsed),
            ("active_over_assigned", |row| row.active_over_assigned),
        ];
        for (name, column) in columns {
            let parts: Vec<i64> = products.iter().filter_map(column).collect();
            let sum = (!parts.is_empty()).then(|| parts.iter().sum::<i64>());
            if sum != column(&all) {
                return Err(format!(
                    "portfolio of {day:?}: {name} of the products is {sum:?}, of everything {:?}",
                    column(&all)
                ));
            }
        }
        let in_scope = adoption.iter().filter(|(of, row)| *of == day && row.in_scope);
        let sold: i64 = in_scope.filter_map(|(_, row)| row.seats_sold).sum();
        if all.seats_sold.unwrap_or(0) != sold {
            return Err(format!(
                "portfolio of {day:?}: {:?} seats sold, the customers have {sold}",
                all.seats_sold
            ));
        }
    }
    counts_add_up(settings)
}

/// Every record that was read was accepted, a reject or not ours; and every reject is a row.
fn counts_add_up(settings: &Settings) -> Verdict {
    let mut rejects: BTreeMap<(String, String), i64> = BTreeMap::new();
    for (_, row) in rows::<Reject>(settings)? {
        *rejects.entry((row.source, row.source_file)).or_default() += 1;
    }
    for (_, row) in rows::<RawFileRow>(settings)? {
        if row.records != row.accepted + row.rejected + row.not_ours {
            return Err(format!("the counts of a file do not add up: {row:?}"));
        }
        let found = rejects.remove(&(row.source.clone(), row.source_file.clone())).unwrap_or(0);
        if found != row.rejected {
            return Err(format!("{found} rows in rejects: {row:?}"));
        }
    }
    match rejects.keys().next() {
        Some(of) => Err(format!("rejects of a file that raw_files does not have: {of:?}")),
        None => Ok(()),
    }
}

fn rows<R: Row>(settings: &Settings) -> Result<Vec<(Option<Day>, R)>, String> {
    rows::rows(settings)
}

#[test]
fn parts_add_up_to_their_whole() {
    holds(strategy::portfolio(), |portfolio| {
        let site = Site::ran(&portfolio.knobs, &render::files(portfolio))?;
        parts_add_up(&site.settings)
    });
}

/// Damages a file as it stands on disk.
fn mutate(bytes: &mut Vec<u8>, chance: Chance, path: &str) {
    let at = |about: &str, bytes: &[u8]| chance.below(&format!("{path} {about}"), bytes.len() as u64) as usize;
    if bytes.is_empty() {
        return;
    }
    match chance.below(&format!("{path} damage"), 8) {
        0 => bytes.truncate(at("cut", bytes)),
        1 => {
            let place = at("flip", bytes);
            bytes[place] ^= 1 << chance.below(&format!("{path} bit"), 8);
        }
        2 => {
            let (from, to) = (at("from", bytes), at("to", bytes));
            let part = bytes[from.min(to)..from.max(to)].to_vec();
            let place = at("place", bytes);
            bytes.splice(place..place, part);
        }
        3 => bytes.extend_from_within(..),
        4 => {
            let place = at("gap", bytes);
            let end = (place + 1 + chance.below(&format!("{path} length"), 60) as usize).min(bytes.len());
            bytes.drain(place..end);
        }
        5 => {
            let place = at("byte", bytes);
            bytes[place] = b"\"\\{}[],:\n \xff0"[chance.below(&format!("{path} which"), 12) as usize];
        }
        _ => {}
    }
}

#[test]
fn no_record_is_lost_in_damaged_files() {
    holds((strategy::portfolio(), any::<u64>()), |(portfolio, seed)| {
        let site = Site::new(&portfolio.knobs);
        files::write_all(&site.settings.input_root, &render::files(portfolio));
        for (path, (mut bytes, _)) in every_file(&site.settings.input_root) {
            mutate(&mut bytes, Chance(*seed), path.to_str().unwrap());
            fs::write(site.settings.input_root.join(&path), bytes).unwrap();
        }
        site.run()?;
        parts_add_up(&site.settings)?;
        equals_reference(&site)
    });
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
