//! What the tasks of `received=` partitions share: a run has it from its plan, whoever carries out
//! a single task makes it for that.

use std::sync::Arc;

use crate::domain::digest::Digest;
use crate::engine::events::Watch;
use crate::engine::ingest::reading::ways;
use crate::engine::ingest::recent_events::RecentEvents;
use crate::engine::input::raw_file::RawFile;
use crate::engine::input::unread::Unread;
use crate::engine::plan::fingerprint::digest_of_reading;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::warehouse::store::Store;

/// What the tasks of `received=` partitions share.
#[derive(Clone)]
pub struct TaskContext<'a> {
    pub settings: &'a Settings,
    pub store: &'a Store,
    pub state: &'a State,
    /// The raw files, in the order of their paths.
    pub files: &'a [RawFile],
    /// The way in which each source reads its files.
    pub ways: Vec<Arc<str>>,
    pub digest_of_reading: Digest,
    /// Takes what is written of events, for the facts.
    pub recent_events: &'a RecentEvents,
    pub unread: &'a Unread,
    /// Whether a partition is made without files that cannot be read. Only a run that tells of them
    /// may do so.
    pub goes_on_without_unread: bool,
    pub watch: &'a Watch<'a>,
}

impl<'a> TaskContext<'a> {
    /// For a run that has found these files, and tells of those that it cannot read.
    pub fn of_run(
        settings: &'a Settings,
        store: &'a Store,
        state: &'a State,
        files: &'a [RawFile],
        unread: &'a Unread,
        (watch, recent_events): (&'a Watch<'a>, &'a RecentEvents),
    ) -> TaskContext<'a> {
        TaskContext {
            settings,
            store,
            state,
            files,
            ways: ways(settings),
            digest_of_reading: digest_of_reading(settings),
            recent_events,
            unread,
            goes_on_without_unread: true,
            watch,
        }
    }
}
