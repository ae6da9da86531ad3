//! From a plan to committed partitions: the only place where IO meets the stages.
//!
//! `run::run` goes through the tables in the order of the data. Before each one it compares what
//! every file would be made from today with what its footer says, and makes the files that differ.

pub mod build;
pub mod cache;
pub mod cluster;
pub mod context;
pub mod error;
pub mod events;
pub mod execute;
pub mod health;
pub mod ingest;
pub mod input;
pub mod inspect;
pub mod plan;
pub mod publish;
pub mod query;
pub mod report;
pub mod request;
pub mod run;
pub mod size_estimates;
pub mod state;
