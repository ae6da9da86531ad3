//! The task of one `received=` partition: which raw files are read into it, and whose rows leave
//! it.
//!
//! Its files cannot be told by fingerprints, as those of the other tasks are: nobody knows what a
//! new raw file holds before it is read. So the task says from which partition it was planned, and
//! which version of each raw file it is about.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::digest::Digest;
use crate::domain::kinds::Feed;
use crate::sources::record::Reason;
use crate::storage::version_tag::VersionTag;

/// What is to be made of one `received=` partition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReceivedTask {
    pub received: Day,
    /// Of everything in the settings by which raw files are read into partitions.
    pub settings: Digest,
    /// Of the partition's footers, as they were when this was planned.
    pub footers: Digest,
    /// The feeds whose tables are made again.
    pub feeds: BTreeSet<Feed>,
    /// The day that it is, where somebody asks.
    pub today: Option<Day>,
    /// The raw files to which something happens. The rows of all others that the partition has stay
    /// as they are.
    pub files: Vec<RawFileTask>,
    /// Of the rows of `raw_files` that stay: they say whether somebody else has changed the
    /// partition.
    pub kept: Digest,
}

/// What happens to the rows of a raw file that one source reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RawFileTask {
    /// The id of the source.
    pub source: String,
    /// The path below the input folder.
    pub name: String,
    pub fate: Fate,
}

/// What becomes of a raw file's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// They are read, and replace those that the partition has of the file.
    Read { version: VersionTag },
    /// The file cannot be read: it is one reject.
    Refused { version: VersionTag, reason: Reason },
    /// They leave the partition: the file belongs to another one now, or no source reads it any
    /// more.
    Moved,
    /// They stay, and the file is gone. Where it comes back, it may have to be read again.
    Gone,
}

impl Fate {
    /// The version of a file that gives rows now, or a reject.
    pub fn taken(self) -> Option<VersionTag> {
        match self {
            Fate::Read { version } | Fate::Refused { version, .. } => Some(version),
            Fate::Moved | Fate::Gone => None,
        }
    }
}
