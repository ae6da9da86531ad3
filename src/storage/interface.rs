//! The seam between the program and where its files are.
//!
//! An object is some bytes under a name: names of folders with `/` between them, below a root, as
//! text (`names`). It is put whole, so that whoever reads sees the old one or the new one and never
//! half of one, and an object that is open stays what it is. What a folder has besides, such as
//! links, renames or its own time of change, is known to [`local`](super::local) only.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::storage::error::{LeaseFault, OpenFault, StorageError, if_there};
use crate::storage::object::OpenObject;
use crate::storage::place::Place;
use crate::storage::version_tag::VersionTag;

/// A place for objects. Its methods can be called from several threads and processes at once.
pub trait Storage: fmt::Debug + Send + Sync {
    /// How messages call an object; with an empty name, the storage.
    fn shown(&self, name: &str) -> PathBuf;

    /// What is directly below a prefix, in no order; `None` where nothing is. With what an
    /// `earlier` listing gave, a storage that can tell that no name came or went looks at these
    /// names only.
    fn list(&self, prefix: &str, earlier: Option<&Earlier>) -> Result<Option<Listing>, StorageError>;

    /// Everything below a prefix, in the order of names; `None` where it costs no more to list each
    /// folder there by itself.
    fn list_below(&self, _prefix: &str) -> Result<Option<Vec<Entry>>, StorageError> {
        Ok(None)
    }

    /// All objects that a selection takes, in the order of their names.
    fn walk(&self, selection: &dyn Selection) -> Result<Walked, StorageError>;

    /// What is under a name; `None` where nothing is.
    fn look(&self, name: &str) -> Result<Option<Metadata>, StorageError>;

    /// The tag of an object that the caller has put under this name, where its storage has said so
    /// when it was put.
    fn put_version(&self, _name: &str) -> Option<VersionTag> {
        None
    }

    /// Opens an object to read from any place of it.
    fn open(&self, name: &str) -> Result<OpenObject, StorageError>;

    /// Opens an object that a walk has `found`, or one by a name that somebody else wrote down, and
    /// never what is outside of the root.
    fn open_inside(&self, name: &str, found: Option<&Place>) -> Result<OpenObject, OpenFault>;

    /// Says which objects will be opened by [`Storage::open_inside`] soon, in this order, with their
    /// sizes, so that a storage far away can have them ready.
    fn will_open(&self, _objects: &mut dyn Iterator<Item = (&str, u64)>) {}

    /// Begins an object that nobody sees before it is put.
    fn begin(&self) -> Result<Box<dyn Unfinished>, StorageError>;

    /// Opens an object that is finished and not yet put.
    fn open_staged(&self, staged: &Staged) -> Result<OpenObject, StorageError>;

    /// Puts an object under a name, whole, in the place of the one that was there.
    fn put(&self, staged: &Staged, name: &str) -> Result<(), StorageError>;

    /// Gives an object a second name, in the place of what has it. Nobody writes into an object, so
    /// both names may stand for the same bytes; where a storage has no such thing, it copies them.
    fn copy(&self, from: &str, to: &str) -> Result<(), StorageError>;

    /// Gives a file of this machine a second name here, in the place of what has it. Says whether
    /// that can be: where it cannot, nothing is changed.
    fn link(&self, _file: &Path, _name: &str) -> Result<bool, StorageError> {
        Ok(false)
    }

    /// Puts these bytes under a name where `before` is what is there, `None` for nothing. Says
    /// whether it was so: of several who try at once, one succeeds.
    fn put_if(&self, name: &str, bytes: &[u8], before: Option<&[u8]>) -> Result<bool, StorageError>;

    /// Makes several changes, of which [`Storage::recover`] completes what a dead process has begun.
    /// `group` is a name for them that no other changes under way have. Who reads meanwhile can see
    /// some of them done and others not.
    fn put_together(&self, group: &str, changes: &Changes) -> Result<(), StorageError>;

    /// Adds bytes to the end of an object, together and on the disk when this returns. What several
    /// processes add stands there in some order.
    fn append(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError>;

    /// Deletes an object; fine where it is not there.
    fn delete(&self, name: &str) -> Result<(), StorageError>;

    /// Deletes everything below a prefix.
    fn delete_below(&self, prefix: &str) -> Result<(), StorageError>;

    /// Forgets a prefix below which nothing is any more, where a storage has such a thing.
    fn delete_empty(&self, prefix: &str) -> Result<(), StorageError>;

    /// Makes what was put under names directly below a prefix outlive a loss of power.
    fn sync(&self, prefix: &str) -> Result<(), StorageError>;

    /// Takes the lease under a name for the caller alone. The storage lets go of it when the lease
    /// is dropped, or its holder dies. `holder`, one line, describes the caller to whoever asks
    /// meanwhile.
    fn lease(&self, name: &str, holder: &str) -> Result<Lease, LeaseFault>;

    /// Takes the lease with others who share it, and with nobody who has it alone; `None` where
    /// nobody ever took it.
    fn share(&self, name: &str, holder: &str) -> Result<Option<Lease>, LeaseFault>;

    /// Works for somebody who has the lease and describes himself so. As long as the answer lives, this
    /// process puts and deletes nothing here once he has it no more.
    fn follow(&self, name: &str, holder: &str) -> Result<Lease, LeaseFault>;

    /// Who has a lease, or had it last. Nothing is written.
    fn leaseholder(&self, name: &str) -> Result<Holder, StorageError>;

    /// Completes changes that a dead process has begun together, and removes what dead processes
    /// left unfinished. What a living one writes stays. The caller has the lease that everybody
    /// takes who changes something together. Changes of which an object that was staged is not
    /// whole (a loss of power took bytes of it) are dropped.
    fn recover(&self, is_whole: &dyn Fn(&OpenObject) -> Result<bool, StorageError>) -> Result<(), StorageError>;

    /// All bytes of an object; `None` where it is not there.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StorageError> {
        let Some(object) = if_there(self.open(name))? else {
            return Ok(None);
        };
        let mut bytes = Vec::with_capacity(usize::try_from(object.size()).unwrap_or(0));
        std::io::Read::read_to_end(&mut object.reader(), &mut bytes).map_err(StorageError::of("read", object.shown()))?;
        Ok(Some(bytes))
    }

