//! Writes one Parquet file: rows that are sorted by the key and keep their contract, then the footer.
//!
//! The writer is deterministic: nothing in a file depends on the clock, the run or the number of
//! threads. The file has no Arrow schema, because every reader is to show dictionary-coded ids as
//! plain strings.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowSchemaConverter;
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;

use crate::domain::digest::{Digest, Digester, Fingerprint};
use crate::storage::interface::{Staged, Unfinished};
use crate::warehouse::contract::Contract;
use crate::warehouse::encode::column_chunk;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::file::footer::{DayPart, ENCODER, Footer, ROW_GROUP_ROWS};
use crate::warehouse::key_order::check_order;
use crate::warehouse::value_rules::check_types;

/// Files with fewer rows are not compressed: setting up a compressor would take longer than
/// everything else and save little.
const LEAST_ROWS_COMPRESSED: usize = 2_048;

/// The size of the write buffer: most files are smaller, and one write each. A larger piece of bytes
/// is written without it.
const WRITTEN_AT_ONCE: usize = 1 << 16;

/// Digests and counts the bytes of a file while they are written.
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

    /// Does nothing: the writer below is flushed once, at the end, so that a small file is one write.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes a frame as a new file and returns its footer. The frame has to be sorted by the
/// key, and no key may be there twice.
pub fn write(
    mut file: Box<dyn Unfinished>,
    contract: &Contract,
    frame: &RecordBatch,
    fingerprint: Fingerprint,
    days: &[DayPart],
) -> Result<(Staged, Footer), WarehouseError> {
    let path = file.shown();
    check_types(&path, contract, frame)?;
    check_order(contract, frame)?;
    let mut buffered = io::BufWriter::with_capacity(WRITTEN_AT_ONCE, &mut file);
    let source = Source {
        fingerprint,
        days,
        encoder: ENCODER,
    };
    let (footer, _) = encode(&mut buffered, &path, contract, frame, source)?;
    drop(buffered);
    Ok((file.finish()?, footer))
}

/// What the footer of a file says besides what follows from its rows.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub fingerprint: Fingerprint,
    pub days: &'a [DayPart],
    pub encoder: u32,
}

/// Writes the bytes of a file. Returns its footer and the digest of all its bytes. `path` is only for
/// messages.
pub(super) fn encode<W: Write + Send>(
    inner: W,
    path: &Path,
    contract: &Contract,
    frame: &RecordBatch,
    source: Source<'_>,
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
    // The library's writer holds its last bytes back, and the digest is of all of them.
    writer.flush().map_err(WarehouseError::store("write", path))?;
    let digest = writer.inner().hasher.digest();
    let mut footer = Footer {
        fingerprint: source.fingerprint,
        digest,
        rows: rows as u64,
        bytes: 0,
        version: None,
        days: source.days.to_vec(),
    };
    for key in footer.keys(contract, source.encoder)? {
        writer.append_key_value_metadata(key);
    }
    let mut digesting = writer.into_inner().map_err(failed())?;
    digesting.inner.flush().map_err(WarehouseError::store("write", path))?;
    footer.bytes = digesting.bytes;
    Ok((footer, digesting.hasher.digest()))
}

/// Writes a frame of a test under a name.
#[cfg(test)]
pub fn put(storage: &dyn crate::storage::interface::Storage, name: &str, contract: &Contract, frame: &RecordBatch) {
    let (staged, _) = write(storage.begin().unwrap(), contract, frame, Default::default(), &[]).unwrap();
    storage.put(&staged, name).unwrap();
}
