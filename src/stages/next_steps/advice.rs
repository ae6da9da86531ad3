//! Chooses the phrases of a next step by its code and numbers: the possible cause, what can be
//! done, and a short title. The phrases are in `domain/words/next_steps.rs`.

use serde_json::Value;

use crate::domain::next_steps::{Language, StepCode};
use crate::domain::words::Phrase;
use crate::domain::words::next_steps as sentences;
use crate::stages::next_steps::evidence::Evidence;

/// Returns the possible cause.
pub fn cause(language: Language, code: StepCode, evidence: &Evidence) -> String {
    let mut sentences: Vec<&str> = advice(code, evidence)
        .iter()
        .map(|(cause, _)| cause.in_language(language))
        .collect();
    let is_about_inactivity = match code {
        StepCode::LowUsage => true,
        StepCode::UnusedSeats => evidence.count("seats_never_active") + evidence.count("seats_inactive") > 0,
        _ => false,
    };
    if is_about_inactivity && evidence.get("window_complete") == Some(&Value::Bool(false)) {
        sentences.push(sentences::INCOMPLETE.in_language(language));
    }
    sentences.join(" ")
}

/// Returns what can be done.
pub fn strategies(language: Language, code: StepCode, evidence: &Evidence) -> String {
    let sentences: Vec<&str> = advice(code, evidence)
        .iter()
        .map(|(_, strategies)| strategies.in_language(language))
        .collect();
    sentences.join(" ")
}

/// Returns a short title for lists.
pub fn title(language: Language, code: StepCode) -> &'static str {
    let title = match code {
        StepCode::LowUsage => sentences::LOW_USAGE_TITLE,
        StepCode::UnusedSeats => sentences::UNUSED_SEATS_TITLE,
        StepCode::SupportLoad => sentences::SUPPORT_LOAD_TITLE,
        StepCode::Upsell => sentences::UPSELL_TITLE,
        StepCode::Overuse => sentences::OVERUSE_TITLE,
        StepCode::TrialEnding => sentences::TRIAL_ENDING_TITLE,
        StepCode::SubscriptionLapsing => sentences::LAPSING_TITLE,
        StepCode::RenewalDue => sentences::RENEWAL_TITLE,
        StepCode::OverlappingLicenses => sentences::OVERLAPPING_TITLE,
    };
    title.in_language(language)
}

/// A possible cause and what can be done about it.
type Advice = (Phrase, Phrase);

