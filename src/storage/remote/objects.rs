//! Requests to one container, below one prefix, as calls that wait for the answer.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::path::Path as Key;
use object_store::{Error, ListResult, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, PutResult, UpdateVersion};

use crate::storage::error::StorageError;
use crate::storage::object::OpenObject;
use crate::storage::remote::again::again;
use crate::storage::remote::body::{self, Whole};
use crate::storage::remote::fence::Fence;
use crate::storage::remote::{fault, runtime};
use crate::storage::version_tag::VersionTag;

/// How many requests of one kind are under way at once.
pub const AT_ONCE: usize = 64;
/// How many objects are put at once: their bytes are in memory.
const PUTS_AT_ONCE: usize = 16;
/// How long the answer to a small conditional put is waited for at least.
const LEAST_PATIENCE: Duration = Duration::from_secs(5);
/// The largest object that is put by one request. Parts of a larger one that is never completed stay
/// in the store until a rule of its own removes them.
const MOST_IN_ONE_PUT: u64 = 100 << 20;
const PART: u64 = 16 << 20;

/// A place in a store.
#[derive(Clone)]
pub struct Objects {
    pub store: Arc<dyn ObjectStore>,
    /// What all keys begin with.
    prefix: String,
    /// How messages call the place.
    root: PathBuf,
    /// What this process has to hold to be allowed to change something.
    pub fence: Arc<Fence>,
    /// The tags of what was put here, as the answers had them.
    put: Arc<Mutex<HashMap<Key, VersionTag>>>,
}

/// An object with what a condition for replacing it takes.
pub struct Found {
    pub bytes: Bytes,
    pub meta: ObjectMeta,
}

impl Objects {
    pub fn new(store: Arc<dyn ObjectStore>, prefix: &str, root: &Path, fence: Arc<Fence>) -> Objects {
        Objects {
            store,
            prefix: prefix.to_owned(),
            root: root.to_path_buf(),
            fence,
            put: Arc::default(),
        }
    }

    /// How messages call an object.
    pub fn shown(&self, name: &str) -> PathBuf {
        if name.is_empty() { self.root.clone() } else { self.root.join(name) }
    }

    /// Waits for a request about an object.
    fn ask<T>(&self, doing: &'static str, name: &str, request: impl Future<Output = Result<T, Error>>) -> Result<T, StorageError> {
        let answer = runtime::wait_for(request).and_then(|answer| answer.map_err(fault::io_error));
        answer.map_err(StorageError::of(doing, &self.shown(name)))
    }

    /// The key of a name. A name is text as it is; one that no key can be like is nowhere.
    pub fn key(&self, name: &str) -> io::Result<Key> {
        let whole = match (self.prefix.as_str(), name) {
            ("", name) => name.to_owned(),
            (prefix, "") => prefix.to_owned(),
            (prefix, name) => format!("{prefix}/{name}"),
        };
        Key::parse(whole).map_err(|error| io::Error::new(io::ErrorKind::InvalidFilename, error))
    }

    fn key_to(&self, doing: &'static str, name: &str) -> Result<Key, StorageError> {
        self.key(name).map_err(StorageError::of(doing, &self.shown(name)))
    }

    /// The name of a key; `None` for one that is not below the prefix.
    pub fn name(&self, key: &Key) -> Option<String> {
        let key = key.as_ref();
        let below = match self.prefix.as_str() {
            "" => key,
            prefix => key.strip_prefix(prefix)?.strip_prefix('/')?,
        };
        (!below.is_empty()).then(|| below.to_owned())
    }

    pub fn look(&self, name: &str) -> Result<Option<ObjectMeta>, StorageError> {
        let key = self.key_to("look at", name)?;
        if_found(self.ask("look at", name, again(async || self.store.head(&key).await)))
    }

    pub fn open(&self, name: &str) -> Result<OpenObject, StorageError> {
        let key = self.key_to("open", name)?;
        let fetched = self.ask("open", name, body::fetch(&*self.store, &key))?;
        self.opened(name, fetched)
    }

    pub fn opened(&self, name: &str, fetched: Result<Whole, ObjectMeta>) -> Result<OpenObject, StorageError> {
        let shown = self.shown(name);
        OpenObject::new(body::reader(&self.store, fetched), shown.clone()).map_err(StorageError::of("open", &shown))
    }