    /// Puts these bytes under a name.
    fn put_bytes(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        self.put(&staged(self.begin()?, bytes, false)?, name)
    }

    /// The same with bytes that are on the disk before the object has its name.
    fn put_synced(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        self.put(&staged(self.begin()?, bytes, true)?, name)
    }
}

/// Writes these bytes to an object.
fn staged(mut unfinished: Box<dyn Unfinished>, bytes: &[u8], is_synced: bool) -> Result<Staged, StorageError> {
    let shown = unfinished.shown();
    unfinished.write_all(bytes).map_err(StorageError::of("write", &shown))?;
    if is_synced {
        unfinished.sync()?;
    }
    unfinished.finish()
}

/// An object that is being written. One that is dropped before it is finished is gone.
pub trait Unfinished: Write + Send {
    /// How messages call it.
    fn shown(&self) -> PathBuf;

    /// Brings what was written to the disk.
    fn sync(&mut self) -> Result<(), StorageError>;

    /// All bytes are written.
    fn finish(self: Box<Self>) -> Result<Staged, StorageError>;
}

/// An object that is finished and not yet put.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Staged(pub(super) String);

/// Changes that are made together.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub struct Changes {
    /// Put in this order.
    #[serde(rename = "files")]
    pub puts: Vec<Put>,
    /// Names of objects that are deleted after that.
    pub removed: Vec<String>,
}

/// An object that takes its place together with others.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Put {
    #[serde(rename = "unfinished")]
    pub staged: Staged,
    /// The name under which it is put.
    #[serde(rename = "below")]
    pub name: String,
}

/// What something below a root is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// An object that can be read to its end.
    Object,
    /// Names go on below it.
    Folder,
    /// A link: another name of something.
    Link,
    /// A link to something outside of the root, which is not read.
    LeadsOut,
    /// Neither: a pipe, a socket or a device. To open it could wait for ever.
    Other,
}

/// What is known of an object that nobody has opened.
#[derive(Clone, Copy, Debug)]
pub struct Metadata {
    pub kind: Kind,
    pub version: VersionTag,
    /// When it was changed last, nanoseconds since 1970; `None` where that is not known.
    pub changed: Option<u64>,
}

/// What is directly below a prefix.
#[derive(Debug, Default)]
pub struct Listing {
    pub entries: Vec<Entry>,
    /// Stays the same as long as no name comes or goes there. `None` where the storage cannot say
    /// so, or not yet.
    pub names: Option<VersionTag>,
}

/// Something directly below a prefix.
#[derive(Debug)]
pub struct Entry {
    /// Behind the prefix.
    pub name: String,
    pub metadata: Metadata,
}

/// What an earlier listing gave.
#[derive(Debug)]
pub struct Earlier {
    pub names_tag: VersionTag,
    pub names: Vec<String>,
}

/// What a walk is to find.
pub trait Selection: Sync {
    /// Which readers, by their numbers, an object has under this name.
    fn readers(&self, name: &str) -> Vec<usize>;

    /// Whether an object that has these readers is wanted; it is not looked at otherwise.
    fn wants(&self, name: &str, readers: &[usize]) -> bool;

    /// Whether anything below a folder is wanted.
    fn enters(&self, folder: &str) -> bool;

    /// What readers may find below a folder, as a value: where it is the same, they find the same.
    /// `None` where they find nothing.
    fn progress(&self, folder: &str) -> Option<Progress>;

    /// Whether folders of days and months are left out by their names, so that it pays to look at the
    /// names of these before all that is below them.
    fn leaves_out_days(&self) -> bool {
        false
    }

    /// Whether the walk is to go on.
    fn goes_on(&self) -> bool;

    /// Tells the user of something that is odd.
    fn warn(&self, text: String);
}

/// How far readers have come on their way to what they read: for each the places of its pattern
/// that may come next.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Progress(pub Vec<Vec<usize>>);

/// What a walk has found.
#[derive(Default, Debug)]
pub struct Walked {
    /// In the order of their names.
    pub objects: Vec<Found>,
    /// What the storage did not show, by name, and why.
    pub unseen: BTreeMap<String, String>,
}

/// An object that a walk has found.
#[derive(Clone, Debug)]
pub struct Found {
    pub name: String,
    pub kind: Kind,
    pub version: VersionTag,
    pub readers: Vec<usize>,
    pub place: Place,
}

/// A right that its holder has until it is dropped.
pub struct Lease(#[expect(dead_code, reason = "dropping it is what gives the lease back")] pub(super) Box<dyn Send + Sync>);

impl fmt::Debug for Lease {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Lease")
    }
}

/// What a look at a lease shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Nobody ever took it.
    Untouched,
    /// Nobody has it; the last one who had it described itself so.
    Free(String),
    /// Somebody has it, and describes itself so.
    Held(String),
}
