//! From the warehouse's tables to what people and BI tools open. Reads `stages` (rows and
//! contracts) and `warehouse`; knows nothing of how the tables were made.
//!
//! The way of a run's last minute, in order:
//!
//! 1. `publish::publish` writes every published file to the staging folder and then renames them in
//!    a row (`staging`).
//! 2. `summary::summarize` computes what the run's closing summary says, `summary_text::render`
//!    says it; `valuable_steps` picks the next steps that it names.
//! 3. `manifest::Manifest::write` puts `run.json`, with every file's digest, in its place: the last
//!    rename of all.
//!
//! `published_table` says what a table has in its file, `columns` lists them all; `facts` streams them day by day
//! with names joined in (`names`), `dimensions` has the star's other tables, `export` the CSV of
//! the last day.

pub mod columns;
pub mod day_rows;
pub mod dimensions;
mod earlier_file;
pub mod error;
mod export;
mod facts;
pub mod manifest;
mod names;
mod parquet_file;
pub mod publication;
pub mod publish;
pub mod published_table;
mod staging;
pub mod summary;
