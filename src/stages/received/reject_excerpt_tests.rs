//! Excerpts keep what helps to repair a record and nothing about people, whatever the bytes are.

use proptest::prelude::*;

use super::*;

fn kept(raw: &str) -> String {
    excerpt(raw.as_bytes(), Ids::Kept)
}

#[test]
fn people_are_masked_and_codes_ids_and_times_stay() {
    assert_eq!(
        kept(concat!(
            r#"{"time": "2026-09-01T08:00:00.1234567Z", "category":"SignInLogs","tenantId":"8a4de8b5-095c-47d0-a96f-a75130c61d53","#,
            r#""callerIpAddress":"10.0.0.1","identity":"Alice","properties":{"userDisplayName":"Alice O\"Neil","#,
            r#""status":{"errorCode":50126,"failureReason":"Invalid password."},"latitude":48.1374,"#,
            r#""isInteractive":true,"deviceDetail":{"displayName":"LAPTOP1"},"userPrincipalName":""}}"#
        )),
        concat!(
            r#"{"time": "2026-09-01T08:00:00.1234567Z", "category":"SignInLogs","tenantId":"8a4de8b5-095c-47d0-a96f-a75130c61d53","#,
            r#""callerIpAddress":"***","identity":"***","properties":{"userDisplayName":"***","#,
            r#""status":{"errorCode":50126,"failureReason":"***"},"latitude":***,"#,
            r#""isInteractive":true,"deviceDetail":{"displayName":"***"},"userPrincipalName":""}}"#
        )
    );
}

