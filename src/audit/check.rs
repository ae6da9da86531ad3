//! The whole check, one part after the other. What a part needs and cannot trust is left out of it and said: a day whose file is gone is
//! told once, and not once more for each table that looks back on it.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use crate::audit::choice::{self, Share};
use crate::audit::findings::{Bounded, Fault, Kind, day_as_text};
use crate::audit::oracle::{Oracle, Verdict};
use crate::audit::origins::{self, Origins};
use crate::audit::presence::{self, Notes};
use crate::audit::{files, published};
use crate::domain::day::Day;
use crate::domain::window;
use crate::engine::checks::{self, day_tables};
use crate::engine::days::{self, Range};
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::job::Job;
use crate::engine::publish::last_run;
use crate::engine::request::Request;
use crate::engine::state::{Cache, State};
use crate::engine::{expected, licenses, names, walk};
use crate::pipeline::settings::Settings;
use crate::stages;
use crate::stages::activity_coverage::ACTIVITY_COVERAGE;
use crate::stages::activity_daily::{ACTIVITY_BEFORE, ACTIVITY_DAILY};
use crate::stages::assignments::ASSIGNMENTS;
use crate::stages::subscriptions::Timeline;
use crate::stages::user_names::Names;
use crate::warehouse::contract::{Contract, Place};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::index::Fault as Broken;
use crate::warehouse::store::Store;

/// How many days of tables are held against each other at once.
const DAYS_AT_ONCE: usize = 64;

/// What is asked of a check.
pub struct Asked<'a> {
    pub settings: &'a Settings,
    pub store: &'a Store,
    /// How many customers are computed again.
    pub customers: Share,
    pub seed: Option<u64>,
    /// The last run did not come to its end: files may be left that are not what they would be made from.
    pub unfinished: bool,
    pub watch: &'a Watch<'a>,
}

/// What a check found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub files: u64,
    pub rows: u64,
    pub bytes: u64,
    #[serde(serialize_with = "day_as_text")]
    pub first_day: Option<Day>,
    #[serde(serialize_with = "day_as_text")]
    pub last_day: Option<Day>,
    /// Days whose tables were held against each other.
    pub days_held: u64,
    pub published_files: u64,
    pub faults: Bounded<Fault>,
    /// The second computation, where it was asked for and possible.
    pub oracle: Option<Verdict>,
    /// What could not be held, and what else a person should know.
    pub warnings: Vec<String>,
}

impl Report {
    /// Nothing is wrong.
    pub fn is_healthy(&self) -> bool {
        self.faults.is_empty() && self.oracle.as_ref().is_none_or(|oracle| oracle.differences.is_empty())
    }
}

