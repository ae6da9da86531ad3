//! The ways in which records of JSON are packed into a file, whatever their format.

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::testing::{SMALL, TENANT, gzip, known, read_input, read_text};

const AZURE: (Feed, Format) = (Feed::Activity, Format::AzureMonitor);
const USERS: (Feed, Format) = (Feed::LicenseHoldings, Format::GraphUsers);

fn sign_in(id: &str) -> String {
    format!(
        r#"{{"time":"2026-09-01T08:00:00Z","category":"SignInLogs","tenantId":"{TENANT}","resultType":"0","properties":{{"id":"{id}"}}}}"#
    )
}

fn pretty(json: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    format!("{value:#}")
}

/// The ids of the sign-ins that were found, with their places, and the rejects.
fn found(text: &str) -> (Vec<String>, Vec<String>) {
    let found = read_text(AZURE, text, &known());
    let rows = found.rows.iter().map(|row| {
        let (place, rest) = row.split_once(' ').unwrap();
        format!("{place} {}", rest[TENANT.len() + 1..].split('|').next().unwrap())
    });
    (rows.collect(), found.rejects)
}

#[track_caller]
fn check<const A: usize, const B: usize>(text: &str, rows: [&str; A], rejects: [&str; B]) {
    let found = found(text);
    assert_eq!(
        (found.0, found.1),
        (rows.map(str::to_owned).to_vec(), rejects.map(str::to_owned).to_vec()),
        "{text}"
    );
}

#[test]
fn records_are_found_whichever_way_they_are_packed() {
    let (a, b, c) = (sign_in("a"), sign_in("b"), sign_in("c"));
    check(&format!("[{a},{b}]"), ["1/1 a", "1/2 b"], []);
    check(&format!("{a}{b} {c}"), ["1/1 a", "1/2 b", "1/3 c"], []);
    check(&format!("{a}{b}\n{c}\n"), ["1/1 a", "1/2 b", "2 c"], []);
    check(&format!("{a}\n{b}{c}\n"), ["1 a", "2/1 b", "2/2 c"], []);
    check(
        &format!("[{{\"records\":[{a},{b}]}},{{\"records\":[{c}]}}]"),
        ["1/1 a", "1/2 b", "1/3 c"],
        [],
    );
    check(&format!("[[{a}],[],[{b},{c}]]"), ["1/1 a", "1/2 b", "1/3 c"], []);
    check(
        &format!("{{\"records\":[{a}]}}{{\"records\":[{b},{c}]}}"),
        ["1/1 a", "1/2 b", "1/3 c"],
        [],
    );
}

#[test]
fn indented_documents_stand_one_after_the_other() {
    let (a, b) = (sign_in("a"), sign_in("b"));
    let lines = pretty(&a).lines().count() as u64;
    for (between, second) in [("\n", lines + 1), ("\r\n\r\n", lines + 2), ("", lines), (" ", lines)] {
        check(
            &format!("{}{between}{}", pretty(&a), pretty(&b)),
            ["1 a", &format!("{second} b")],
            [],
        );
    }
    let pages = [pretty(&format!("[{a}]")), pretty(&format!("[{b}]"))];
    let second = pages[0].lines().count() + 1;
    check(&pages.join("\r\n"), ["1/1 a", &format!("{second}/1 b")], []);
    // A first page that is empty may be one line.
    check(&format!("[]\n{}", pages[0]), ["2/1 a"], []);
    // The last line of such an array is an object by itself.
    check(&format!("[\n{a},\n{b}\n]\n[\n{b}\n]\n"), ["1/1 a", "1/2 b", "5/1 b"], []);
}

#[test]
fn a_document_that_is_not_sound_costs_itself_only() {
    let (a, b) = (pretty(&sign_in("a")), pretty(&sign_in("b")));
    let lines = a.lines().count();
    let cut = a.rsplit_once('\n').unwrap().0;
    check(&format!("{cut}\n{b}\n"), [&format!("{lines} b")], ["1 broken_json"]);
    check(
        &format!("{b}\n{}\n{b}\n", cut.replace("\"time\"", "\"time")),
        ["1 b", &format!("{} b", 2 * lines)],
        [&format!("{} broken_json", lines + 1)],
    );
    check(
        &format!("{b}\nx\n{b}"),
        ["1 b", &format!("{} b", lines + 2)],
        [&format!("{} broken_json", lines + 1)],
    );
    check(&format!("{b}\n{cut}"), ["1 b"], [&format!("{} broken_json", lines + 1)]);
    let deep = format!("{}{}", "[\n".repeat(129), "]\n".repeat(129));
    check(
        &format!("{b}\n{deep}{b}"),
        ["1 b", &format!("{} b", lines + 1 + 258)],
        [&format!("{} nested_too_deep", lines + 1)],
    );
}

#[test]
fn a_line_of_several_documents_is_one_reject_where_they_are_not_whole() {
    let (a, b) = (sign_in("a"), sign_in("b"));
    check(&format!("{a}\n{a}{b}x\n"), ["1 a"], ["2 broken_json"]);
    check(&format!("{a} x\n{b}\n"), ["2 b"], ["1 broken_json"]);
    check(&format!("{a}\n{a}{}\n", &b[..40]), ["1 a"], ["2 broken_json"]);
    // A file that still grows.
    check(&format!("{a}{b}{}", &b[..40]), ["1/1 a", "1/2 b"], ["1/3 unfinished_last_line"]);
}

#[test]
fn several_documents_may_be_longer_together_than_one_may_be() {
    let page = pretty(&format!("[{}]", vec![sign_in("a"); 400].join(",")));
    let text = [page.as_str(); 5].join("\n");
    assert!(page.len() < SMALL.document_bytes && text.len() > SMALL.document_bytes);
    let found = read_text(AZURE, &text, &known());
    assert_eq!((found.counts.accepted, found.rejects), (2000, vec![]));
    let long = pretty(&format!("[{}]", vec![sign_in("a"); 2000].join(",")));
    let found = read_text(AZURE, &format!("{page}\n{long}\n{page}"), &known());
    let line = page.lines().count() + 1;
    assert_eq!((found.counts.accepted, found.rejects), (800, vec![format!("{line} line_too_long")]));
    // What was read before a cut is kept.
    let packed = gzip(text.as_bytes());
    let found = read_input(AZURE, &mut &packed[..packed.len() - 9], &known());
    assert_eq!((found.counts.accepted, found.counts.rejected), (1600, 1));
    assert!(found.rejects[0].ends_with(" corrupt_compression"), "{:?}", found.rejects);
}

#[test]
fn a_document_without_an_end_is_not_looked_for_again_and_again() {
    // Each of these would be looked through to the end of the file.
    let text = "{\"a\":[\n}\n".repeat(200_000);
    let began = std::time::Instant::now();
    let found = read_text(AZURE, &format!("{{\n\"x\":\n{text}"), &known());
    assert_eq!(found.counts.accepted, 0);
    assert!(began.elapsed().as_secs() < 20);
}

#[test]
fn an_array_of_pages_has_each_page_of_a_snapshot() {
    let page = |next: &str| format!("{{{next}\"value\":[{{\"id\":\"u\",\"assignedLicenses\":[{{\"skuId\":\"{TENANT}\"}}]}}]}}");
    let found = read_text(USERS, &format!("[{},{}]", page("\"@odata.nextLink\":\"x\","), page("")), &known());
    assert_eq!((found.counts.accepted, found.rejects), (2, vec![]));
    assert_eq!(found.pages.iter().filter(|page| page.ends_with(" and more")).count(), 1);
}
