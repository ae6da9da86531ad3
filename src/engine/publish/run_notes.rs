//! Why days of published tables were made since the last release, for whoever asks why a number is
//! another one now. Each run takes note of that before it makes them, and a publication puts all
//! notes into its manifest. So the reasons of a run that died, or that published nothing, are there.

use crate::domain::day::Instant;
use crate::engine::error::EngineError;
use crate::engine::report::{Because, Step};
use crate::reports::published_table::FACTS;
use crate::reports::releases::release::{MadeDays, RunNote};
use crate::warehouse::store::Store;

/// Where the notes are.
const FILE: &str = "since-release.json";
/// The most runs of which notes are kept.
const MOST_RUNS: usize = 100;

/// Takes note of the days that are about to be made.
pub fn note(store: &Store, began: Instant, steps: &[Step]) -> Result<(), EngineError> {
    let published = steps.iter().filter(|step| FACTS.iter().any(|fact| fact.name == step.table));
    let made: Vec<MadeDays> = published
        .flat_map(|step| step.because_exactly.iter().map(|because| days(step, because)))
        .collect();
    if made.is_empty() {
        return Ok(());
    }
    let mut notes = load(store);
    notes.retain(|note| note.made != made);
    notes.push(RunNote {
        began: began.to_string(),
        made,
    });
    let old = notes.len().saturating_sub(MOST_RUNS);
    save(store, &notes[old..])
}

fn days(step: &Step, because: &Because) -> MadeDays {
    MadeDays {
        table: step.table.to_owned(),
        first: because.first.clone(),
        last: because.last.clone(),
        causes: because.causes.iter().map(|cause| (*cause).to_owned()).collect(),
        why: because.why.clone(),
    }
}

/// The notes of all runs since the last release. They say why and decide nothing: where they cannot
/// be read, nothing is known.
pub fn load(store: &Store) -> Vec<RunNote> {
    let bytes = store.read_private(FILE).ok().flatten();
    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

/// Everything is in a manifest.
pub fn clear(store: &Store) -> Result<(), EngineError> {
    match load(store).is_empty() {
        true => Ok(()),
        false => save(store, &[]),
    }
}

fn save(store: &Store, notes: &[RunNote]) -> Result<(), EngineError> {
    let text = serde_json::to_vec(notes).unwrap_or_default();
    Ok(store.replace_private(FILE, &text)?)
}
