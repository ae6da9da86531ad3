//! Raw files into `received=` partitions.
//!
//! `required_sources` says whether there is what a run needs, `receive` goes through the partitions, `compare` and `partition_task` say what there is to do
//! about one, `read_partition` and `read_file` read its raw files into a `collector`, and
//! `write_partition` writes it.

pub(crate) mod carry_over;
pub mod collector;
pub mod compare;
pub mod file_tenants;
pub mod partition_task;
pub mod read_file;
pub(crate) mod read_large_file;
pub(crate) mod read_partition;
pub mod receive;
pub mod recent_events;
pub mod reject_budget;
pub mod required_sources;
pub mod write_partition;