/// Returns the advice that the numbers call for, in the order of the text.
fn advice(code: StepCode, evidence: &Evidence) -> Vec<Advice> {
    let called_for = |pieces: &[(&str, Advice)]| -> Vec<Advice> {
        let pieces = pieces.iter().filter(|(count, _)| evidence.count(count) > 0);
        pieces.map(|(_, advice)| *advice).collect()
    };
    match code {
        StepCode::LowUsage => vec![(sentences::LOW_USAGE_CAUSE, sentences::LOW_USAGE_STRATEGIES)],
        StepCode::UnusedSeats => called_for(&[
            ("seats_disabled", (sentences::DISABLED_CAUSE, sentences::DISABLED_STRATEGIES)),
            (
                "seats_never_active",
                (sentences::NEVER_ACTIVE_CAUSE, sentences::NEVER_ACTIVE_STRATEGIES),
            ),
            ("seats_inactive", (sentences::INACTIVE_CAUSE, sentences::INACTIVE_STRATEGIES)),
            ("seats_unassigned", (sentences::UNASSIGNED_CAUSE, sentences::UNASSIGNED_STRATEGIES)),
        ]),
        StepCode::SupportLoad if evidence.has("first_seen_day") => vec![(sentences::NEW_PRODUCT_CAUSE, sentences::NEW_PRODUCT_STRATEGIES)],
        StepCode::SupportLoad => vec![(sentences::SUPPORT_LOAD_CAUSE, sentences::SUPPORT_LOAD_STRATEGIES)],
        StepCode::Upsell if evidence.has("active_unlicensed") => vec![(sentences::UNLICENSED_CAUSE, sentences::UNLICENSED_STRATEGIES)],
        StepCode::Upsell if evidence.count("users_waiting") > 0 => vec![(sentences::WAITING_CAUSE, sentences::WAITING_STRATEGIES)],
        StepCode::Upsell => vec![(sentences::UPSELL_CAUSE, sentences::UPSELL_STRATEGIES)],
        StepCode::Overuse => called_for(&[
            ("active_moved", (sentences::MOVED_CAUSE, sentences::MOVED_STRATEGIES)),
            ("active_switched", (sentences::SWITCHED_CAUSE, sentences::SWITCHED_STRATEGIES)),
            ("active_lapsed", (sentences::LAPSED_CAUSE, sentences::LAPSED_STRATEGIES)),
            ("active_trial", (sentences::ON_TRIAL_CAUSE, sentences::ON_TRIAL_STRATEGIES)),
            (
                "active_over_assigned",
                (sentences::OVER_ASSIGNED_CAUSE, sentences::OVER_ASSIGNED_STRATEGIES),
            ),
        ]),
        StepCode::TrialEnding => vec![(sentences::TRIAL_ENDING_CAUSE, sentences::TRIAL_ENDING_STRATEGIES)],
        StepCode::SubscriptionLapsing => {
            let unknown = (sentences::LAPSING_UNKNOWN_CAUSE, sentences::LAPSING_UNKNOWN_STRATEGIES);
            let mut advice = vec![(sentences::LAPSING_CAUSE, sentences::LAPSING_STRATEGIES)];
            advice.extend(called_for(&[("seats_end_unknown", unknown)]));
            advice
        }
        StepCode::RenewalDue => {
            let cause = match evidence.get("auto_renew") {
                Some(Value::Bool(false)) => sentences::RENEWAL_BY_HAND_CAUSE,
                _ => sentences::RENEWAL_CAUSE,
            };
            let unused = (sentences::RENEWAL_UNUSED_CAUSE, sentences::RENEWAL_UNUSED_STRATEGIES);
            let mut advice = vec![(cause, sentences::RENEWAL_STRATEGIES)];
            advice.extend(called_for(&[("seats_unused", unused)]));
            advice
        }
        StepCode::OverlappingLicenses => vec![(sentences::OVERLAPPING_CAUSE, sentences::OVERLAPPING_STRATEGIES)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advised(code: StepCode, more: &[(&'static str, i64)]) -> [String; 4] {
        let evidence = more.iter().fold(Evidence::of(1, []), |evidence, (name, count)| {
            evidence.with([(name, (*count).into())])
        });
        let of = |language| [cause(language, code, &evidence), strategies(language, code, &evidence)];
        let ([one, two], [three, four]) = (of(Language::English), of(Language::German));
        [one, two, three, four]
    }

    #[test]
    fn only_what_the_numbers_call_for_is_said() {
        let [cause, strategies, german, _] = advised(StepCode::Overuse, &[("active_moved", 2), ("active_lapsed", 0), ("active_trial", 1)]);
        assert_eq!(
            cause,
            format!("{} {}", sentences::MOVED_CAUSE.english, sentences::ON_TRIAL_CAUSE.english)
        );
        assert_eq!(
            strategies,
            format!("{} {}", sentences::MOVED_STRATEGIES.english, sentences::ON_TRIAL_STRATEGIES.english)
        );
        assert_eq!(
            german,
            format!("{} {}", sentences::MOVED_CAUSE.german, sentences::ON_TRIAL_CAUSE.german)
        );
        let [cause, ..] = advised(StepCode::Upsell, &[("active_unlicensed", 1)]);
        assert_eq!(cause, sentences::UNLICENSED_CAUSE.english);
        let [cause, ..] = advised(StepCode::UnusedSeats, &[("seats_unassigned", 1)]);
        assert_eq!(cause, sentences::UNASSIGNED_CAUSE.english);
        let [cause, strategies, ..] = advised(StepCode::UnusedSeats, &[("seats_inactive", 1), ("seats_disabled", 1)]);
        assert!(cause.starts_with(sentences::DISABLED_CAUSE.english) && strategies.starts_with(sentences::DISABLED_STRATEGIES.english));
        for (waiting, expected) in [(0, sentences::UPSELL_CAUSE), (5, sentences::WAITING_CAUSE)] {
            let [cause, _, german, _] = advised(StepCode::Upsell, &[("users_waiting", waiting)]);
            assert_eq!((cause.as_str(), german.as_str()), (expected.english, expected.german));
        }
    }

    #[test]
    fn a_renewal_is_told_by_whether_it_happens_by_itself_and_whether_seats_are_unused() {
        let of = |auto_renew: Value, unused: i64| {
            let evidence = Evidence::of(1, [("auto_renew", auto_renew), ("seats_unused", unused.into())]);
            cause(Language::English, StepCode::RenewalDue, &evidence)
        };
        let (itself, by_hand) = (sentences::RENEWAL_CAUSE.english, sentences::RENEWAL_BY_HAND_CAUSE.english);
        assert_eq!(of(true.into(), 0), itself);
        assert_eq!(of(Value::Null, 0), itself);
        assert_eq!(
            of(false.into(), 2),
            format!("{by_hand} {}", sentences::RENEWAL_UNUSED_CAUSE.english)
        );
    }

    #[test]
    fn a_window_that_is_not_complete_is_named_where_it_matters() {
        let evidence = |complete: bool| Evidence::of(1, [("window_complete", complete.into())]);
        let of = |code, complete| cause(Language::German, code, &evidence(complete));
        assert!(of(StepCode::LowUsage, false).ends_with(sentences::INCOMPLETE.german));
        assert!(!of(StepCode::LowUsage, true).contains(sentences::INCOMPLETE.german));
        assert!(!of(StepCode::Overuse, false).contains(sentences::INCOMPLETE.german));
    }

    #[test]
    fn every_step_says_something_in_both_languages() {
        let all = [
            "seats_disabled",
            "seats_never_active",
            "seats_inactive",
            "seats_unassigned",
            "active_switched",
            "active_over_assigned",
        ]
        .map(|name| (name, 1));
        for code in StepCode::ALL {
            let texts = advised(*code, &all);
            for text in &texts {
                assert!(
                    text.ends_with('.') && !text.contains("  ") && !text.contains('\n'),
                    "{code}: {text}"
                );
            }
            assert!(texts[0] != texts[2] && texts[1] != texts[3], "{code} is not translated");
            assert_ne!(title(Language::English, *code), title(Language::German, *code));
        }
    }
}
