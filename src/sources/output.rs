//! Where a reader's findings go, counted so that records = accepted + rejected + not ours, whatever happens.

use crate::sources::record::{FileCounts, Position, Reason, Sink};

/// What a record was that is no reject.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Of this feed, also when it gave no row.
    Accepted,
    /// Of another feed.
    NotOurs,
}

/// A sink and the counts of one file.
pub struct Output<'s> {
    pub sink: &'s mut dyn Sink,
    pub counts: FileCounts,
}

impl<'s> Output<'s> {
    pub fn new(sink: &'s mut dyn Sink) -> Output<'s> {
        Output {
            sink,
            counts: FileCounts::default(),
        }
    }

    /// Counts a record whose rows, if any, have gone to the sink.
    pub fn settle(&mut self, at: Position, raw: &[u8], result: Result<Verdict, Reason>) {
        self.counts.records += 1;
        match result {
            Ok(Verdict::Accepted) => self.counts.accepted += 1,
            Ok(Verdict::NotOurs) => self.counts.not_ours += 1,
            Err(reason) => {
                self.counts.rejected += 1;
                self.sink.reject(at, reason, raw);
            }
        }
    }

    /// Counts a record that cannot be used.
    pub fn reject(&mut self, at: Position, reason: Reason, raw: &[u8]) {
        self.settle(at, raw, Err(reason));
    }
}
