//! The words of the domain: ids, days, windows, workloads, subscription states. Imports nothing of
//! ours and does no IO.

pub mod by_name;
pub mod catalogue;
pub mod day;
pub mod digest;
pub mod guid;
pub mod kinds;
pub mod next_steps;
pub mod rules;
pub mod subscription;
pub mod user_ids;
pub mod window;
pub mod words;
