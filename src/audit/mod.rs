//! `uptake check` and `run --verify`: read the whole warehouse again and check it against
//! everything that is known about it.
//!
//! | what is checked | where |
//! |---|---|
//! | each file against its contract and its footer, to the last byte | `checks/files` |
//! | that no file is missing | `checks/presence` |
//! | what the files were made from, against what the warehouse has now | `checks/origins` |
//! | the tables of each day against each other | `checks/rows`, with `stages/checks` |
//! | the published files against the tables | `checks/published` |
//! | some customers against a second computation, from their raw files | `recompute/oracle` |
//!
//! This room is above `engine`, because the engine must not know the second computation
//! (`reference`): `run --verify` passes a function to the engine. Nothing is changed here, neither
//! in the warehouse nor next to it.

pub mod check;
pub mod checks;
pub mod findings;
pub mod recompute;
pub mod report;
pub mod verify;
