//! What `uptake check` and `run --verify` do: the whole warehouse is read again and held against
//! everything that is known of it.
//!
//! | what is held | where |
//! |---|---|
//! | each file against its contract and its footer, to the last byte | `files` |
//! | the files that should be there | `presence` |
//! | what the files were made from, against what the warehouse holds | `origins` |
//! | the tables of each day against each other | `promises`, `engine::checks` |
//! | the published files against the tables | `published` |
//! | some customers against a second computation, from their raw files | `oracle` |
//!
//! The room stands above `engine`, because the engine is not to know the second computation
//! (`reference`): `run --verify` hands the engine a function. Nothing is changed here, in the
//! warehouse or beside it.

pub mod carried;
pub mod check;
pub mod choice;
pub mod compared;
pub mod differences;
pub mod files;
pub mod findings;
pub mod oracle;
pub mod origins;
pub mod presence;
pub mod published;
pub mod raw;
pub mod report;
pub mod row_checks;
pub mod verify;
