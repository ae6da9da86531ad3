//! What a raw file is, told without a pipeline: its form, whose it is, its days, what can be read
//! of it, and how a pipeline would name it.
//!
//! The file is read by the readers of a run and its first rows go the way of a run's rows, so what
//! is shown is what would be stored: no names, and nothing that a table does not have. Nothing is
//! written.

pub mod detect_feed;
mod groups;
pub mod proposal;
pub mod sample_sink;
pub mod source_block;

use std::io::{self, Read};
use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::kinds::Feed;
use crate::domain::rules::Rules;
use crate::engine::error::EngineError;
use crate::engine::ingest::notices::file_tenants;
use crate::engine::input::raw_file::OpenFile;
use crate::engine::inspect::detect_feed::Candidate;
use crate::engine::inspect::sample_sink::{Looking, RejectCount, TenantRows};
use crate::engine::inspect::source_block::SourceBlock;
use crate::sources;
use crate::sources::file_context::FileContext;
use crate::sources::path::{PathFacts, path_context};
use crate::sources::read::read_in_order;
use crate::stages::received::reject_excerpt::{Ids, excerpt};
use crate::storage;
use crate::storage::error::StorageError;
use crate::storage::folder_paths;
use crate::storage::object::OpenObject;

pub use crate::engine::inspect::detect_feed::Asked;

/// How much of a file is shown where nobody knows what it is.
const BEGINS_BYTES: usize = 120;

/// What a file is.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    /// As it was named.
    pub file: String,
    pub bytes: u64,
    /// plain, gzip or zstd.
    pub compression: &'static str,
    /// The tenant and the day that its path names.
    pub path_tenant: Option<String>,
    pub path_day: Option<String>,
    /// What it holds, one for each feed; where not one record could be used, everything that was
    /// tried.
    pub readings: Vec<Reading>,
    /// What it seems to be, where it is of no known form.
    pub unknown: Option<String>,
    /// The page about files that are known and cannot serve, if it is one.
    pub page: Option<&'static str>,
    /// How it begins, where it is no log that can be read; without whatever could be about a
    /// person.
    pub begins: Option<String>,
}

/// A file as one feed's source would read it.
#[derive(Clone, Debug, Serialize)]
pub struct Reading {
    pub feed: &'static str,
    pub format: &'static str,
    /// Why this format, to follow "because".
    pub why: String,
    pub records: u64,
    pub accepted: u64,
    pub rejected: u64,
    pub not_ours: u64,
    /// Rows that the accepted records give, copies included.
    pub rows: u64,
    /// Whose rows they are, the most rows first.
    pub tenants: Vec<TenantRows>,
    pub first_day: Option<String>,
    pub last_day: Option<String>,
    /// How many days have rows or a snapshot.
    pub days: u64,
    /// What is odd about it, though it can be read.
    pub warnings: Vec<String>,
    /// The most frequent first.
    pub rejects: Vec<RejectCount>,
    /// The table of the rows.
    pub table: &'static str,
    /// The first rows, as they would be stored.
    pub sample: Vec<Map<String, Value>>,
    /// The page about files of this format: how they are exported, and what to beware of.
    pub page: String,
    /// How a pipeline file would name files like this one; `None` where not one record could be
    /// used.
    pub source: Option<SourceBlock>,
}

impl Reading {
    /// Whether it is of use: a record was accepted, or it is a list that says it is empty.
    pub fn is_of_use(&self) -> bool {
        self.accepted > 0 || self.records == 0
    }
}

impl Inspection {
    /// Whether anything in it can be read.
    pub fn is_readable(&self) -> bool {
        self.readings.iter().any(Reading::is_of_use)
    }
}

/// Reads a file or, where it is an archive, each member of it. Fails only where it cannot be opened.
pub fn inspect(path: &Path, asked: &Asked, rules: &Rules) -> Result<Vec<Inspection>, EngineError> {
    let failed = |fault: StorageError| EngineError::input("read", path)(fault.error);
    let members = storage::members_named(path).map_err(failed)?;
    if members.is_empty() {
        let object = storage::open_named(path).map_err(failed)?;
        return Ok(vec![inspect_object(path, &object, asked, rules)?]);
    }
    let of_member = |(name, object): &(String, OpenObject)| inspect_object(&path.join(name), object, asked, rules);
    members.iter().map(of_member).collect()
}

