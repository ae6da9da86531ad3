//! A place in a store as a storage.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use object_store::{ListResult, ObjectMeta};

use crate::storage::error::{LeaseFault, OpenFault, StorageError};
use crate::storage::interface::{
    Changes, Earlier, Entry, Holder, Kind, Lease, Listing, Metadata, Selection, Staged, Storage, Unfinished, Walked,
};
use crate::storage::local::zip::{self, MemberBytes};
use crate::storage::names::text_of;
use crate::storage::object::OpenObject;
use crate::storage::place::Place;
use crate::storage::remote::ahead::Ahead;
use crate::storage::remote::body::{changed, version_of};
use crate::storage::remote::objects::{Objects, version_to_replace};
use crate::storage::remote::staging::Staging;
use crate::storage::remote::{fault, follow, lease, together, walk};
use crate::storage::version_tag::VersionTag;

/// A prefix of a container or bucket.
pub struct RemoteStorage {
    root: PathBuf,
    connect: Connect,
    /// Made when something is asked for the first time.
    connected: OnceLock<io::Result<Objects>>,
    staging: Arc<Staging>,
    ahead: Ahead,
    /// The archives that were opened last: each has many members, and they are asked for one by one.
    archives: Mutex<VecDeque<(String, OpenObject)>>,
}

/// How many of them stay open.
const ARCHIVES: usize = 4;

/// Connects to the place that a URL names.
type Connect = Box<dyn Fn(&Path) -> io::Result<Objects> + Send + Sync>;

impl RemoteStorage {
    /// The place that a URL names. It shares what it fetches ahead with others.
    pub fn new(root: &Path, ahead: Ahead, connect: Connect) -> RemoteStorage {
        RemoteStorage {
            root: root.to_path_buf(),
            connect,
            connected: OnceLock::new(),
            staging: Arc::new(Staging::new(root.join("an object that is not put yet"))),
            ahead,
            archives: Mutex::default(),
        }
    }

    /// A place that is connected.
    #[cfg(test)]
    pub fn over(objects: Objects) -> RemoteStorage {
        let storage = RemoteStorage::new(
            &objects.shown(""),
            Ahead::default(),
            Box::new(|_| Err(io::ErrorKind::NotConnected.into())),
        );
        RemoteStorage {
            connected: OnceLock::from(Ok(objects)),
            ..storage
        }
    }

    fn objects(&self) -> Result<&Objects, StorageError> {
        match self.connected.get_or_init(|| (self.connect)(&self.root)) {
            Ok(objects) => Ok(objects),
            Err(error) => Err(StorageError::of("connect to", &self.root)(io::Error::new(
                error.kind(),
                error.to_string(),
            ))),
        }
    }

    /// An archive, which stays open for a while.
    fn archive(&self, name: &str) -> Result<OpenObject, StorageError> {
        let kept = || self.archives.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, open)) = kept().iter().find(|(known, _)| known == name) {
            return Ok(open.clone());
        }
        let open = self.open(name)?;
        let mut kept = kept();
        kept.push_front((name.to_owned(), open.clone()));
        kept.truncate(ARCHIVES);
        Ok(open)
    }

    /// Opens an object that may have been fetched ahead.
    fn open_fetched(&self, name: &str) -> Result<OpenObject, StorageError> {
        let objects = self.objects()?;
        let key = objects.key(name).map_err(StorageError::of("open", &self.shown(name)))?;
        match self.ahead.take(&objects.store, &key) {
            None => objects.open(name),
            Some(fetched) => {
                let fetched = fetched.map_err(fault::io_error);
                objects.opened(name, fetched.map_err(StorageError::of("open", &self.shown(name)))?)
            }
        }
    }
}

impl fmt::Debug for RemoteStorage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("RemoteStorage").field(&self.root).finish()
    }
}

impl Storage for RemoteStorage {
    fn shown(&self, name: &str) -> PathBuf {
        if name.is_empty() { self.root.clone() } else { self.root.join(name) }
    }

