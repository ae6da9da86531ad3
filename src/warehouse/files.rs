//! One Parquet file: written whole into the staging folder and renamed into place, read by columns, described by its footer.
//!
//! | footer key | what |
//! |---|---|
//! | `uptake.table`, `uptake.version` | which contract the rows keep |
//! | `uptake.fingerprint` | digests of everything the file was made from: the settings, the inputs |
//! | `uptake.digest` | digest of the encoded rows: the writer is deterministic, so equal rows are equal bytes |
//! | `uptake.days` | `received=` tables: the event days in the file, each with its rows and digest |
//!
//! There is no Arrow schema in the file: ids are dictionary encoded, and every reader is to show strings. Nothing in a file
//! depends on the clock, the run or the number of threads.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::concat_batches;
use arrow::datatypes::{Date32Type, Int64Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::{KeyValue, ParquetMetaDataReader};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Fingerprint};
use crate::warehouse::contract::{Contract, Kind};
use crate::warehouse::disk::Disk;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::extent::has_all_bytes;
use crate::warehouse::values;

/// Rows of one row group: small enough for a reader to skip what it does not need.
const ROW_GROUP_ROWS: usize = 128 * 1024;
/// Files of fewer rows are not compressed: setting a compressor up would take longer than everything else, and save little.
const LEAST_ROWS_COMPRESSED: u64 = 2_048;
/// The largest dictionary of a column in a row group.
const DICTIONARY_BYTES: usize = 16 << 20;

/// The rows and the digest of one event day within a `received=` file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayPart {
    pub day: i32,
    pub rows: u64,
    /// How many of them are sign-ins: the first day of the tables has one.
    pub sign_ins: u64,
    #[serde(with = "digest_text")]
    pub digest: Digest,
}

/// What a file says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footer {
    pub table: String,
    pub version: u32,
    #[serde(with = "fingerprint_text")]
    pub fingerprint: Fingerprint,
    #[serde(with = "digest_text")]
    pub digest: Digest,
    pub rows: u64,
    /// The size of the file.
    pub bytes: u64,
    pub days: Vec<DayPart>,
}

mod digest_text {
    //! Digests as hexadecimal text in JSON.
    use crate::domain::digest::Digest;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(digest)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        let text = String::deserialize(deserializer)?;
        Digest::parse(&text).ok_or_else(|| D::Error::custom("not a digest"))
    }
}

