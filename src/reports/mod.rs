//! From the warehouse's tables to what people and BI tools open. Reads `stages` (rows and
//! contracts) and `warehouse`; knows nothing of how the tables were made.
//!
//! What happens at the end of a run, in order:
//!
//! 1. `publish::publish` writes every published file to the staging folder, makes a release of them
//!    (`releases`), and then puts one after the other into its place (`staging`).
//! 2. `summary::figures` computes the closing summary of a run, `summary::text` writes it as text,
//!    `summary::valuable_steps` picks the next steps that it names.
//! 3. `manifest::Manifest::write` puts `run.json`, with every file's digest, in its place: the last
//!    rename of all.
//!
//! `published_table` says what a table has in its file, `columns` lists them all; `facts` streams
//! them day by day with names joined in (`names`) into `files`, and makes the table that the warehouse does not
//! have, `dimensions` has the star's other tables, `export` the CSV of the last day.

pub mod columns;
pub mod day_rows;
pub mod dimensions;
pub mod error;
mod export;
mod facts;
mod files;
pub mod manifest;
mod names;
pub mod product_notes;
pub mod publication;
pub mod publish;
pub mod published_reader;
pub mod published_table;
pub mod releases;
mod staging;
pub mod step_history;
pub mod summary;