#[test]
fn an_unknown_code_stays_where_a_code_belongs() {
    assert_eq!(
        kept(r#"{"status": "Frozen", "name": "Frozen"}"#),
        r#"{"status": "Frozen", "name": "***"}"#
    );
    assert_eq!(kept(r#"{"status": "Al Smith"}"#), r#"{"status": "***"}"#);
    // A code belongs to the key before it and not to a later value.
    assert_eq!(
        kept(r#"{"status": ["Frozen", "Alice"], "x": "Alice"}"#),
        r#"{"status": ["***", "***"], "x": "***"}"#
    );
}

#[test]
fn rows_of_tables_keep_what_needs_no_key() {
    assert_eq!(
        kept("8a4de8b5-095c-47d0-a96f-a75130c61d53,Alice Smith,alice@contoso.example,9/1/2026 8:00:00 AM +02:00,Success,12\r"),
        "8a4de8b5-095c-47d0-a96f-a75130c61d53,***,***,9/1/2026 8:00:00 AM +02:00,Success,12\r"
    );
    // Found by fuzzing: the blank before AM that a portal writes is no ASCII.
    assert_eq!(
        kept("9/1/2026, 8:00:00\u{202f}AM,9/1/2026 8:00:00\u{a0}AM"),
        "9/1/2026, ***,9/1/2026 8:00:00 AM"
    );
    assert_eq!(kept("\"Smith, \"\"Al\"\"\";Alice;\"Active\""), "\"***\"\"**\"\"\";***;\"Active\"");
}

#[test]
fn what_is_cut_or_never_ends_is_masked() {
    assert_eq!(kept(r#"{"identity":"Alice Smi"#), r#"{"identity":"***"#);
    assert_eq!(kept(r#"{"a":"x\"#), r#"{"a":"**"#);
    assert_eq!(kept("\""), "\"");
    let long = format!("{},12345", "x".repeat(EXCERPT_BYTES - 4));
    assert_eq!(kept(&long), "***,***", "the number goes on where the excerpt ends");
}

#[test]
fn bytes_that_are_no_text_become_nothing_but_stars() {
    assert_eq!(excerpt(&[0xff, 0x00, b'a', b'{', 0xc3, b'}'], Ids::Kept), "***{*}");
    assert_eq!(excerpt(&[0x1f, 0x8b, 0x08, 0x00], Ids::Kept), "***");
    // Found by fuzzing: a form feed is white space and no blank.
    assert_eq!(excerpt(&[0xef, 0xbb, 0x0c], Ids::Kept), "***");
    assert_eq!(excerpt(b"\x0c,\x0c \x0b", Ids::Kept), "*,***");
}

#[test]
fn where_users_have_other_ids_only_ids_that_are_no_users_stay() {
    let id = "8a4de8b5-095c-47d0-a96f-a75130c61d53";
    let raw = format!(r#"{{"tenantId":"{id}","id":"{id}","userId":"{id}","errorCode":7,"n":7}},{id}"#);
    let masked = format!(r#"{{"tenantId":"{id}","id":"***","userId":"***","errorCode":7,"n":*}},***"#);
    assert_eq!(excerpt(raw.as_bytes(), Ids::Masked), masked);
}

#[test]
fn words_of_hexadecimal_letters_and_long_numbers_are_no_ids() {
    for text in [
        "Ada",
        "Decade",
        "facebeef",
        "123456789012345678901",
        "10.0.0.1",
        "2001:db8::1",
        "+49 30 1234567",
        "48.5",
    ] {
        assert_eq!(kept(text), "***", "{text}");
    }
    for text in [
        "10037ffe12345678",
        "2026-09-01",
        "01/09/2007 09:41:00",
        "2026-09-01 9:41",
        "-3",
        "Change user license.",
    ] {
        assert_eq!(kept(text), text);
    }
}

/// Pieces of broken records.
fn piece() -> impl Strategy<Value = String> {
    let fixed = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\"\"",
        "\\",
        "\\\"",
        "\n",
        "\r\n",
        " ",
        ";",
        "|",
        "\t",
        "'",
        "\"identity\":",
        "\"status\":\"",
        "\"userPrincipalName\": \"",
        "\"type\":",
        "Success",
        "2026-09-01T08:00:00Z",
        "12",
        "8a4de8b5-095c-47d0-a96f-a75130c61d53",
        "true",
        "\u{0}",
        "\u{b}",
        "\u{c}",
        "ß",
        "\"properties\":\"{\\\"userDisplayName\\\":\\\"",
    ];
    prop_oneof![
        4 => proptest::sample::select(fixed.to_vec()).prop_map(str::to_owned),
        2 => proptest::sample::select(PEOPLE.to_vec()).prop_map(str::to_owned),
    ]
}

/// Names with blanks, and addresses of several kinds.
const PEOPLE: &[&str] = &[
    "Alice Smith",
    "Renée van der Berg",
    "Active Status",
    "12 34",
    "alice@contoso.example",
    "a@b.cd",
    "success@true.com",
    "alice_contoso.com#EXT#@partner.onmicrosoft.com",
    "10.0.0.1",
    "2001:db8::ff00:42:8329",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn no_address_and_no_name_with_a_blank_survives_whatever_the_record_is(
        pieces in proptest::collection::vec(piece(), 0..40),
        flips in proptest::collection::vec((0usize..2000, any::<u8>()), 0..3),
        cut in 0usize..2000,
        masked in any::<bool>(),
    ) {
        let mut raw = pieces.concat().into_bytes();
        raw.truncate(cut);
        for (at, byte) in flips {
            if let Some(place) = raw.get_mut(at) {
                *place = byte;
            }
        }
        let ids = if masked { Ids::Masked } else { Ids::Kept };
        let text = excerpt(&raw, ids);
        prop_assert!(text.len() <= raw.len().min(EXCERPT_BYTES));
        prop_assert!(text.is_ascii());
        prop_assert_eq!(excerpt(text.as_bytes(), ids), text.clone());
        // `@` occurs only in the prefix that OData puts before a key.
        prop_assert!(!text.replace("@odata.", "").contains('@'), "{text}");
        for person in PEOPLE {
            prop_assert!(!text.contains(person), "`{person}` in `{text}` of `{}`", String::from_utf8_lossy(&raw));
        }
    }
}
