//! From a plan to committed partitions: the only place where IO meets the stages.
//!
//! `run::run` goes through the tables in the order of the data. Before each one it compares what every file would be made
//! from today with what its footer says, and makes the files that differ.

pub mod causes;
pub mod checks;
pub mod clean;
pub mod customers;
pub mod days;
pub mod error;
pub mod estimates;
pub mod events;
pub mod evidence;
pub mod expected;
pub mod explain;
pub mod explain_facts;
pub mod explain_lines;
pub mod facts;
pub mod fingerprints;
pub mod first_activity;
pub mod first_days;
pub mod fresh_events;
pub mod freshness;
pub mod ingest;
pub mod ingest_task;
pub mod ingest_write;
pub mod inputs;
pub mod inspect;
pub mod inspect_sink;
pub mod inspect_trial;
pub mod job;
pub mod licenses;
pub mod made_from;
pub mod named;
pub mod names;
pub mod publish;
pub mod raw;
pub mod raw_record;
pub mod raw_summary;
pub mod read_file;
pub mod receive;
pub mod received;
pub mod report;
pub mod request;
pub mod run;
pub mod side_by_side;
pub mod silence;
pub mod since;
pub mod source_block;
pub mod spans;
pub mod state;
pub mod status;
pub mod steps;
pub mod tables;
pub mod walk;
pub mod windows;
pub mod windows_plan;