mod fingerprint_text {
    //! Fingerprints as text in JSON.
    use crate::domain::digest::Fingerprint;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(fingerprint: &Fingerprint, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(fingerprint)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Fingerprint, D::Error> {
        let text = String::deserialize(deserializer)?;
        Fingerprint::parse(&text).ok_or_else(|| D::Error::custom("not a fingerprint"))
    }
}

/// A file whose bytes are digested and counted while they are written.
struct Digesting<W> {
    inner: W,
    hasher: Xxh3,
    bytes: u64,
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Writes frames (sorted by the key, no key twice) to a new file at `path` and returns its footer.
pub fn write(
    disk: &Disk,
    path: &Path,
    contract: &Contract,
    frames: &[RecordBatch],
    fingerprint: Fingerprint,
    days: &[DayPart],
) -> Result<Footer, WarehouseError> {
    check_order(contract, frames)?;
    let rows = frames.iter().map(|frame| frame.num_rows() as u64).sum();
    let file = disk.create_file(path).map_err(WarehouseError::store("create", path))?;
    let digesting = Digesting {
        inner: io::BufWriter::with_capacity(1 << 18, file),
        hasher: Xxh3::new(),
        bytes: 0,
    };
    let failed = || WarehouseError::parquet("write", path);
    let options = ArrowWriterOptions::new()
        .with_properties(properties(contract, rows)?)
        .with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(digesting, contract.schema(), options).map_err(failed())?;
    for frame in frames {
        writer.write(frame).map_err(failed())?;
    }
    writer.flush().map_err(failed())?;
    // The writer holds back its last bytes; the digest is of all of them.
    writer.sync().map_err(WarehouseError::store("write", path))?;
    let digest = Digest(writer.inner().hasher.digest128());
    let mut footer = Footer {
        table: contract.name.to_owned(),
        version: contract.version,
        fingerprint,
        digest,
        rows,
        bytes: 0,
        days: days.to_vec(),
    };
    writer.append_key_value_metadata(KeyValue::new("uptake.table".to_owned(), contract.name.to_owned()));
    writer.append_key_value_metadata(KeyValue::new("uptake.version".to_owned(), contract.version.to_string()));
    writer.append_key_value_metadata(KeyValue::new("uptake.fingerprint".to_owned(), fingerprint.to_string()));
    writer.append_key_value_metadata(KeyValue::new("uptake.digest".to_owned(), digest.to_string()));
    if !days.is_empty() {
        let text = serde_json::to_string(days).map_err(|error| WarehouseError::Contract(error.to_string()))?;
        writer.append_key_value_metadata(KeyValue::new("uptake.days".to_owned(), text));
    }
    let mut digesting = writer.into_inner().map_err(failed())?;
    digesting.flush().map_err(WarehouseError::store("write", path))?;
    footer.bytes = digesting.bytes;
    Ok(footer)
}

/// How the columns of a table are encoded.
fn properties(contract: &Contract, rows: u64) -> Result<WriterProperties, WarehouseError> {
    let level = ZstdLevel::try_new(1).map_err(WarehouseError::parquet("set up", Path::new(contract.name)))?;
    let mut builder = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_compression(if rows < LEAST_ROWS_COMPRESSED {
            Compression::UNCOMPRESSED
        } else {
            Compression::ZSTD(level)
        })
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_created_by("uptake".to_owned());
    for column in contract
        .columns
        .iter()
        .filter(|column| matches!(column.kind, Kind::Instant | Kind::Flag))
    {
        builder = builder.set_column_dictionary_enabled(column.name.into(), false);
    }
    Ok(builder.build())
}

/// Proves that the rows of the frames rise strictly in the key.
fn check_order(contract: &Contract, frames: &[RecordBatch]) -> Result<(), WarehouseError> {
    let width = contract.key_width();
    let mut before: Option<(&RecordBatch, usize)> = None;
    for frame in frames {
        for row in 0..frame.num_rows() {
            if let Some((other, other_row)) = before {
                let mut order = std::cmp::Ordering::Equal;
                for at in 0..width {
                    order = compare(other.column(at), other_row, frame.column(at), row);
                    if order.is_ne() {
                        break;
                    }
                }
                if order.is_ge() {
                    let what = if order.is_eq() {
                        "twice the same key"
                    } else {
                        "rows that are not sorted"
                    };
                    return Err(WarehouseError::Contract(format!(
                        "table `{}` has {what} at row {row}{}",
                        contract.name,
                        values::key(contract, frame, row)
                    )));
                }
            }
            before = Some((frame, row));
        }
    }
    Ok(())
}

/// Compares two cells of the same column; null comes first.
fn compare(left: &ArrayRef, left_row: usize, right: &ArrayRef, right_row: usize) -> std::cmp::Ordering {
    use arrow::datatypes::DataType;
    match (left.is_null(left_row), right.is_null(right_row)) {
        (true, true) => return std::cmp::Ordering::Equal,
        (true, false) => return std::cmp::Ordering::Less,
        (false, true) => return std::cmp::Ordering::Greater,
        (false, false) => {}
    }
    match left.data_type() {
        DataType::Utf8 => left
            .as_string::<i32>()
            .value(left_row)
            .cmp(right.as_string::<i32>().value(right_row)),
        DataType::Int64 => left
            .as_primitive::<Int64Type>()
            .value(left_row)
            .cmp(&right.as_primitive::<Int64Type>().value(right_row)),
        DataType::Date32 => left
            .as_primitive::<Date32Type>()
            .value(left_row)
            .cmp(&right.as_primitive::<Date32Type>().value(right_row)),
        DataType::Timestamp(..) => {
            let value = |column: &ArrayRef, row| column.as_primitive::<TimestampMicrosecondType>().value(row);
            value(left, left_row).cmp(&value(right, right_row))
        }
        DataType::Boolean => left.as_boolean().value(left_row).cmp(&right.as_boolean().value(right_row)),
        _ => std::cmp::Ordering::Equal,
    }
}

/// Reads the footer of a file; `None` where the file is no whole file of ours.
pub fn read_footer(path: &Path) -> Result<Option<Footer>, WarehouseError> {
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
            table: (*pairs.get("uptake.table")?).to_owned(),
            version: pairs.get("uptake.version")?.parse().ok()?,
            fingerprint: Fingerprint::parse(pairs.get("uptake.fingerprint")?)?,
            digest: Digest::parse(pairs.get("uptake.digest")?)?,
            rows: u64::try_from(file_metadata.num_rows()).ok()?,
            bytes,
            days: pairs
                .get("uptake.days")
                .map_or(Some(Vec::new()), |text| serde_json::from_str(text).ok())?,
        })
    };
    Ok(footer())
}

/// Reads columns of a file (all of them where `columns` is empty) as one frame in the order of the contract.
pub fn read(path: &Path, contract: &Contract, columns: &[&str]) -> Result<RecordBatch, WarehouseError> {
    let failed = || WarehouseError::parquet("read", path);
    let file = File::open(path).map_err(WarehouseError::store("open", path))?;
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::load(&file, options).map_err(failed())?;
    let wanted = |name: &str| columns.is_empty() || columns.contains(&name);
    let indices: Vec<usize> = metadata
        .schema()
        .fields()
        .iter()
        .enumerate()
        .filter(|(_, field)| wanted(field.name()))
        .map(|(at, _)| at)
        .collect();
    let mask = ProjectionMask::roots(metadata.parquet_schema(), indices);
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
        .with_projection(mask)
        .with_batch_size(64 * 1024)
        .build()
        .map_err(failed())?;
    as_one_frame(path, contract, reader)
}

/// Everything that a reader gives, whose columns have to be of the contract's types.
pub(super) fn as_one_frame(path: &Path, contract: &Contract, reader: ParquetRecordBatchReader) -> Result<RecordBatch, WarehouseError> {
    let failed = WarehouseError::parquet("read", path);
    let schema = arrow::record_batch::RecordBatchReader::schema(&reader);
    let frames = reader.collect::<Result<Vec<_>, _>>().map_err(|error| failed(error.into()))?;
    let frame = concat_batches(&schema, &frames)?;
    check_types(path, contract, &frame)?;
    Ok(frame)
}

/// Proves that the columns of a file have the types of the contract.
fn check_types(path: &Path, contract: &Contract, frame: &RecordBatch) -> Result<(), WarehouseError> {
    for field in frame.schema().fields() {
        let expected = contract
            .columns
            .iter()
            .find(|column| column.name == field.name())
            .map(|column| column.kind.data_type());
        if expected.as_ref() != Some(field.data_type()) {
            return Err(WarehouseError::Contract(format!(
                "`{}`: column `{}` is {}, and not what table `{}` promises",
                path.display(),
                field.name(),
                field.data_type(),
                contract.name
            )));
        }
    }
    Ok(())
}

/// The day of a `received=` part.
impl DayPart {
    pub fn day(&self) -> Day {
        Day(self.day)
    }
}
