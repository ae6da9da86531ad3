//! The footer of a file: what it says of itself, beside what every Parquet file says.
//!
//! | key | what |
//! |---|---|
//! | `uptake.table`, `uptake.version` | which contract the rows keep |
//! | `uptake.encoder` | which encoder wrote the file: the same rows are the same bytes for one encoder; a file without the key is of the first one |
//! | `uptake.fingerprint` | digests of everything the file was made from: the settings, the inputs |
//! | `uptake.digest` | digest of the encoded rows |
//! | `uptake.days` | `received=` tables: the event days in the file, each with its rows and digest; other tables: days that matter to their readers, or that they were made from |

use std::collections::BTreeMap;

use parquet::file::metadata::{KeyValue, ParquetMetaData, ParquetMetaDataReader};
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Fingerprint};
use crate::storage::object::OpenObject;
use crate::storage::version_tag::VersionTag;
use crate::warehouse::contract::Contract;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::file::extent::has_all_bytes;

/// Rows of one row group: small enough for a reader to skip what it does not need.
pub(super) const ROW_GROUP_ROWS: usize = 128 * 1024;

/// The encoder of this version. It rises when the same rows become other bytes.
pub(super) const ENCODER: u32 = 2;
/// The encoder of the files that name none.
const FIRST_ENCODER: u32 = 1;

const TABLE_KEY: &str = "uptake.table";
const VERSION_KEY: &str = "uptake.version";
const ENCODER_KEY: &str = "uptake.encoder";
const FINGERPRINT_KEY: &str = "uptake.fingerprint";
const DIGEST_KEY: &str = "uptake.digest";
const DAYS_KEY: &str = "uptake.days";

/// The rows and the digest of one event day within a `received=` file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayPart {
    pub day: i32,
    pub rows: u64,
    /// How many of them are sign-ins: the first day of the tables has one.
    pub sign_ins: u64,
    pub digest: Digest,
}

impl DayPart {
    pub fn day(&self) -> Day {
        Day(self.day)
    }
}

/// What a file says of itself, and how it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footer {
    pub fingerprint: Fingerprint,
    pub digest: Digest,
    pub rows: u64,
    /// The size of the file.
    pub bytes: u64,
    /// The file's version tag; `None` where nobody has asked.
    pub version: Option<VersionTag>,
    pub days: Vec<DayPart>,
}

/// A footer and which contract the rows keep.
#[derive(Debug)]
pub struct Described {
    pub table: String,
    pub version: u32,
    pub footer: Footer,
}

impl Footer {
    /// The keys of a file that an encoder wrote.
    pub(super) fn keys(&self, contract: &Contract, encoder: u32) -> Result<Vec<KeyValue>, WarehouseError> {
        let mut keys = vec![
            KeyValue::new(TABLE_KEY.to_owned(), contract.name.to_owned()),
            KeyValue::new(VERSION_KEY.to_owned(), contract.version.to_string()),
        ];
        if encoder != FIRST_ENCODER {
            keys.push(KeyValue::new(ENCODER_KEY.to_owned(), encoder.to_string()));
        }
        keys.push(KeyValue::new(FINGERPRINT_KEY.to_owned(), self.fingerprint.to_string()));
        keys.push(KeyValue::new(DIGEST_KEY.to_owned(), self.digest.to_string()));
        if !self.days.is_empty() {
            let days = serde_json::to_string(&self.days).map_err(|error| WarehouseError::Contract(error.to_string()))?;
            keys.push(KeyValue::new(DAYS_KEY.to_owned(), days));
        }
        Ok(keys)
    }
}

/// Reads the footer of a file and of which table it is; `None` where the file is no whole file of
/// ours.
pub fn describe(file: &OpenObject) -> Result<Option<Described>, WarehouseError> {
    let Ok(metadata) = ParquetMetaDataReader::new().parse_and_finish(file) else {
        return Ok(None);
    };
    if !has_all_bytes(file, &metadata).map_err(WarehouseError::store("read", file.shown()))? {
        return Ok(None);
    }
    let keys = keys_of(&metadata);
    let footer = || {
        Some(Footer {
            fingerprint: Fingerprint::parse(keys.get(FINGERPRINT_KEY)?)?,
            digest: Digest::parse(keys.get(DIGEST_KEY)?)?,
            rows: u64::try_from(metadata.file_metadata().num_rows()).ok()?,
            bytes: file.size(),
            version: None,
            days: keys
                .get(DAYS_KEY)
                .map_or(Some(Vec::new()), |text| serde_json::from_str(text).ok())?,
        })
    };
    let described = || {
        Some(Described {
            table: (*keys.get(TABLE_KEY)?).to_owned(),
            version: keys.get(VERSION_KEY)?.parse().ok()?,
            footer: footer()?,
        })
    };
    Ok(described())
}

/// The version of its table that a file says it has; 0 where it says none.
pub(super) fn version_of(metadata: &ParquetMetaData) -> u32 {
    keys_of(metadata).get(VERSION_KEY).and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Which encoder wrote a file; 0 where the key makes no sense.
pub(super) fn encoder_of(metadata: &ParquetMetaData) -> u32 {
    keys_of(metadata)
        .get(ENCODER_KEY)
        .map_or(FIRST_ENCODER, |text| text.parse().unwrap_or(0))
}

fn keys_of(metadata: &ParquetMetaData) -> BTreeMap<&str, &str> {
    let pairs = metadata.file_metadata().key_value_metadata().into_iter().flatten();
    pairs.filter_map(|pair| Some((pair.key.as_str(), pair.value.as_deref()?))).collect()
}
