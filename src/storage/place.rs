//! Where a walk has found an object: what its storage needs to open it again.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

/// Where an object is, to its storage. Of a file that is reached through a link this is the file,
/// not the link.
#[derive(Clone, Debug)]
pub struct Place {
    pub(super) on_disk: PathBuf,
    pub(super) identity: Option<Identity>,
    /// The member, where that file is an archive.
    pub(super) member: Option<String>,
}

/// Which file it is, whatever its name: device and number. `None` where the system does not say.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Identity(u64, u64);

impl Identity {
    #[cfg(unix)]
    pub fn of(metadata: &Metadata) -> Option<Identity> {
        use std::os::unix::fs::MetadataExt;
        Some(Identity(metadata.dev(), metadata.ino()))
    }

    #[cfg(not(unix))]
    pub fn of(_metadata: &Metadata) -> Option<Identity> {
        None
    }

    /// Of what a path leads to.
    pub fn at(path: &Path) -> Option<Identity> {
        Identity::of(&std::fs::metadata(path).ok()?)
    }
}
