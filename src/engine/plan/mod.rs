//! Why a file is made: what it would be made from today against what its footer says.

pub mod causes;
pub mod day_range;
pub mod dependencies;
pub mod exceptions;
pub mod fingerprint;
pub mod interval_digests;
pub mod outside_days;
pub mod rebuild;
pub mod received_task;
pub mod task;
pub mod workers;
