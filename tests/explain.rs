//! What `uptake explain` prints, held against the texts in `tests/explain`, and what a person meets
//! who asks for the wrong thing.
//!
//! The expected texts are read and judged by people: with `UPTAKE_WRITE_EXPECTED=1` they are
//! written anew, and the difference is to be looked at line by line before it is committed.

mod command;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use uptake::domain::day::Day;
use uptake::domain::next_steps::Language;
use uptake::domain::words::Words;
use uptake::engine::query::explain::{Answer, ExplainRequest, explain};
use uptake::explain::render::{customer_list, json, markdown, text, text_product, text_user};
use uptake::sample::{self, Options};
use uptake::stages::measures::adoption::Adoption;
use uptake::warehouse::store::Store;

use crate::golden::{id_of, ran};
use crate::workdir::run_pipeline;

/// A question about a golden scenario. Customer, product and user are words of `names.csv`.
#[derive(Clone, Copy, Default)]
struct Question {
    name: &'static str,
    scenario: &'static str,
    /// `None`: all of them.
    customer: Option<&'static str>,
    product: Option<&'static str>,
    workload: Option<&'static str>,
    day: &'static str,
    user: Option<&'static str>,
    /// What the pipeline file does not say: the language.
    language: Option<Language>,
}

const MOVED: Question = Question {
    name: "a-license-that-moved-and-a-number-that-changed",
    scenario: "a-license-that-moved-to-a-new-user",
    customer: Some("north"),
    product: Some("EXCHANGESTANDARD"),
    workload: None,
    day: "2026-09-12",
    user: None,
    language: None,
};

macro_rules! explained {
    ($($test:ident = $question:expr,)+) => {
        $(#[test]
        fn $test() {
            check(&$question);
        })+

        #[test]
        fn every_expected_text_belongs_to_a_question() {
            let names = BTreeSet::from([$($question.name),+]);
            let paths = fs::read_dir(expected()).unwrap().map(|entry| entry.unwrap().path());
            // The folder has a file of this test's code, too.
            for path in paths.filter(|path| path.extension().is_none_or(|ending| ending != "rs")) {
                let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
                assert!(names.contains(stem.as_str()), "{}", path.display());
            }
        }
    };
}

