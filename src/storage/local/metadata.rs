//! What a file system knows of a file or folder, as a storage says it.

use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::storage::interface::{Kind, Metadata};
use crate::storage::version_tag::VersionTag;

/// How old a change has to be before its time is believed: within one tick of a file system's
/// clock, two seconds on the coarsest, there can be another change that has the same time.
const SETTLED_AFTER: Duration = Duration::from_secs(2);

/// A folder that nobody has looked at.
pub const FOLDER: Metadata = Metadata {
    kind: Kind::Folder,
    version: VersionTag::UNKNOWN,
    changed: None,
};

/// Of the entry itself: a link is not followed.
pub fn of(metadata: &fs::Metadata) -> Metadata {
    let kind = match metadata.file_type() {
        kind if kind.is_file() => Kind::Object,
        kind if kind.is_dir() => Kind::Folder,
        kind if kind.is_symlink() => Kind::Link,
        _ => Kind::Other,
    };
    let changed = nanoseconds(metadata.modified().ok());
    Metadata {
        kind,
        version: version_of(metadata),
        changed: u64::try_from(changed).ok().filter(|changed| *changed > 0),
    }
}

/// The tag of a file. That of a folder says whether something came into it or went out of it: its
/// size means nothing.
pub fn version_of(metadata: &fs::Metadata) -> VersionTag {
    let changed = metadata.modified().ok();
    let settled_before = SystemTime::now().checked_sub(SETTLED_AFTER);
    let size = if metadata.is_dir() { 0 } else { metadata.len() };
    VersionTag::new(size, nanoseconds(changed), changed.is_some() && changed <= settled_before)
}

/// Nanoseconds since 1970; 0 for a time that is not known.
fn nanoseconds(time: Option<SystemTime>) -> u128 {
    time.and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |age| age.as_nanos())
}
