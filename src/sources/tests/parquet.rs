//! Tables in Parquet files, with the types that programs write.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, FixedSizeBinaryArray, Float64Array, Int32Array, Int64Array, StringArray,
    TimestampMicrosecondArray, TimestampNanosecondArray,
};
use arrow::datatypes::Int32Type;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use proptest::prelude::*;

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::bytes::open_file::OpenFile;
use crate::sources::file_context::FileContext;
use crate::sources::read::read_open;
use crate::sources::testing::{Found, SMALL, TENANT, gzip, known, read_input, unknown};

const SKU: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";
/// 2026-09-01T08:02:31Z.
const SECONDS: i64 = 1_788_249_751;

/// A file of these columns, two rows to a row group.
pub fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true))).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(2)).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn read(feed: Feed, bytes: &[u8], context: &FileContext) -> Found {
    read_input((feed, Format::Parquet), &mut &*bytes, context)
}

fn texts<const N: usize>(values: [&str; N]) -> ArrayRef {
    Arc::new(StringArray::from_iter(values.map(|value| (value != "-").then_some(value))))
}

/// Three sign-ins.
fn sign_ins() -> Vec<(&'static str, ArrayRef)> {
    let nanos = TimestampNanosecondArray::from(vec![SECONDS * 1_000_000_000 + 999_999_999; 3]).with_timezone("+02:00");
    vec![
        ("ignored", Arc::new(Int32Array::from(vec![1, 2, 3])) as ArrayRef),
        ("EVENT_ID", texts(["E1", "e2", "-"])),
        ("event_time", Arc::new(nanos)),
        ("tenant_id", texts(["-", " ", TENANT])),
        (
            "user_id",
            Arc::new(DictionaryArray::<Int32Type>::from_iter([Some("U1"), None, Some("u1")])),
        ),
        ("app_id", texts(["App", "-", "-"])),
        ("interactive", Arc::new(BooleanArray::from(vec![Some(false), None, Some(true)]))),
        ("error_code", Arc::new(Float64Array::from(vec![Some(0.0), Some(50126.0), None]))),
    ]
}

#[test]
fn sign_ins_come_with_the_types_that_programs_write() {
    let at = "2026-09-01T08:02:31.999999Z";
    let found = read(Feed::Activity, &parquet(sign_ins()), &known());
    let expected = [
        format!("1 {TENANT} e1|u1|app| {at} non_interactive succeeded"),
        format!("2 {TENANT} e2||| {at} interactive "),
    ];
    assert_eq!(found.rows, expected);
    assert_eq!(found.rejects, ["3 missing_id"]);
    let raw = String::from_utf8(found.raw[0].clone()).unwrap();
    assert_eq!(raw, format!("event_time={at},user_id=u1,tenant_id={TENANT},interactive=true"));
    assert_eq!(read(Feed::Activity, &gzip(&parquet(sign_ins())), &known()).rows, expected);
}

#[test]
fn a_file_on_the_disk_is_read_from_its_place_and_left_there() {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&parquet(sign_ins())).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    let found = read_input((Feed::Activity, Format::Parquet), &mut file, &known());
    assert_eq!(found.counts.records, 3);
    // The first bytes are read in order, to see what kind of file it is.
    assert_eq!(std::io::Seek::stream_position(&mut file).unwrap(), 4);
}

#[test]
fn snapshots_and_changes_come_with_days_numbers_and_uuids() {
    let sku = u128::from_str_radix(&SKU.replace('-', ""), 16).unwrap().to_be_bytes();
    let uuid = || Arc::new(FixedSizeBinaryArray::try_from_iter([sku].into_iter()).unwrap()) as ArrayRef;
    let subscriptions = parquet(vec![
        ("snapshot_day", Arc::new(Date32Array::from(vec![20_696]))),
        ("tenant_id", texts([TENANT])),
        ("subscription_id", texts(["S1"])),
        ("sku_id", uuid()),
        ("seats", Arc::new(Int64Array::from(vec![25]))),
        ("status", texts(["Enabled"])),
        ("is_trial", Arc::new(BooleanArray::from(vec![true]))),
        ("ends_on", Arc::new(TimestampMicrosecondArray::from(vec![SECONDS * 1_000_000]))),
    ]);
    let found = read(Feed::Subscriptions, &subscriptions, &unknown());
    assert_eq!(
        found.rows,
        [format!(
            "1 {TENANT} 2026-08-31 s1 {SKU} 25 active true Seller(Unknown) Some(2026-09-01)"
        )]
    );
    assert_eq!(found.pages, [format!("{TENANT} 2026-08-31")]);
    let holdings = parquet(vec![("user_id", texts(["U1"])), ("sku_id", texts([SKU]))]);
    assert_eq!(
        read(Feed::LicenseHoldings, &holdings, &known()).rows,
        [format!("1 {TENANT} 2026-09-01 u1 {SKU}")]
    );
    let changes = parquet(vec![
        ("event_id", texts(["e1"])),
        ("event_time", texts(["9/1/2026 8:02:31 AM"])),
        ("user_id", texts(["u1"])),
        ("sku_id", uuid()),
        ("action", texts(["removed"])),
    ]);
    let expected = format!("1 {TENANT} u1 {SKU} 2026-09-01T08:02:31Z removed e1");
    assert_eq!(read(Feed::LicenseChanges, &changes, &known()).rows, [expected]);
}

