//! Reads a raw file, a large one with all threads: one cuts it into parts of whole lines, all of
//! them read these.
//!
//! Nothing depends on who reads which part: the findings are put together in the order of the file.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::domain::digest::Digest;
use crate::domain::kinds::Feed;
use crate::engine::ingest::collector::{FileSink, Found, most_rows_after};
use crate::engine::ingest::gathered::Gathered;
use crate::engine::input::raw_file::{Digesting, RawFile};
use crate::sources::record::{FileCounts, Sink};
use crate::sources::split::{Part, Parts};
use crate::sources::{self, Format};

/// How large a file has to be, as it is stored, to be worth cutting.
const LARGE_BYTES: u64 = 8 << 20;
/// How large a part is: enough to read that handing it over does not count, and little enough to
/// stay in a processor's caches.
const PART_BYTES: usize = 1 << 20;

/// Reads the file that `reader` has open, and gives the digest of its bytes, or why the system did
/// not give all of them.
pub fn read(
    (feed, format): (Feed, Format),
    file: &RawFile,
    mut reader: Digesting,
    sink: &mut FileSink<'_>,
) -> (FileCounts, Result<Digest, String>) {
    let size = reader.opened().size;
    if size >= LARGE_BYTES && rayon::current_num_threads() > 1 {
        if let Some(parts) = Parts::open(feed, format, &mut reader, size, PART_BYTES) {
            let counts = read_parts(parts, sink);
            reader.drain();
            return (counts, reader.into_digest());
        }
        match Digesting::open(file) {
            Ok(again) => reader = again,
            Err(fault) => return (FileCounts::default(), Err(fault.to_string())),
        }
    }
    let context = sink.context;
    let size = reader.opened().size;
    let counts = sources::read(feed, format, &mut reader, size, context, sink);
    reader.drain();
    (counts, reader.into_digest())
}

/// What a part had.
struct PartFound {
    gathered: Gathered,
    found: Found,
    counts: FileCounts,
}

/// The parts that were read, by their number.
#[derive(Default)]
struct PartsFound {
    parts: BTreeMap<usize, PartFound>,
    /// How many parts were read from the beginning on, and how many rejects they have.
    whole: usize,
    rejects: u64,
}

impl PartsFound {
    /// Takes a part. As soon as it is known how many rejects come before it, it keeps as many rows
    /// of them as the file may have: the parts of a file that is nothing but rejects are not in
    /// memory together.
    fn take(&mut self, number: usize, part: PartFound) {
        self.parts.insert(number, part);
        while let Some(part) = self.parts.get_mut(&self.whole) {
            part.found
                .rest
                .append(part.gathered.rejects.keep_first(most_rows_after(self.rejects)));
            self.rejects += part.found.rejects;
            self.whole += 1;
        }
    }
}

fn read_parts(parts: Parts<'_>, sink: &mut FileSink<'_>) -> FileCounts {
    if let Some(choice) = parts.choice() {
        sink.chosen(choice);
    }
    let results = Mutex::new(PartsFound::default());
    let waiting = AtomicUsize::new(0);
    let most_waiting = 2 * rayon::current_num_threads();
    let whole: &FileSink<'_> = sink;
    let read = |number: usize, part: Part| {
        let mut gathered = Gathered::default();
        let mut sink = whole.part(&mut gathered);
        let counts = part.read(whole.context, &mut sink);
        let found = sink.into_part();
        let part = PartFound { gathered, found, counts };
        results.lock().unwrap_or_else(PoisonError::into_inner).take(number, part);
    };
    rayon::in_place_scope(|scope| {
        for (number, part) in parts.enumerate() {
            // Where the others are busy, whoever cuts reads too, so that only a few parts are in
            // memory.
            if waiting.load(Ordering::Relaxed) >= most_waiting {
                read(number, part);
                continue;
            }
            waiting.fetch_add(1, Ordering::Relaxed);
            let (read, waiting) = (&read, &waiting);
            scope.spawn(move |_| {
                read(number, part);
                waiting.fetch_sub(1, Ordering::Relaxed);
            });
        }
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut counts = FileCounts::default();
    for part in results.parts.into_values() {
        counts.records += part.counts.records;
        counts.accepted += part.counts.accepted;
        counts.rejected += part.counts.rejected;
        counts.not_ours += part.counts.not_ours;
        sink.join(part.gathered, part.found);
    }
    counts
}
