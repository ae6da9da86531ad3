//! One Parquet file: written whole into the staging folder and renamed into place, read by columns,
//! described by its footer.
//!
//! | footer key | what |
//! |---|---|
//! | `uptake.table`, `uptake.version` | which contract the rows keep |
//! | `uptake.fingerprint` | digests of everything the file was made from: the settings, the inputs |
//! | `uptake.digest` | digest of the encoded rows: the writer is deterministic, so equal rows are equal bytes |
//! | `uptake.days` | `received=` tables: the event days in the file, each with its rows and digest; other tables: days that matter to their readers, or that they were made from |
//!
//! There is no Arrow schema in the file: ids are dictionary encoded, and every reader is to show
//! strings. Nothing in a file depends on the clock, the run or the number of threads.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowSchemaConverter;
use parquet::file::metadata::{KeyValue, ParquetMetaDataReader};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Digester, Fingerprint};
use crate::storage::disk::Disk;
use crate::warehouse::contract::Contract;
use crate::warehouse::encode::column_chunk;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::file::extent::has_all_bytes;
use crate::warehouse::file::read::check_types;
use crate::warehouse::key_order::check_order;

/// Rows of one row group: small enough for a reader to skip what it does not need.
pub(super) const ROW_GROUP_ROWS: usize = 128 * 1024;
/// Files of fewer rows are not compressed: setting a compressor up would take longer than
/// everything else, and save little.
const LEAST_ROWS_COMPRESSED: usize = 2_048;

/// The key of a footer that says which version of its table a file has.
pub(super) const VERSION_KEY: &str = "uptake.version";

/// Bytes gathered before they are written; most files have fewer. What is larger is written as it
/// comes.
const WRITTEN_AT_ONCE: usize = 1 << 16;

/// The rows and the digest of one event day within a `received=` file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayPart {
    pub day: i32,
    pub rows: u64,
    /// How many of them are sign-ins: the first day of the tables has one.
    pub sign_ins: u64,
    pub digest: Digest,
}

/// What a file says of itself, and how it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footer {
    pub fingerprint: Fingerprint,
    pub digest: Digest,
    pub rows: u64,
    /// The size of the file.
    pub bytes: u64,
    /// When the file was changed last, nanoseconds since 1970; 0 where nobody has asked.
    pub changed: u64,
    pub days: Vec<DayPart>,
}

/// A footer and which contract the rows keep.
#[derive(Debug)]
pub struct Described {
    pub table: String,
    pub version: u32,
    pub footer: Footer,
}