    /// All bytes of an object, with its version; `None` where it is not there.
    pub fn get(&self, name: &str) -> Result<Option<Found>, StorageError> {
        let key = self.key_to("read", name)?;
        let get = async || {
            let got = self.store.get(&key).await?;
            let meta = got.meta.clone();
            Ok(Found {
                bytes: got.bytes().await?,
                meta,
            })
        };
        if_found(self.ask("read", name, again(get)))
    }

    /// The tag of an object that was put here.
    pub fn put_version(&self, name: &str) -> Option<VersionTag> {
        self.lock_put().get(&self.key(name).ok()?).copied()
    }

    /// Nobody who holds this lock can panic, so nothing is ever half done.
    fn lock_put(&self) -> MutexGuard<'_, HashMap<Key, VersionTag>> {
        self.put.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_put(&self, key: Key, size: u64, answer: &PutResult) {
        match body::version_of_put(size, answer) {
            Some(version) => self.lock_put().insert(key, version),
            None => self.lock_put().remove(&key),
        };
    }

    /// Puts an object, in the place of the one that was there.
    pub fn put(&self, name: &str, bytes: &OpenObject) -> Result<(), StorageError> {
        self.fence.check(&self.shown(name))?;
        let read = |at: u64, length: u64| {
            let length = usize::try_from(length).map_err(io::Error::other)?;
            Ok(Bytes::from(bytes.read_range(at, length)?))
        };
        let read = |at, length| read(at, length).map_err(StorageError::of("read", bytes.shown()));
        let key = self.key_to("put", name)?;
        let size = bytes.size();
        if size <= MOST_IN_ONE_PUT {
            let payload = PutPayload::from(read(0, size)?);
            let put = async || self.store.put(&key, payload.clone()).await;
            let answer = self.ask("put", name, again(put))?;
            self.note_put(key, size, &answer);
            return Ok(());
        }
        let mut upload = self.ask("put", name, self.store.put_multipart(&key))?;
        let mut at = 0;
        while at < size {
            let part = PART.min(size - at);
            let sent = read(at, part).and_then(|part| self.ask("put", name, upload.put_part(part.into())));
            if let Err(error) = sent {
                // What cannot be taken back is for the store's own rule.
                let _ = self.ask("put", name, upload.abort());
                return Err(error);
            }
            at += part;
        }
        if let Err(lost) = self.fence.check(&self.shown(name)) {
            let _ = self.ask("put", name, upload.abort());
            return Err(lost);
        }
        let answer = self.ask("put", name, upload.complete())?;
        self.note_put(key, size, &answer);
        Ok(())
    }

    /// Gives the bytes of an object a second name; no byte of them comes here.
    pub fn copy(&self, from: &str, to: &str) -> Result<(), StorageError> {
        self.fence.check(&self.shown(to))?;
        let (from, to_key) = (self.key_to("copy", from)?, self.key_to("copy", to)?);
        self.lock_put().remove(&to_key);
        self.ask("copy", to, again(async || self.store.copy(&from, &to_key).await))
    }

    /// Puts several objects, in no order.
    pub fn put_each(&self, puts: &[(String, OpenObject)]) -> Result<(), StorageError> {
        let (large, small): (Vec<_>, Vec<_>) = puts.iter().partition(|(_, object)| object.size() > MOST_IN_ONE_PUT);
        let Some((first, _)) = puts.first() else { return Ok(()) };
        self.fence.check(&self.shown(first))?;
        let keyed = small.into_iter().map(|(name, object)| Ok((self.key_to("put", name)?, object)));
        let keyed = keyed.collect::<Result<Vec<_>, StorageError>>()?;
        let put = |(key, object): (Key, &OpenObject)| {
            // Read when its turn comes: what waits is in no memory.
            let size = object.size();
            let bytes = object.read_range(0, usize::try_from(size).unwrap_or(usize::MAX));
            async move {
                let bytes = bytes.map_err(|error| Error::Generic {
                    store: "a temporary file",
                    source: error.into(),
                })?;
                let payload = PutPayload::from(bytes);
                let answer = again(async || self.store.put(&key, payload.clone()).await).await?;
                self.note_put(key, size, &answer);
                Ok(())
            }
        };
        let puts = stream::iter(keyed).map(put).buffer_unordered(PUTS_AT_ONCE);
        self.ask("put", first, puts.try_for_each(|()| async { Ok(()) }))?;
        large.into_iter().try_for_each(|(name, object)| self.put(name, object))
    }

