//! What a file says of its rows, by which readers find some of them: for each column of a row group
//! and each of its pages the nulls, the least and the greatest value, and where the page is.

use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::page_index::column_index::{ColumnIndexMetaData, PrimitiveColumnIndex};
use parquet::file::page_index::offset_index::PageLocation;
use parquet::file::reader::ChunkReader;

/// The footer of a file with the indexes of its pages, as far as it has any.
pub(super) fn metadata_of(file: &impl ChunkReader) -> Result<ParquetMetaData, ParquetError> {
    ParquetMetaDataReader::new()
        .with_page_index_policy(PageIndexPolicy::Optional)
        .parse_and_finish(file)
}

/// Whether what a file says of its rows, as far as it says anything, is what another one says that
/// has the same rows, wherever the pages are and however they are compressed. The other one may
/// have more columns.
pub(super) fn says_the_same(found: &ParquetMetaData, again: &ParquetMetaData) -> bool {
    let rows = |metadata: &ParquetMetaData| metadata.row_groups().iter().map(RowGroupMetaData::num_rows).collect::<Vec<_>>();
    let is_same = |(at, group): (usize, &RowGroupMetaData)| {
        let others = again.row_group(at).columns();
        group.columns().iter().enumerate().all(|(column, chunk)| {
            let other = others.iter().position(|other| other.column_path() == chunk.column_path());
            other.is_some_and(|other| Said::of(found, at, column).agrees(&Said::of(again, at, other)))
                && has_pages_side_by_side(found, at, column)
        })
    };
    rows(found) == rows(again) && found.row_groups().iter().enumerate().all(is_same)
}

/// What a file says of the values of a column in a row group.
struct Said<'a> {
    nulls: Option<u64>,
    least: Option<&'a [u8]>,
    greatest: Option<&'a [u8]>,
    /// The same of each page.
    pages: Option<&'a ColumnIndexMetaData>,
    first_rows: Option<Vec<i64>>,
}

impl Said<'_> {
    fn of(metadata: &ParquetMetaData, group: usize, column: usize) -> Said<'_> {
        let statistics = metadata.row_group(group).column(column).statistics();
        let first_rows: Vec<i64> = pages_of(metadata, group, column).map(|page| page.first_row_index).collect();
        let pages = metadata.column_index().and_then(|groups| groups.get(group)?.get(column));
        Said {
            nulls: statistics.and_then(|statistics| statistics.null_count_opt()),
            least: statistics.and_then(|statistics| statistics.min_bytes_opt()),
            greatest: statistics.and_then(|statistics| statistics.max_bytes_opt()),
            pages: pages.filter(|pages| !matches!(pages, ColumnIndexMetaData::NONE)),
            first_rows: (!first_rows.is_empty()).then_some(first_rows),
        }
    }

    fn agrees(&self, other: &Said<'_>) -> bool {
        let pages_agree = |pages| other.pages.is_some_and(|others| bounds_agree(pages, others));
        (self.nulls.is_none() || self.nulls == other.nulls)
            && (self.least.is_none() || self.least == other.least)
            && (self.greatest.is_none() || self.greatest == other.greatest)
            && self.pages.is_none_or(pages_agree)
            && (self.first_rows.is_none() || self.first_rows == other.first_rows)
    }
}

/// Whether two indexes say the same of the nulls, the least and the greatest value of each page.
fn bounds_agree(one: &ColumnIndexMetaData, other: &ColumnIndexMetaData) -> bool {
    use ColumnIndexMetaData::{BOOLEAN, BYTE_ARRAY, DOUBLE, INT32, INT64};
    fn agree<T: PartialEq>(one: &PrimitiveColumnIndex<T>, other: &PrimitiveColumnIndex<T>) -> bool {
        one.min_values_iter().eq(other.min_values_iter()) && one.max_values_iter().eq(other.max_values_iter())
    }
    one.null_counts() == other.null_counts()
        && match (one, other) {
            (BOOLEAN(one), BOOLEAN(other)) => agree(one, other),
            (INT32(one), INT32(other)) => agree(one, other),
            (INT64(one), INT64(other)) => agree(one, other),
            (DOUBLE(one), DOUBLE(other)) => agree(one, other),
            (BYTE_ARRAY(one), BYTE_ARRAY(other)) => {
                one.min_values_iter().eq(other.min_values_iter()) && one.max_values_iter().eq(other.max_values_iter())
            }
            _ => false,
        }
}

fn pages_of(metadata: &ParquetMetaData, group: usize, column: usize) -> impl Iterator<Item = &PageLocation> {
    let index = metadata.offset_index().and_then(|groups| groups.get(group)?.get(column));
    index.into_iter().flat_map(|index| index.page_locations())
}

/// Whether the index of pages says of each that it begins where the one before ends, and of the
/// last one that it ends with its column.
fn has_pages_side_by_side(metadata: &ParquetMetaData, group: usize, column: usize) -> bool {
    let chunk = metadata.row_group(group).column(column);
    let begin = chunk.data_page_offset();
    let end = pages_of(metadata, group, column).try_fold(begin, |end, page| {
        (page.offset == end).then_some(end + i64::from(page.compressed_page_size))
    });
    let (first, length) = chunk.byte_range();
    end == Some(begin) || end.and_then(|end| u64::try_from(end).ok()) == Some(first + length)
}
