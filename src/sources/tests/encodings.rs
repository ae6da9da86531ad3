//! Text in other encodings than UTF-8, and the dialects of CSV.

use proptest::prelude::*;

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::bytes::content::Content;
use crate::sources::testing::{Found, Slow, TENANT, gzip, known, read_input, read_text, unknown, zstd_frame};

const CUSTOMERS: (Feed, Format) = (Feed::Customers, Format::Csv);
const AZURE: (Feed, Format) = (Feed::Activity, Format::AzureMonitor);

const TABLE: &str = "tenant_id,name,domain\r\n8a4de8b5-095c-47d0-a96f-a75130c61d53,Zürich – 東京 😀,a.example\r\n";

fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(order).collect()
}

/// All of a content that comes in reads of at most `piece` bytes.
fn content(raw: &[u8], piece: usize) -> Vec<u8> {
    let mut input = Slow::new(raw, piece);
    let mut content = Content::open(&mut input, u64::MAX);
    let (mut bytes, mut buffer) = (Vec::new(), vec![0; piece]);
    loop {
        match content.read(&mut buffer) {
            Ok(0) => return bytes,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[test]
fn utf_16_is_read_with_a_byte_order_mark_and_without() {
    let expected = read_text(CUSTOMERS, TABLE, &unknown());
    assert_eq!(expected.rows, [format!("2 {TENANT} Zürich – 東京 😀|a.example||")]);
    for mark in ["\u{feff}", ""] {
        let text = format!("{mark}{TABLE}");
        for raw in [utf16(&text, u16::to_le_bytes), utf16(&text, u16::to_be_bytes)] {
            for packed in [raw.clone(), gzip(&raw), zstd_frame(&raw)] {
                assert_eq!(read_input(CUSTOMERS, &mut packed.as_slice(), &unknown()), expected);
            }
        }
    }
    let line = format!(
        "{{\"category\":\"SignInLogs\",\"time\":\"2026-09-01T08:00:00Z\",\"tenantId\":\"{TENANT}\",\"resultType\":\"0\",\"properties\":{{\"id\":\"a\"}}}}\r\n"
    );
    let raw = utf16(&line.repeat(3), u16::to_le_bytes);
    assert_eq!(
        read_input(AZURE, &mut raw.as_slice(), &known()),
        read_text(AZURE, &line.repeat(3), &known())
    );
}

#[test]
fn half_a_character_of_utf_16_is_a_reject_and_not_replaced_in_silence() {
    let mut units: Vec<u16> = format!("\u{feff}{TABLE}8a4de8b5-095c-47d0-a96f-a75130c61d53,x,y\n")
        .encode_utf16()
        .collect();
    let high = units.iter().position(|unit| *unit == 0xd83d).unwrap();
    units.remove(high);
    let raw: Vec<u8> = units.into_iter().flat_map(u16::to_le_bytes).collect();
    let found = read_input(CUSTOMERS, &mut raw.as_slice(), &unknown());
    assert_eq!((found.rejects, found.counts.accepted), (vec!["2 invalid_utf8".to_owned()], 1));
    // A file that still grows may end within a character.
    let grows = &utf16("{\"category\":\"AuditLogs\"}\n", u16::to_le_bytes)[..];
    let found = read_input(AZURE, &mut [grows, b"{"].concat().as_slice(), &known());
    assert_eq!(
        (found.rejects, found.counts.not_ours),
        (vec!["2 unfinished_last_line".to_owned()], 1)
    );
}

#[test]
fn a_missing_byte_of_utf_16_does_not_make_one_field_of_the_records_behind_it() {
    let rows = format!("{TENANT},a,a.example\n").repeat(6);
    let mut raw = utf16(&format!("\u{feff}tenant_id,name,domain\n{rows}"), u16::to_le_bytes);
    let length = raw.len();
    // Two are missing, so that the text is well formed at its end.
    raw.remove(length * 3 / 4);
    raw.remove(length / 3);
    let found = read_input(CUSTOMERS, &mut raw.as_slice(), &unknown());
    assert!(found.counts.accepted >= 2 && found.counts.rejected > 0, "{found:?}");
    assert!(found.rejects.iter().all(|reject| reject.ends_with(" invalid_utf8")), "{found:?}");
    // In the header, whose columns are still found.
    let begin = "\u{feff}tenant_id,name,";
    let mut raw = utf16(&format!("{begin}x\n{rows}"), u16::to_le_bytes);
    raw.remove(begin.chars().count() * 2 + 1);
    let found = read_input(CUSTOMERS, &mut raw.as_slice(), &unknown());
    assert_eq!((found.counts.accepted, found.rejects), (0, vec!["1 invalid_utf8".to_owned()]));
}

#[test]
fn a_table_of_excel_in_windows_1252_is_read_however_late_its_first_letter_comes() {
    let western = |text: &str| encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    let plain = format!("{TENANT},Contoso,c.example\r\n").repeat(10_000);
    let text = format!(
        "tenant_id;name;domain\r\n{}{TENANT};Zürich – Škofja Loka;a.example\r\n",
        plain.replace(',', ";")
    );
    let found = read_input(CUSTOMERS, &mut western(&text).as_slice(), &unknown());
    assert_eq!(found, read_text(CUSTOMERS, &text, &unknown()));
    assert_eq!(found.rows[10_000], format!("10002 {TENANT} Zürich – Škofja Loka|a.example||"));
    // JSON in it is told, and so is a fault in a file that is UTF-8 elsewhere, or in no encoding.
    let rejects = |source, raw: &[u8]| read_input(source, &mut &raw[..], &known()).rejects;
    assert_eq!(rejects(AZURE, b"{\"category\":\"Z\xfcrich\"}\n"), ["1 invalid_utf8"]);
    let header = "tenant_id,name\n";
    for fault in [&b"\xff"[..], b"\x81", "ü\u{e9}\n".as_bytes().split_last().unwrap().1] {
        let cut = &fault[..fault.len().min(3)];
        assert_eq!(
            rejects(CUSTOMERS, &[header.as_bytes(), b",", cut, b",\n"].concat()),
            ["2 invalid_utf8"],
            "{cut:?}"
        );
    }
}

#[test]
fn a_table_is_the_same_in_every_dialect() {
    let expected = Found {
        rows: vec![format!("2 {TENANT} A, \"B\"; C|a.example||")],
        ..read_text(
            CUSTOMERS,
            &format!("tenant_id,name,domain\n{TENANT},\"A, \"\"B\"\"; C\",a.example\n"),
            &unknown(),
        )
    };
    assert_eq!(expected.counts.accepted, 1);
    for separator in [",", ";", "\t", "|"] {
        let columns = ["tenant_id", "\"name\"", "domain"].join(separator);
        let cells = [TENANT, "\"A, \"\"B\"\"; C\"", "a.example"].join(separator);
        assert_eq!(read_text(CUSTOMERS, &format!("{columns}\n{cells}\n"), &unknown()), expected);
        let auto = read_text((Feed::Customers, Format::Auto), &format!("{columns}\n{cells}\n"), &unknown());
        assert_eq!(
            (auto.rows, auto.chosen.map(|choice| choice.format)),
            (expected.rows.clone(), Some(Format::Csv))
        );
        for preamble in [
            format!("sep={separator}"),
            "#TYPE System.Management.Automation.PSCustomObject".to_owned(),
        ] {
            let found = read_text(CUSTOMERS, &format!("{preamble}\r\n{columns}\r\n{cells}\r\n"), &unknown());
            assert_eq!(found.rows, [expected.rows[0].replacen('2', "3", 1)]);
            assert_eq!(found.counts, expected.counts);
        }
    }
}

proptest! {
    #[test]
    fn what_a_content_is_decoded_to_does_not_depend_on_the_sizes_of_reads(
        pieces in proptest::collection::vec(proptest::sample::select(vec![
            &b"a"[..], b",", b"\n", b"\0", b"\0a", b"a\0", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xfc", b"\xc3\xbc", b"\xc3", b"\xd8\x3d", b"\x3d\xd8",
            b"\xf0\x9f\x98\x80", b"{", b"plain text of some length",
        ]), 0..30),
        piece in 1..40usize,
    ) {
        let raw = pieces.concat();
        let whole = content(&raw, 100_000);
        prop_assert_eq!(content(&raw, piece), whole.clone());
        let mut input = Slow::new(&raw, piece);
        let mut peeked = Content::open(&mut input, u64::MAX);
        prop_assert_eq!(peeked.peek(whole.len() + 1), &whole[..]);
    }

    #[test]
    fn utf_16_gives_the_characters_that_it_has_and_a_fault_for_all_that_is_none(
        pieces in proptest::collection::vec(prop_oneof![
            proptest::collection::vec(0u16..0x80, 1..70),
            proptest::collection::vec(proptest::sample::select(vec![0xfc, 0x6771, 0xd83d, 0xde00, 0xfeff, 0x0a00, 0x0a, 0x61]), 1..6),
        ], 0..20),
        is_big_endian in any::<bool>(),
        has_half in any::<bool>(),
        piece in prop_oneof![1..40usize, Just(100_000)],
    ) {
        let units = pieces.concat();
        let order = if is_big_endian { u16::to_be_bytes } else { u16::to_le_bytes };
        let mut raw: Vec<u8> = [0xfeff].iter().chain(&units).copied().flat_map(order).collect();
        let mut expected = Vec::new();
        for character in char::decode_utf16(units) {
            match character {
                Ok('\u{a00}') => expected.extend([0xff; 3]),
                Ok(character) => expected.extend(character.encode_utf8(&mut [0; 4]).as_bytes()),
                Err(_) => expected.push(0xff),
            }
        }
        // The file ends within a unit.
        if has_half {
            raw.extend(order(0x61));
            raw.push(0x61);
            expected.extend([b'a', 0xff]);
        }
        prop_assert_eq!(content(&raw, piece), expected);
    }
}
