//! Which feed and format a file is of: the readers try its beginning, and the one that accepts most
//! records has it. Where none accepts a record, all that were tried are told, first the one whose
//! records they are, if only as rejects: that another one has nothing to do with the file is no
//! sign that it is of that other one.
//!
//! `auto` tells which formats it could be, feed by feed. Several feeds may say yes: sign-ins and
//! audit records have the same envelope, a list of customers needs no column that other tables do
//! not have too. So the beginning is read for each of them. Two forms carry records of several
//! feeds in one file; of these every feed that accepts something stays.

use crate::domain::kinds::Feed;
use crate::engine::input::raw_file::OpenFile;
use crate::sources;
use crate::sources::file_context::FileContext;
use crate::sources::read::read_in_order;
use crate::sources::record::{FileCounts, Position, Reason, Row, Sink, SnapshotPage};
use crate::sources::{Choice, Format};
use crate::storage::object::OpenObject;

/// How much of a file is read to find out what it is.
pub const HEAD_BYTES: u64 = 1 << 20;

/// What somebody says that a file is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    pub feed: Option<Feed>,
    pub format: Option<Format>,
}

/// A way to read a file.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub feed: Feed,
    pub format: Format,
    /// Why this format, to follow "because".
    pub why: String,
    counts: FileCounts,
}

impl Candidate {
    /// How well it fits: by what is accepted, then by what are no rejects; of those that accept
    /// nothing by what is at least of the feed.
    fn rank(&self) -> (u64, u64) {
        let FileCounts {
            accepted,
            rejected,
            not_ours,
            ..
        } = self.counts;
        (accepted, if accepted > 0 { not_ours } else { rejected })
    }
}

/// The ways in which a file can be read, the best one first; none where no reader knows it. `head`
/// is its beginning.
pub fn candidates(object: &OpenObject, head: &[u8], asked: &Asked, context: &FileContext) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Feed::ALL
        .iter()
        .filter(|feed| asked.feed.is_none_or(|asked| asked == **feed))
        .filter_map(|feed| of_feed(*feed, head, asked, context))
        .collect();
    // Where the beginning says nothing (a document that goes on, a table that is read from its end)
    // all of it has to.
    let is_cut = head.len() as u64 >= HEAD_BYTES;
    let is_open = candidates.len() > 1 && candidates.iter().all(|candidate| candidate.counts.accepted == 0);
    if is_cut && is_open {
        for candidate in &mut candidates {
            candidate.counts = read_in_order(context, |context| {
                let (mut file, mut trial) = (OpenFile::of(object.reader()), Trial::default());
                sources::read(candidate.feed, candidate.format, &mut file, object.size(), context, &mut trial)
            });
        }
    }
    // Stable: where two accept the same, the feed that stands first in the list of feeds has it.
    // Customers, which need the fewest columns, stand behind the feeds with more.
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.rank()));
    let Some(best) = candidates.first().cloned() else {
        return candidates;
    };
    let is_shared = best.format.has_several_feeds();
    let mut kept = 0;
    candidates.retain(|candidate| {
        kept += 1;
        let is_refused = best.counts.accepted == 0 && candidate.counts.records > 0;
        kept == 1 || is_refused || (is_shared && candidate.format == best.format && candidate.counts.accepted > 0)
    });
    candidates
}

/// How a feed would read a file, if it can.
fn of_feed(feed: Feed, head: &[u8], asked: &Asked, context: &FileContext) -> Option<Candidate> {
    let format = asked.format.unwrap_or(Format::Auto);
    if !Format::for_feed(feed).contains(&format) {
        return None;
    }
    let (counts, trial) = read_in_order(context, |context| {
        let mut trial = Trial::default();
        let counts = sources::read(feed, format, &mut &head[..], head.len() as u64, context, &mut trial);
        (counts, trial)
    });
    let (format, why) = match trial.choice {
        Some(choice) => (choice.format, choice.why),
        None if format != Format::Auto => (format, "you said so".to_owned()),
        None if asked.feed.is_some() && !head.is_empty() => (format, "you said so".to_owned()),
        None => return None,
    };
    Some(Candidate { feed, format, why, counts })
}

/// Takes what a trial finds and keeps only what `auto` chose.
#[derive(Default)]
struct Trial {
    choice: Option<Choice>,
}

impl Sink for Trial {
    fn row(&mut self, _at: Position, _row: Row<'_>) {}

    fn reject(&mut self, _at: Position, _reason: Reason, _raw: &[u8], _detail: &str) {}

    fn chosen(&mut self, choice: &Choice) {
        self.choice = Some(choice.clone());
    }

    fn snapshot_page(&mut self, _page: SnapshotPage) {}
}
