//! Files of cached values: what a run learned and the next one could learn again. They stand in
//! `.uptake`, beside the tables, and can be deleted at any time. They are read every night and have
//! thousands of entries, so they are no text: a version, the content, and the digest of both. A
//! file that is not as it was written, or of another version, is as good as not there.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::digest::Digest;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;

/// A file of cached values of one type.
pub struct CacheFile<T> {
    name: Cow<'static, str>,
    version: u8,
    content: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> CacheFile<T> {
    /// The file `NAME.bin`. The version rises when the form of `T` changes.
    pub const fn new(name: &'static str, version: u8) -> CacheFile<T> {
        CacheFile {
            name: Cow::Borrowed(name),
            version,
            content: PhantomData,
        }
    }

    /// The same for one shard: the file `NAME-NN.bin`.
    pub fn of_shard(&self, shard: u32) -> CacheFile<T> {
        CacheFile {
            name: Cow::Owned(format!("{}-{shard:02}", self.name)),
            ..*self
        }
    }

    /// What an earlier run saved; `None` where there is nothing that can be used.
    pub fn load(&self, store: &Store) -> Option<T> {
        of_bytes(&store.read_private(&self.file_name()).ok()??, self.version)
    }

    /// Saves it for the next run. A rehearsal leaves the caches as they are.
    pub fn save(&self, store: &Store, content: &T) -> Result<(), WarehouseError> {
        if store.is_rehearsal() {
            return Ok(());
        }
        let bytes = to_bytes(self.version, content).map_err(|error| WarehouseError::Contract(error.to_string()))?;
        store.replace_private(&self.file_name(), &bytes)
    }

    fn file_name(&self) -> String {
        format!("{}.bin", self.name)
    }
}

fn to_bytes(version: u8, content: &impl Serialize) -> postcard::Result<Vec<u8>> {
    let mut bytes = postcard::to_extend(content, vec![version])?;
    let digest = Digest::of(&bytes);
    bytes.extend(digest.0.to_le_bytes());
    Ok(bytes)
}

fn of_bytes<T: DeserializeOwned>(bytes: &[u8], version: u8) -> Option<T> {
    let (said, digest) = bytes.split_last_chunk()?;
    let (found, content) = said.split_first()?;
    let is_sound = *found == version && Digest::of(said).0.to_le_bytes() == *digest;
    is_sound.then(|| postcard::from_bytes(content).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::temporary_file::TemporaryFile;

    #[test]
    fn only_what_is_as_it_was_written_is_believed() {
        let content = (1u128 << 100, Some("text".to_owned()), vec![Digest(7)]);
        let bytes = to_bytes(3, &content).unwrap();
        assert_eq!(of_bytes(&bytes, 3), Some(content));
        let read = |bytes: &[u8], version| of_bytes::<(u128, Option<String>, Vec<Digest>)>(bytes, version);
        assert_eq!(read(&bytes, 4), None);
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1;
            assert_eq!(read(&other, 3), None, "{at}");
            assert_eq!(read(&bytes[..at], 3), None, "{at}");
        }
    }

    #[test]
    fn each_shard_has_its_file_and_a_rehearsal_saves_none() {
        const FILE: CacheFile<Vec<u32>> = CacheFile::new("numbers", 1);
        let root = tempfile::tempdir().unwrap();
        let store = Store::at(root.path());
        let lock = store.lock("a test").unwrap();
        FILE.of_shard(7).save(&store, &vec![1, 2]).unwrap();
        assert!(root.path().join(".uptake/numbers-07.bin").exists());
        let rehearsal = Store::rehearsal(root.path(), TemporaryFile::new().unwrap());
        FILE.of_shard(7).save(&rehearsal, &vec![3]).unwrap();
        assert_eq!(
            FILE.of_shard(7).load(&rehearsal),
            Some(vec![1, 2]),
            "a rehearsal reads what a run saved"
        );
        assert_eq!((FILE.of_shard(6).load(&store), FILE.load(&store)), (None, None));
        drop(lock);
    }
}
