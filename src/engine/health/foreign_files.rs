//! Warns of files in the warehouse that a run cannot use, or that are not ours.

use crate::engine::events::{Event, Watch};
use crate::engine::state::State;
use crate::warehouse::store::listing::{Broken, Fault};

/// Says what in the warehouse is not ours or cannot be used.
pub fn warn(state: &State, watch: &Watch<'_>) {
    for path in &state.foreign {
        watch.tell(Event::Warning(format!(
            "`{}` is not a file of uptake; it is left alone",
            path.display()
        )));
    }
    // A new version has made all files of a table old.
    let (old, unusable): (Vec<&Broken>, Vec<&Broken>) = state.broken.iter().partition(|broken| broken.fault == Fault::OlderVersion);
    for broken in unusable {
        watch.tell(Event::Warning(broken.to_string()));
    }
    for files in old.chunk_by(|a, b| a.table == b.table) {
        let said = match files {
            [one] => one.to_string(),
            several => format!(
                "{} files of `{}` were written by an older version, and are made again",
                several.len(),
                several[0].table
            ),
        };
        watch.tell(Event::Warning(said));
    }
}
