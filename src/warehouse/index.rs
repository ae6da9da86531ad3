//! What the warehouse holds: every partition file with its footer. Footers that were read before come from a disposable
//! cache as long as a file's size and time of change are the same.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, DirEntry, Metadata};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rayon::prelude::*;

use crate::domain::day::Day;
use crate::warehouse::contract::{Contract, Partition};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::files::{Described, Footer, describe};

pub use crate::warehouse::contract::Place;

/// The files of one table that are whole and of the program's version.
pub type TableIndex = BTreeMap<Place, Footer>;

/// What was found in the folder of a table.
#[derive(Default, Debug)]
pub struct Listing {
    pub files: TableIndex,
    /// Files that are ours by name and cannot be used: they are made again.
    pub broken: Vec<Broken>,
    /// Things that are not ours: left alone.
    pub foreign: Vec<PathBuf>,
    /// Whether a file is gone, or cannot be used any more, that was known.
    pub has_lost_files: bool,
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
    let mut places: Vec<Place> = find(root, contract, |place, _| Ok(place))?.files;
    places.sort_unstable();
    Ok(places)
}

/// What is in the folder of a table by its names, in no order.
struct Found<T> {
    files: Vec<T>,
    foreign: Vec<PathBuf>,
}

/// Goes through the folder of a table, partition by partition on all threads, and looks at every entry that has the name of a file:
/// `look` gets its place and the entry.
fn find<T: Send>(
    root: &Path,
    contract: &Contract,
    look: impl Fn(Place, &DirEntry) -> Result<T, WarehouseError> + Sync,
) -> Result<Found<T>, WarehouseError> {
    let in_folder = |folder: &Path, day: Option<Day>| {
        let mut found = Found {
            files: Vec::new(),
            foreign: Vec::new(),
        };
        for_each_entry(folder, |entry| {
            match entry.file_name().to_str().and_then(shard_of) {
                Some(shard) => found.files.push(look((day, shard), entry)?),
                None => found.foreign.push(entry.path()),
            }
            Ok(())
        })?;
        Ok::<_, WarehouseError>(found)
    };
    let table = root.join(contract.name);
    let Some(column) = contract.partition.column() else {
        return in_folder(&table, None);
    };
    let mut partitions = Vec::new();
    for_each_entry(&table, |entry| {
        partitions.push(entry.file_name());
        Ok(())
    })?;
    let found: Vec<Found<T>> = partitions
        .into_par_iter()
        .map(|name| {
            let folder = table.join(&name);
            match name.to_str().and_then(|name| day_of(name, column)) {
                Some(day) => in_folder(&folder, Some(day)),
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

/// Lists the files of a table with their footers. A footer that is `known` is that of its file as long as size and time of change are
/// the same.
pub fn list(root: &Path, contract: &Contract, known: TableIndex) -> Result<Listing, WarehouseError> {
    let found = find(root, contract, |place, entry| {
        Ok((place, look(contract, entry, known.get(&place))?))
    })?;
    let mut listing = Listing {
        foreign: found.foreign,
        ..Listing::default()
    };
    let mut same = Vec::new();
    let mut others = TableIndex::new();
    for (place, looked) in found.files {
        match looked {
            Looked::Known => same.push(place),
            Looked::Other(footer) => drop(others.insert(place, *footer)),
            Looked::Broken(broken) => listing.broken.push(broken),
        }
    }
    listing.files = known;
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

/// When the file of a footer was changed; `None` where somebody else has written there since.
pub fn changed_at(path: &Path, footer: &Footer) -> Result<Option<u64>, WarehouseError> {
    let metadata = fs::symlink_metadata(path).map_err(WarehouseError::store("look at", path))?;
    Ok(Some(changed(&metadata)).filter(|_| metadata.is_file() && metadata.len() == footer.bytes))
}

/// The days that a table has a folder for, in order.
pub fn partitions(root: &Path, contract: &Contract) -> Result<Vec<Day>, WarehouseError> {
    let Some(column) = contract.partition.column() else {
        return Ok(Vec::new());
    };
    let mut days = Vec::new();
    for_each_entry(&root.join(contract.name), |entry| {
        days.extend(entry.file_name().to_str().and_then(|name| day_of(name, column)));
        Ok(())
    })?;
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

fn look(contract: &Contract, entry: &DirEntry, known: Option<&Footer>) -> Result<Looked, WarehouseError> {
    // Of the entry itself, a link is not followed.
    let metadata = entry
        .metadata()
        .map_err(|error| WarehouseError::store("look at", &entry.path())(error))?;
    let changed = changed(&metadata);
    let is_known = |footer: &Footer| footer.bytes == metadata.len() && footer.changed == changed && changed > 0;
    if metadata.is_file() && known.is_some_and(is_known) {
        return Ok(Looked::Known);
    }
    let path = entry.path();
    let fault = match metadata.file_type() {
        kind if kind.is_dir() => Fault::Folder,
        kind if kind.is_symlink() => Fault::Link,
        kind if !kind.is_file() => Fault::Damaged,
        _ => match describe(&path)? {
            None => Fault::Damaged,
            Some(found) if found.table != contract.name => Fault::OtherTable,
            Some(found) if found.version < contract.version => Fault::OlderVersion,
            Some(found) if found.version > contract.version => {
                return Err(WarehouseError::Newer {
                    path,
                    table: found.table,
                    found: found.version,
                    known: contract.version,
                });
            }
            Some(Described { footer, .. }) => return Ok(Looked::Other(Box::new(Footer { changed, ..footer }))),
        },
    };
    Ok(Looked::Broken(Broken { path, fault }))
}

/// When a file was changed, nanoseconds since 1970; 0 where that is not known.
fn changed(metadata: &Metadata) -> u64 {
    let age = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    age.and_then(|age| u64::try_from(age.as_nanos()).ok()).unwrap_or(0)
}

/// The entries of a folder, in no order; none where there is no such folder.
fn for_each_entry(folder: &Path, mut look: impl FnMut(&DirEntry) -> Result<(), WarehouseError>) -> Result<(), WarehouseError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(WarehouseError::store("list", folder)(error)),
    };
    for entry in entries {
        look(&entry.map_err(WarehouseError::store("list", folder))?)?;
    }
    Ok(())
}

fn shard_of(name: &str) -> Option<u32> {
    let digits = name.strip_prefix("part-")?.strip_suffix(".parquet")?;
    // As `file_name` writes it: two digits, or more of which the first is no 0.
    let is_ours =
        digits.len() >= 2 && digits.bytes().all(|digit| digit.is_ascii_digit()) && (digits.len() == 2 || !digits.starts_with('0'));
    is_ours.then(|| digits.parse().ok())?
}
