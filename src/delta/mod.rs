//! The published tables as Delta tables, in a folder of their own: Fabric, Databricks, Spark, Power
//! BI and DuckDB read them, each version as it was.
//!
//! ```text
//! delta/adoption/
//!   adoption-0123456789abcdef.parquet      a released file: the same bytes, linked where that can be
//!   _delta_log/00000000000000000000.json   one commit a release that changed the table
//! ```
//!
//! The log is written by hand, since it is a few lines of JSON: protocol 1/2, one file a version.
//! What decides is in the last commit alone, so nothing is read but that: which file it added, of
//! which columns, and which files it and the commits before took away. A commit is put where none is
//! of its number, and in one step; a run that dies before it leaves a data file that no log names,
//! and the next commit removes it.
//!
//! | file | what for |
//! |---|---|
//! | `names` | names of commits and data files |
//! | `schema` | columns as Delta writes them |
//! | `stats` | what a file says of its values |
//! | `commit` | the lines of a commit, written and read |
//! | `log` | how far a table's log is, and whose it is |
//! | `export` | a release into the tables |

mod commit;
pub mod error;
pub mod export;
mod log;
mod names;
mod schema;
mod stats;
#[cfg(test)]
mod tests;
