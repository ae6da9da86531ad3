//! The events that this run has just written, kept for the facts that are made of them a moment
//! later: reading them back would take as long as making the facts. How many are kept does not
//! depend on how many there are.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::stages::received::activity_events::{ACTIVITY_EVENTS, DigestedEvents};
use crate::warehouse::contract::Place;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;

/// How many events are kept: some 100 bytes each.
const MOST_EVENTS: usize = 1 << 20;

/// Events by the place of their file.
#[derive(Default)]
pub struct RecentEvents {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    files: HashMap<Place, Arc<DigestedEvents>>,
    events: usize,
}

impl RecentEvents {
    /// Keeps what a file was written from, where there is room.
    pub fn keep(&self, place: Place, events: DigestedEvents) {
        let count = events.frame.num_rows();
        // Where a thread panicked while it held the lock, what is kept may lack something: it is
        // not used.
        let Ok(mut kept) = self.kept.lock() else { return };
        if kept.events + count <= MOST_EVENTS {
            kept.events += count;
            kept.files.insert(place, Arc::new(events));
        }
    }

    /// The events of a file, as they were written or as they are read.
    pub fn of(&self, store: &Store, place: Place) -> Result<Vec<Arc<DigestedEvents>>, WarehouseError> {
        if let Ok(kept) = self.kept.lock()
            && let Some(events) = kept.files.get(&place)
        {
            return Ok(vec![events.clone()]);
        }
        let frames = store.read_coded(&ACTIVITY_EVENTS, place, &[])?;
        let read = |frame| {
            let digests = Vec::new();
            Arc::new(DigestedEvents { frame, digests })
        };
        Ok(frames.into_iter().map(read).collect())
    }
}