fn inspect_object(path: &Path, object: &OpenObject, asked: &Asked, rules: &Rules) -> Result<Inspection, EngineError> {
    let failed = || EngineError::input("read", path);
    let bytes = object.size();
    let head = beginning(object).map_err(failed())?;
    let name = path.to_string_lossy().replace('\\', "/");
    let facts = facts(path, &name);
    let context = FileContext::of(facts, &rules.zone, &rules.catalogue);
    let candidates = detect_feed::candidates(object, &head, asked, &context);
    let readings = candidates
        .iter()
        .map(|candidate| reading(object, &name, candidate, &context, rules))
        .collect::<Result<Vec<_>, _>>()?;
    let mut inspection = Inspection {
        file: name,
        bytes,
        compression: compression(&head),
        path_tenant: facts.tenant.map(|tenant| tenant.to_string()),
        path_day: facts.day.map(|day| day.to_string()),
        readings,
        unknown: None,
        page: None,
        begins: None,
    };
    if inspection.readings.is_empty() && bytes > 0 {
        let unknown = sources::describe_unknown(&mut OpenFile::of(object.reader()), bytes);
        inspection.unknown = Some(unknown.what).filter(|what| !what.is_empty());
        inspection.page = unknown.page;
    }
    if !inspection.is_readable() {
        let masked = || excerpt(&head[..head.len().min(BEGINS_BYTES)], Ids::Kept);
        let names = sources::line_of_names(&head).map(|line| line.chars().take(BEGINS_BYTES).collect());
        inspection.begins = Some(names.unwrap_or_else(masked));
    }
    Ok(inspection)
}

/// How a file begins.
fn beginning(object: &OpenObject) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    object.reader().take(detect_feed::HEAD_BYTES).read_to_end(&mut head)?;
    Ok(head)
}

/// What the path says: as it was named, and where that says nothing, from the folders that it is
/// in.
fn facts(path: &Path, name: &str) -> PathFacts {
    let named = path_context(name, None, None);
    let real = path.ancestors().find_map(|path| folder_paths::canonical(path).ok());
    let whole = real.map(|path| path_context(&path.to_string_lossy(), None, None));
    let whole = whole.unwrap_or_default();
    let day = if named.day.is_some() { named } else { whole };
    PathFacts {
        tenant: named.tenant.or(whole.tenant),
        interactive: named.interactive,
        ..day
    }
}

/// Reads the whole file for one feed.
fn reading(object: &OpenObject, name: &str, candidate: &Candidate, context: &FileContext, rules: &Rules) -> Result<Reading, EngineError> {
    let (counts, found) = read_in_order(context, |context| {
        let (mut file, bytes) = (OpenFile::of(object.reader()), object.size());
        let mut looking = Looking::new(name, context);
        let counts = sources::read(candidate.feed, candidate.format, &mut file, bytes, context, &mut looking);
        Ok::<_, EngineError>((counts, looking.finish(candidate.feed, rules)?))
    })?;
    let of_several = match candidate.feed {
        Feed::Activity => file_tenants::warning(candidate.format, context, found.tenants.len()),
        _ => None,
    };
    let mut reading = Reading {
        feed: candidate.feed.name(),
        format: candidate.format.name(),
        why: candidate.why.clone(),
        records: counts.records,
        accepted: counts.accepted,
        rejected: counts.rejected,
        not_ours: counts.not_ours,
        rows: found.rows,
        tenants: found.tenants,
        first_day: found.days.first().map(|day| day.to_string()),
        last_day: found.days.last().map(|day| day.to_string()),
        days: found.days.len() as u64,
        warnings: of_several.into_iter().collect(),
        rejects: found.rejects,
        table: found.table,
        sample: found.sample,
        page: format!("docs/formats.md#{}", candidate.format),
        source: None,
    };
    if reading.is_of_use() {
        reading.source = Some(source_block::of(name, candidate.feed, candidate.format));
    }
    Ok(reading)
}

/// How a file is compressed, by its first bytes.
fn compression(head: &[u8]) -> &'static str {
    match head {
        [0x1f, 0x8b, ..] => "gzip",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "zstd",
        _ => "plain",
    }
}
