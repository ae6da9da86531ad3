//! How a CSV file is cut into records and fields.

use super::*;
use crate::sources::bytes::limits::Limits;
use proptest::prelude::*;

/// The fields of a text's records as the csv crate reads them.
fn by_the_csv_crate(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let fields = |record: csv::ByteRecord| record.iter().map(|field| field.trim_ascii().to_vec()).collect();
    reader.byte_records().map(|record| fields(record.unwrap())).collect()
}

proptest! {
    #[test]
    fn the_fields_are_those_that_the_csv_crate_reads(
        pieces in proptest::collection::vec(proptest::sample::select(vec![
            "a", "\"", "\"\"", ",", "\n", "\u{e9}", "\",\"", "longer than a piece that is copied", ",\"b c\",", "\"{\"\"key\"\":\"\"value\"\"}\"",
        ]), 0..40),
    ) {
        let text = pieces.concat();
        let mut input = text.as_bytes();
        let mut file = CsvFile::new(OpenFile::new(&mut input, 0, Limits::of_file(0)));
        let mut found: Vec<Vec<Vec<u8>>> = Vec::new();
        let is_closed = loop {
            match file.step() {
                CsvStep::Record(record) => found.push((0..record.field_count()).map(|number| record.field(number).to_vec()).collect()),
                CsvStep::End => break true,
                CsvStep::Reject(..) | CsvStep::Error(..) => break false,
            }
        };
        let mut expected = by_the_csv_crate(text.as_bytes());
        // That crate takes what is left of a quoted field that nothing closes.
        expected.truncate(expected.len() - usize::from(!is_closed));
        prop_assert_eq!(found, expected);
    }
}

fn records(text: &str) -> Vec<String> {
    let mut input = text.as_bytes();
    let limits = Limits {
        line_bytes: 100,
        ..Limits::of_file(0)
    };
    let mut file = CsvFile::new(OpenFile::new(&mut input, 0, limits));
    let mut found = Vec::new();
    loop {
        found.push(match file.step() {
            CsvStep::End => return found,
            CsvStep::Record(record) => {
                let fields: Vec<_> = (0..record.field_count())
                    .map(|number| String::from_utf8_lossy(record.field(number)))
                    .collect();
                format!("{} {}", record.first_line, fields.join("|"))
            }
            CsvStep::Reject(record, reason) => format!("{} {reason}", record.first_line),
            CsvStep::Error(record, error) => format!("{} {error:?}", record.last_line),
        });
    }
}

#[test]
fn quoted_fields_hold_commas_quotes_and_line_breaks() {
    assert_eq!(
        records("a,\"b,\"\"c\"\"\",\"d\r\ne\"\r\n\r\n f ,g\"h,\n"),
        ["1 a|b,\"c\"|d\r\ne".replace("d\r\n", "d\n"), "4 f|g\"h|".to_owned()]
    );
    assert_eq!(records("\"\",\"a\"b"), ["1 |ab"]);
}

#[test]
fn the_header_decides_what_separates_the_fields() {
    assert_eq!(records("a;b\n\"c;d\";1,5\n"), ["1 a|b", "2 c;d|1,5"]);
    assert_eq!(records("a\tb\nc;d\t1,5\n"), ["1 a|b", "2 c;d|1,5"]);
    assert_eq!(records("a,b;c,d\n1;2,3\n"), ["1 a|b;c|d", "2 1;2|3"]);
    assert_eq!(records("alone\nc;d\n"), ["1 alone", "2 c;d"]);
}

#[test]
fn lines_before_the_header_that_say_how_the_file_was_written_are_no_records() {
    assert_eq!(records("#TYPE Selected.Log\r\n\"a\",\"b\"\r\n1,2\r\n"), ["2 a|b", "3 1|2"]);
    assert_eq!(records("\nsep=;\r\na;b\r\n#TYPE x;2\r\n"), ["3 a|b", "4 #TYPE x|2"]);
    assert_eq!(first_record(b"\"sep=\t\"\n\na\tb\nc").field(1), b"b");
}

#[test]
fn records_that_were_joined_are_told_from_a_field_of_several_lines() {
    let swallowed = |text: &str| {
        let mut input = text.as_bytes();
        let mut file = CsvFile::new(OpenFile::new(&mut input, 0, Limits::of_file(0)));
        let mut found = Vec::new();
        while let CsvStep::Record(record) = file.step() {
            found.push(record.has_swallowed(3).is_some());
        }
        found
    };
    assert_eq!(swallowed("a,b,c\n1,\"x\r\n, \"\"y\"\"\" ,\"z\n\"\n"), [false, false]);
    // A quote is lost, or one too many: at the beginning of a field, at its end.
    assert_eq!(swallowed("1,\"x,2\n1,\"y\",2\n"), [true]);
    assert_eq!(swallowed("\"1,x,2\n1,\"y\",2\n1,y,2\n"), [true, false]);
    assert_eq!(swallowed("1,\"x,2\n1,y\",2,3\n"), [true]);
    // A line end is lost, or not one that is known.
    assert_eq!(swallowed("1,x,21,y,2\n1,x,\"2\"1,y,2\n1,x,\n"), [true, true, false]);
    assert_eq!(swallowed("1,x,2\r1,y,2\r\n1,\"x\",2\r"), [true, false]);
    // What is odd within a line stays one record.
    assert_eq!(
        swallowed("1,\"x\" y,2,3\n1,x,2,,,,,\n1,\"x\ry\",2\n1,x,2\r\r\n"),
        [false, false, false, false]
    );
}

#[test]
fn a_quote_that_nothing_closes_is_a_reject() {
    assert_eq!(records("a\n\"b,c\nd\n"), ["1 a", "2 unreadable_value"]);
    assert_eq!(records("a\n\"b,c"), ["1 a", "2 unfinished_last_line"]);
    assert_eq!(
        records(&format!("a\n\"b,c\n{}\nd\n", "x".repeat(99))),
        ["1 a", "2 line_too_long", "4 d"]
    );
}