explained! {
    a_license_that_moved_and_a_number_that_changed = MOVED,
    one_workload_of_it = Question { name: "one-workload", workload: Some("Exchange"), ..MOVED },
    the_user_who_lost_it = Question { name: "a-user-who-lost-the-license", user: Some("ada"), ..MOVED },
    people_whose_account_is_disabled = Question {
        name: "people-whose-account-is-disabled",
        scenario: "seats-of-disabled-accounts-are-reclaimed-first",
        day: "2026-09-10",
        ..MOVED
    },
    people_who_wait_for_a_seat = Question {
        name: "people-who-wait-for-a-seat",
        scenario: "people-who-wait-for-a-seat-call-for-more",
        day: "2026-09-09",
        language: Some(Language::German),
        ..MOVED
    },
    somebody_who_waits_for_a_seat = Question {
        name: "somebody-who-waits-for-a-seat",
        scenario: "people-who-wait-for-a-seat-call-for-more",
        day: "2026-09-09",
        user: Some("dora"),
        ..MOVED
    },
    a_second_subscription_in_grace = Question {
        name: "a-second-subscription-in-grace",
        scenario: "a-second-subscription-in-grace",
        day: "2026-09-10",
        ..MOVED
    },
    a_trial_without_any_entitlement = Question {
        name: "a-trial-without-any-entitlement",
        scenario: "trial-activity-without-entitlement",
        day: "2026-09-10",
        ..MOVED
    },
    more_assigned_than_sold = Question {
        name: "more-assigned-than-sold",
        scenario: "trial-activity-without-entitlement",
        customer: Some("west"),
        day: "2026-09-10",
        ..MOVED
    },
    all_parts_and_long_lists = Question {
        name: "all-parts-and-long-lists",
        scenario: "over-assigned-107-percent-taken-apart-into-its-parts",
        day: "2026-09-11",
        ..MOVED
    },
    a_customer_without_a_snapshot = Question {
        name: "a-customer-without-a-snapshot",
        scenario: "before-the-first-snapshot-seats-are-unknown",
        day: "2026-09-03",
        ..MOVED
    },
    a_customer_whose_snapshot_lists_nothing = Question {
        name: "a-customer-whose-snapshot-lists-nothing",
        scenario: "before-the-first-snapshot-seats-are-unknown",
        day: "2026-09-07",
        ..MOVED
    },
    a_window_that_is_complete = Question {
        name: "a-window-that-is-complete",
        scenario: "day-28-counts-and-day-29-does-not",
        day: "2026-09-29",
        ..MOVED
    },
    a_window_that_is_not_complete = Question {
        name: "a-window-that-is-not-complete",
        scenario: "day-28-counts-and-day-29-does-not",
        day: "2026-09-20",
        ..MOVED
    },
    a_workload_used_without_a_license = Question {
        name: "a-workload-used-without-a-license",
        scenario: "yammer-used-beyond-the-license-with-the-guest-left-out",
        product: Some("SPE_E3"),
        workload: Some("yammer"),
        day: "2026-09-11",
        ..MOVED
    },
    a_customer_with_use_without_a_license = Question {
        name: "a-customer-with-use-without-a-license",
        scenario: "yammer-used-beyond-the-license-with-the-guest-left-out",
        product: None,
        day: "2026-09-11",
        ..MOVED
    },
    a_customer_with_products_out_of_scope = Question {
        name: "a-customer-with-products-out-of-scope",
        scenario: "excluded-products-stay-out-of-the-portfolio",
        product: None,
        day: "2026-09-10",
        ..MOVED
    },
    a_license_that_moved_in_german = Question {
        name: "a-license-that-moved-in-german",
        language: Some(Language::German),
        ..MOVED
    },
    all_parts_in_german = Question {
        name: "all-parts-in-german",
        scenario: "over-assigned-107-percent-taken-apart-into-its-parts",
        day: "2026-09-11",
        language: Some(Language::German),
        ..MOVED
    },
    a_customer_in_german = Question {
        name: "a-customer-in-german",
        scenario: "yammer-used-beyond-the-license-with-the-guest-left-out",
        product: None,
        day: "2026-09-11",
        language: Some(Language::German),
        ..MOVED
    },
    all_customers_in_german = Question {
        name: "all-customers-in-german",
        scenario: "portfolio-ratios-are-sums-over-sums",
        customer: None,
        product: None,
        day: "2026-09-10",
        language: Some(Language::German),
        ..MOVED
    },
    all_customers_with_their_two_ratios = Question {
        name: "all-customers-with-their-two-ratios",
        scenario: "portfolio-ratios-are-sums-over-sums",
        customer: None,
        product: None,
        day: "2026-09-10",
        ..MOVED
    },
    people_who_were_switched_to_another_product = Question {
        name: "people-who-were-switched-to-another-product",
        scenario: "who-was-switched-to-another-product-is-no-leaver",
        product: Some("SPE_E3"),
        day: "2026-09-11",
        ..MOVED
    },
    people_who_were_switched_in_german = Question {
        name: "people-who-were-switched-in-german",
        scenario: "who-was-switched-to-another-product-is-no-leaver",
        day: "2026-09-11",
        language: Some(Language::German),
        ..MOVED
    },
    a_user_who_was_switched = Question {
        name: "a-user-who-was-switched",
        scenario: "who-was-switched-to-another-product-is-no-leaver",
        product: Some("SPE_E3"),
        day: "2026-09-11",
        user: Some("cleo"),
        ..MOVED
    },
    a_product_out_of_scope = Question {
        name: "a-product-out-of-scope-without-a-workload",
        scenario: "excluded-products-stay-out-of-the-portfolio",
        product: Some("FLOW_FREE"),
        day: "2026-09-10",
        ..MOVED
    },
}

fn expected() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain")
}

/// Holds all three forms of an answer against what is expected.
fn check(question: &Question) {
    let work = tempfile::tempdir().unwrap();
    let mut settings = ran(question.scenario, work.path());
    if let Some(language) = question.language {
        settings.rules.language = language;
        run_pipeline(&settings).unwrap();
    }
    let asked = ExplainRequest {
        customer: question.customer.map(id_of),
        product: question.product.map(str::to_owned),
        workload: question.workload.map(str::to_owned),
        day: Day::parse(question.day),
        user: question.user.map(id_of),
        show_raw: question.user.is_some(),
    };
    let answer = explain(&settings, &Store::at(&settings.warehouse), &asked).unwrap();
    assert_eq!(answer.differences(), []);
    let words = Words(settings.rules.language);
    let (plain, value, mail) = match &answer {
        Answer::Product(product) => (
            text_product::product(product, words, false),
            json::product(product),
            markdown::product(product, words),
        ),
        Answer::Customers(list) => (
            customer_list::text(list, words, false),
            customer_list::json(list),
            customer_list::markdown(list, words),
        ),
        Answer::Customer(view) => (
            text::customer(view, words, false),
            json::customer(view),
            markdown::customer(view, words),
        ),
        Answer::User(user) => (text_user::user(user, words, false), json::user(user), markdown::user(user, words)),
    };
    for line in plain.lines().filter(|line| !line.contains("PT1H.json")) {
        assert!(line.chars().count() <= text::WIDTH, "{line}");
    }
    for (ending, found) in [("txt", plain), ("json", format!("{value:#}\n")), ("md", mail)] {
        let path = expected().join(question.name).with_extension(ending);
        if std::env::var_os("UPTAKE_WRITE_EXPECTED").is_some() {
            fs::write(&path, &found).unwrap();
        }
        let wanted = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(found, wanted, "{}", path.display());
    }
}
