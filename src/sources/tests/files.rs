//! What can be wrong with a file, whatever its format.

use crate::domain::kinds::Feed;
use crate::sources::split::Parts;
use crate::sources::testing::{Failing, Found, SMALL, TENANT, gzip, known, read_input, read_text, zstd_frame};
use crate::sources::{Format, read};

const SOURCE: (Feed, Format) = (Feed::Activity, Format::AzureMonitor);

fn sign_in(id: &str) -> String {
    format!(
        r#"{{"time":"2026-09-01T08:00:00.0000000Z","category":"SignInLogs","tenantId":"{TENANT}","resultType":"0","properties":{{"id":"{id}"}}}}"#
    )
}

/// The rejects of a text, and how many records were accepted.
fn rejects(text: &str) -> (Vec<String>, u64) {
    let found = read_text(SOURCE, text, &known());
    (found.rejects, found.counts.accepted)
}

fn strings<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

#[test]
fn blank_lines_are_no_records_but_count_for_line_numbers() {
    let text = format!("\r\n{}\r\n  \t\r\n\r\n{}\r\nx\r\n", sign_in("a"), sign_in("b"));
    let found = read_text(SOURCE, &text, &known());
    assert_eq!((found.counts.records, found.rejects), (3, strings(["6 broken_json"])));
    assert!(found.rows[1].starts_with("5 "));
}

#[test]
fn a_line_that_does_not_parse_is_broken_and_the_next_one_is_read() {
    let text = format!("{a}\n{a} x\n[1\n{{\"a\":\"}}\n7\n\"text\"\nnull\n{a}", a = sign_in("a"));
    assert_eq!(
        rejects(&text),
        (
            strings([
                "2 broken_json",
                "3 broken_json",
                "4 broken_json",
                "5 broken_json",
                "6 broken_json",
                "7 broken_json"
            ]),
            2
        )
    );
}

#[test]
fn a_broken_first_line_does_not_cost_the_file() {
    let half = &sign_in("a")[..50];
    assert_eq!(
        rejects(&format!("{half}\n{a}\n{a}\n", a = sign_in("a"))),
        (strings(["1 broken_json"]), 2)
    );
    assert_eq!(rejects(&format!("{half}\n")), (strings(["1 broken_json"]), 0));
    assert_eq!(
        rejects(&format!("{half}\nx\n{a}\n", a = sign_in("a"))),
        (strings(["1 broken_json", "2 broken_json"]), 1)
    );
}

#[test]
fn a_last_line_without_its_end_is_unfinished_when_it_does_not_parse() {
    let (a, half) = (sign_in("a"), &sign_in("b")[..90]);
    assert_eq!(rejects(&format!("{a}\n{half}")), (strings(["2 unfinished_last_line"]), 1));
    assert_eq!(rejects(&format!("{a}\n{half}\n")), (strings(["2 broken_json"]), 1));
    assert_eq!(rejects(half), (strings(["1 unfinished_last_line"]), 0));
    assert_eq!(rejects(&a), (vec![], 1));
    let mut cut = format!("{a}\n{{\"a\":\"ü").into_bytes();
    cut.pop();
    assert_eq!(
        read_input(SOURCE, &mut cut.as_slice(), &known()).rejects,
        ["2 unfinished_last_line"]
    );
}

#[test]
fn a_line_that_is_no_utf8_is_a_reject() {
    let mut text = format!("{a}\n{a}\n{a}\n", a = sign_in("a-\u{1}-b")).into_bytes();
    let place = text.iter().rposition(|byte| *byte == 1).unwrap();
    text[place] = 0xff;
    let found = read_input(SOURCE, &mut text.as_slice(), &known());
    assert_eq!((found.rejects, found.counts.accepted), (strings(["3 invalid_utf8"]), 2));
    assert_eq!(
        read_input(SOURCE, &mut b"\xff{}\n".as_slice(), &known()).rejects,
        ["1 invalid_utf8"]
    );
}

#[test]
fn nesting_above_128_levels_is_a_reject() {
    let nested = |levels: usize| sign_in("a").replacen('{', &format!("{{\"x\":{}{},", "[".repeat(levels), "]".repeat(levels)), 1);
    assert_eq!(rejects(&nested(127)), (vec![], 1));
    assert_eq!(rejects(&nested(128)), (strings(["1 nested_too_deep"]), 0));
}

#[test]
fn a_line_above_the_limit_is_a_reject_and_is_not_kept() {
    let padded = |length: usize| sign_in("a").replacen('{', &format!("{{{}", " ".repeat(length - sign_in("a").len())), 1);
    let text = format!(
        "{a}\n{}\n{}\n{a}\n{}",
        padded(SMALL.line_bytes),
        padded(SMALL.line_bytes + 1),
        padded(400_000),
        a = sign_in("a")
    );
    let found = read_text(SOURCE, &text, &known());
    assert_eq!(
        (found.rejects, found.counts.accepted),
        (strings(["3 line_too_long", "5 line_too_long"]), 3)
    );
    assert!(found.raw.iter().all(|raw| raw.len() == 4096));
}

#[test]
fn batches_count_each_record_with_its_number() {
    let batch = format!("{{\"records\":[{},{{}},[],{}]}}", sign_in("a"), sign_in("b"));
    let found = read_text(SOURCE, &format!("{}\n{batch}\n{batch}", sign_in("x")), &known());
    assert_eq!(
        found.rejects,
        ["2/2 missing_category", "2/3 broken_json", "3/2 missing_category", "3/3 broken_json"]
    );
    assert_eq!(found.counts.accepted, 5);
    assert!(found.rows[2].starts_with("2/4 "));
    let pretty = batch.replace('[', "\n[\n").replace(",{", ",\n{");
    assert_eq!(rejects(&pretty), (strings(["1/2 missing_category", "1/3 broken_json"]), 2));
    assert_eq!(rejects(&format!("[{}]", sign_in("a"))), (vec![], 1));
    assert_eq!(rejects("{\"records\":null}\n"), (strings(["1 missing_category"]), 0));
}

