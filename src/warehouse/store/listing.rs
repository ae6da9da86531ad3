//! What the warehouse holds: every partition file with its footer. Footers that were read before
//! come from a disposable cache as long as the version tags of their files are the same. A partition
//! in which no name came or went since is not gone through again, where the storage can say so: only
//! its files are looked at, one by one.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::storage::error::if_there;
use crate::storage::interface::{Earlier, Entry, Kind, Storage};
use crate::storage::version_tag::VersionTag;
use crate::warehouse::contract::{Contract, Partition};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::file::footer::{Described, Footer, describe};

pub use crate::warehouse::contract::Place;

/// The files of one table that are whole and of a version that the program reads.
pub type TableIndex = BTreeMap<Place, Footer>;

/// For partitions that have nothing but files that can be used, a tag that stays the same as long
/// as no name comes or goes there.
pub type FolderTags = BTreeMap<Day, VersionTag>;

/// What an earlier look at the folder of a table has found.
#[derive(Default, Serialize, Deserialize)]
pub struct Known {
    pub files: TableIndex,
    pub folders: FolderTags,
}

/// What was found in the folder of a table.
#[derive(Default, Debug)]
pub struct Listing {
    pub files: TableIndex,
    pub folders: FolderTags,
    /// Files that are ours by name and cannot be used: they are made again.
    pub broken: Vec<Broken>,
    /// Things that are not ours: left alone.
    pub foreign: Vec<PathBuf>,
    /// Whether a file is gone, or cannot be used any more, that was known.
    pub has_lost_files: bool,
}

/// Something in the place of a file of ours that is not one, or not any more.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The table in whose folder it is.
    pub table: &'static str,
    pub path: PathBuf,
    pub fault: Fault,
}

/// Why a file cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    Folder,
    Link,
    Damaged,
    OlderVersion,
    OtherTable,
}

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = match self.fault {
            Fault::Folder => "is a folder in the place of a file; it is moved to `.uptake/set-aside`, and the file is made again",
            Fault::Link => "is a symbolic link; it is replaced by a file, and what it leads to is left alone",
            Fault::Damaged => "is cut short or damaged, and is made again",
            Fault::OlderVersion => "was written by an older version, and is made again",
            Fault::OtherTable => "belongs to another table, and is made again",
        };
        write!(formatter, "`{}` {fault}", self.path.display())
    }
}

/// The folder of a place below the folder of its table.
pub fn folder_of(partition: Partition, day: Option<Day>) -> String {
    match (partition.column(), day) {
        (Some(column), Some(day)) => format!("{column}={day}"),
        _ => String::new(),
    }
}

/// The name of a shard's file.
pub fn file_name(shard: u32) -> String {
    format!("part-{shard:02}.parquet")
}

/// The places of a table for which there is something of a file's name, in order. No file is
/// opened.
pub fn places(storage: &dyn Storage, contract: &Contract) -> Result<Vec<Place>, WarehouseError> {
    let look = |place: Place, _: &Entry, _: &str| Ok(place);
    let mut places: Vec<Place> = find(storage, contract, &Known::default(), look)?.files;
    places.sort_unstable();
    Ok(places)
}

/// What is in the folder of a table by its names, in no order.
struct Found<T> {
    files: Vec<T>,
    foreign: Vec<PathBuf>,
    folders: Vec<(Day, VersionTag)>,
}

impl<T> Default for Found<T> {
    fn default() -> Found<T> {
        Found {
            files: Vec::new(),
            foreign: Vec::new(),
            folders: Vec::new(),
        }
    }
}

impl<T> Found<T> {
    fn append(&mut self, other: Found<T>) {
        self.files.extend(other.files);
        self.foreign.extend(other.foreign);
        self.folders.extend(other.folders);
    }
}

