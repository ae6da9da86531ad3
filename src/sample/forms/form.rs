//! What a form is: how the records of a feed are written as a file.

use std::io;

use serde_json::Value;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::kinds::Feed;

/// Writes the bytes of one file.
pub type WriteFile = fn(&Batch<'_>) -> io::Result<Vec<u8>>;

/// How the records of a feed are written.
pub struct Form {
    /// As `--form` names it. Forms of several feeds that belong together have one name.
    pub name: &'static str,
    pub feed: Feed,
    /// The format by which a pipeline file reads it.
    pub format: &'static str,
    /// How its files are called behind the dot.
    pub ending: &'static str,
    pub write: WriteFile,
}

impl Form {
    /// Whether its files are packed by their nature, so that nobody packs them again.
    pub fn is_packed(&self) -> bool {
        ["parquet", "zip", "avro"].contains(&self.ending)
    }
}

/// The records of one file: of one tenant, one feed, and one day of receipt.
///
/// | feed | each record is |
/// |---|---|
/// | `activity` | a sign-in of a user as diagnostic settings write it; `properties` is an object and has `createdDateTime` (UTC) and `isInteractive` |
/// | `license_changes` | an audit record as diagnostic settings write it; `properties` is an object |
/// | `license_holdings` | a user of Graph's `/users` |
/// | `subscriptions` | a `companySubscription` of Graph's `/directory/subscriptions` |
#[derive(Clone, Copy)]
pub struct Batch<'a> {
    pub tenant: Guid,
    /// The partner whose portfolio it is.
    pub partner: Guid,
    /// The day of receipt, or that of the snapshot.
    pub day: Day,
    pub records: &'a [Value],
}