    fn list(&self, prefix: &str, _earlier: Option<&Earlier>) -> Result<Option<Listing>, StorageError> {
        let objects = self.objects()?;
        let ListResult {
            common_prefixes,
            objects: found,
        } = objects.list(prefix)?;
        let last = |name: String| name.rsplit_once('/').map_or(name.clone(), |(_, last)| last.to_owned());
        let folders = common_prefixes.iter().filter_map(|key| objects.name(key)).map(|name| Entry {
            name: last(name),
            metadata: FOLDER,
        });
        let mut entries: Vec<Entry> = folders.collect();
        let files = found.iter().filter_map(|meta| {
            let name = last(objects.name(&meta.location)?);
            // Some tools put an empty object where a folder is.
            let is_mark = meta.size == 0 && (entries.iter().any(|folder| folder.name == name));
            let metadata = metadata_of(meta);
            (!is_mark).then_some(Entry { name, metadata })
        });
        let files: Vec<Entry> = files.collect();
        entries.extend(files);
        let names = None;
        Ok((!entries.is_empty()).then_some(Listing { entries, names }))
    }

    fn list_below(&self, prefix: &str) -> Result<Option<Vec<Entry>>, StorageError> {
        let found = self.objects()?.list_below(&[prefix.to_owned()])?;
        let entry = |(name, meta): (String, ObjectMeta)| {
            let name = name.strip_prefix(prefix)?.strip_prefix('/')?.to_owned();
            let metadata = metadata_of(&meta);
            Some(Entry { name, metadata })
        };
        Ok(Some(found.into_iter().filter_map(entry).collect()))
    }

    fn walk(&self, selection: &dyn Selection) -> Result<Walked, StorageError> {
        walk::walk(self.objects()?, selection)
    }

    fn look(&self, name: &str) -> Result<Option<Metadata>, StorageError> {
        // The place itself is there, whatever is in it.
        if name.is_empty() {
            return Ok(Some(FOLDER));
        }
        Ok(self.objects()?.look(name)?.as_ref().map(metadata_of))
    }

    fn put_version(&self, name: &str) -> Option<VersionTag> {
        self.objects().ok()?.put_version(name)
    }

    fn open(&self, name: &str) -> Result<OpenObject, StorageError> {
        self.objects()?.open(name)
    }

    fn open_inside(&self, name: &str, found: Option<&Place>) -> Result<OpenObject, OpenFault> {
        let leads_out = |name: &str| name.starts_with('/') || name.split('/').any(|part| matches!(part, "." | ".." | ""));
        if leads_out(name) {
            return Err(OpenFault::LeadsOut);
        }
        let unreadable = |error: StorageError| OpenFault::Unreadable(error.error);
        let of_archive = match found {
            Some(found) => found.member.as_deref().and_then(|member| {
                let archive = name.len().checked_sub(text_of_member(member).len() + 1)?;
                Some((name.get(..archive)?, member))
            }),
            None => zip::split(name, |archive| self.look(archive).is_ok_and(|found| found.is_some())),
        };
        let Some((archive, member)) = of_archive else {
            return self.open_fetched(name).map_err(unreadable);
        };
        let opened = self.archive(archive).map_err(unreadable)?;
        let is_it = |known: &str| known == member || text_of_member(known) == member;
        match MemberBytes::find(opened.source(), is_it)? {
            Some(bytes) => Ok(OpenObject::new(Arc::new(bytes), self.shown(name))?),
            None => Err(OpenFault::Unreadable(io::ErrorKind::NotFound.into())),
        }
    }

    fn will_open(&self, objects: &mut dyn Iterator<Item = (&str, u64)>) {
        // Whoever opens one of them is told what is wrong.
        if let Ok(connected) = self.objects() {
            // A member of an archive is no object.
            let objects = objects.filter(|(name, _)| zip::split(name, |_| true).is_none());
            let keyed = objects.filter_map(|(name, size)| Some((connected.key(name).ok()?, size)));
            self.ahead.will_open(&connected.store, keyed);
        }
    }

    fn begin(&self) -> Result<Box<dyn Unfinished>, StorageError> {
        Ok(self.staging.begin())
    }