/// Looks into the folder of a table, partition by partition on all threads: `look` gets what has the
/// name of a file, with its place and its whole name.
fn find<T: Send>(
    storage: &dyn Storage,
    contract: &Contract,
    known: &Known,
    look: impl Fn(Place, &Entry, &str) -> Result<T, WarehouseError> + Sync,
) -> Result<Found<T>, WarehouseError> {
    let Some(column) = contract.partition.column() else {
        return in_folder(storage, contract.name, None, known, &look);
    };
    if let Some(entries) = storage.list_below(contract.name)? {
        return below(storage, (contract.name, column), &entries, &look);
    }
    let partitions = storage.list(contract.name, None)?.unwrap_or_default().entries;
    let found: Vec<Found<T>> = partitions
        .into_par_iter()
        .map(|entry| {
            let folder = format!("{}/{}", contract.name, entry.name);
            match day_of(&entry.name, column) {
                Some(day) => in_folder(storage, &folder, Some(day), known, &look),
                None => Ok(Found {
                    foreign: vec![storage.shown(&folder)],
                    ..Found::default()
                }),
            }
        })
        .collect::<Result<_, _>>()?;
    let mut all = Found::default();
    found.into_iter().for_each(|found| all.append(found));
    Ok(all)
}

/// Looks through everything below the folder of a table.
fn below<T: Send>(
    storage: &dyn Storage,
    (table, column): (&str, &str),
    entries: &[Entry],
    look: &(impl Fn(Place, &Entry, &str) -> Result<T, WarehouseError> + Sync),
) -> Result<Found<T>, WarehouseError> {
    let look_at = |entry: &Entry| {
        let place = entry
            .name
            .split_once('/')
            .and_then(|(folder, file)| Some((Some(day_of(folder, column)?), shard_of(file)?)));
        let name = format!("{table}/{}", entry.name);
        let mut found = Found::default();
        match place {
            Some(place) => found.files.push(look(place, entry, &name)?),
            None => found.foreign.push(storage.shown(&name)),
        }
        Ok(found)
    };
    let found: Vec<Found<T>> = entries.par_iter().map(look_at).collect::<Result<_, WarehouseError>>()?;
    let mut all = Found::default();
    found.into_iter().for_each(|found| all.append(found));
    Ok(all)
}

/// Looks into one folder.
fn in_folder<T>(
    storage: &dyn Storage,
    folder: &str,
    day: Option<Day>,
    known: &Known,
    look: &impl Fn(Place, &Entry, &str) -> Result<T, WarehouseError>,
) -> Result<Found<T>, WarehouseError> {
    let of_day = || known.files.range((day, 0)..=(day, u32::MAX));
    let names_tag = day.and_then(|day| known.folders.get(&day));
    let earlier = names_tag.map(|tag| Earlier {
        names_tag: *tag,
        names: of_day().map(|((_, shard), _)| file_name(*shard)).collect(),
    });
    let listing = storage.list(folder, earlier.as_ref())?.unwrap_or_default();
    let mut found = Found::default();
    for entry in &listing.entries {
        let name = format!("{folder}/{}", entry.name);
        match shard_of(&entry.name) {
            Some(shard) => found.files.push(look((day, shard), entry, &name)?),
            None => found.foreign.push(storage.shown(&name)),
        }
    }
    // What is odd there is to be told by the next look, too.
    if found.foreign.is_empty() {
        found.folders.extend(day.zip(listing.names));
    }
    Ok(found)
}

/// Lists the files of a table with their footers. A footer that is known is that of its file as
/// long as its version tag is the same.
pub fn list(storage: &dyn Storage, contract: &Contract, known: Known) -> Result<Listing, WarehouseError> {
    let found = find(storage, contract, &known, |place, entry, name| {
        Ok((place, look(storage, contract, entry, name, known.files.get(&place))?))
    })?;
    let mut listing = Listing {
        foreign: found.foreign,
        folders: found.folders.into_iter().collect(),
        ..Listing::default()
    };
    let mut same = Vec::new();
    let mut others = TableIndex::new();
    for (place, looked) in found.files {
        match looked {
            Looked::Known => same.push(place),
            Looked::Other(footer) => drop(others.insert(place, *footer)),
            Looked::Broken(broken) => {
                place.0.and_then(|day| listing.folders.remove(&day));
                listing.broken.push(broken);
            }
        }
    }
    listing.files = known.files;
    if same.len() < listing.files.len() {
        let before = listing.files.len();
        same.sort_unstable();
        let is_there = |place: &Place| same.binary_search(place).is_ok() || others.contains_key(place);
        listing.files.retain(|place, _| is_there(place));
        listing.has_lost_files = listing.files.len() < before;
    }
    listing.files.extend(others);
    listing.foreign.sort_unstable();
    listing.broken.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(listing)
}

