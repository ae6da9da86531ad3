//! Raw files into `received=` partitions.
//!
//! `required_sources` says whether there is what a run needs, `receive` goes through the
//! partitions, `compare` and `partition_plan` say what there is to do about one, which is its task.
//! `execute_task` carries it out: `read_partition` and `read_file` read its raw files through a
//! `collector` into what is `gathered`, and `write_partition` writes it.

pub(crate) mod carry_over;
pub mod collector;
pub mod compare;
pub(crate) mod execute_task;
pub mod gathered;
pub mod notices;
pub mod partition_files;
pub mod partition_plan;
pub mod read_back;
pub mod read_file;
pub(crate) mod read_large_file;
pub(crate) mod read_partition;
pub(crate) mod reading;
pub mod receive;
pub mod recent_events;
pub mod reject_budget;
pub mod required_sources;
pub(crate) mod task_context;
pub mod write_partition;
