//! A file that is large enough to be read in parts: nothing depends on how many threads read it,
//! and lines keep their numbers.

use std::fs;
use std::io::Write as _;

use crate::workdir::{parquet_files, run_pipeline, settings};

const TENANT: &str = "8a4de8b5-095c-47d0-a96f-a75130c61d53";

/// Sign-ins of a month in one export: some twice, some of others, some broken, a few with text that
/// is not ASCII.
fn export(bytes: usize) -> Vec<u8> {
    let mut text = Vec::new();
    let mut number = 0u64;
    while text.len() < bytes {
        number += 1;
        let event = number - u64::from(number.is_multiple_of(11)) * 7;
        let (day, user) = (1 + event % 28, event * event % 307);
        let category = if number.is_multiple_of(13) { "AuditLogs" } else { "SignInLogs" };
        let padding = "x".repeat((number % 900) as usize);
        let line = format!(
            r#"{{"time":"2026-09-{day:02}T08:02:31Z","category":"{category}","tenantId":"{TENANT}","properties":{{"id":"00000000-0000-4000-8000-{event:012}","createdDateTime":"2026-09-{day:02}T08:02:31Z","userId":"00000000-0000-4000-8000-{user:012}","userPrincipalName":"Zoë {user}","appId":"a","resourceId":"00000002-0000-0ff1-ce00-000000000000","status":{{"errorCode":0}},"deviceDetail":{{"displayName":"{padding}"}}}}}}"#
        );
        match number % 97 {
            5 => text.extend_from_slice(&line.as_bytes()[..line.len() / 2]),
            6 => text.extend_from_slice(b"\xff\xfe no JSON"),
            7 => {}
            _ => text.extend_from_slice(line.as_bytes()),
        }
        text.push(b'\n');
    }
    text.extend_from_slice(b"{\"time\":\"2026-09-0");
    text
}

fn tables_with(threads: usize, file: &str, bytes: &[u8]) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("raw")).unwrap();
    fs::write(folder.path().join("raw").join(file), bytes).unwrap();
    let pipeline = "name = \"large\"\nlast_day = \"2026-09-30\"\n[input]\nroot = \"raw\"\n[[source]]\nfeed = \"activity\"\nformat = \"auto\"\npath = \"*\"\nfail_above = 1.0\n[warehouse]\npath = \"wh\"\npublished = \"pub\"\n";
    let settings = settings(folder.path(), pipeline);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| run_pipeline(&settings)).unwrap();
    parquet_files(&folder.path().join("wh"))
}

#[test]
fn a_large_file_gives_the_same_bytes_whoever_reads_which_part() {
    let text = export(9 << 20);
    let one = tables_with(1, "export.json", &text);
    assert!(one.iter().any(|(path, _)| path.starts_with("activity_28d")));
    assert!(one == tables_with(2, "export.json", &text), "two threads");
    assert!(one == tables_with(3, "export.json", &text), "three threads");
}

#[test]
fn the_same_holds_for_a_compressed_one_that_is_cut_short() {
    // Stored more than compressed, so that the file itself is large.
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    encoder.write_all(&export(9 << 20)).unwrap();
    let mut zipped = encoder.finish().unwrap();
    zipped.truncate(zipped.len() - 100_000);
    let one = tables_with(1, "export.json.gz", &zipped);
    assert!(one.iter().any(|(path, _)| path.starts_with("activity_28d")));
    assert!(one == tables_with(2, "export.json.gz", &zipped), "two threads");
}

#[test]
fn a_large_file_of_rejects_has_the_same_rows_and_counts_whoever_reads_which_part() {
    let mut text = export(1 << 20);
    // Far more than are rows of their own, of several reasons, in parts that are nothing else.
    for number in 0..400_000 {
        let line = match number % 3 {
            0 => "no JSON at all\n",
            1 => "{\"category\":\"SignInLogs\"}\n",
            _ => "{\"time\":\"2026-09-01T08:02:31Z\"}\n",
        };
        text.extend_from_slice(line.as_bytes());
    }
    let first = text.iter().position(|byte| *byte == b'\n').unwrap();
    assert!(text[..first].starts_with(b"{") && text.len() > 9 << 20, "it is cut into parts");
    let one = tables_with(1, "export.json", &text);
    assert!(one == tables_with(2, "export.json", &text), "two threads");
    assert!(one == tables_with(3, "export.json", &text), "three threads");
}

#[test]
fn a_date_at_the_end_of_a_large_file_settles_the_order_of_all_its_dates() {
    let export = String::from_utf8_lossy(&export(9 << 20)).into_owned();
    let line = |date: &str| {
        format!(
            "{{\"category\":\"SignInLogs\",\"tenantId\":\"{TENANT}\",\"properties\":{{\"id\":\"e{date}\",\"createdDateTime\":\"{date} 08:02:31\",\"userId\":\"u\",\"status\":{{\"errorCode\":0}}}}}}\n"
        )
    };
    let whole_lines = &export[..export.rfind('\n').unwrap() + 1];
    let text = line("05/09/2026") + whole_lines + &line("17/09/2026");
    let one = tables_with(1, "export.json", text.as_bytes());
    assert!(one == tables_with(2, "export.json", text.as_bytes()), "two threads");
    // The first of them is of the fifth of September, and of no day in May.
    let days = |tables: &[(std::path::PathBuf, Vec<u8>)]| -> Vec<String> {
        let of_table = tables
            .iter()
            .filter(|(path, _)| path.starts_with("activity_before") || path.starts_with("activity_daily"));
        of_table.map(|(path, _)| path.display().to_string()).collect()
    };
    assert!(!days(&one).iter().any(|path| path.contains("2026-05-")), "{:?}", days(&one));
    let early = line("05/09/2026") + &line("17/09/2026") + whole_lines;
    let later = tables_with(2, "export.json", early.as_bytes());
    assert_eq!(days(&one), days(&later));
}