/// The tag of the file of a footer; `None` where somebody else has written there since.
pub fn version(storage: &dyn Storage, name: &str, footer: &Footer) -> Result<Option<VersionTag>, WarehouseError> {
    let version = match storage.put_version(name) {
        // Where somebody has replaced the file since, the next look finds another tag.
        Some(version) => Some(version),
        None => {
            let found = storage.look(name)?.filter(|found| found.kind == Kind::Object);
            found.map(|found| found.version)
        }
    };
    Ok(version.filter(|version| version.size() == footer.bytes))
}

/// The days that a table has a folder for, in order.
pub fn partitions(storage: &dyn Storage, contract: &Contract) -> Result<Vec<Day>, WarehouseError> {
    let Some(column) = contract.partition.column() else {
        return Ok(Vec::new());
    };
    let entries = storage.list(contract.name, None)?.unwrap_or_default().entries;
    let mut days: Vec<Day> = entries.iter().filter_map(|entry| day_of(&entry.name, column)).collect();
    days.sort_unstable();
    Ok(days)
}

/// The day of a folder of a partition.
fn day_of(name: &str, column: &str) -> Option<Day> {
    Day::parse(name.strip_prefix(column)?.strip_prefix('=')?)
}

/// What was found in the place of a file.
enum Looked {
    /// The file that was known.
    Known,
    Other(Box<Footer>),
    Broken(Broken),
}

fn look(storage: &dyn Storage, contract: &Contract, entry: &Entry, name: &str, known: Option<&Footer>) -> Result<Looked, WarehouseError> {
    let version = entry.metadata.version;
    let is_known = |footer: &Footer| footer.version.is_some_and(|known| known.is_same_as(&version));
    if entry.metadata.kind == Kind::Object && known.is_some_and(is_known) {
        return Ok(Looked::Known);
    }
    let path = storage.shown(name);
    let describe = || if_there(storage.open(name))?.map_or(Ok(None), |object| describe(&object));
    let fault = match entry.metadata.kind {
        Kind::Folder => Fault::Folder,
        Kind::Link | Kind::LeadsOut => Fault::Link,
        Kind::Other => Fault::Damaged,
        Kind::Object => match describe()? {
            None => Fault::Damaged,
            Some(found) if found.table != contract.name => Fault::OtherTable,
            // Its fingerprint is not what it would be today, so it is made again; until then, and
            // for that, its rows are read.
            Some(found) if found.version < contract.oldest && contract.partition == Partition::Received => {
                return Err(WarehouseError::Older {
                    path,
                    table: found.table,
                    found: found.version,
                    known: contract.version,
                });
            }
            Some(found) if found.version < contract.oldest => Fault::OlderVersion,
            Some(found) if found.version > contract.version => {
                return Err(WarehouseError::Newer {
                    path,
                    table: found.table,
                    found: found.version,
                    known: contract.version,
                });
            }
            Some(Described { footer, .. }) => {
                let version = Some(version);
                return Ok(Looked::Other(Box::new(Footer { version, ..footer })));
            }
        },
    };
    let table = contract.name;
    Ok(Looked::Broken(Broken { table, path, fault }))
}

fn shard_of(name: &str) -> Option<u32> {
    let digits = name.strip_prefix("part-")?.strip_suffix(".parquet")?;
    // As `file_name` writes it: two digits, or more of which the first is no 0.
    let is_ours =
        digits.len() >= 2 && digits.bytes().all(|digit| digit.is_ascii_digit()) && (digits.len() == 2 || !digits.starts_with('0'));
    is_ours.then(|| digits.parse().ok())?
}
