//! Subscription states and sellers, and when subscriptions renew.

use serde::{Deserialize, Serialize};

use super::day::Day;
use super::kinds::spelled;

spelled! {
    /// The state of a subscription. [`State::of_status`] maps raw statuses to it.
    #[derive(Serialize, Deserialize)]
    State {
        Active = "active",
        Grace = "grace",
        Disabled = "disabled",
        Deprovisioned = "deprovisioned",
        Pending = "pending",
        Superseded = "superseded",
    }
}

impl State {
    /// Returns the state of a raw status, or `None` for an unknown status. Case and surrounding
    /// blanks do not matter.
    pub fn of_status(status: &str) -> Option<State> {
        const WORDS: [(&str, State); 14] = [
            ("enabled", State::Active),
            ("active", State::Active),
            ("warning", State::Grace),
            ("suspended", State::Disabled),
            ("deleted", State::Deprovisioned),
            ("lockedout", State::Disabled),
            ("expired", State::Grace),
            ("in grace period", State::Grace),
            ("disabled", State::Disabled),
            ("deprovisioned", State::Deprovisioned),
            ("pending", State::Pending),
            ("none", State::Pending),
            ("upgraded", State::Superseded),
            ("converted", State::Superseded),
        ];
        let state_of = |status: &str| {
            let known = WORDS.iter().find(|(word, _)| status.eq_ignore_ascii_case(word));
            known.map(|(_, state)| *state)
        };
        state_of(status).or_else(|| state_of(status.trim()))
    }

    /// Paid seats in these states have lapsed: the list still has them, but they cannot be used as
    /// before.
    pub fn is_lapsed(self) -> bool {
        matches!(self, State::Grace | State::Disabled | State::Deprovisioned)
    }

    /// Trial seats count in `seats_trial` in these states.
    pub fn is_running(self) -> bool {
        matches!(self, State::Active | State::Grace)
    }
}

spelled! {
    /// Who sold a subscription, from the point of view of the partner.
    #[derive(Serialize, Deserialize)]
    Seller {
        Own = "own",
        Other = "other",
        Direct = "direct",
        Unknown = "unknown",
    }
}

spelled! {
    /// For how long a subscription is bound.
    #[derive(Serialize, Deserialize)]
    Term {
        Month = "month",
        Year = "year",
        ThreeYears = "three_years",
    }
}

/// A term of this many days and more is a year.
const LEAST_DAYS_OF_YEAR: i32 = 300;
/// A term of this many days and less is a month.
const MOST_DAYS_OF_MONTH: i32 = 35;

impl Term {
    /// Returns the term of an ISO 8601 duration as Partner Center writes it, in any case, or `None`
    /// for any other text.
    pub fn of_duration(duration: &str) -> Option<Term> {
        const DURATIONS: [(&str, Term); 3] = [("P1M", Term::Month), ("P1Y", Term::Year), ("P3Y", Term::ThreeYears)];
        let known = DURATIONS.iter().find(|(word, _)| duration.trim().eq_ignore_ascii_case(word));
        known.map(|(_, term)| *term)
    }

    /// Returns the term from one day to the next renewal, or `None` where it is neither a month nor
    /// a year.
    pub fn between(begins_on: Day, renews_on: Day) -> Option<Term> {
        match renews_on.0 - begins_on.0 {
            LEAST_DAYS_OF_YEAR.. => Some(Term::Year),
            1..=MOST_DAYS_OF_MONTH => Some(Term::Month),
            _ => None,
        }
    }

    /// Whether seats are bound for so long that they can be given back only around a renewal.
    pub fn is_long(self) -> bool {
        matches!(self, Term::Year | Term::ThreeYears)
    }
}

/// What a form says of the renewal of a subscription. `None` where it does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Renewal {
    /// When the subscription was bought, where the form says that instead of a term.
    pub created_on: Option<Day>,
    /// The day on which its term ends and the next one begins.
    pub renews_on: Option<Day>,
    pub term: Option<Term>,
    /// Whether it renews unless somebody does something about it.
    pub auto_renew: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_a_month_a_year_or_unknown() {
        let of = |days: i32| Term::between(Day(100), Day(100 + days));
        assert_eq!([of(1), of(28), of(35)], [Some(Term::Month); 3]);
        assert_eq!([of(300), of(365), of(1096)], [Some(Term::Year); 3]);
        assert_eq!([of(-1), of(0), of(36), of(299)], [None; 4]);
        let durations = ["P1M", "p1y", " P3Y ", "P6M", ""].map(Term::of_duration);
        assert_eq!(durations, [Some(Term::Month), Some(Term::Year), Some(Term::ThreeYears), None, None]);
    }
}
