//! Names of releases.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::day::Instant;

/// How an id is written: a time in UTC, whose order is that of the text.
const FORM: &str = "%Y%m%d-%H%M%S";

/// The name of a release, such as `20261001-043000`: the time at which its run began, in seconds
/// since 1970. One that is made in the same second, or by a clock that went back, comes a second
/// behind the newest one. So ids are unique, and their order is the order of the releases.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ReleaseId(i64);

impl ReleaseId {
    /// Of a release that is made by a run that began then. `newest` is the one before it.
    pub fn after(newest: Option<ReleaseId>, began: Instant) -> ReleaseId {
        let began = ReleaseId(began.0.div_euclid(1_000_000));
        newest.map_or(began, |newest| began.max(ReleaseId(newest.0 + 1)))
    }

    pub fn parse(text: &str) -> Option<ReleaseId> {
        let time = DateTime::strptime(FORM, text).ok()?;
        let seconds = TimeZone::UTC.to_timestamp(time).ok()?.as_second();
        Some(ReleaseId(seconds)).filter(|id| id.to_string() == text)
    }
}

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = Timestamp::from_second(self.0).unwrap_or(Timestamp::MAX);
        write!(f, "{}", time.to_zoned(TimeZone::UTC).strftime(FORM))
    }
}

impl Serialize for ReleaseId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ReleaseId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ReleaseId, D::Error> {
        let text = String::deserialize(deserializer)?;
        ReleaseId::parse(&text).ok_or_else(|| D::Error::custom("not the name of a release"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_time_in_utc_and_is_read_again() {
        let id = ReleaseId::after(None, Instant(1_790_829_000_999_999));
        assert_eq!(id.to_string(), "20261001-043000");
        assert_eq!(ReleaseId::parse("20261001-043000"), Some(id));
        for wrong in [
            "",
            "20261001-0430",
            "20261301-043000",
            "2026101-0043000",
            "20261001-043000 ",
            "manifest.json",
        ] {
            assert_eq!(ReleaseId::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ids_go_up_whatever_the_clock_says() {
        let first = ReleaseId::after(None, Instant(1_790_829_000_000_000));
        for (began, expected) in [
            (1_790_829_000_500_000, "20261001-043001"),
            (0, "20261001-043001"),
            (1_790_829_060_000_000, "20261001-043100"),
        ] {
            let next = ReleaseId::after(Some(first), Instant(began));
            assert_eq!(next.to_string(), expected);
            assert!(next > first && next.to_string() > first.to_string());
        }
    }
}
