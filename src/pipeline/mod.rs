//! Reads pipeline files: text in, settings out. No file is opened here, but this room says which
//! files it needs.
//!
//! The steps, in order:
//!
//! 1. `file::parse(text, path)` turns the TOML text into a `PipelineFile`: what was written, with
//!    defaults filled in and paths resolved. It reports all problems of the file at once.
//! 2. The caller reads `PipelineFile::catalogue_files()`, replaces parts of `catalogue::built_in()`
//!    with them and calls `CatalogueTexts::parse`. It also reads the file of
//!    `Privacy::needed_key_file()`.
//! 3. `PipelineFile::resolve(catalogue)` returns `Settings`. Only here can words be checked against
//!    the catalogue.
//!
//! `syntax/` reads typed values and collects problems with their lines; `syntax/keys.rs` lists every
//! key of a pipeline file, and `syntax/nearest.rs` finds the word that was meant, also for the
//! command line. `texts.rs` has the texts that fingerprints are made from.

pub mod alert;
pub mod catalogue;
mod catalogue_rows;
pub mod exceptions;
pub mod file;
pub mod inputs;
pub mod privacy;
pub mod refresh;
pub mod report;
pub mod settings;
pub mod source;
pub mod syntax;
pub mod texts;
pub mod thresholds;
