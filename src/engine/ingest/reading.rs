//! A raw file as one source reads it.

use std::sync::Arc;

use crate::domain::day::Day;
use crate::engine::input::raw_file::RawFile;
use crate::engine::plan::fingerprint::how;
use crate::pipeline::settings::Settings;
use crate::sources::Format;
use crate::sources::path::PathFacts;
use crate::sources::record::Reason;
use crate::storage::interface::Kind;

/// A raw file as one source reads it.
#[derive(Clone)]
pub struct Reading<'a> {
    pub file: &'a RawFile,
    pub source: usize,
    pub facts: PathFacts,
    pub format: Format,
    /// A digest of the way in which it is read.
    pub way: Arc<str>,
    /// The day that it is, where somebody asks.
    pub today: Option<Day>,
    /// Why it is not even opened.
    pub refused: Option<Reason>,
}

/// The way in which each source reads its files, by the source's number.
pub fn ways(settings: &Settings) -> Vec<Arc<str>> {
    (0..settings.sources.len()).map(|source| how(settings, source).into()).collect()
}

/// Why a raw file is no file to be read: a pipe, a link out of the input folder.
pub fn refusal(file: &RawFile) -> Option<Reason> {
    match file.kind {
        Kind::Object => None,
        Kind::LeadsOut => Some(Reason::LinkOutOfInput),
        Kind::Folder | Kind::Link | Kind::Other => Some(Reason::UnreadableFile),
    }
}
