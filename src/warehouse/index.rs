//! What the warehouse holds: every partition file with its footer. Footers that were read before come from a disposable
//! cache as long as a file's size and time of change are the same.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rayon::prelude::*;
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

/// Footers by path below the warehouse.
pub type FooterCache = HashMap<String, Seen>;

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
    let mut places: Vec<Place> = find(root, contract)?.files.into_iter().map(|(place, _)| place).collect();
    places.sort_unstable();
    Ok(places)
}

/// What is in the folder of a table by its names.
#[derive(Default)]
struct Found {
    files: Vec<(Place, PathBuf)>,
    foreign: Vec<PathBuf>,
}

fn find(root: &Path, contract: &Contract) -> Result<Found, WarehouseError> {
    let mut found = Found::default();
    for entry in entries(&root.join(contract.name))? {
        let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        match contract.partition.column() {
            None => match shard_of(&name) {
                Some(shard) => found.files.push(((None, shard), entry)),
                None => found.foreign.push(entry),
            },
            Some(column) => match day_of(&name, column) {
                Some(day) => {
                    for file in entries(&entry)? {
                        match file.file_name().and_then(|name| name.to_str()).and_then(shard_of) {
                            Some(shard) => found.files.push(((Some(day), shard), file)),
                            None => found.foreign.push(file),
                        }
                    }
                }
                None => found.foreign.push(entry),
            },
        }
    }
    Ok(found)
}

/// Lists the files of a table with their footers.
pub fn list(root: &Path, contract: &Contract, cache: &FooterCache, fresh: &mut FooterCache) -> Result<Listing, WarehouseError> {
    let found = find(root, contract)?;
    let mut listing = Listing {
        foreign: found.foreign,
        ..Listing::default()
    };
    let read: Vec<_> = found
        .files
        .into_par_iter()
        .map(|(place, path)| look(root, path, cache).map(|seen| (place, seen)))
        .collect::<Result<_, _>>()?;
    for (place, (path, name, seen)) in read {
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

/// The days that a table has a folder for, in order.
pub fn partitions(root: &Path, contract: &Contract) -> Result<Vec<Day>, WarehouseError> {
    let Some(column) = contract.partition.column() else {
        return Ok(Vec::new());
    };
    let mut days: Vec<Day> = entries(&root.join(contract.name))?
        .iter()
        .filter_map(|path| day_of(path.file_name()?.to_str()?, column))
        .collect();
    days.sort_unstable();
    Ok(days)
}

/// The day of a folder of a partition.
fn day_of(name: &str, column: &str) -> Option<Day> {
    Day::parse(name.strip_prefix(column)?.strip_prefix('=')?)
}

/// The footer of a file, from the cache where it is still true.
fn look(root: &Path, path: PathBuf, cache: &FooterCache) -> Result<(PathBuf, String, Result<Seen, Fault>), WarehouseError> {
    let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
    let metadata = fs::symlink_metadata(&path).map_err(WarehouseError::store("look at", &path))?;
    if !metadata.is_file() {
        let fault = match metadata.file_type() {
            kind if kind.is_dir() => Fault::Folder,
            kind if kind.is_symlink() => Fault::Link,
            _ => Fault::Damaged,
        };
        return Ok((path, name, Err(fault)));
    }
    let size = metadata.len();
    let changed = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |age| age.as_nanos());
    if let Some(seen) = cache.get(&name).filter(|seen| seen.size == size && seen.changed == changed) {
        return Ok((path, name, Ok(seen.clone())));
    }
    let seen = read_footer(&path)?.map(|footer| Seen { size, changed, footer });
    Ok((path, name, seen.ok_or(Fault::Damaged)))
}

/// The entries of a folder, sorted; none where there is no such folder.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, WarehouseError> {
    let reader = match fs::read_dir(folder) {
        Ok(reader) => reader,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(WarehouseError::store("list", folder)(error)),
    };
    let mut paths = reader
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(WarehouseError::store("list", folder))?;
    paths.sort();
    Ok(paths)
}

fn shard_of(name: &str) -> Option<u32> {
    let digits = name.strip_prefix("part-")?.strip_suffix(".parquet")?;
    let shard = digits.parse().ok()?;
    (file_name(shard) == name).then_some(shard)
}
