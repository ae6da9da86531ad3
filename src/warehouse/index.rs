//! What the warehouse holds: every partition file with its footer. Footers that were read before come from a disposable
//! cache as long as a file's size and time of change are the same.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, DirEntry, Metadata};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::warehouse::contract::{Contract, Partition};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::files::{Footer, read_footer};

pub use crate::warehouse::contract::Place;

/// The files of one table that are whole and of the program's version.
pub type TableIndex = BTreeMap<Place, Footer>;

/// A cached footer and the file that it was read from.
#[derive(Clone, Serialize, Deserialize)]
pub struct Seen {
    size: u64,
    changed: u128,
    footer: Footer,
}

impl Seen {
    fn of(metadata: &Metadata, footer: Footer) -> Seen {
        Seen {
            size: metadata.len(),
            changed: changed(metadata),
            footer,
        }
    }

    /// The footer, where it is that of a file of this table and of the program's version.
    pub fn footer_of(&self, contract: &Contract) -> Option<&Footer> {
        Some(&self.footer).filter(|footer| footer.table == contract.name && footer.version == contract.version)
    }
}

/// When a file was changed, in nanoseconds since 1970.
fn changed(metadata: &Metadata) -> u128 {
    let age = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    age.map_or(0, |age| age.as_nanos())
}

/// Footers by path below the warehouse.
pub type FooterCache = FxHashMap<String, Seen>;

/// What was found in the folder of a table.
#[derive(Default, Debug)]
pub struct Listing {
    pub files: TableIndex,
    /// Files that are ours by name and cannot be used: they are made again.
    pub broken: Vec<Broken>,
    /// Things that are not ours: left alone.
    pub foreign: Vec<PathBuf>,
}

