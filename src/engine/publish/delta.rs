//! The Delta tables follow the release that is in force, also where a run has nothing else to do: an
//! earlier one may have ended before they did, or somebody went back to another release.

use crate::delta::export::{DeltaFolder, NewVersion};
use crate::domain::day::Instant;
use crate::engine::error::EngineError;
use crate::pipeline::settings::Settings;
use crate::reports::releases::current::Current;
use crate::reports::releases::folder;
use crate::warehouse::store::Store;

/// Fails where one of the tables is somebody else's, before anything is done.
pub fn check(settings: &Settings, store: &Store) -> Result<(), EngineError> {
    let Some(path) = &settings.delta else { return Ok(()) };
    let storage = store.beside(path);
    let folder = DeltaFolder {
        storage: &*storage,
        pipeline: &settings.name,
    };
    Ok(folder.check()?)
}

/// Brings the tables to the release in force. Returns those that have a new version.
pub fn export(settings: &Settings, store: &Store, began: Instant) -> Result<Vec<NewVersion>, EngineError> {
    let Some(path) = &settings.delta else { return Ok(Vec::new()) };
    let published = store.beside(&settings.published);
    let Some(current) = Current::read(&*published)? else {
        return Ok(Vec::new());
    };
    let Some(release) = folder::read(&*published, current.release)? else {
        return Ok(Vec::new());
    };
    let storage = store.beside(path);
    let folder = DeltaFolder {
        storage: &*storage,
        pipeline: &settings.name,
    };
    Ok(folder.export(&*published, &release, began.0.div_euclid(1000))?)
}