/// A file whose bytes are digested and counted while they are written.
struct Digesting<W> {
    inner: W,
    hasher: Digester,
    bytes: u64,
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.add(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    /// Everything is digested by now. What lies below is flushed once, at the end: a small file is
    /// one write.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes a frame (sorted by the key, no key twice) to a new file at `path` and returns its footer.
pub fn write(
    disk: &Disk,
    path: &Path,
    contract: &Contract,
    frame: &RecordBatch,
    fingerprint: Fingerprint,
    days: &[DayPart],
) -> Result<Footer, WarehouseError> {
    check_types(path, contract, frame)?;
    check_order(contract, frame)?;
    let file = disk.create_file(path).map_err(WarehouseError::store("create", path))?;
    let buffered = io::BufWriter::with_capacity(WRITTEN_AT_ONCE, file);
    Ok(encode(buffered, path, contract, frame, fingerprint, days)?.0)
}

/// Writes the bytes of a file; returns its footer and the digest of all its bytes. `path` is for
/// messages.
pub(super) fn encode<W: Write + Send>(
    inner: W,
    path: &Path,
    contract: &Contract,
    frame: &RecordBatch,
    fingerprint: Fingerprint,
    days: &[DayPart],
) -> Result<(Footer, Digest), WarehouseError> {
    let rows = frame.num_rows();
    let digesting = Digesting {
        inner,
        hasher: Digester::new(),
        bytes: 0,
    };
    let failed = || WarehouseError::parquet("write", path);
    let schema = ArrowSchemaConverter::new().convert(&contract.schema()).map_err(failed())?;
    let properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_created_by("uptake".to_owned())
        .build();
    let mut writer = SerializedFileWriter::new(digesting, schema.root_schema_ptr(), Arc::new(properties)).map_err(failed())?;
    for from in (0..rows).step_by(ROW_GROUP_ROWS) {
        let part = frame.slice(from, ROW_GROUP_ROWS.min(rows - from));
        let mut group = writer.next_row_group().map_err(failed())?;
        for chunk in column_chunk::encode_all(part.columns(), schema.columns(), rows >= LEAST_ROWS_COMPRESSED).map_err(failed())? {
            group.append_column(&chunk.bytes, chunk.close).map_err(failed())?;
        }
        group.close().map_err(failed())?;
    }
    // The writer holds back its last bytes; the digest is of all of them.
    writer.flush().map_err(WarehouseError::store("write", path))?;
    let digest = writer.inner().hasher.digest();
    let mut footer = Footer {
        fingerprint,
        digest,
        rows: rows as u64,
        bytes: 0,
        changed: 0,
        days: days.to_vec(),
    };
    let mut note = |key: &str, value: String| writer.append_key_value_metadata(KeyValue::new(key.to_owned(), value));
    note("uptake.table", contract.name.to_owned());
    note(VERSION_KEY, contract.version.to_string());
    note("uptake.fingerprint", fingerprint.to_string());
    note("uptake.digest", digest.to_string());
    if !days.is_empty() {
        let text = serde_json::to_string(days).map_err(|error| WarehouseError::Contract(error.to_string()))?;
        note("uptake.days", text);
    }
    let mut digesting = writer.into_inner().map_err(failed())?;
    digesting.inner.flush().map_err(WarehouseError::store("write", path))?;
    footer.bytes = digesting.bytes;
    Ok((footer, digesting.hasher.digest()))
}

/// Reads the footer of a file; `None` where the file is no whole file of ours.
pub fn read_footer(path: &Path) -> Result<Option<Footer>, WarehouseError> {
    Ok(describe(path)?.map(|described| described.footer))
}

/// Reads the footer of a file and of which table it is; `None` where the file is no whole file of
/// ours.
pub fn describe(path: &Path) -> Result<Option<Described>, WarehouseError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(WarehouseError::store("open", path)(error)),
    };
    let Ok(metadata) = ParquetMetaDataReader::new().parse_and_finish(&file) else {
        return Ok(None);
    };
    if !has_all_bytes(&file, &metadata).map_err(WarehouseError::store("read", path))? {
        return Ok(None);
    }
    let bytes = file.metadata().map_err(WarehouseError::store("look at", path))?.len();
    let file_metadata = metadata.file_metadata();
    let pairs: BTreeMap<&str, &str> = file_metadata
        .key_value_metadata()
        .into_iter()
        .flatten()
        .filter_map(|pair| Some((pair.key.as_str(), pair.value.as_deref()?)))
        .collect();
    let footer = || {
        Some(Footer {
            fingerprint: Fingerprint::parse(pairs.get("uptake.fingerprint")?)?,
            digest: Digest::parse(pairs.get("uptake.digest")?)?,
            rows: u64::try_from(file_metadata.num_rows()).ok()?,
            bytes,
            changed: 0,
            days: pairs
                .get("uptake.days")
                .map_or(Some(Vec::new()), |text| serde_json::from_str(text).ok())?,
        })
    };
    let described = || {
        Some(Described {
            table: (*pairs.get("uptake.table")?).to_owned(),
            version: pairs.get(VERSION_KEY)?.parse().ok()?,
            footer: footer()?,
        })
    };
    Ok(described())
}

/// The day of a `received=` part.
impl DayPart {
    pub fn day(&self) -> Day {
        Day(self.day)
    }
}
