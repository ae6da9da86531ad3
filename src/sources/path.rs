//! Reads the path of a raw file: whose file it is, of which day, and until when its events can have
//! been received.
//!
//! Diagnostic settings write `.../tenantId=<GUID>/y=2026/m=09/d=01/h=08/m=00/PT1H.json`. Trap: `m=`
//! is there twice, for month and minute. Only an `m=` right behind `y=` is the month. Snapshots and
//! exports have a `YYYY-MM-DD` somewhere in the path; the last one counts. Whether the sign-ins in
//! a download of the Entra portal are interactive, only the name of the file says.

use regex::Regex;

use crate::domain::day::{Day, Instant, MICROS_PER_DAY, MICROS_PER_HOUR};
use crate::domain::guid::Guid;

/// What a path says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PathFacts {
    /// From the segment `tenantId=<GUID>`.
    pub tenant: Option<Guid>,
    /// From `y=/m=/d=`, else from the last `YYYY-MM-DD`.
    pub day: Option<Day>,
    /// The end of the path's hour, else of its UTC day.
    pub received_until: Option<Instant>,
    /// Whether the sign-ins in the file are interactive ones, where its name says so.
    pub interactive: Option<bool>,
    /// The day of a usage report, where the path says for which one it was asked.
    pub report_day: Option<ReportDay>,
}

/// The day for which a usage report was asked, by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportDay {
    /// `(date=2026-09-01)`: the request itself.
    Requested(Day),
    /// `date=2026-09-01`, as folders are named. It may be the day on which the report was fetched,
    /// too.
    Named(Day),
}

/// Reads a relative path, with `/` or `\` between its segments. `path_tenant` and `path_day`
/// replace the rules for tenant and day. The first group of each is the tenant's GUID, or the day
/// (`YYYY-MM-DD`, with any divider or none). If the pattern does not match, the path does not say
/// it.
pub fn path_context(path: &str, path_tenant: Option<&Regex>, path_day: Option<&Regex>) -> PathFacts {
    let hour = hour_of(path);
    let tenant = match path_tenant {
        Some(pattern) => group(pattern, path).and_then(|text| Guid::parse(text.as_bytes())),
        None => tenant_of(path),
    };
    let day = match path_day {
        Some(pattern) => group(pattern, path).and_then(day_of_group),
        None => hour.map(|(day, _)| day).or_else(|| last_date(path)),
    };
    let received_until = day.map(|day| match hour {
        Some((hour_day, Some(hour))) if hour_day == day => Instant(day.start_utc().0 + (hour + 1) * MICROS_PER_HOUR),
        _ => Instant(day.start_utc().0 + MICROS_PER_DAY),
    });
    PathFacts {
        tenant,
        day,
        received_until,
        interactive: interactive_of(path),
        report_day: report_day_of(path),
    }
}

/// What the names of the Entra portal's downloads say: `NonInteractiveSignIns_<from>_<to>.csv` and
/// `InteractiveSignIns_...` have the same columns, and nothing in the file tells them apart.
fn interactive_of(path: &str) -> Option<bool> {
    let name = segments_from_end(path).next()?.as_bytes();
    let begins = |word: &[u8]| name.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word));
    match () {
        () if begins(b"NonInteractiveSignIns") => Some(false),
        () if begins(b"InteractiveSignIns") => Some(true),
        () => None,
    }
}

/// The last `date=YYYY-MM-DD` of a path, with or without quotes around the date.
fn report_day_of(path: &str) -> Option<ReportDay> {
    const KEY: &str = "date=";
    let path = path.to_ascii_lowercase();
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric();
    path.rmatch_indices(KEY).find_map(|(at, _)| {
        let before = path.as_bytes()[..at].last();
        let value = path[at + KEY.len()..].trim_start_matches('\'');
        let day = Day::parse(value.get(..10)?)?;
        match before {
            Some(b'(') => Some(ReportDay::Requested(day)),
            before if before.is_some_and(is_word) || path.contains("(period=") => None,
            _ => Some(ReportDay::Named(day)),
        }
    })
}

fn group<'a>(pattern: &Regex, path: &'a str) -> Option<&'a str> {
    pattern.captures(path)?.get(1).map(|found| found.as_str())
}

fn day_of_group(text: &str) -> Option<Day> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let others = text.chars().count() - digits.len();
    if digits.len() != 8 || others > 2 {
        return None;
    }
    Day::parse(&format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]))
}

/// The segments of a path, the last one first.
fn segments_from_end(path: &str) -> impl Iterator<Item = &str> {
    path.rsplit(['/', '\\'])
}

/// The value of a segment `key=value`, the key in any case.
fn value_of<'a>(segment: &'a str, key: &str) -> Option<&'a str> {
    let (name, value) = (segment.get(..key.len())?, segment.get(key.len()..)?);
    name.eq_ignore_ascii_case(key).then(|| value.strip_prefix('='))?
}

fn tenant_of(path: &str) -> Option<Guid> {
    segments_from_end(path).find_map(|segment| Guid::parse(value_of(segment, "tenantId")?.as_bytes()))
}

