//! The bytes of an object that is open. It is fetched whole when it is opened, so that it stays what
//! it is; only what is too large for that is fetched in blocks, each tied to the version that was
//! opened.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use object_store::path::Path;
use object_store::{Error, GetOptions, GetRange, ObjectMeta, ObjectStore, PutResult};

use crate::domain::digest::Digest;
use crate::storage::object::ReadAt;
use crate::storage::remote::again::{PAUSES, again};
use crate::storage::remote::{fault, runtime};
use crate::storage::version_tag::VersionTag;

/// The largest object that is fetched whole: raw files of an hour and files of tables are smaller.
pub const MOST_AT_ONCE: u64 = 32 << 20;
/// How much of a larger one is fetched at once.
const BLOCK: u64 = 8 << 20;
/// How many of these are kept.
const BLOCKS: usize = 8;

/// The tag of an object: its size and its ETag, which a store changes whenever it takes other bytes.
pub fn version_of(meta: &ObjectMeta) -> VersionTag {
    match &meta.e_tag {
        Some(e_tag) => tagged(meta.size, e_tag),
        None => VersionTag::new(meta.size, u128::from(changed(meta).unwrap_or(0)), false),
    }
}

/// The same of an object that was put, where the answer has an ETag.
pub fn version_of_put(size: u64, answer: &PutResult) -> Option<VersionTag> {
    Some(tagged(size, answer.e_tag.as_ref()?))
}

/// A listing may write an ETag without quotation marks, and an answer with them.
fn tagged(size: u64, e_tag: &str) -> VersionTag {
    VersionTag::new(size, Digest::of(e_tag.trim_matches('"').as_bytes()).0.max(1), true)
}

/// When an object was put, by the clock of its store: nanoseconds since 1970.
pub fn changed(meta: &ObjectMeta) -> Option<u64> {
    u64::try_from(meta.last_modified.timestamp_nanos_opt()?).ok()
}

/// An object that was fetched whole.
#[derive(Clone)]
pub struct Whole {
    pub bytes: Bytes,
    pub version: VersionTag,
}

impl ReadAt for Whole {
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let at = usize::try_from(at).unwrap_or(usize::MAX).min(self.bytes.len());
        let length = buffer.len().min(self.bytes.len() - at);
        buffer[..length].copy_from_slice(&self.bytes[at..at + length]);
        Ok(length)
    }

    fn version(&self) -> io::Result<VersionTag> {
        Ok(self.version)
    }
}

/// A large object.
struct InBlocks {
    store: Arc<dyn ObjectStore>,
    meta: ObjectMeta,
    /// The blocks that were read last, the very last one in front, each with where it begins. Several
    /// threads may read the object, each from a place of its own.
    last: Mutex<VecDeque<(u64, Bytes)>>,
}

impl InBlocks {
    fn block(&self, begin: u64) -> io::Result<Bytes> {
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, block)) = last().iter().find(|(at, _)| *at == begin) {
            return Ok(block.clone());
        }
        let range = begin..(begin + BLOCK).min(self.meta.size);
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            if_match: self.meta.e_tag.clone(),
            ..GetOptions::default()
        };
        let get = async || self.store.get_opts(&self.meta.location, options.clone()).await?.bytes().await;
        let bytes = runtime::wait_for(again(get))?.map_err(|error| match error {
            Error::Precondition { .. } | Error::NotFound { .. } => {
                io::Error::other("it was replaced while it was read; another run reads what is there now")
            }
            error => fault::io_error(error),
        })?;
        let mut last = last();
        last.push_front((begin, bytes.clone()));
        last.truncate(BLOCKS);
        Ok(bytes)
    }
}

impl ReadAt for InBlocks {
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if at >= self.meta.size {
            return Ok(0);
        }
        let begin = at - at % BLOCK;
        let block = self.block(begin)?;
        let version = version_of(&self.meta);
        Whole { bytes: block, version }.read_at(at - begin, buffer)
    }

    fn version(&self) -> io::Result<VersionTag> {
        Ok(version_of(&self.meta))
    }
}

/// Fetches an object whole; `Err` of the inner result has what is known of one that is too large.
pub async fn fetch(store: &dyn ObjectStore, key: &Path) -> Result<Result<Whole, ObjectMeta>, Error> {
    // As `again` does, but that the compiler sees that any thread can go on with it.
    for pause in PAUSES {
        match fetch_once(store, key).await {
            Err(Error::Generic { .. }) => tokio::time::sleep(pause).await,
            answer => return answer,
        }
    }
    fetch_once(store, key).await
}

async fn fetch_once(store: &dyn ObjectStore, key: &Path) -> Result<Result<Whole, ObjectMeta>, Error> {
    let got = store.get_opts(key, GetOptions::default()).await?;
    if got.meta.size > MOST_AT_ONCE {
        return Ok(Err(got.meta));
    }
    let version = version_of(&got.meta);
    let bytes = got.bytes().await?;
    Ok(Ok(Whole { bytes, version }))
}

/// What reads an object that was fetched, or is too large for that.
pub fn reader(store: &Arc<dyn ObjectStore>, fetched: Result<Whole, ObjectMeta>) -> Arc<dyn ReadAt> {
    match fetched {
        Ok(whole) => Arc::new(whole),
        Err(meta) => Arc::new(InBlocks {
            store: store.clone(),
            meta,
            last: Mutex::default(),
        }),
    }
}
