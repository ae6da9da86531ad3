//! What the warehouse holds: every partition file with its footer. Footers that were read before
//! come from a disposable cache as long as a file's size and time of change are the same. A folder
//! in which nothing came or went since, which its own time of change says, is not gone through
//! again: only its files are looked at, one by one.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, DirEntry, Metadata};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::warehouse::contract::{Contract, Partition};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::file::footer::{Described, Footer, describe};

pub use crate::warehouse::contract::Place;

/// The files of one table that are whole and of a version that the program reads.
pub type TableIndex = BTreeMap<Place, Footer>;

/// When the folders of partitions were changed last, nanoseconds since 1970: of those that have
/// nothing but files that can be used.
pub type FolderTimes = BTreeMap<Day, u64>;

/// How old a change has to be before its time is believed: within one tick of a file system's
/// clock, two seconds on the coarsest, there can be another change that has the same time.
pub const SETTLED_AFTER: Duration = Duration::from_secs(2);

/// What an earlier look at the folder of a table has found.
#[derive(Default, Serialize, Deserialize)]
pub struct Known {
    pub files: TableIndex,
    pub folders: FolderTimes,
}

/// What was found in the folder of a table.
#[derive(Default, Debug)]
pub struct Listing {
    pub files: TableIndex,
    pub folders: FolderTimes,
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

/// The places of a table for which there is something of a file's name, in order. No file is
/// opened.
pub fn places(root: &Path, contract: &Contract) -> Result<Vec<Place>, WarehouseError> {
    let mut places: Vec<Place> = find(root, contract, |folder, day| go_through(folder, day, |place, _| Ok(place)))?.files;
    places.sort_unstable();
    Ok(places)
}

/// What is in the folder of a table by its names, in no order.
struct Found<T> {
    files: Vec<T>,
    foreign: Vec<PathBuf>,
    folders: Vec<(Day, u64)>,
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

/// Looks into the folder of a table, partition by partition on all threads: `look` says what is in
/// one folder.
fn find<T: Send>(
    root: &Path,
    contract: &Contract,
    look: impl Fn(&Path, Option<Day>) -> Result<Found<T>, WarehouseError> + Sync,
) -> Result<Found<T>, WarehouseError> {
    let table = root.join(contract.name);
    let Some(column) = contract.partition.column() else {
        return look(&table, None);
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
                Some(day) => look(&folder, Some(day)),
                None => Ok(Found {
                    foreign: vec![folder],
                    ..Found::default()
                }),
            }
        })
        .collect::<Result<_, _>>()?;
    let mut all = Found::default();
    found.into_iter().for_each(|found| all.append(found));
    Ok(all)
}

/// Goes through one folder and looks at every entry that has the name of a file: `look` gets its
/// place and the entry.
fn go_through<T>(
    folder: &Path,
    day: Option<Day>,
    mut look: impl FnMut(Place, &DirEntry) -> Result<T, WarehouseError>,
) -> Result<Found<T>, WarehouseError> {
    let mut found = Found::default();
    for_each_entry(folder, |entry| {
        match entry.file_name().to_str().and_then(shard_of) {
            Some(shard) => found.files.push(look((day, shard), entry)?),
            None => found.foreign.push(entry.path()),
        }
        Ok(())
    })?;
    Ok(found)
}

/// Lists the files of a table with their footers. A footer that is known is that of its file as
/// long as size and time of change are the same.
pub fn list(root: &Path, contract: &Contract, known: Known) -> Result<Listing, WarehouseError> {
    let Known { files: known, folders } = known;
    let settled_before = nanoseconds(SystemTime::now().checked_sub(SETTLED_AFTER));
    let found = find(root, contract, |folder, day| {
        let time = day.and_then(|day| Some((day, changed_folder(folder)?)));
        if let Some((day, time)) = time
            && folders.get(&day) == Some(&time)
            && let Some(files) = unchanged(folder, day, &known)
        {
            return Ok(Found {
                files,
                folders: vec![(day, time)],
                ..Found::default()
            });
        }
        let mut found = go_through(folder, day, |place, entry| Ok((place, look(contract, entry, known.get(&place))?)))?;
        let is_clean = found.foreign.is_empty() && !found.files.iter().any(|(_, looked)| matches!(looked, Looked::Broken(_)));
        found.folders.extend(time.filter(|(_, time)| is_clean && *time <= settled_before));
        Ok(found)
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

/// The files of a folder in which nothing came or went, where each is the one that was known.
fn unchanged(folder: &Path, day: Day, known: &TableIndex) -> Option<Vec<(Place, Looked)>> {
    let of_day = known.range((Some(day), 0)..=(Some(day), u32::MAX));
    let same = |(place, footer): (&Place, &Footer)| {
        // Of the entry itself, a link is not followed.
        let metadata = fs::symlink_metadata(folder.join(file_name(place.1))).ok()?;
        is_same(&metadata, footer).then_some((*place, Looked::Known))
    };
    of_day.map(same).collect()
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
    if known.is_some_and(|footer| is_same(&metadata, footer)) {
        return Ok(Looked::Known);
    }
    let changed = changed(&metadata);
    let path = entry.path();
    let fault = match metadata.file_type() {
        kind if kind.is_dir() => Fault::Folder,
        kind if kind.is_symlink() => Fault::Link,
        kind if !kind.is_file() => Fault::Damaged,
        _ => match describe(&path)? {
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
            Some(Described { footer, .. }) => return Ok(Looked::Other(Box::new(Footer { changed, ..footer }))),
        },
    };
    Ok(Looked::Broken(Broken { path, fault }))
}

/// Whether a file is the one of a footer.
fn is_same(metadata: &Metadata, footer: &Footer) -> bool {
    let changed = changed(metadata);
    metadata.is_file() && footer.bytes == metadata.len() && footer.changed == changed && changed > 0
}

/// When a file was changed, nanoseconds since 1970; 0 where that is not known.
fn changed(metadata: &Metadata) -> u64 {
    nanoseconds(metadata.modified().ok())
}

/// When something came into a folder or went out of it.
fn changed_folder(folder: &Path) -> Option<u64> {
    let metadata = fs::metadata(folder).ok()?;
    Some(changed(&metadata)).filter(|changed| metadata.is_dir() && *changed > 0)
}

/// Nanoseconds since 1970; 0 for a time that is not known.
fn nanoseconds(time: Option<SystemTime>) -> u64 {
    let age = time.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
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