    /// Puts a small object only where none is, or only in the place of a version. `None`: there is
    /// another one, which can be this very one, where the answer to a first try was lost.
    pub fn put_if(&self, name: &str, bytes: &[u8], before: Option<&UpdateVersion>) -> Result<Option<UpdateVersion>, StorageError> {
        let key = self.key_to("put", name)?;
        let mode = before.map_or(PutMode::Create, |version| PutMode::Update(version.clone()));
        let options = PutOptions::from(mode);
        let payload = PutPayload::from(bytes.to_vec());
        // One connection that hangs is not to cost a lease.
        let patience = (self.fence.expiry / 4).max(LEAST_PATIENCE);
        self.lock_put().remove(&key);
        let put = async || {
            let put = self.store.put_opts(&key, payload.clone(), options.clone());
            match tokio::time::timeout(patience, put).await {
                Ok(Ok(put)) => Ok(Some(put.into())),
                Ok(Err(Error::AlreadyExists { .. } | Error::Precondition { .. })) => Ok(None),
                // Somebody has deleted what was to be replaced.
                Ok(Err(Error::NotFound { .. })) if before.is_some() => Ok(None),
                Ok(Err(error)) => Err(error),
                Err(late) => Err(Error::Generic {
                    store: "the store",
                    source: late.into(),
                }),
            }
        };
        self.ask("put", name, again(put))
    }

    /// Deletes objects; fine where they are not there. One by one, many at once: not every store
    /// takes a list of them.
    pub fn delete(&self, names: &[String]) -> Result<(), StorageError> {
        for name in names {
            self.fence.check(&self.shown(name))?;
        }
        let shown = names.first().map_or("", String::as_str);
        let keys = names.iter().map(|name| self.key_to("remove", name));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        for key in &keys {
            self.lock_put().remove(key);
        }
        let delete = |key: Key| {
            again(async move || match self.store.delete(&key).await {
                Err(Error::NotFound { .. }) => Ok(()),
                deleted => deleted,
            })
        };
        let deletes = stream::iter(keys).map(delete).buffer_unordered(AT_ONCE);
        self.ask("remove", shown, deletes.try_for_each(|()| async { Ok(()) }))
    }

    /// What is directly below a prefix.
    pub fn list(&self, prefix: &str) -> Result<ListResult, StorageError> {
        let key = self.key_to("list", prefix)?;
        self.ask("list", prefix, again(async || self.store.list_with_delimiter(Some(&key)).await))
    }

    /// What is directly below each of these prefixes.
    pub fn list_each(&self, prefixes: &[String]) -> Result<Vec<ListResult>, StorageError> {
        let shown = prefixes.first().map_or("", String::as_str);
        let keys = prefixes.iter().map(|prefix| self.key_to("list", prefix));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        let list = |key: Key| again(async move || self.store.list_with_delimiter(Some(&key)).await);
        let lists = stream::iter(keys).map(list).buffered(AT_ONCE);
        self.ask("list", shown, lists.try_collect())
    }

    /// All objects below these prefixes, in the order of their names.
    pub fn list_below(&self, prefixes: &[String]) -> Result<BTreeMap<String, ObjectMeta>, StorageError> {
        let shown = prefixes.first().map_or("", String::as_str);
        let keys = prefixes.iter().map(|prefix| self.key_to("list", prefix));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        let list = |key: Key| again(async move || self.store.list(Some(&key)).try_collect::<Vec<_>>().await);
        let lists = stream::iter(keys).map(list).buffer_unordered(AT_ONCE);
        let found: Vec<Vec<ObjectMeta>> = self.ask("list", shown, lists.try_collect())?;
        let named = found.into_iter().flatten();
        Ok(named.filter_map(|meta| Some((self.name(&meta.location)?, meta))).collect())
    }
}

impl fmt::Debug for Objects {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Objects").field(&self.root).finish()
    }
}

/// `None` for what is not there.
fn if_found<T>(result: Result<T, StorageError>) -> Result<Option<T>, StorageError> {
    crate::storage::error::if_there(result)
}

/// What a condition takes to replace just this version.
pub fn version_to_replace(meta: &ObjectMeta) -> UpdateVersion {
    UpdateVersion {
        e_tag: meta.e_tag.clone(),
        version: meta.version.clone(),
    }
}
