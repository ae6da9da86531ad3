//! What a pipeline file means. Text in, settings out: no file is opened here, but this room says
//! which ones it needs.
//!
//! The way of a setting, in order:
//!
//! 1. `file::parse(text, path)`: the TOML text becomes a `PipelineFile`: what was written, with
//!    defaults filled in and paths resolved. All problems of the file are reported at once.
//! 2. The caller reads `PipelineFile::catalogue_files()`, lays them over `catalogue::built_in()`
//!    and calls `CatalogueTexts::parse`; likewise the file of `Privacy::needed_key_file()`.
//! 3. `PipelineFile::settle(catalogue)` gives `Settings`: what it all means. Only here can words be
//!    checked against the catalogue.
//!
//! `keys.rs` lists every key that a pipeline file may have; `section.rs` reads typed values,
//! `page.rs` collects problems with their lines. `texts.rs` says what fingerprints take in.
//! `nearest.rs` finds the word that was meant, also for the command line.

pub mod catalogue;
pub mod file;
pub mod keys;
pub mod nearest;
pub mod page;
pub mod privacy;
pub mod problem;
mod section;
pub mod settings;
pub mod source;
mod table;
pub mod texts;
pub mod thresholds;