/// The day and the hour of `y=/m=/d=[/h=]`.
fn hour_of(path: &str) -> Option<(Day, Option<i64>)> {
    let number = |segment: Option<&str>, key: &str, digits: usize| {
        let text = value_of(segment?, key)?;
        (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse::<i32>().ok())?
    };
    // The three segments behind the current one.
    let mut after = [None; 3];
    segments_from_end(path).find_map(|segment| {
        let [month, day, hour] = after;
        after = [Some(segment), month, day];
        let day = Day::from_date(number(Some(segment), "y", 4)?, number(month, "m", 2)?, number(day, "d", 2)?)?;
        Some((day, number(hour, "h", 2).filter(|hour| *hour < 24).map(i64::from)))
    })
}

/// The last `YYYY-MM-DD` that is a date and does not stand within a longer number.
fn last_date(path: &str) -> Option<Day> {
    let bytes = path.as_bytes();
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    (0..bytes.len().saturating_sub(9)).rev().find_map(|from| {
        let day = Day::parse(path.get(from..from + 10)?)?;
        (!is_digit(from.checked_sub(1)) && !is_digit(Some(from + 10))).then_some(day)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "8a4de8b5-095c-47d0-a96f-a75130c61d53";

    fn facts(path: &str) -> (Option<String>, Option<String>, Option<String>) {
        let facts = path_context(path, None, None);
        (
            facts.tenant.map(|t| t.to_string()),
            facts.day.map(|d| d.to_string()),
            facts.received_until.map(|at| at.to_string()),
        )
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn the_minute_of_an_azure_monitor_path_is_not_its_month() {
        let path = format!(
            "insights-logs-signinlogs/tenantId={}/y=2026/m=09/d=01/h=08/m=00/PT1H.json",
            TENANT.to_uppercase()
        );
        assert_eq!(facts(&path), (some(TENANT), some("2026-09-01"), some("2026-09-01T09:00:00Z")));
    }

    #[test]
    fn a_path_without_an_hour_was_received_until_the_end_of_its_day() {
        assert_eq!(
            facts("y=2026/m=09/d=30/x.json"),
            (None, some("2026-09-30"), some("2026-10-01T00:00:00Z"))
        );
        assert_eq!(
            facts("users/2026-09-01.json"),
            (None, some("2026-09-01"), some("2026-09-02T00:00:00Z"))
        );
    }

    #[test]
    fn the_last_date_in_a_path_counts_and_must_be_one() {
        let path = format!("2025-01-01/tenantId={TENANT}/users-2026-08-31-page-2.json");
        assert_eq!(facts(&path).1, some("2026-08-31"));
        assert_eq!(facts("2026-08-31/12026-09-01/2026-13-01.json").1, some("2026-08-31"));
        assert_eq!(facts("y=2026/m=13/d=01/2026-09-02.json").1, some("2026-09-02"));
        assert_eq!(facts("ünï-2026-08-31-ö.json").1, some("2026-08-31"));
        assert_eq!(facts("customers.csv"), (None, None, None));
    }

    #[test]
    fn a_malformed_tenant_in_a_path_is_none() {
        assert_eq!(facts(&format!("tenantId={TENANT}7/x")).0, None);
    }

    #[test]
    fn the_name_of_a_portal_download_says_whether_its_sign_ins_are_interactive() {
        let interactive = |path: &str| path_context(path, None, None).interactive;
        let folder = format!("tenantId={TENANT}");
        for name in [
            "NonInteractiveSignIns_2026-09-01_2026-09-08.csv",
            "noninteractivesignins.csv.gz",
            "NonInteractiveSignIns (1).json",
        ] {
            assert_eq!(interactive(name), Some(false), "{name}");
            assert_eq!(interactive(&format!("{folder}/{name}")), Some(false), "{name}");
            assert_eq!(interactive(&format!("{folder}\\{name}")), Some(false), "{name}");
        }
        assert_eq!(interactive("InteractiveSignIns_2026-09-01_2026-09-08.csv"), Some(true));
        assert_eq!(interactive("NonInteractiveSignIns/export.csv"), None);
        assert_eq!(interactive("export of InteractiveSignIns.csv"), None);
    }

    #[test]
    fn patterns_replace_the_rules() {
        let tenant = Regex::new("^([^/]+)/").unwrap();
        let day = Regex::new(r"_(\d{8})\.").unwrap();
        let path = format!("{TENANT}/2020-01-01/users_20260901.json");
        let facts = path_context(&path, Some(&tenant), Some(&day));
        assert_eq!(facts.tenant.unwrap().to_string(), TENANT);
        assert_eq!(facts.day.unwrap().to_string(), "2026-09-01");
        assert_eq!(facts.received_until.unwrap().to_string(), "2026-09-02T00:00:00Z");
        let open = path_context("a/2020-01-01.json", Some(&tenant), Some(&day));
        assert_eq!(open, PathFacts::default());
    }
}
