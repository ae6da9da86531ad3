//! How large the files would be that a plan names: one that is there stays as large as it is, a new
//! one is like the others of its table, and of a table that has none yet the last day is made on
//! trial where the rehearsal writes.

use crate::engine::build::window_fingerprints::PASS_TABLES;
use crate::engine::build::window_plan::WindowsPlan;
use crate::engine::build::window_tables::make_pass;
use crate::engine::context::Job;
use crate::engine::error::EngineError;
use crate::engine::plan::rebuild::Made;
use crate::engine::plan::task::DayFiles;
use crate::engine::report::Size;
use crate::engine::state::State;
use crate::warehouse::contract::Contract;

/// Gives the files of a plan their sizes.
pub fn estimate(job: &Job<'_>, state: &State, plan: &mut WindowsPlan<'_>) -> Result<(), EngineError> {
    let tried = on_trial(job, state, plan)?;
    let usual = |contract: &Contract| {
        let known = state.table(contract).values().map(Size::of);
        let tried = tried
            .iter()
            .filter(|(of, ..)| of.name == contract.name)
            .map(|(.., footer)| Size::of(footer));
        mean(known).or_else(|| mean(tried)).unwrap_or_default()
    };
    let usual: Vec<(&str, Size)> = crate::stages::TABLES
        .iter()
        .map(|contract| (contract.name, usual(contract)))
        .collect();
    plan.measure(|contract, place| match state.footer(contract, place) {
        Some(footer) => Size::of(footer),
        None => usual
            .iter()
            .find(|(name, _)| *name == contract.name)
            .map(|(_, extent)| *extent)
            .unwrap_or_default(),
    });
    Ok(())
}

/// Makes the last day of the tables that have no file yet.
fn on_trial(job: &Job<'_>, state: &State, plan: &WindowsPlan<'_>) -> Result<Vec<Made>, EngineError> {
    let mut made = Vec::new();
    for shard in &plan.shards {
        let mut last = DayFiles::new();
        for contract in PASS_TABLES.into_iter().filter(|contract| state.table(contract).is_empty()) {
            let day = shard.days_of(contract).last().map(|(day, print)| (*day, *print));
            last.insert(contract.name.into(), day.into_iter().collect());
        }
        made.extend(make_pass(job, state, &shard.inputs, &last)?);
    }
    Ok(made)
}

/// The mean of some sizes; `None` of none.
fn mean(extents: impl Iterator<Item = Size>) -> Option<Size> {
    let (count, sum) = extents.fold((0_u64, Size::default()), |(count, sum), extent| {
        let sum = Size {
            rows: sum.rows + extent.rows,
            bytes: sum.bytes + extent.bytes,
        };
        (count + 1, sum)
    });
    (count > 0).then(|| Size {
        rows: sum.rows / count,
        bytes: sum.bytes / count,
    })
}