/// Something in the place of a file of ours that is not one, or not any more.
#[derive(Debug)]
pub struct Broken {
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

/// The places of a table for which there is something of a file's name, in order. No file is opened.
pub fn places(root: &Path, contract: &Contract) -> Result<Vec<Place>, WarehouseError> {
    let mut places: Vec<Place> = find(root, contract, |place, _, _| Ok(place))?.files;
    places.sort_unstable();
    Ok(places)
}

/// What is in the folder of a table by its names.
struct Found<T> {
    files: Vec<T>,
    foreign: Vec<PathBuf>,
}

/// Goes through the folder of a table, partition by partition on all threads, and looks at every entry that has the name of a file:
/// `look` gets its place, its path below the warehouse, and the entry, which is let go before the next folder is opened.
fn find<T: Send>(
    root: &Path,
    contract: &Contract,
    look: impl Fn(Place, String, &DirEntry) -> Result<T, WarehouseError> + Sync,
) -> Result<Found<T>, WarehouseError> {
    let in_folder = |folder: &Path, below: &str, day: Option<Day>| {
        let mut found = Found {
            files: Vec::new(),
            foreign: Vec::new(),
        };
        for entry in entries(folder)? {
            let name = entry.file_name();
            match name.to_str().and_then(|name| Some((shard_of(name)?, name))) {
                Some((shard, name)) => found.files.push(look((day, shard), format!("{below}/{name}"), &entry)?),
                None => found.foreign.push(entry.path()),
            }
        }
        Ok::<_, WarehouseError>(found)
    };
    let table = root.join(contract.name);
    let Some(column) = contract.partition.column() else {
        return in_folder(&table, contract.name, None);
    };
    let partitions: Vec<PathBuf> = entries(&table)?.iter().map(DirEntry::path).collect();
    let found: Vec<Found<T>> = partitions
        .into_par_iter()
        .map(|folder| {
            let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            match day_of(name, column) {
                Some(day) => in_folder(&folder, &format!("{}/{name}", contract.name), Some(day)),
                None => Ok(Found {
                    files: Vec::new(),
                    foreign: vec![folder],
                }),
            }
        })
        .collect::<Result<_, _>>()?;
    let (files, foreign): (Vec<Vec<T>>, Vec<Vec<PathBuf>>) = found.into_iter().map(|found| (found.files, found.foreign)).unzip();
    Ok(Found {
        files: files.into_iter().flatten().collect(),
        foreign: foreign.into_iter().flatten().collect(),
    })
}

/// Lists the files of a table with their footers.
pub fn list(root: &Path, contract: &Contract, cache: &FooterCache, fresh: &mut FooterCache) -> Result<Listing, WarehouseError> {
    let found = find(root, contract, |place, name, entry| {
        look(name, entry, cache).map(|looked| (place, looked))
    })?;
    let mut listing = Listing {
        foreign: found.foreign,
        ..Listing::default()
    };
    for (place, Looked { path, name, seen }) in found.files {
        let seen = match seen {
            Ok(seen) => seen,
            Err(fault) => {
                listing.broken.push(Broken { path, fault });
                continue;
            }
        };
        if seen.footer.table == contract.name && seen.footer.version > contract.version {
            let (table, found) = (seen.footer.table, seen.footer.version);
            return Err(WarehouseError::Newer {
                path,
                table,
                found,
                known: contract.version,
            });
        }
        if seen.footer.table != contract.name || seen.footer.version < contract.version {
            let fault = if seen.footer.table == contract.name {
                Fault::OlderVersion
            } else {
                Fault::OtherTable
            };
            listing.broken.push(Broken { path, fault });
            continue;
        }
        listing.files.insert(place, seen.footer.clone());
        fresh.insert(name, seen);
    }
    Ok(listing)
}

/// The place of a file of a table by its path below the warehouse.
pub fn place_of(contract: &Contract, path: &str) -> Option<Place> {
    let below = path.strip_prefix(contract.name)?.strip_prefix('/')?;
    match contract.partition.column() {
        Some(column) => {
            let (folder, file) = below.split_once('/')?;
            Some((Some(day_of(folder, column)?), shard_of(file)?))
        }
        None => Some((None, shard_of(below)?)),
    }
}

/// Takes note for the next run of a file that this one has written, or of one that is no more.
pub fn keep(
    root: &Path,
    contract: &Contract,
    place: Place,
    footer: Option<&Footer>,
    cache: &mut FooterCache,
) -> Result<(), WarehouseError> {
    let below = Path::new(contract.name)
        .join(folder_of(contract.partition, place.0))
        .join(file_name(place.1));
    let name = below.to_string_lossy().into_owned();
    cache.remove(&name);
    let Some(footer) = footer else { return Ok(()) };
    let path = root.join(below);
    let metadata = fs::symlink_metadata(&path).map_err(WarehouseError::store("look at", &path))?;
    // Else somebody else has written there since.
    if metadata.is_file() && metadata.len() == footer.bytes {
        cache.insert(name, Seen::of(&metadata, footer.clone()));
    }
    Ok(())
}

/// The days that a table has a folder for, in order.
pub fn partitions(root: &Path, contract: &Contract) -> Result<Vec<Day>, WarehouseError> {
    let Some(column) = contract.partition.column() else {
        return Ok(Vec::new());
    };
    let mut days: Vec<Day> = entries(&root.join(contract.name))?
        .iter()
        .filter_map(|entry| day_of(entry.file_name().to_str()?, column))
        .collect();
    days.sort_unstable();
    Ok(days)
}

/// The day of a folder of a partition.
fn day_of(name: &str, column: &str) -> Option<Day> {
    Day::parse(name.strip_prefix(column)?.strip_prefix('=')?)
}

/// What was found in the place of a file.
struct Looked {
    path: PathBuf,
    /// The path below the warehouse, by which the cache knows the file.
    name: String,
    seen: Result<Seen, Fault>,
}

/// The footer of a file, from the cache where it is still true.
fn look(name: String, entry: &DirEntry, cache: &FooterCache) -> Result<Looked, WarehouseError> {
    let path = entry.path();
    // Of the entry itself, a link is not followed.
    let metadata = entry.metadata().map_err(WarehouseError::store("look at", &path))?;
    let seen = look_at(&path, &metadata, cache.get(&name))?;
    Ok(Looked { path, name, seen })
}

fn look_at(path: &Path, metadata: &Metadata, cached: Option<&Seen>) -> Result<Result<Seen, Fault>, WarehouseError> {
    if !metadata.is_file() {
        return Ok(Err(match metadata.file_type() {
            kind if kind.is_dir() => Fault::Folder,
            kind if kind.is_symlink() => Fault::Link,
            _ => Fault::Damaged,
        }));
    }
    if let Some(seen) = cached.filter(|seen| seen.size == metadata.len() && seen.changed == changed(metadata)) {
        return Ok(Ok(seen.clone()));
    }
    let seen = read_footer(path)?.map(|footer| Seen::of(metadata, footer));
    Ok(seen.ok_or(Fault::Damaged))
}

/// The entries of a folder, sorted; none where there is no such folder.
fn entries(folder: &Path) -> Result<Vec<DirEntry>, WarehouseError> {
    let reader = match fs::read_dir(folder) {
        Ok(reader) => reader,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(WarehouseError::store("list", folder)(error)),
    };
    let mut entries = reader
        .collect::<Result<Vec<_>, _>>()
        .map_err(WarehouseError::store("list", folder))?;
    entries.sort_by_cached_key(DirEntry::file_name);
    Ok(entries)
}

fn shard_of(name: &str) -> Option<u32> {
    let digits = name.strip_prefix("part-")?.strip_suffix(".parquet")?;
    let shard = digits.parse().ok()?;
    (file_name(shard) == name).then_some(shard)
}
