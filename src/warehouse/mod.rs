//! Frames to partition files and back: contracts, layout, footers, digests, atomic replacement, the lock. Knows no table by name.

pub mod cell;
mod chunk;
pub mod commit;
mod compression;
pub mod contract;
mod dictionary;
pub mod disk;
pub mod error;
mod extent;
pub mod files;
pub mod index;
pub mod lock;
pub mod order;
mod packed;
pub mod proof;
pub mod read;
mod repeats;
pub mod scratch;
pub mod select;
pub mod store;
pub mod table;
pub mod values;
mod values_of;
