//! Raw files before they are written, and what may happen to them on their way: other files, other
//! days, twice, in part.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use uptake::domain::day::Day;

use super::dress::{Dress, dressed};
use super::render::hour_path;
use crate::mutations::written::zip_of;

/// Raw files by their path below the input folder.
pub type Files = BTreeMap<String, RawFile>;

#[derive(Clone, Debug)]
pub struct RawFile {
    pub packing: Packing,
    pub records: Vec<Vec<u8>>,
}

/// How records stand in a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Packing {
    /// One a line.
    Lines,
    /// Event hub batches, two records a line.
    Batches,
    /// A page of Graph.
    Page { pretty: bool, announces_next: bool },
    /// The records are pieces of the text.
    Whole,
}

impl RawFile {
    pub fn new(packing: Packing) -> RawFile {
        RawFile {
            packing,
            records: Vec::new(),
        }
    }

    /// The bytes of the file at this path before compression.
    pub fn text(&self, path: &str) -> Vec<u8> {
        dressed(Dress::of(path, self), &self.records).unwrap_or_else(|| self.plain())
    }

    /// The bytes as the sender writes them.
    pub fn plain(&self) -> Vec<u8> {
        let list = |records: &[Vec<u8>]| records.join(&b","[..]);
        match self.packing {
            Packing::Whole => self.records.concat(),
            Packing::Lines => self.records.iter().flat_map(|record| [record.as_slice(), b"\n"].concat()).collect(),
            Packing::Batches => self
                .records
                .chunks(2)
                .flat_map(|records| [b"{\"records\":[", list(records).as_slice(), b"]}\n"].concat())
                .collect(),
            Packing::Page { pretty, announces_next } => {
                let link = if announces_next {
                    ",\"@odata.nextLink\":\"https://graph.microsoft.com/v1.0/x?$skiptoken=y\""
                } else {
                    ""
                };
                let page = [
                    b"{\"@odata.context\":\"x\",\"value\":[",
                    list(&self.records).as_slice(),
                    b"]",
                    link.as_bytes(),
                    b"}",
                ]
                .concat();
                match serde_json::from_slice::<serde_json::Value>(&page) {
                    Ok(value) if pretty => serde_json::to_vec_pretty(&value).unwrap(),
                    _ => page,
                }
            }
        }
    }
}

/// Writes a file whose text is given, compressed where its name says so.
pub fn write(root: &Path, path: &str, text: &[u8]) {
    let place = root.join(path);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    if path.ends_with(".gz") {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        fs::write(place, encoder.finish().unwrap()).unwrap();
    } else if let Some(name) = path.strip_suffix(".zip") {
        let member = name.rsplit('/').next().unwrap();
        fs::write(place, zip_of(&[(member, text)])).unwrap();
    } else {
        fs::write(place, text).unwrap();
    }
}

/// Writes all of them.
pub fn write_all(root: &Path, files: &Files) {
    fs::create_dir_all(root).unwrap();
    for (path, file) in files {
        write(root, path, &file.text(path));
    }
}

/// Choices that hang on a seed and on what they are about, so that the choice about one file stays
/// when others go.
#[derive(Clone, Copy, Debug)]
pub struct Chance(pub u64);

impl Chance {
    /// A number below `limit` for something.
    pub fn below(self, about: &str, limit: u64) -> u64 {
        let mut hasher = std::hash::DefaultHasher::new();
        std::hash::Hash::hash(&(self.0, about), &mut hasher);
        std::hash::Hasher::finish(&hasher) % limit.max(1)
    }

    /// True in one of `times` cases.
    pub fn once_in(self, about: &str, times: u64) -> bool {
        self.below(about, times) == 0
    }
}

