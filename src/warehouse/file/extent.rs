//! Whether a Parquet file has all its bytes. A file that lost some in the middle still has a footer
//! that can be read. But then the parts that the footer lists do not add up to the size of the file.

use std::io;

use parquet::file::metadata::ParquetMetaData;

use crate::storage::object::OpenObject;

/// The magic number at the beginning.
const HEAD_BYTES: u64 = 4;
/// The length of the footer, and the magic number at the end.
const TAIL_BYTES: u64 = 8;

/// Whether the file is as long as its footer says.
pub(crate) fn has_all_bytes(file: &OpenObject, metadata: &ParquetMetaData) -> io::Result<bool> {
    let size = file.size();
    if size < HEAD_BYTES + TAIL_BYTES {
        return Ok(false);
    }
    let mut footer_bytes = [0; 4];
    io::Read::read_exact(&mut file.reader_from(size - TAIL_BYTES), &mut footer_bytes)?;
    let tail = u64::from(u32::from_le_bytes(footer_bytes)) + TAIL_BYTES;
    Ok(end_of_parts(metadata).and_then(|end| end.checked_add(tail)) == Some(size))
}

/// Where the last of the pages ends, and with it the encoded rows; `None` where the footer makes no
/// sense.
pub(crate) fn end_of_rows(metadata: &ParquetMetaData) -> Option<u64> {
    let mut end = HEAD_BYTES;
    for column in metadata.row_groups().iter().flat_map(|group| group.columns()) {
        let pages = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
        end = end.max(end_of_part(pages, column.compressed_size())?);
    }
    Some(end)
}

fn end_of_part(offset: i64, length: i64) -> Option<u64> {
    u64::try_from(offset).ok()?.checked_add(u64::try_from(length).ok()?)
}

/// Where the last of the pages and of the indexes of pages ends; `None` where the footer makes no
/// sense.
fn end_of_parts(metadata: &ParquetMetaData) -> Option<u64> {
    let mut end = end_of_rows(metadata)?;
    let mut part = |offset: Option<i64>, length: i64| {
        if let Some(offset) = offset {
            end = end.max(end_of_part(offset, length)?);
        }
        Some(())
    };
    for column in metadata.row_groups().iter().flat_map(|group| group.columns()) {
        part(column.column_index_offset(), i64::from(column.column_index_length().unwrap_or(0)))?;
        part(column.offset_index_offset(), i64::from(column.offset_index_length().unwrap_or(0)))?;
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    use parquet::file::metadata::ParquetMetaDataReader;

    use crate::domain::digest::Digest;
    use crate::storage;
    use crate::warehouse::contract::{Column, Contract, Kind, MadeFrom, Partition};
    use crate::warehouse::file::{footer, write};

    const WORDS: Contract = Contract {
        name: "words",
        version: 1,
        oldest: 1,
        partition: Partition::Whole,
        sharded: false,
        made_from: MadeFrom::NOTHING,
        about: "words",
        columns: &[
            Column {
                name: "at",
                kind: Kind::Count,
                nullable: false,
                key: true,
                since: 1,
                about: "where",
            },
            Column {
                name: "word",
                kind: Kind::Text,
                nullable: false,
                key: false,
                since: 1,
                about: "what",
            },
        ],
    };

    /// A file with this many rows: with and without compression, with one row group, with several,
    /// with none.
    fn file_of(rows: i64) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from_iter_values(0..rows)),
            Arc::new(StringArray::from_iter_values((0..rows).map(|row| format!("word {}", row % 7)))),
        ];
        let frame = RecordBatch::try_new(WORDS.schema(), columns).unwrap();
        let storage = storage::at(folder.path());
        write::put(&*storage, "file", &WORDS, &frame);
        storage.read("file").unwrap().unwrap()
    }

    /// What is read of a file with these bytes.
    fn footer_of(bytes: &[u8]) -> Option<(u64, Digest)> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), bytes).unwrap();
        let object = storage::at(folder.path()).open("file").unwrap();
        let described = footer::describe(&object).unwrap();
        described.map(|described| (described.footer.rows, described.footer.digest))
    }

    #[test]
    fn a_whole_file_is_whole_however_many_rows_it_has() {
        for rows in [0, 1, 1_000, 5_000, 300_000] {
            assert_eq!(footer_of(&file_of(rows)).map(|(rows, _)| rows), Some(rows as u64));
        }
    }

    #[test]
    fn a_file_that_lost_or_gained_bytes_anywhere_is_not() {
        let bytes = file_of(1_000);
        for at in (4..bytes.len()).step_by(97) {
            let (before, after) = bytes.split_at(at);
            assert_eq!(footer_of(before), None, "cut at {at}");
            let gained = [before, b"x", after].concat();
            assert_eq!(footer_of(&gained), None, "a byte more at {at}");
            let lost = [before, &after[1..]].concat();
            assert_eq!(footer_of(&lost), None, "a byte less at {at}");
        }
        assert_eq!(footer_of(&[&bytes[..], b"PAR1"].concat()), None, "letters at the end");
        assert_eq!(footer_of(b""), None, "nothing at all");
    }

    #[test]
    fn a_middle_that_is_gone_leaves_a_footer_that_reads_well() {
        let bytes = file_of(1_000);
        let holed = [&bytes[..100], &bytes[200..]].concat();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), &holed).unwrap();
        let file = fs::File::open(folder.path().join("file")).unwrap();
        assert!(
            ParquetMetaDataReader::new().parse_and_finish(&file).is_ok(),
            "the footer alone does not tell"
        );
        assert_eq!(footer_of(&holed), None);
    }
}
