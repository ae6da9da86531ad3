//! Dates with slashes: the order of day and month is that of the file.

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::testing::{Found, TENANT, known, read_text};

const PORTAL: (Feed, Format) = (Feed::Activity, Format::PortalCsv);
const GRAPH: (Feed, Format) = (Feed::Activity, Format::Graph);

/// A portal download of sign-ins at these times.
fn portal(times: &[&str]) -> Found {
    let mut text = "Date (UTC),Request ID,User ID,Status\n".to_owned();
    for (number, time) in times.iter().enumerate() {
        text.push_str(&format!("{time},e{number},u1,Success\n"));
    }
    read_text(PORTAL, &text, &known())
}

fn days(found: &Found) -> Vec<&str> {
    let time = |row: &'_ str| row.find(" 2026-").map(|at| at + 1).unwrap();
    found.rows.iter().map(|row| &row[time(row)..time(row) + 10]).collect()
}

#[test]
fn one_date_that_can_only_be_the_one_order_settles_it_for_all() {
    let day_first = ["5/9/2026 10:11:12", "06/09/2026 10:11:12", "15/09/2026 10:11:12"];
    let found = portal(&day_first);
    assert_eq!(
        (days(&found), found.rejects.len()),
        (vec!["2026-09-05", "2026-09-06", "2026-09-15"], 0)
    );
    assert_eq!(found.counts.records, 3, "what the first reading gave does not count");
    let reversed: Vec<&str> = day_first.iter().rev().copied().collect();
    assert_eq!(days(&portal(&reversed)), ["2026-09-15", "2026-09-06", "2026-09-05"]);
    let month_first = portal(&["5/9/2026 10:11:12", "9/15/2026 10:11:12 PM"]);
    assert_eq!(days(&month_first), ["2026-05-09", "2026-09-15"]);
}

#[test]
fn where_nothing_settles_it_the_month_stands_first() {
    assert_eq!(
        days(&portal(&["5/9/2026 10:11:12", "6/9/2026 10:11:12"])),
        ["2026-05-09", "2026-06-09"]
    );
}

#[test]
fn dates_that_cannot_be_read_settle_nothing() {
    let found = portal(&[
        "5/9/2026 10:11:12",
        "15/15/2026 10:11:12",
        "31/2/2026 10:11:12",
        "15/9/2026",
        "15/9/2026 25:00:00",
    ]);
    assert_eq!(days(&found), ["2026-05-09"]);
    let unreadable: Vec<String> = (3..=6).map(|line| format!("{line} unreadable_time")).collect();
    assert_eq!(found.rejects, unreadable);
}

#[test]
fn of_a_file_that_contradicts_itself_no_date_with_slashes_can_be_read() {
    let found = portal(&[
        "2026-09-01T08:00:00Z",
        "5/9/2026 10:11:12",
        "15/9/2026 10:11:12",
        "9/15/2026 10:11:12",
        "2026-09-02 08:00:00",
    ]);
    assert_eq!(days(&found), ["2026-09-01", "2026-09-02"]);
    let ambiguous: Vec<String> = (3..=5).map(|line| format!("{line} ambiguous_time")).collect();
    assert_eq!(found.rejects, ambiguous);
}

#[test]
fn lines_of_json_have_one_order_too() {
    let line = |id: &str, time: &str| {
        format!(
            "{{\"id\":\"{id}\",\"createdDateTime\":\"{time}\",\"userId\":\"u\",\"appId\":\"a\",\"resourceTenantId\":\"{TENANT}\",\"status\":{{\"errorCode\":0}}}}\n"
        )
    };
    let text = line("a", "05\\/09\\/2026 10:11:12") + &line("b", "15/09/2026 10:11:12");
    assert_eq!(days(&read_text(GRAPH, &text, &known())), ["2026-09-05", "2026-09-15"]);
}
