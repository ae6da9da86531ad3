//! The digests of raw files that were read, which spare reading them again. They stand in a file of
//! their own, since they are many and a run without anything new needs none of them.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::domain::digest::Digest;
use crate::engine::cache::entry::Entry;
use crate::engine::input::raw_file::{Digesting, RawFile};
use crate::storage::interface::Kind;
use crate::storage::version_tag::VersionTag;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;
use crate::warehouse::store::cache_file::CacheFile;

const FILE: CacheFile<Digests> = CacheFile::new("contents", 3);

/// The digest of each file by its path, made from the file that had this version tag.
type Digests = FxHashMap<String, Entry<Digest, VersionTag>>;

/// The digests of raw files.
#[derive(Default)]
pub struct ContentDigests {
    digests: Digests,
    /// Whether they are not what the cache has.
    changed: bool,
}

impl ContentDigests {
    /// What earlier runs left; nothing where they left nothing that can be read.
    pub fn load(store: &Store) -> ContentDigests {
        ContentDigests {
            digests: FILE.load(store).unwrap_or_default(),
            changed: false,
        }
    }

    /// Keeps the digest of a file's bytes for the next run, where it can be believed then.
    pub fn remember(&mut self, file: &RawFile, digest: Digest) {
        let is_same = |entry: &Entry<Digest, VersionTag>| entry.value_for(&file.version) == Some(&digest);
        if !file.version.is_settled() {
            self.changed |= self.digests.remove(&file.path).is_some();
        } else if !self.digests.get(&file.path).is_some_and(is_same) {
            self.digests.insert(file.path.clone(), Entry::new(file.version, digest));
            self.changed = true;
        }
    }

    /// Forgets a file.
    pub fn forget(&mut self, path: &str) {
        self.changed |= self.digests.remove(path).is_some();
    }

    /// Forgets every file but these, which are all that there are.
    pub fn forget_all_but(&mut self, files: &[RawFile]) {
        let still_there = files.iter().filter(|file| self.digests.contains_key(&file.path)).count();
        if still_there < self.digests.len() {
            let there: FxHashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
            self.digests.retain(|path, _| there.contains(path.as_str()));
            self.changed = true;
        }
    }

    /// The digests of the bytes of the files that are to be compared, as many as there are files;
    /// from the cache where the version tag is the same and is `believed`. `None` where a file is
    /// none or may not be read, or is not to be compared; the error says why it could not be read.
    pub fn of(
        &mut self,
        files: &[RawFile],
        is_compared: impl Fn(&RawFile) -> bool + Sync,
        is_believed: impl Fn(&RawFile) -> bool + Sync,
    ) -> Vec<Result<Option<Digest>, String>> {
        let known = &self.digests;
        let is_looked_at = |file: &RawFile| file.kind == Kind::Object && is_compared(file);
        let known = |file: &RawFile| {
            let known = known.get(&file.path).filter(|_| file.version.is_settled() && is_believed(file));
            known.and_then(|entry| entry.value_for(&file.version))
        };
        if let Some(first) = files.first() {
            first.announce(files.iter().filter(|file| is_looked_at(file) && known(file).is_none()));
        }
        let look = |file: &RawFile| {
            if !is_looked_at(file) {
                return (Ok(None), false);
            }
            match known(file) {
                Some(digest) => (Ok(Some(*digest)), false),
                None => match Digesting::digest_of(file) {
                    Ok((digest, opened)) => (Ok(Some(digest)), opened.is_as_found),
                    Err(fault) => (Err(fault.to_string()), false),
                },
            }
        };
        let looked: Vec<(Result<Option<Digest>, String>, bool)> = files.par_iter().map(look).collect();
        for (file, (digest, _)) in files.iter().zip(&looked).filter(|(_, (_, is_new))| *is_new) {
            if let Ok(Some(digest)) = digest {
                self.remember(file, *digest);
            }
        }
        looked.into_iter().map(|(digest, _)| digest).collect()
    }

    /// Saves what is new for the next run.
    pub fn save(&self, store: &Store) -> Result<(), WarehouseError> {
        match self.changed {
            true => FILE.save(store, &self.digests),
            false => Ok(()),
        }
    }
}