    fn open_staged(&self, staged: &Staged) -> Result<OpenObject, StorageError> {
        self.staging.open(staged)
    }

    fn put(&self, staged: &Staged, name: &str) -> Result<(), StorageError> {
        self.objects()?.put(name, &self.staging.open(staged)?)?;
        self.staging.forget(staged);
        Ok(())
    }

    fn copy(&self, from: &str, to: &str) -> Result<(), StorageError> {
        self.objects()?.copy(from, to)
    }

    fn put_if(&self, name: &str, bytes: &[u8], before: Option<&[u8]>) -> Result<bool, StorageError> {
        let objects = self.objects()?;
        objects.fence.check(&self.shown(name))?;
        let found = objects.get(name)?;
        if found.as_ref().map(|found| found.bytes.as_ref()) != before {
            return Ok(false);
        }
        let version = found.map(|found| version_to_replace(&found.meta));
        if objects.put_if(name, bytes, version.as_ref())?.is_some() {
            return Ok(true);
        }
        // A PUT that was repeated, since its answer was lost, meets what it has put itself.
        Ok(objects.get(name)?.is_some_and(|found| found.bytes == bytes))
    }

    fn put_together(&self, group: &str, changes: &Changes) -> Result<(), StorageError> {
        together::put(self.objects()?, &self.staging, group, changes)
    }

    fn append(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        let objects = self.objects()?;
        objects.fence.check(&self.shown(name))?;
        let mut tried: Option<Vec<u8>> = None;
        loop {
            let before = objects.get(name)?;
            let (mut whole, version) = match &before {
                Some(found) => (found.bytes.to_vec(), Some(version_to_replace(&found.meta))),
                None => (Vec::new(), None),
            };
            // A PUT that was repeated, since its answer was lost, meets what it has put itself.
            if tried.as_ref().is_some_and(|tried| whole.starts_with(tried)) {
                return Ok(());
            }
            whole.extend_from_slice(bytes);
            if objects.put_if(name, &whole, version.as_ref())?.is_some() {
                return Ok(());
            }
            tried = Some(whole);
        }
    }

    fn delete(&self, name: &str) -> Result<(), StorageError> {
        self.objects()?.delete(&[name.to_owned()])
    }

    fn delete_below(&self, prefix: &str) -> Result<(), StorageError> {
        let objects = self.objects()?;
        let names: Vec<String> = objects.list_below(&[prefix.to_owned()])?.into_keys().collect();
        objects.delete(&names)
    }

    /// There are no folders but where an object is.
    fn delete_empty(&self, _prefix: &str) -> Result<(), StorageError> {
        Ok(())
    }

    /// A store that has taken an object keeps it.
    fn sync(&self, _prefix: &str) -> Result<(), StorageError> {
        Ok(())
    }

    fn lease(&self, name: &str, holder: &str) -> Result<Lease, LeaseFault> {
        lease::take(self.objects()?, name, holder)
    }

    fn share(&self, name: &str, holder: &str) -> Result<Option<Lease>, LeaseFault> {
        lease::share(self.objects()?, name, holder)
    }

    fn follow(&self, name: &str, holder: &str) -> Result<Lease, LeaseFault> {
        follow::follow(self.objects()?, name, holder)
    }

    fn leaseholder(&self, name: &str) -> Result<Holder, StorageError> {
        lease::look(self.objects()?, name)
    }

    fn recover(&self, is_whole: &dyn Fn(&OpenObject) -> Result<bool, StorageError>) -> Result<(), StorageError> {
        together::complete(self.objects()?, is_whole)
    }
}

/// A member of an archive as its name has it.
fn text_of_member(member: &str) -> std::borrow::Cow<'_, str> {
    text_of(std::ffi::OsStr::new(member))
}

/// What is known of names that have others below them.
const FOLDER: Metadata = Metadata {
    kind: Kind::Folder,
    version: VersionTag::UNKNOWN,
    changed: None,
};

fn metadata_of(meta: &ObjectMeta) -> Metadata {
    Metadata {
        kind: Kind::Object,
        version: version_of(meta),
        changed: changed(meta),
    }
}
