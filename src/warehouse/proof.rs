//! Whether a file is what its footer says and what its contract promises, to the last byte.
//!
//! The digest in the footer is that of the encoded rows, so a changed byte among the rows is found by reading the file once. The rest of
//! the file, the indexes of pages and the footer itself, is in no digest. But the writer is deterministic: the rows are
//! encoded once more, and where that gives the same encoded rows it has to give the same file. Where it does not (another version of the
//! writer made the file), the rest is held by its meaning only: table, version, number of rows, size.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use arrow::record_batch::RecordBatch;
use parquet::file::metadata::ParquetMetaDataReader;
use xxhash_rust::xxh3::Xxh3;

use crate::domain::digest::Digest;
use crate::warehouse::contract::{Contract, Place};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::extent::end_of_rows;
use crate::warehouse::files::{Footer, check_order, encode, read};
use crate::warehouse::values::check_values;

/// How much of a file is read at once.
const BLOCK_BYTES: usize = 1 << 18;

/// What is wrong with a file, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Its bytes are not those that were written.
    Bytes(String),
    /// Its rows are not what the contract promises.
    Contract(String),
}

/// Reads a file and holds it against its footer and its contract. Gives the rows, where they can be read, and everything that is wrong.
/// Fails only where the disk does.
pub fn prove(path: &Path, contract: &Contract, place: Place, footer: &Footer) -> Result<(Option<RecordBatch>, Vec<Flaw>), WarehouseError> {
    let (rows_digest, digest) = digests(path)?;
    let mut flaws = Vec::new();
    if rows_digest != footer.digest {
        flaws.push(Flaw::Bytes(format!(
            "its rows have the digest {rows_digest}, and the footer says {}",
            footer.digest
        )));
    }
    let frame = match read(path, contract, &[]) {
        Ok(frame) => frame,
        Err(error @ WarehouseError::Store { .. }) => return Err(error),
        Err(WarehouseError::Contract(what)) => {
            flaws.push(Flaw::Contract(what));
            return Ok((None, flaws));
        }
        Err(error) => {
            flaws.push(Flaw::Bytes(error.to_string()));
            return Ok((None, flaws));
        }
    };
    if let Some(what) = columns_flaw(contract, &frame) {
        flaws.push(Flaw::Contract(what));
        return Ok((None, flaws));
    }
    if frame.num_rows() as u64 != footer.rows {
        flaws.push(Flaw::Bytes(format!(
            "it has {} rows, and the footer says {}",
            frame.num_rows(),
            footer.rows
        )));
    }
    let frames = std::slice::from_ref(&frame);
    for held in [check_values(contract, place, frames), check_order(contract, frames)] {
        if let Err(error) = held {
            flaws.push(Flaw::Contract(error.to_string()));
        }
    }
    if flaws.is_empty() {
        let (again, whole) = encode(io::sink(), path, contract, frames, footer.fingerprint, &footer.days)?;
        if again.digest == footer.digest && whole != digest {
            let what = "its rows are what was written, but not its footer or the indexes of its pages";
            flaws.push(Flaw::Bytes(what.to_owned()));
        }
    }
    Ok((Some(frame), flaws))
}

/// The digest of the encoded rows of a file, and of all its bytes. Of a file without a readable footer both are of all bytes.
fn digests(path: &Path) -> Result<(Digest, Digest), WarehouseError> {
    let failed = || WarehouseError::store("read", path);
    let mut file = File::open(path).map_err(WarehouseError::store("open", path))?;
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).ok();
    io::Seek::rewind(&mut file).map_err(failed())?;
    let mut left = metadata.as_ref().and_then(end_of_rows);
    let mut hasher = Xxh3::new();
    let mut rows_digest = None;
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        if left == Some(0) {
            rows_digest = Some(Digest(hasher.digest128()));
            left = None;
        }
        let most = left.map_or(BLOCK_BYTES, |left| BLOCK_BYTES.min(usize::try_from(left).unwrap_or(BLOCK_BYTES)));
        let read = file.read(&mut block[..most]).map_err(failed())?;
        if read == 0 {
            let digest = Digest(hasher.digest128());
            return Ok((rows_digest.unwrap_or(digest), digest));
        }
        hasher.update(&block[..read]);
        left = left.map(|left| left.saturating_sub(read as u64));
    }
}

/// How the columns of a file differ from those of the contract: names, order, types. Whether a null is there is a matter of values.
fn columns_flaw(contract: &Contract, frame: &RecordBatch) -> Option<String> {
    let (found, promised) = (frame.schema(), contract.schema());
    let names = |schema: &arrow::datatypes::Schema| schema.fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>();
    let (found_names, promised_names) = (names(&found), names(&promised));
    if found_names != promised_names {
        return Some(format!(
            "it has the columns {}, and not {}",
            found_names.join(", "),
            promised_names.join(", ")
        ));
    }
    let differs = |(found, promised): &(&std::sync::Arc<arrow::datatypes::Field>, &std::sync::Arc<arrow::datatypes::Field>)| {
        found.data_type() != promised.data_type() || found.is_nullable() != promised.is_nullable()
    };
    let (found, promised) = found.fields().iter().zip(promised.fields()).find(differs)?;
    Some(format!(
        "column `{}` is {} (null: {}), and not {} (null: {})",
        found.name(),
        found.data_type(),
        found.is_nullable(),
        promised.data_type(),
        promised.is_nullable()
    ))
}