#[test]
fn a_document_above_the_limit_is_one_reject() {
    let text = format!("{{\"records\":\n[\n{}\n]}}\n", vec!["{\n}"; 80_000].join(",\n"));
    assert!(text.len() > SMALL.document_bytes);
    assert_eq!(rejects(&text), (strings(["1 line_too_long"]), 0));
}

#[test]
fn compressed_files_are_read_and_a_cut_one_has_one_reject_with_the_line_that_it_cut() {
    let lines: Vec<String> = (0..2000)
        .map(|number: u64| sign_in(&format!("{:x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15))))
        .collect();
    let text = format!("{}\n", lines.join("\n"));
    for whole in [gzip(text.as_bytes()), zstd_frame(text.as_bytes())] {
        assert_eq!(read_input(SOURCE, &mut whole.as_slice(), &known()).counts.accepted, 2000);
        for length in [whole.len() - 1, whole.len() / 2, 30] {
            let found = read_input(SOURCE, &mut &whole[..length], &known());
            let readable = found.counts.accepted as usize;
            assert_eq!(found.counts.rejected, 1);
            assert_eq!(found.rejects, [format!("{} corrupt_compression", readable + 1)]);
            assert!(lines.get(readable).map_or("", String::as_str).as_bytes().starts_with(&found.raw[0]));
        }
    }
}

#[test]
fn a_cut_document_has_one_reject_with_the_line_that_it_cut() {
    let users: Vec<String> = (0..5000)
        .map(|number: u64| format!("{{\n\"id\":\"{:x}\"\n}}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
        .collect();
    let whole = gzip(format!("{{\"value\":[\n{}\n]}}", users.join(",\n")).as_bytes());
    let found = read_input(
        (Feed::LicenseHoldings, Format::GraphUsers),
        &mut &whole[..whole.len() / 2],
        &known(),
    );
    assert_eq!((found.counts.records, found.counts.rejected, found.pages.len()), (1, 1, 0));
    assert!(
        found.rejects[0].ends_with(" corrupt_compression") && !found.rejects[0].starts_with("1 "),
        "{:?}",
        found.rejects
    );
}

#[test]
fn a_bomb_is_one_reject_where_it_is_cut() {
    let text = format!("{}\n", sign_in("a")).repeat(SMALL.inflated_bytes as usize / sign_in("a").len() + 10);
    for bomb in [gzip(text.as_bytes()), zstd_frame(text.as_bytes())] {
        let found = read_input(SOURCE, &mut bomb.as_slice(), &known());
        let readable = SMALL.inflated_bytes / (sign_in("a").len() as u64 + 1);
        assert_eq!(
            (found.counts.accepted, found.rejects),
            (readable, vec![format!("{} decompression_bomb", readable + 1)])
        );
    }
}

#[test]
fn a_file_that_cannot_be_read_keeps_what_came_before() {
    let text = format!("{}\n{}", sign_in("a"), &sign_in("b")[..40]);
    let found = read_input(SOURCE, &mut Failing(text.as_bytes()), &known());
    assert_eq!((found.rejects, found.counts.accepted), (strings(["0 unreadable_file"]), 1));
    assert_eq!(
        read_input((Feed::Customers, Format::Csv), &mut Failing(b""), &known()).rejects,
        ["0 unreadable_file"]
    );
}

#[test]
fn an_empty_file_has_no_records() {
    for text in ["", "\n", "\u{feff}", "\u{feff}\r\n"] {
        assert_eq!(read_text(SOURCE, text, &known()).counts.records, 0);
    }
    assert_eq!(read_text(SOURCE, &format!("\u{feff}{}", sign_in("a")), &known()).counts.accepted, 1);
}

#[test]
fn every_format_of_a_feed_can_be_read_and_another_one_is_a_reject() {
    for feed in Feed::ALL {
        for format in Format::ALL {
            let mut found = crate::sources::testing::Found::default();
            let counts = read(*feed, *format, &mut b"".as_slice(), 0, &known(), &mut found);
            assert_eq!(counts.rejected, u64::from(!Format::for_feed(*feed).contains(format)));
        }
    }
}

#[test]
fn a_line_that_is_too_long_is_one_reject_also_in_a_file_in_parts() {
    let line = |id: &str| format!("{}\n", sign_in(id));
    let long = "x".repeat(17 << 20);
    let bytes = [line("a"), format!("{long}\n"), line("b"), "\n".to_owned(), line("c"), long]
        .concat()
        .into_bytes();
    let whole = read_input(SOURCE, &mut bytes.as_slice(), &known());
    assert_eq!(whole.rejects, ["2 line_too_long", "6 line_too_long"]);
    let mut input = bytes.as_slice();
    let parts = Parts::open(SOURCE.0, SOURCE.1, &mut input, bytes.len() as u64, 1 << 20).unwrap();
    let mut found = Found::default();
    for part in parts {
        let counts = part.read(&known(), &mut found);
        found.counts.records += counts.records;
        found.counts.accepted += counts.accepted;
        found.counts.rejected += counts.rejected;
    }
    assert_eq!(found, whole);
}
