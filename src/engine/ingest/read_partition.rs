//! Reads raw files of one partition on all threads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use crate::engine::error::EngineError;
use crate::engine::events::Event;
use crate::engine::ingest::gathered::Gathered;
use crate::engine::ingest::read_file;
use crate::engine::ingest::read_file::NotRead;
use crate::engine::ingest::reading::Reading;
use crate::engine::ingest::task_context::TaskContext;
use crate::sources::record::Reason;

/// In at least how many portions a partition's files are read: so many that the last ones are over
/// at about the same time.
const PORTIONS: usize = 8;

/// What some files have.
pub struct FilesRead {
    pub gathered: Gathered,
    /// Whether all of them were read, or known not to be readable before.
    pub is_whole: bool,
    /// Whether one is not the one that the task is about.
    pub has_changed: bool,
}

/// Reads files. One that cannot be read is noted, and is a reject where it was noted before.
pub fn gather(readings: &[Reading<'_>], context: &TaskContext<'_>) -> Result<FilesRead, EngineError> {
    let TaskContext {
        settings, unread, watch, ..
    } = *context;
    // Whoever reads a portion goes on with what an earlier one has gathered, so that little has to
    // be joined.
    let waiting: Mutex<Vec<Gathered>> = Mutex::default();
    let of_waiting = || lock(&waiting).pop().unwrap_or_default();
    let (is_whole, has_changed) = (AtomicBool::new(true), AtomicBool::new(false));
    let read = |mut gathered: Gathered, reading: &Reading<'_>| {
        let read = if unread.has(&reading.file.path) {
            let refused = Some(Reason::UnreadableFile);
            read_file::read(
                &mut gathered,
                &Reading {
                    refused,
                    ..reading.clone()
                },
                settings,
            )
        } else {
            read_file::read(&mut gathered, reading, settings)
        };
        match read {
            Ok(()) if reading.refused.is_none() => watch.tell(Event::Read(reading.file.size())),
            Ok(()) => {}
            Err(NotRead::Changed) => has_changed.store(true, Ordering::Relaxed),
            Err(NotRead::Unreadable(why)) => {
                unread.add(&reading.file.path, &why);
                is_whole.store(false, Ordering::Relaxed);
            }
        }
        watch.tell(Event::Advance(1));
        gathered
    };
    if let Some(first) = readings.first() {
        let read = readings.iter().filter(|reading| reading.refused.is_none());
        first.file.announce(read.map(|reading| reading.file));
    }
    readings
        .par_iter()
        .with_max_len(readings.len() / PORTIONS + 1)
        .fold(of_waiting, read)
        .for_each(|gathered| lock(&waiting).push(gathered));
    watch.go_on()?;
    let portions = waiting.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(FilesRead {
        gathered: portions.into_iter().reduce(Gathered::append).unwrap_or_default(),
        is_whole: is_whole.into_inner(),
        has_changed: has_changed.into_inner(),
    })
}

/// Nobody who holds this lock can panic, so nothing is ever half done.
pub fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