/// Files by table and place.
type Places = BTreeSet<(&'static str, Place)>;

/// Reads the warehouse and holds everything.
pub fn check(asked: &Asked<'_>) -> Result<Report, EngineError> {
    let (settings, store, watch) = (asked.settings, asked.store, asked.watch);
    let state = State::read(store, &mut Cache::default())?;
    refuse_what_is_none(settings, store, &state)?;
    let run = last_run(settings);
    let notes = Notes::of(run.as_ref());
    let mut report = Report::default();
    report.warnings.extend(
        state
            .foreign
            .iter()
            .map(|path| format!("`{}` is not a file of uptake", path.display())),
    );
    let unusable = unusable(store, &state);
    let held = files::hold(settings, store, &state, watch)?;
    (report.files, report.rows, report.bytes) = (held.files, held.rows, held.bytes);
    let timelines = trusted(licenses::timelines(settings, store, &state), &held.broken, &mut report)?.unwrap_or_default();
    let range = trusted(range(asked, &state, &timelines, &notes), &held.broken, &mut report)?.flatten();
    (report.first_day, report.last_day) = (range.map(|range| range.first), range.map(|range| range.last));
    let missing = presence::hold(settings, store, &state, &notes, range);
    let mut untrusted = held.broken.clone();
    untrusted.extend(places_of(&missing));
    let is_whole = untrusted.is_empty();
    let told: BTreeSet<Option<String>> = unusable.iter().map(|fault| fault.file.clone()).collect();
    report.faults.extend(unusable);
    report.faults.extend(
        missing
            .into_iter()
            .filter(|fault| fault.file.is_none() || !told.contains(&fault.file)),
    );
    report.faults.extend(held.faults);
    let Some(range) = range else {
        report.warnings.push("there are no tables by day yet: run the pipeline".to_owned());
        return Ok(report);
    };
    let waiting = asked.unfinished || run.as_ref().is_some_and(left_something);
    let origins = trusted(
        origins(asked, &state, &timelines, range, &untrusted, waiting),
        &untrusted,
        &mut report,
    )?
    .unwrap_or_default();
    report.faults.extend(origins.faults.iter().cloned());
    report.warnings.extend(origins.warnings.iter().cloned());
    untrusted.extend(origins.stale.iter().copied());
    hold_promises(asked, &state, range, &held.broken, &untrusted, &mut report)?;
    hold_published(asked, &state, range, run.as_ref(), (is_whole, waiting), &mut report)?;
    let verdict = ask_oracle(asked, &state, range, &origins, &untrusted, &mut report);
    report.oracle = trusted(verdict, &untrusted, &mut report)?.flatten();
    Ok(report)
}

/// What a part of the check gave. Where files cannot be trusted it may fail on them: then it is left out, with a warning.
fn trusted<T>(result: Result<T, EngineError>, untrusted: &Places, report: &mut Report) -> Result<Option<T>, EngineError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error @ (EngineError::Interrupted | EngineError::Warehouse(WarehouseError::Store { .. }))) => Err(error),
        Err(error) if !untrusted.is_empty() => {
            report
                .warnings
                .push(format!("what depends on the files above was not held: {error}"));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// A check needs a warehouse, spread over as many files as the pipeline file says.
fn refuse_what_is_none(settings: &Settings, store: &Store, state: &State) -> Result<(), EngineError> {
    let files = || {
        stages::TABLES
            .iter()
            .filter(|contract| contract.sharded)
            .flat_map(|contract| state.table(contract).keys())
    };
    let has_any = files().next().is_some() || !state.broken.is_empty();
    if !has_any {
        return Err(EngineError::Usage(format!(
            "there is nothing to check: the warehouse `{}` has no tables yet",
            store.root().display()
        )));
    }
    let shards = files().map(|(_, shard)| shard + 1).max().unwrap_or(u32::from(settings.shards));
    if shards != u32::from(settings.shards) {
        return Err(EngineError::Usage(format!(
            "customers are spread over {shards} files, and by the pipeline file over {}: a run has to come first",
            settings.shards
        )));
    }
    Ok(())
}

/// What stands in the place of files and is none of them.
fn unusable(store: &Store, state: &State) -> Vec<Fault> {
    let fault = |broken: &crate::warehouse::index::Broken| {
        let below = broken.path.strip_prefix(store.root()).unwrap_or(&broken.path);
        let table = below.iter().next().and_then(|name| stages::table(name.to_str()?));
        let what = match broken.fault {
            Broken::Folder => "it is a folder in the place of a file",
            Broken::Link => "it is a symbolic link in the place of a file",
            Broken::Damaged => "it is cut short, or its footer cannot be read",
            Broken::OlderVersion => "it was written by an older version of the program: a run makes it again",
            Broken::OtherTable => "it belongs to another table",
        };
        let day = below
            .iter()
            .nth(1)
            .and_then(|folder| Day::parse(folder.to_str()?.split_once('=')?.1));
        Fault::of_path(
            Kind::Damaged,
            table.map_or("", |contract| contract.name),
            day,
            store.root(),
            &broken.path,
            what,
        )
    };
    state.broken.iter().map(fault).collect()
}

/// The places that faults of missing files are about.
fn places_of(missing: &[Fault]) -> Vec<(&'static str, Place)> {
    let place = |fault: &Fault| {
        let name = fault.file.as_deref()?.rsplit(['/', '\\']).next()?;
        let shard = name.strip_prefix("part-")?.strip_suffix(".parquet")?.parse().ok()?;
        Some((fault.table?, (fault.day, shard)))
    };
    missing.iter().filter_map(place).collect()
}

/// The days of the tables: from the day that settings and data give to the last day of any table.
fn range(asked: &Asked<'_>, state: &State, timelines: &[Timeline], notes: &Notes) -> Result<Option<Range>, EngineError> {
    let Some(last) = notes.last_of_all(state) else { return Ok(None) };
    let first_snapshot = timelines.iter().filter_map(Timeline::first_day).min();
    days::range(asked.settings, asked.store, state, first_snapshot, (None, last), asked.watch)
}

/// Whether the last run was one that leaves files to the next: a short one, or one of some days or tables.
fn left_something(run: &Value) -> bool {
    let arguments = &run["arguments"];
    run["days_left"].as_u64() > Some(0)
        || ["from", "tables"]
            .iter()
            .any(|name| run["command"] == "run" && !arguments[*name].is_null())
}

fn origins(
    asked: &Asked<'_>,
    state: &State,
    timelines: &[Timeline],
    range: Range,
    untrusted: &Places,
    waiting: bool,
) -> Result<Origins, EngineError> {
    let settings = asked.settings;
    let request = Request::new(settings, range.last);
    let names: Vec<Names> = (0..u32::from(settings.shards))
        .map(|shard| names::names(asked.store, state, shard))
        .collect::<Result<_, _>>()?;
    let tables: BTreeSet<&'static str> = stages::TABLES.iter().map(|contract| contract.name).collect();
    let job = Job {
        settings,
        request: &request,
        store: asked.store,
        range,
        forced: request.forced(),
        tables: &tables,
        names: &names,
        watch: asked.watch,
    };
    let expected = expected::fingerprints(&job, state, timelines)?;
    Ok(origins::hold(asked.store, state, &expected, untrusted, waiting))
}

/// Holds the tables of every day against each other that has all its files; under the settings where nothing of what it is made from is
/// in doubt.
fn hold_promises(
    asked: &Asked<'_>,
    state: &State,
    range: Range,
    broken: &Places,
    untrusted: &Places,
    report: &mut Report,
) -> Result<(), EngineError> {
    let shards = u32::from(asked.settings.shards);
    let in_doubt = |places: &Places, contract: &Contract, day: Option<Day>| {
        (0..contract.files(shards)).any(|shard| places.contains(&(contract.name, (day, shard))))
    };
    let lacks =
        |contract: &Contract, day: Day| (0..contract.files(shards)).any(|shard| state.footer(contract, (Some(day), shard)).is_none());
    let is_whole = |day: &Day| day_tables().all(|contract| !lacks(contract, *day) && !in_doubt(broken, contract, Some(*day)));
    let days: Vec<Day> = range.days().filter(is_whole).collect();
    let coverage_in_doubt = untrusted.iter().any(|(table, _)| *table == ACTIVITY_COVERAGE.name);
    let is_certain = |day: &Day| {
        let looked_at = || window::first_day(*day).to(*day);
        !in_doubt(untrusted, &ASSIGNMENTS, None)
            && !coverage_in_doubt
            && day_tables().all(|contract| !in_doubt(untrusted, contract, Some(*day)))
            && [&ACTIVITY_DAILY, &ACTIVITY_BEFORE]
                .into_iter()
                .all(|contract| looked_at().all(|day| !in_doubt(untrusted, contract, Some(day))))
    };
    let certain: BTreeSet<Day> = days.iter().copied().filter(is_certain).collect();
    for some in days.chunks(DAYS_AT_ONCE) {
        let held = checks::hold(asked.settings, asked.store, state, range, some, &certain, asked.watch);
        let Some((count, shown)) = trusted(held, untrusted, report)? else {
            continue;
        };
        let more = count - shown.len() as u64;
        report.faults.extend(shown.into_iter().map(|what| Fault {
            kind: Kind::Promise,
            table: None,
            day: None,
            file: None,
            what,
        }));
        report.faults.count += more;
        report.days_held += some.len() as u64;
    }
    Ok(())
}

/// Holds the published files: against `run.json`, and where all tables are whole against what would be published now.
fn hold_published(
    asked: &Asked<'_>,
    state: &State,
    range: Range,
    run: Option<&Value>,
    (is_whole, waiting): (bool, bool),
    report: &mut Report,
) -> Result<(), EngineError> {
    let has_published = run.is_some_and(|run| run["published"].as_array().is_some_and(|files| !files.is_empty()));
    if waiting && !has_published {
        report.warnings.push("nothing is published yet".to_owned());
        return Ok(());
    }
    report.published_files = run
        .and_then(|run| run["published"].as_array())
        .map_or(0, |files| files.len() as u64);
    report.faults.extend(published::hold_written(asked.settings, run)?);
    if is_whole && !waiting {
        report
            .faults
            .extend(published::hold_again(asked.settings, asked.store, state, range, asked.watch)?);
    } else {
        report
            .warnings
            .push("the published files were not held against the tables".to_owned());
    }
    Ok(())
}

/// The second computation of some customers, where the tables are made from what there is.
fn ask_oracle(
    asked: &Asked<'_>,
    state: &State,
    range: Range,
    origins: &Origins,
    untrusted: &Places,
    report: &mut Report,
) -> Result<Option<Verdict>, EngineError> {
    if asked.customers == Share::Only(0) {
        return Ok(None);
    }
    if origins.is_behind() {
        report
            .warnings
            .push("no customer was computed again: the tables are not made from what the warehouse holds now".to_owned());
        return Ok(None);
    }
    let known = choice::known(asked.store, state)?;
    let chosen = choice::choose(&known, asked.customers, asked.seed.unwrap_or(choice::seed_of(range.last)));
    let files = walk::discover(asked.settings, None, asked.watch)?;
    let oracle = Oracle {
        settings: asked.settings,
        store: asked.store,
        state,
        files: &files,
        days: (range.first, range.last),
        left_out: untrusted,
        watch: asked.watch,
    };
    let verdict = oracle.ask(&chosen)?;
    let raw = verdict.raw_files;
    if raw.new > 0 {
        let text = format!("{} raw files are new since the last run: they are in no table yet", raw.new);
        asked.watch.tell(Event::Warning(text));
    }
    if raw.changed > 0 {
        let text = format!(
            "{} raw files are not what they were when they were read: their rows were taken from the warehouse",
            raw.changed
        );
        asked.watch.tell(Event::Warning(text));
    }
    Ok(Some(verdict))
}
