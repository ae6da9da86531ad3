//! Files of days that the tables do not have: made when `last_day` was later or `first_day`
//! earlier, with the settings and the raw files of then. Nothing looks at them, and nothing is
//! published of them. They stay on the disk, since the days may come back; `run --prune` removes
//! them.

use std::collections::BTreeSet;

use crate::domain::day::Day;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::report::RunReport;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::reports::manifest::RunRecord;
use crate::stages::activity::first_activity::FIRST_ACTIVITY;
use crate::warehouse::store::Store;

/// The last day that the tables may have, as far as the settings and the last run say: one that was
/// asked for an earlier day made that the last one. A `run.json` of an earlier night, put back
/// beside later tables, does not.
pub fn last_day(settings: &Settings, state: &State, run: Option<&RunRecord>) -> Option<Day> {
    let of_all_tables = run.filter(|run| run.command == "run" && run.arguments.tables.is_none());
    let until = of_all_tables.and_then(|run| run.arguments.until);
    let made_from = state.table(&FIRST_ACTIVITY).values().flat_map(|footer| &footer.days);
    let latest = made_from.map(|part| part.day()).max();
    settings
        .last_day
        .into_iter()
        .chain(until.filter(|until| latest <= Some(*until)))
        .min()
}

/// What is told of them; nothing where there are none.
pub fn text(state: &State) -> Option<String> {
    let files = state.outside().count();
    let days: BTreeSet<Day> = state.outside().filter_map(|(_, (day, _))| day).collect();
    let (first, last) = (days.first()?, days.last()?);
    let of = if first == last {
        first.to_string()
    } else {
        format!("{} days from {first} to {last}", days.len())
    };
    Some(format!(
        "the warehouse has {files} {} of {of}, which the tables do not have by the settings: they are left alone and are in no published \
         file; `uptake run --prune` removes them",
        if files == 1 { "file" } else { "files" }
    ))
}

/// Warns of them.
pub fn tell(state: &State, watch: &Watch<'_>) {
    text(state).into_iter().for_each(|text| watch.tell(Event::Warning(text)));
}

/// Removes them, or in a plan counts them.
pub fn prune(store: &Store, state: &mut State, report: &mut RunReport) -> Result<(), EngineError> {
    let files: Vec<_> = state.outside().collect();
    report.pruned = files.len() as u64;
    if store.is_rehearsal() {
        return Ok(());
    }
    for (contract, place) in &files {
        store.remove(contract, *place)?;
    }
    for (contract, (day, _)) in &files {
        store.remove_empty_folder(contract, *day)?;
    }
    state.forget_outside();
    Ok(())
}
