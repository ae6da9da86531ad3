//! Releases: each publication as a set of files that belong together and never change. Tools that
//! want no two nights mixed follow `current.json`, which names the one in force.
//!
//! ```text
//! published/
//!   adoption.parquet, ...              the release in force, for simple tools
//!   current.json                       which release that is
//!   releases/20261001-043000/
//!     adoption-0123456789abcdef.parquet, ...
//!     manifest.json                    put last
//! ```

pub mod current;
pub mod diff;
pub mod folder;
pub mod hold;
pub mod id;
pub mod release;