/// The same records in other files: those of a log are spread over the hours of their day of
/// receipt in another order, batches get other records beside them, pages are cut into more pages.
pub fn spread(files: &Files, chance: Chance) -> Files {
    let mut spread = Files::new();
    for (path, file) in files {
        match (file.packing, Log::of(path)) {
            (Packing::Lines, Some(log)) => {
                for (number, record) in file.records.iter().enumerate() {
                    let hour = chance.below(&format!("{path} {number} {record:?}"), 24) as i64;
                    let to = hour_path(&log.container, &log.tenant, log.day, hour);
                    insert_somewhere(&mut spread, to, Packing::Lines, record, chance);
                }
            }
            (Packing::Batches, _) => {
                let folder = path.rsplit_once('/').unwrap().0;
                for (number, record) in file.records.iter().enumerate() {
                    let about = format!("{path} {number} {record:?}");
                    let (to, packing) = match chance.below(&about, 4) {
                        3 => (format!("{folder}/lines.json"), Packing::Lines),
                        batch => (format!("{folder}/batch-{batch}.json"), Packing::Batches),
                    };
                    insert_somewhere(&mut spread, to, packing, record, chance);
                }
            }
            (Packing::Page { pretty, announces_next }, _) if chance.once_in(path, 2) => {
                let at = chance.below(&format!("{path} cut"), file.records.len() as u64 + 1) as usize;
                let (stem, ending) = path.rsplit_once('.').unwrap();
                let page = |records: &[Vec<u8>], announces_next| RawFile {
                    packing: Packing::Page { pretty, announces_next },
                    records: records.to_vec(),
                };
                spread.insert(format!("{stem}-part-0.{ending}"), page(&file.records[..at], true));
                spread.insert(format!("{stem}-part-1.{ending}"), page(&file.records[at..], announces_next));
            }
            _ => drop(spread.insert(path.clone(), file.clone())),
        }
    }
    spread
}

fn insert_somewhere(files: &mut Files, path: String, packing: Packing, record: &[u8], chance: Chance) {
    let file = files.entry(path.clone()).or_insert_with(|| RawFile::new(packing));
    let at = chance.below(&format!("{path} place of {record:?}"), file.records.len() as u64 + 1) as usize;
    file.records.insert(at, record.to_vec());
}

/// The same files, and some of them once more: those of logs on a later day of receipt, snapshots
/// and lists beside themselves.
pub fn twice(files: &Files, chance: Chance) -> Files {
    let mut more = files.clone();
    for (path, file) in files.iter().filter(|(path, _)| chance.once_in(path, 2)) {
        let days = 1 + chance.below(&format!("{path} later"), 4) as i32;
        let to = match (Log::of(path), file.packing) {
            (Some(log), Packing::Lines) => hour_path(&log.container, &log.tenant, log.day.plus(days), log.hour),
            (None, Packing::Batches | Packing::Lines) if path.starts_with("eventhub/") => {
                let (folder, name) = path.rsplit_once('/').unwrap();
                let day = Day::parse(folder.strip_prefix("eventhub/").unwrap()).unwrap();
                format!("eventhub/{}/{name}", day.plus(days))
            }
            _ => {
                // Sorts next to the file itself, whether numbers in names are compared as numbers
                // or not.
                let (stem, ending) = path.rsplit_once('.').unwrap();
                format!("{stem}-again.{ending}")
            }
        };
        let target = more.entry(to).or_insert_with(|| RawFile::new(file.packing));
        target.records.extend(file.records.iter().cloned());
    }
    more
}

/// What the path of a diagnostic setting's blob says.
struct Log {
    container: String,
    tenant: String,
    day: Day,
    hour: i64,
}

impl Log {
    fn of(path: &str) -> Option<Log> {
        let parts: Vec<&str> = path.split('/').collect();
        let value = |at: usize| parts.get(at)?.split_once('=').map(|(_, value)| value);
        Some(Log {
            container: parts[0].strip_prefix("insights-logs-")?.to_owned(),
            tenant: value(1)?.to_owned(),
            day: Day::from_date(value(2)?.parse().ok()?, value(3)?.parse().ok()?, value(4)?.parse().ok()?)?,
            hour: value(5)?.parse().ok()?,
        })
    }
}
