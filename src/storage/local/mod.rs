//! A folder of this machine as a storage: objects are files, and a prefix is a folder.
//!
//! What is no object is in the folder `.uptake` of the root: unfinished files in `staging`
//! ([`staging`]), lists of renames that belong together in `commits` ([`commit`]), and in
//! `set-aside` the folders that stood in the place of a file. It is on the same file system as the
//! objects, so that a file is put by one rename, and outside of every table, so that no recursive
//! reader sees half a file.
//!
//! Files that are put are not synced one by one: there can be thousands in a run, a sync costs
//! milliseconds each, and what is broken after a loss of power is made again. Whoever needs it
//! calls `Unfinished::sync` and `Storage::sync`.

mod commit;
mod folder;
mod lease;
mod links;
mod list;
pub mod local_storage;
pub mod metadata;
pub mod open;
pub mod reads;
mod staging;
mod walk;
pub(super) mod zip;