#[test]
fn an_empty_table_is_a_snapshot_and_no_table_is_none() {
    let header = parquet(vec![("user_id", texts::<0>([])), ("sku_id", texts::<0>([]))]);
    assert_eq!(read(Feed::LicenseHoldings, &header, &known()).pages.len(), 1);
    let other = parquet(vec![("user", texts(["u"]))]);
    let found = read(Feed::LicenseHoldings, &other, &known());
    assert_eq!((found.rejects, found.pages.len()), (vec!["0 missing_column".to_owned()], 0));
    assert_eq!(found.details, ["no column `user_id`, `sku_id`; there are `user`"]);
    assert_eq!(read(Feed::LicenseHoldings, b"", &known()).counts.records, 0);
    for bytes in [&header[..header.len() - 1], b"PAR1", b"tenant_id,name\n"] {
        let found = read(Feed::LicenseHoldings, bytes, &known());
        assert_eq!((found.rejects, found.pages.len()), (vec!["0 unreadable_parquet".to_owned()], 0));
    }
}

#[test]
fn rows_that_unpack_to_more_than_the_limit_are_a_bomb() {
    let long = "x".repeat(2000);
    let many = Arc::new(StringArray::from_iter_values(std::iter::repeat_n(long.as_str(), 100_000))) as ArrayRef;
    let bytes = parquet_of_one_group(vec![("user_id", many.clone()), ("sku_id", many)]);
    assert!(bytes.len() < 100_000, "{}", bytes.len());
    let mut found = Found::default();
    let mut input = bytes.as_slice();
    let file = OpenFile::new(&mut input, bytes.len() as u64, SMALL);
    found.counts = read_open(file, Feed::LicenseHoldings, Format::Parquet, &known(), &mut found);
    assert_eq!(found.rejects.last().map(String::as_str), Some("0 decompression_bomb"));
    assert!(found.counts.records < 100_000);
}

/// Users and SKUs in one page a column, compressed: a hundred texts of so many letters are the
/// users.
fn in_one_page(letters: usize, compression: Compression) -> Vec<u8> {
    let long = "x".repeat(letters);
    let users = Arc::new(StringArray::from_iter_values(std::iter::repeat_n(long.as_str(), 100))) as ArrayRef;
    let batch = RecordBatch::try_from_iter([("user_id", users.clone()), ("sku_id", texts([SKU; 100])), ("other", users)]).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_data_page_size_limit(1 << 30);
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties.build())).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

/// Reads holdings within the limits that a file has.
fn holdings(bytes: &[u8]) -> Found {
    let mut found = Found::default();
    let (mut input, size) = (bytes, bytes.len() as u64);
    found.counts = crate::sources::read(Feed::LicenseHoldings, Format::Parquet, &mut input, size, &known(), &mut found);
    found
}

#[test]
fn a_page_that_unpacks_to_more_than_fits_is_refused_before_it_is_unpacked() {
    for compression in [
        Compression::ZSTD(Default::default()),
        Compression::GZIP(Default::default()),
        Compression::SNAPPY,
        Compression::LZ4_RAW,
    ] {
        let small = holdings(&in_one_page(100, compression));
        assert_eq!((small.counts.accepted, small.rejects.len()), (100, 0), "{compression}");
        let found = holdings(&in_one_page(400_000, compression));
        assert_eq!((found.rejects, found.counts.records), (vec!["0 decompression_bomb".to_owned()], 1));
        let words = &found.details[0];
        assert!(
            words.starts_with("a page of the column `user_id` unpacks to 40000") && words.contains("write smaller pages"),
            "{words}"
        );
    }
}

#[test]
fn a_page_of_gzip_that_says_to_be_smaller_than_it_is_is_refused_too() {
    /// A size as a header has it.
    fn written(size: usize) -> [u8; 4] {
        let doubled = 2 * size;
        std::array::from_fn(|at| (doubled >> (7 * at)) as u8 & 0x7f | if at < 3 { 0x80 } else { 0 })
    }
    let mut bytes = in_one_page(400_000, Compression::GZIP(Default::default()));
    let honest = holdings(&bytes).details[0].clone();
    let size: usize = honest.split(' ').find_map(|word| word.parse().ok()).unwrap();
    let place = bytes.windows(4).position(|found| found == written(size)).unwrap();
    bytes[place..place + 4].copy_from_slice(&written(3_000_000));
    let found = holdings(&bytes);
    assert_eq!(found.rejects, ["0 decompression_bomb"]);
    assert!(found.details[0].contains("`user_id`"), "{:?}", found.details);
}

fn parquet_of_one_group(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

proptest! {
    #[test]
    fn a_damaged_file_gives_rows_and_rejects_and_never_more(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in proptest::option::weighted(0.2, any::<prop::sample::Index>())) {
        let mut bytes = parquet(sign_ins());
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        // The counts are checked by the helper.
        let found = read(Feed::Activity, &bytes, &known());
        prop_assert_eq!(read(Feed::Activity, &bytes, &known()), found);
    }
}
