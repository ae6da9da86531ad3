//! Spellings of times.

use super::*;

fn at(text: &str) -> Option<String> {
    match parse_instant(text.as_bytes())? {
        Spelled::At(at) => Some(at.to_string()),
        Spelled::Slashed { month_first, .. } => month_first.map(|at| at.to_string()),
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(at(text).as_deref(), Some(expected), "{text}");
}

#[test]
fn the_eleven_spellings_of_the_sample_logs() {
    check("01/09/2007 09:41:00", "2007-01-09T09:41:00Z");
    check("1/9/2007 09:41:00", "2007-01-09T09:41:00Z");
    check("01/09/2007 09:41:00 AM", "2007-01-09T09:41:00Z");
    check("1/9/2007 9:41:00 AM", "2007-01-09T09:41:00Z");
    check("1/9/2007 10:41:00 AM +01:00", "2007-01-09T09:41:00Z");
    check("2007-01-09T09:41:00", "2007-01-09T09:41:00Z");
    check("2007-01-09T09:41:00.22Z", "2007-01-09T09:41:00.22Z");
    check("2007-01-09T09:41:00.6816663Z", "2007-01-09T09:41:00.681666Z");
    check("2007-01-09T09:41:00.535404056Z", "2007-01-09T09:41:00.535404Z");
    check("2007-01-09T09:41:00.992099+00:00", "2007-01-09T09:41:00.992099Z");
    check("2007-01-09T11:41:00+02:00", "2007-01-09T09:41:00Z");
}

#[test]
fn a_table_that_excel_saved_has_no_seconds() {
    check("1/9/2007 9:41", "2007-01-09T09:41:00Z");
    check("1/9/2007 9:41 PM", "2007-01-09T21:41:00Z");
    check("09.01.2007 09:41", "2007-01-09T09:41:00Z");
    for text in [
        "1/9/2007 9",
        "1/9/2007 9:4",
        "1/9/2007 9:41:",
        "1/9/2007 9:41.5",
        "2007-01-09T09:41Z",
    ] {
        assert_eq!(at(text), None, "{text}");
    }
}

#[test]
fn a_fraction_is_cut_and_not_rounded() {
    check("2026-09-01T23:59:59.9999999Z", "2026-09-01T23:59:59.999999Z");
    check("2026-09-01T23:59:59.999Z", "2026-09-01T23:59:59.999Z");
    check("2026-09-01T23:59:59.999999999999+00:00", "2026-09-01T23:59:59.999999Z");
}

#[test]
fn an_offset_may_mean_another_day() {
    check("2026-09-01T00:30:00+02:00", "2026-08-31T22:30:00Z");
    check("2026-12-31T23:30:00-0130", "2027-01-01T01:00:00Z");
    check("2026-09-01 00:30:00 +02:00", "2026-08-31T22:30:00Z");
}

#[test]
fn windows_powershell_counts_milliseconds_and_its_offset_changes_nothing() {
    check("/Date(1788336071000)/", "2026-09-02T08:01:11Z");
    check("/Date(1788336071123+0200)/", "2026-09-02T08:01:11.123Z");
    check("/Date(1788336071000-0800)/", "2026-09-02T08:01:11Z");
    check("/Date(-62135596800000)/", "0001-01-01T00:00:00Z");
    for text in [
        "/Date()/",
        "/Date(1788336071000)",
        "Date(1788336071000)",
        "/Date(17883360x1000)/",
        "/Date(1788336071000+02:00)/",
        "/Date(1788336071000+)/",
        "/Date(9999999999999999)/",
        "/Date(--1)/",
    ] {
        assert_eq!(parse_instant(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn twelve_am_is_midnight_and_twelve_pm_is_noon() {
    check("1/9/2007 12:00:01 AM", "2007-01-09T00:00:01Z");
    check("1/9/2007 12:00:01 PM", "2007-01-09T12:00:01Z");
    check("1/9/2007 11:00:00 pm", "2007-01-09T23:00:00Z");
    check("1/9/2007 13:00:00", "2007-01-09T13:00:00Z");
}

#[test]
fn a_date_with_slashes_is_what_its_two_orders_make_of_it() {
    let both = |text: &str| match parse_instant(text.as_bytes()) {
        Some(Spelled::Slashed {
            month_first, day_first, ..
        }) => [month_first, day_first].map(|at| at.map(|at| at.day_utc().to_string())),
        _ => [None, None],
    };
    let day = |text: &str| Some(text.to_owned());
    assert_eq!(both("5/9/2026 10:11:12"), [day("2026-05-09"), day("2026-09-05")]);
    assert_eq!(both("15/09/2026 10:11:12"), [None, day("2026-09-15")]);
    assert_eq!(both("09/15/2026 1:11:12 PM +14:00"), [day("2026-09-14"), None]);
    for text in ["15/15/2026 10:11:12", "30/2/2026 10:11:12", "15/9/2026", "15/9/2026 10:11:12 x"] {
        assert_eq!(parse_instant(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn a_browser_writes_times_in_its_language() {
    for text in [
        "9/2/2026, 8:01:11.975 AM",
        "9/2/2026, 8:01:11.975\u{202f}AM",
        "9/2/2026, 8:01:11.975\u{a0}AM",
        "2026-09-02, 8:01:11.975 a.m.",
        "2026/09/02 8:01:11.975",
        "2026/9/2, 08:01:11.975",
        "2.9.2026, 08:01:11.975",
        "02.09.2026 08:01:11.975",
    ] {
        check(text, "2026-09-02T08:01:11.975Z");
    }
    let is_day_usual = |text: &str| match parse_instant(text.as_bytes()) {
        Some(Spelled::Slashed { is_day_usual, .. }) => Some(is_day_usual),
        _ => None,
    };
    assert_eq!(is_day_usual("9/2/2026, 8:01:11 AM"), Some(false));
    assert_eq!(is_day_usual("02/09/2026, 08:01:11"), Some(true));
    assert_eq!(is_day_usual("02/09/2026, 8:01:11 am"), Some(true));
    assert_eq!(is_day_usual("02/09/2026 08:01:11"), Some(false));
    for text in [
        "2026-09-02,8:01:11",
        "2.9.26, 08:01:11",
        "2026/09/02T08:01:11",
        "9/2/2026, 8:01:11AM",
        "2026-9-2, 8:01:11",
    ] {
        assert_eq!(at(text), None, "{text}");
    }
}

#[test]
fn what_is_no_instant_is_not_guessed() {
    for text in [
        "",
        "Z",
        "2007-01-09",
        "09:41:00",
        "2007-13-09T09:41:00Z",
        "2007-02-30T09:41:00Z",
        "2007-01-09T24:00:00Z",
        "2007-01-09T09:60:00Z",
        "2007-01-09T09:41:00.Z",
        "2007-01-09T09:41:00ZZ",
        "2007-01-09T09:41:00+2",
        "1/9/2007 13:00:00 PM",
        "1/9/2007 0:00:00 AM",
        "13/9/2007 10:00:00",
        "2007-1-9T09:41:00Z",
        "2007-01-09X09:41:00Z",
        "07-01-09T09:41:00Z",
        "2007-01-09T09:41:00.681666xZ",
        "2007-01-09T09:41:00.68166:3Z",
        "1168335660",
        "2007-01-09T9:41:00Z",
        "-2007-01-09T09:41:00",
    ] {
        assert_eq!(at(text), None, "{text}");
    }
}

#[test]
fn the_fast_path_and_the_full_one_agree() {
    for (text, seconds) in [
        ("2024-02-29T12:34:56.7890123Z", 1_709_210_096),
        ("0001-01-01T00:00:00.0000000Z", -62_135_596_800),
    ] {
        assert_eq!(usual(text.as_bytes()).map(Spelled::At), any(text.as_bytes()));
        assert_eq!(usual(text.as_bytes()).unwrap().0.div_euclid(1_000_000), seconds);
    }
}
