//! Opens files. One of the input is opened so that nothing outside of the root is ever read.
//!
//! Between the look at a path and its opening somebody can put a link in the place of a file or of
//! a folder above it. So the decision is made by the file that is open: it is the very file that
//! the walk has found (the same device and number), or else it is the one that the path leads to
//! now, by a real path below the root.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::storage::error::{OpenFault, StorageError};
use crate::storage::local::metadata;
use crate::storage::local::reads::{Access, Reads};
use crate::storage::local::zip::{self, Member, MemberBytes};
use crate::storage::names::{path_of, text_of};
use crate::storage::object::{OpenObject, ReadAt};
use crate::storage::place::{Identity, Place};
use crate::storage::version_tag::VersionTag;

/// Opens a file by its path, which the user has named.
pub fn file(path: &Path) -> Result<OpenObject, StorageError> {
    let failed = || StorageError::of("open", path);
    let file = File::open(path).map_err(failed())?;
    let file = OpenFile { file, watched: None };
    OpenObject::new(Arc::new(file), path.to_path_buf()).map_err(failed())
}

/// An archive that a walk has found.
pub(super) struct Archive {
    pub version: VersionTag,
    pub identity: Option<Identity>,
    pub members: Vec<Member>,
}

/// The archive at a path; `None` where the file is none.
pub(super) fn archive(reads: &Reads, path: &Path) -> io::Result<Option<Archive>> {
    reads.ask(Access::Open, path)?;
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(None);
    }
    let file = OpenFile {
        file,
        watched: Some((reads.clone(), path.to_path_buf())),
    };
    let members = zip::members(&file, metadata.len())?;
    Ok(members.map(|members| Archive {
        version: metadata::version_of(&metadata),
        identity: Identity::of(&metadata),
        members,
    }))
}

/// Opens a regular file that is below the root, or a member of an archive there.
pub fn inside(root: &Path, reads: &Reads, name: &str, found: Option<&Place>) -> Result<OpenObject, OpenFault> {
    let of_archive = match found {
        Some(found) => found.member.as_deref().map(|member| (name, member)),
        None => zip::split(name, |archive| root.join(path_of(archive)).is_file()),
    };
    let Some((archive, member)) = of_archive else {
        let (file, path) = regular_file(root, reads, name, found)?;
        return Ok(OpenObject::new(Arc::new(file), path)?);
    };
    let (file, path) = regular_file(root, reads, archive, found)?;
    let is_it = |known: &str| known == member || text_of(OsStr::new(known)) == member;
    match MemberBytes::find(Arc::new(file), is_it)? {
        Some(bytes) => Ok(OpenObject::new(Arc::new(bytes), path.join(member))?),
        None => Err(OpenFault::Unreadable(io::ErrorKind::NotFound.into())),
    }
}

fn regular_file(root: &Path, reads: &Reads, name: &str, found: Option<&Place>) -> Result<(OpenFile, PathBuf), OpenFault> {
    let below = path_of(name);
    if found.is_none() && below.components().any(|part| !matches!(part, Component::Normal(_))) {
        return Err(OpenFault::LeadsOut);
    }
    let path = found.map_or_else(|| root.join(below), |found| found.on_disk.clone());
    reads.ask(Access::Open, &path)?;
    let file = File::open(&path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(OpenFault::Unreadable(io::Error::other("it is no file")));
    }
    let identity = Identity::of(&metadata);
    if identity.is_none() || found.is_none_or(|found| found.identity != identity) {
        let real = fs::canonicalize(&path)?;
        if !real.starts_with(fs::canonicalize(root)?) {
            return Err(OpenFault::LeadsOut);
        }
        if identity != Identity::of(&fs::symlink_metadata(&real)?) {
            return Err(OpenFault::Unreadable(io::Error::other("it was replaced while it was opened")));
        }
    }
    let file = OpenFile {
        file,
        watched: Some((reads.clone(), path.clone())),
    };
    Ok((file, path))
}

struct OpenFile {
    file: File,
    /// Who is asked before every read of a raw file.
    watched: Option<(Reads, PathBuf)>,
}

impl ReadAt for OpenFile {
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some((reads, path)) = &self.watched {
            reads.ask(Access::Read, path)?;
        }
        #[cfg(unix)]
        return std::os::unix::fs::FileExt::read_at(&self.file, buffer, at);
        #[cfg(windows)]
        return std::os::windows::fs::FileExt::seek_read(&self.file, buffer, at);
    }

    fn version(&self) -> io::Result<VersionTag> {
        Ok(metadata::version_of(&self.file.metadata()?))
    }
}
