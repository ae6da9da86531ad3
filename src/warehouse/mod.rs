//! Frames to partition files and back: contracts, layout, footers, digests, atomic replacement, the
//! lock. Knows no table by name.

pub mod cell;
pub mod contract;
pub mod data_frame;
mod encode;
pub mod error;
pub mod file;
pub mod key_order;
pub mod store;
pub mod table;
pub mod value_rules;
