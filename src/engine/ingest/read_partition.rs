//! Reads raw files of one partition on all threads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::ingest::collector::Gathered;
use crate::engine::ingest::partition_task::Reading;
use crate::engine::ingest::read_file;
use crate::engine::input::unread::Unread;
use crate::pipeline::settings::Settings;

/// In at least how many portions a partition's files are read: so many that the last ones are over
/// at about the same time.
const PORTIONS: usize = 8;

/// What some files have, and whether all of them were read or known not to be readable before.
pub fn gather(readings: &[&Reading<'_>], settings: &Settings, unread: &Unread, watch: &Watch<'_>) -> Result<(Gathered, bool), EngineError> {
    // Whoever reads a portion goes on with what an earlier one has gathered, so that little has to
    // be joined.
    let waiting: Mutex<Vec<Gathered>> = Mutex::default();
    let of_waiting = || lock(&waiting).pop().unwrap_or_default();
    let is_whole = AtomicBool::new(true);
    let read = |mut gathered: Gathered, reading: &&Reading<'_>| {
        if unread.has(&reading.file.path) {
            read_file::refuse(&mut gathered, reading, settings);
        } else if let Some(why) = read_file::read(&mut gathered, reading, settings) {
            unread.add(&reading.file.path, &why);
            is_whole.store(false, Ordering::Relaxed);
        }
        watch.tell(Event::Advance(1));
        gathered
    };
    readings
        .par_iter()
        .with_max_len(readings.len() / PORTIONS + 1)
        .fold(of_waiting, read)
        .for_each(|gathered| lock(&waiting).push(gathered));
    watch.go_on()?;
    let portions = waiting.into_inner().unwrap_or_else(PoisonError::into_inner);
    let gathered = portions.into_iter().reduce(Gathered::append).unwrap_or_default();
    Ok((gathered, is_whole.into_inner()))
}

/// Nobody who holds this lock can panic, so nothing is ever half done.
pub fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
