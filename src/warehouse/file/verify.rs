//! Whether a file is what its footer says and what its contract promises, to the last byte.
//!
//! The digest in the footer is that of the encoded rows, so a changed byte among the rows is found
//! by reading the file once. The rest of the file, the indexes of pages and the footer itself, is
//! in no digest. But an encoder is deterministic: the rows are encoded once more, which has to give
//! the same file.
//!
//! The footer says which encoder wrote a file. Rows that an earlier one wrote may be other bytes
//! now. Then what readers look up is held against that of the rows encoded once more: the numbers
//! of rows, and for each column and page the number of nulls and the least and greatest value.

use std::io::{self, Read};

use arrow::record_batch::RecordBatch;
use bytes::Bytes;
use parquet::file::metadata::ParquetMetaDataReader;

use crate::domain::digest::{Digest, Digester};
use crate::domain::words::counted;
use crate::storage::object::OpenObject;
use crate::warehouse::contract::{Contract, Place};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::file::extent::end_of_rows;
use crate::warehouse::file::footer::{ENCODER, Footer, encoder_of, version_of};
use crate::warehouse::file::read::read;
use crate::warehouse::file::statistics::{metadata_of, says_the_same};
use crate::warehouse::file::write::{Source, encode};
use crate::warehouse::key_order::check_order;
use crate::warehouse::value_rules::check_values;

/// How many bytes of a file are read at once.
const BLOCK_BYTES: usize = 1 << 18;

/// What is wrong with a file, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Its bytes are not those that were written.
    Bytes(String),
    /// Its rows are not what the contract promises.
    Contract(String),
}

/// Reads a file and checks it against its footer and its contract. Returns the rows, where they can
/// be read, and everything that is wrong. Fails only where the disk does.
pub fn verify(
    file: &OpenObject,
    contract: &Contract,
    place: Place,
    footer: &Footer,
) -> Result<(Option<RecordBatch>, Vec<Flaw>), WarehouseError> {
    let (rows_digest, digest) = digests(file)?;
    if rows_digest != footer.digest {
        // Bytes that are not those that were written are not decoded: they could say anything.
        let what = format!("its rows have the digest {rows_digest}, and the footer says {}", footer.digest);
        return Ok((None, vec![Flaw::Bytes(what)]));
    }
    let mut flaws = Vec::new();
    let frame = match read(file, contract, &[]) {
        Ok(frame) => frame,
        Err(error @ WarehouseError::Store { .. }) => return Err(error),
        // The writer checks the types of the columns, so it did not write others.
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
            "it has {}, and the footer says {}",
            counted(frame.num_rows(), "row"),
            footer.rows
        )));
    }
    for held in [check_values(contract, place, &frame), check_order(contract, &frame)] {
        if let Err(error) = held {
            flaws.push(Flaw::Contract(error.to_string()));
        }
    }
    if flaws.is_empty()
        && let Some(what) = footer_flaw(file, contract, &frame, footer, digest)?
    {
        flaws.push(Flaw::Bytes(what));
    }
    Ok((Some(frame), flaws))
}

/// What is wrong outside of the encoded rows, which are whole.
fn footer_flaw(
    file: &OpenObject,
    contract: &Contract,
    frame: &RecordBatch,
    footer: &Footer,
    digest: Digest,
) -> Result<Option<String>, WarehouseError> {
    let path = file.shown();
    let Ok(found) = metadata_of(file) else {
        return Ok(Some("the indexes of its pages cannot be read".to_owned()));
    };
    let source = Source {
        fingerprint: footer.fingerprint,
        days: &footer.days,
        encoder: encoder_of(&found),
    };
    if !(1..=ENCODER).contains(&source.encoder) {
        return Ok(Some("its footer names an encoder that this version does not know".to_owned()));
    }
    let (again, whole) = encode(io::sink(), path, contract, frame, source)?;
    let is_reproduced = again.digest == footer.digest || source.encoder == ENCODER;
    let is_same = if is_reproduced && version_of(&found) == contract.version {
        whole == digest
    } else {
        let mut bytes = Vec::new();
        encode(&mut bytes, path, contract, frame, source)?;
        let again = metadata_of(&Bytes::from(bytes)).map_err(WarehouseError::parquet("read", path))?;
        says_the_same(&found, &again)
    };
    Ok((!is_same).then(|| "its rows are what was written, but not its footer or the indexes of its pages".to_owned()))
}

