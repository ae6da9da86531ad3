//! What a pipeline for a folder of raw files would read: the files are gathered by their names into
//! groups of which one glob is enough, some of each group are looked at as `inspect` does, and each
//! feed that is found becomes a source. Nothing is written, and nothing but these files is read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::domain::kinds::Feed;
use crate::domain::rules::Rules;
use crate::engine::error::EngineError;
use crate::engine::inspect::groups::{Group, groups};
use crate::engine::inspect::{Asked, Inspection, inspect_object};
use crate::sources::Format;
use crate::storage;
use crate::storage::error::OpenFault;
use crate::storage::interface::Storage;
use crate::storage::names::path_of;

/// How many files of a group are looked at, at most.
const MOST_LOOKED_AT: usize = 8;
/// How many of them that can be read are enough.
const ENOUGH: usize = 3;

/// What was found in a folder.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    /// By feed, then by path.
    pub sources: Vec<ProposedSource>,
    /// Files of which nothing can be used.
    pub unknown: Vec<Unknown>,
    /// The latest day that paths and rows of the files that were looked at have.
    pub last_day: Option<String>,
}

/// A source of a pipeline file.
#[derive(Clone, Debug, PartialEq)]
pub struct ProposedSource {
    pub feed: Feed,
    pub format: &'static str,
    /// The glob below the folder.
    pub path: String,
    /// How many files of the folder have such a path.
    pub files: u64,
    /// What is odd about those that were looked at.
    pub warnings: Vec<String>,
}

/// Files of which nothing can be used.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    pub path: String,
    pub files: u64,
    /// One of them.
    pub example: String,
    /// What it seems to be, or why its records cannot be used.
    pub what: String,
}

impl Proposal {
    /// Whether there is a source for a feed.
    pub fn has(&self, feed: Feed) -> bool {
        self.sources.iter().any(|source| source.feed == feed)
    }
}

impl Proposal {
    /// Adds what was found in another input, which has a name where there are several. A source
    /// reads all of them.
    pub fn join(&mut self, other: Proposal, input: Option<&str>) {
        for source in other.sources {
            let is_same = |known: &&mut ProposedSource| (known.feed, &known.path) == (source.feed, &source.path);
            let Some(known) = self.sources.iter_mut().find(is_same) else {
                self.sources.push(source);
                continue;
            };
            known.files += source.files;
            if known.format != source.format {
                known.format = Format::Auto.name();
            }
            let more = source.warnings.into_iter().filter(|warning| !known.warnings.contains(warning));
            let more: Vec<String> = more.collect();
            known.warnings.extend(more);
        }
        self.sources.sort_by_key(|source| (source.feed, source.path.clone()));
        self.unknown.extend(other.unknown.into_iter().map(|unknown| Unknown {
            path: input.map_or_else(|| unknown.path.clone(), |input| format!("{input}/{}", unknown.path)),
            ..unknown
        }));
        self.last_day = self.last_day.take().max(other.last_day);
    }
}

/// Looks at a folder.
pub fn propose(folder: &Path, rules: &Rules) -> Result<Proposal, EngineError> {
    let storage = storage::at(folder);
    let groups = groups(folder, &*storage).map_err(|fault| EngineError::input("list", &fault.path)(fault.error))?;
    let mut proposal = Proposal::default();
    for group in groups {
        let inspections = look(folder, &*storage, &group, rules)?;
        proposal.add(&group.glob, group.files.len() as u64, &inspections);
    }
    let order = |source: &ProposedSource| (source.feed, source.path.clone());
    proposal.sources.sort_by_key(order);
    Ok(proposal)
}

/// Looks at files of a group until enough of them can be read.
fn look(folder: &Path, storage: &dyn Storage, group: &Group, rules: &Rules) -> Result<Vec<Inspection>, EngineError> {
    let mut inspections: Vec<Inspection> = Vec::new();
    for name in group.spread(MOST_LOOKED_AT) {
        let path = folder.join(path_of(name));
        let object = match storage.open_inside(name, None) {
            Ok(object) => object,
            Err(OpenFault::Unreadable(error)) => return Err(EngineError::input("open", &path)(error)),
            // A link was put in its place meanwhile.
            Err(OpenFault::LeadsOut) => continue,
        };
        inspections.push(inspect_object(&path, &object, &Asked::default(), rules)?);
        if inspections.iter().filter(|inspection| inspection.is_readable()).count() == ENOUGH {
            break;
        }
    }
    Ok(inspections)
}

impl Proposal {
    fn add(&mut self, glob: &str, files: u64, inspections: &[Inspection]) {
        let mut formats: BTreeMap<Feed, BTreeSet<&'static str>> = BTreeMap::new();
        let mut warnings: BTreeMap<Feed, BTreeSet<String>> = BTreeMap::new();
        for inspection in inspections {
            for reading in inspection.readings.iter().filter(|reading| reading.accepted > 0) {
                let Some(feed) = Feed::parse(reading.feed) else { continue };
                formats.entry(feed).or_default().insert(reading.format);
                warnings.entry(feed).or_default().extend(reading.warnings.iter().cloned());
                self.last_day = self.last_day.take().max(reading.last_day.clone());
            }
            self.last_day = self.last_day.take().max(inspection.path_day.clone());
        }
        if formats.is_empty() {
            self.unknown.extend(unknown(glob, files, inspections));
        }
        self.sources.extend(formats.into_iter().map(|(feed, formats)| ProposedSource {
            feed,
            format: match formats.len() {
                1 => formats.first().copied().unwrap_or_default(),
                _ => Format::Auto.name(),
            },
            path: glob.to_owned(),
            files,
            warnings: warnings.remove(&feed).unwrap_or_default().into_iter().collect(),
        }));
    }
}

/// What files are of which no record could be used.
fn unknown(glob: &str, files: u64, inspections: &[Inspection]) -> Option<Unknown> {
    let inspection = inspections.iter().max_by_key(|inspection| inspection.bytes)?;
    let why = inspection.readings.iter().find_map(|reading| {
        let reject = reading.rejects.first()?;
        let detail = reject.detail.as_ref().map_or_else(String::new, |detail| format!(" ({detail})"));
        Some(format!(
            "like {} in the format {}, but {}{detail}",
            reading.feed, reading.format, reject.reason
        ))
    });
    let what = match (inspection.bytes, why, &inspection.unknown) {
        (0, ..) => "empty".to_owned(),
        (_, Some(why), _) => why,
        (_, None, Some(seems)) => seems.clone(),
        (_, None, None) if inspection.is_readable() => "no record in those that were looked at".to_owned(),
        (_, None, None) => "of no known form".to_owned(),
    };
    Some(Unknown {
        path: glob.to_owned(),
        files,
        example: inspection.file.clone(),
        what,
    })
}