/// The digest of the encoded rows of a file, and that of all its bytes. Without a readable footer
/// both are of all bytes.
fn digests(object: &OpenObject) -> Result<(Digest, Digest), WarehouseError> {
    let failed = || WarehouseError::store("read", object.shown());
    let metadata = ParquetMetaDataReader::new().parse_and_finish(object).ok();
    let mut file = object.reader();
    let mut left = metadata.as_ref().and_then(end_of_rows);
    let mut hasher = Digester::new();
    let mut rows_digest = None;
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        if left == Some(0) {
            rows_digest = Some(hasher.digest());
            left = None;
        }
        let most = left.map_or(BLOCK_BYTES, |left| BLOCK_BYTES.min(usize::try_from(left).unwrap_or(BLOCK_BYTES)));
        let read = file.read(&mut block[..most]).map_err(failed())?;
        if read == 0 {
            let digest = hasher.digest();
            return Ok((rows_digest.unwrap_or(digest), digest));
        }
        hasher.add(&block[..read]);
        left = left.map(|left| left.saturating_sub(read as u64));
    }
}

/// How the columns of a file differ from those of the contract: in names, order or types.
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, StringArray};
    use parquet::arrow::ArrowWriter;
    use parquet::arrow::arrow_writer::ArrowWriterOptions;
    use parquet::basic::Compression;
    use parquet::file::properties::WriterProperties;

    use super::*;
    use crate::storage;
    use crate::warehouse::contract::{Column, Kind, MadeFrom, Partition};
    use crate::warehouse::file::footer::{Described, describe};
    use crate::warehouse::file::write;

    const fn column(name: &'static str, kind: Kind, nullable: bool, key: bool) -> Column {
        Column {
            name,
            kind,
            nullable,
            key,
            since: 1,
            about: "for the test",
        }
    }

    const WORDS: Contract = Contract {
        name: "words",
        version: 1,
        oldest: 1,
        partition: Partition::Whole,
        sharded: false,
        made_from: MadeFrom::NOTHING,
        about: "words",
        columns: &[column("at", Kind::Count, false, true), column("word", Kind::Text, true, false)],
    };

    const PLACE: Place = (None, 0);

    fn frame(numbers: &[i64]) -> RecordBatch {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from_iter_values(numbers.iter().copied())),
            Arc::new(StringArray::from_iter_values(
                numbers.iter().map(|number| format!("word {}", number % 7)),
            )),
        ];
        RecordBatch::try_new(WORDS.schema(), columns).unwrap()
    }

    /// What is wrong with a file of these bytes; that its footer cannot be read is one thing.
    fn flaws(bytes: &[u8]) -> Vec<Flaw> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), bytes).unwrap();
        let file = storage::at(folder.path()).open("file").unwrap();
        match describe(&file).unwrap() {
            // What a file was made from is held against other files, not here.
            Some(found) if found.footer.fingerprint != Default::default() => vec![Flaw::Bytes("another fingerprint".to_owned())],
            Some(Described { table, version, footer }) if table == WORDS.name && version == WORDS.version => {
                verify(&file, &WORDS, PLACE, &footer).unwrap().1
            }
            _ => vec![Flaw::Bytes("no footer".to_owned())],
        }
    }

    fn source_of(encoder: u32) -> Source<'static> {
        Source {
            fingerprint: Default::default(),
            days: &[],
            encoder,
        }
    }

    /// The bytes of a file with these rows, in this order.
    fn file_of(numbers: &[i64]) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(
            &mut bytes,
            std::path::Path::new("memory"),
            &WORDS,
            &frame(numbers),
            source_of(ENCODER),
        )
        .unwrap();
        bytes
    }

    #[test]
    fn a_file_that_was_written_has_no_flaw_however_many_rows_it_has() {
        for rows in [0, 1, 1_000, 5_000, 300_000] {
            let numbers: Vec<i64> = (0..rows).collect();
            let folder = tempfile::tempdir().unwrap();
            let storage = storage::at(folder.path());
            write::put(&*storage, "file", &WORDS, &frame(&numbers));
            assert_eq!(flaws(&storage.read("file").unwrap().unwrap()), [], "{rows} rows");
        }
    }

    #[test]
    fn any_other_byte_is_a_flaw_wherever_it_stands() {
        let bytes = file_of(&(0..40).collect::<Vec<i64>>());
        for at in 0..bytes.len() {
            for bit in [0x01, 0x80] {
                let mut flipped = bytes.clone();
                flipped[at] ^= bit;
                assert_ne!(flaws(&flipped), [], "byte {at} of {}", bytes.len());
            }
        }
    }

    #[test]
    fn rows_that_break_the_contract_are_a_flaw_under_a_right_digest() {
        assert!(matches!(&flaws(&file_of(&[1, 2, 2, 3]))[..], [Flaw::Contract(what)] if what.contains("twice the same key")));
        assert!(matches!(&flaws(&file_of(&[1, 3, 2]))[..], [Flaw::Contract(what)] if what.contains("not sorted")));
        assert!(matches!(&flaws(&file_of(&[-1, 2]))[..], [Flaw::Contract(what)] if what.contains("less than 0")));
    }

    /// The bytes of a file with these rows as an encoder of an earlier version might have written
    /// it: the general one of the library, without dictionaries.
    fn file_of_the_first_encoder(numbers: &[i64]) -> Vec<u8> {
        let properties = WriterProperties::builder()
            .set_dictionary_enabled(false)
            .set_compression(Compression::SNAPPY)
            .set_data_page_row_count_limit(16 * 1024)
            .set_write_batch_size(1024)
            .set_max_row_group_row_count(Some(128 * 1024))
            .build();
        let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new_with_options(&mut bytes, WORDS.schema(), options).unwrap();
        writer.write(&frame(numbers)).unwrap();
        writer.flush().unwrap();
        writer.sync().unwrap();
        let mut footer = describe_bytes(&file_of(numbers));
        footer.digest = Digest::of(writer.inner());
        for key in footer.keys(&WORDS, 1).unwrap() {
            writer.append_key_value_metadata(key);
        }
        writer.close().unwrap();
        bytes
    }

    fn describe_bytes(bytes: &[u8]) -> Footer {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), bytes).unwrap();
        describe(&storage::at(folder.path()).open("file").unwrap()).unwrap().unwrap().footer
    }

    #[test]
    fn a_file_of_an_earlier_encoder_is_held_by_what_it_says_of_its_rows() {
        for rows in [40, 300_000] {
            let numbers: Vec<i64> = (0..rows).collect();
            assert_ne!(file_of(&numbers), file_of_the_first_encoder(&numbers));
            assert_eq!(flaws(&file_of_the_first_encoder(&numbers)), [], "{rows} rows");
        }
        let bytes = file_of_the_first_encoder(&(0..40).collect::<Vec<i64>>());
        let metadata = metadata_of(&Bytes::from(bytes.clone())).unwrap();
        let end = usize::try_from(end_of_rows(&metadata).unwrap()).unwrap();
        let bounds: Vec<usize> = (end..bytes.len() - 6)
            .filter(|at| [b"word 0", b"word 6"].contains(&&bytes[*at..at + 6].try_into().unwrap()))
            .collect();
        assert!(bounds.len() >= 4, "of the column, and of its page");
        for at in bounds {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert_ne!(flaws(&flipped), [], "byte {at}");
        }
    }

    #[test]
    fn a_file_that_names_an_encoder_that_nobody_knows_is_a_flaw() {
        let numbers: Vec<i64> = (0..40).collect();
        for (encoder, is_ours) in [(ENCODER, true), (1, true), (0, false), (ENCODER + 1, false)] {
            let mut bytes = Vec::new();
            encode(
                &mut bytes,
                std::path::Path::new("memory"),
                &WORDS,
                &frame(&numbers),
                source_of(encoder),
            )
            .unwrap();
            assert_eq!(flaws(&bytes).is_empty(), is_ours, "encoder {encoder}");
        }
    }

    /// Where this fails, the encoder gives other bytes than it did: raise [`ENCODER`], and put the
    /// new digest here.
    #[test]
    fn equal_rows_are_the_bytes_that_they_were() {
        let bytes = file_of(&(0..5_000).collect::<Vec<i64>>());
        assert_eq!(
            (ENCODER, Digest::of(&bytes).to_string().as_str()),
            (2, "02fd21eae36ec9b45e41cc7b45209021")
        );
    }
}
