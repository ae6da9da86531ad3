//! The page about all customers.

use crate::domain::words::Words;
use crate::domain::words::outcomes::OUTCOMES;
use crate::domain::words::report as said;
use crate::pages::figures::Figures;
use crate::pages::html::{Section, cards, changes, customers, definitions, page, parts, quality, renewals, seats, steps, trend, workloads};

/// The whole page.
pub fn write(words: Words, figures: &Figures) -> String {
    let section = |id, title, body| Section::new(words, id, title, body);
    let sections = [
        section("glance", said::AT_A_GLANCE, cards::portfolio(words, figures)),
        section("trend", said::TREND, trend::portfolio(words, figures)),
        section("parts", said::OVERUSE, parts::portfolio(words, figures)),
        section("changes", said::CHANGES, changes::portfolio(words, figures)),
        section("seats", OUTCOMES, seats::portfolio(words, figures)),
        section("customers", said::CUSTOMERS, customers::table(words, figures)),
        section("workloads", said::WORKLOADS, workloads::portfolio(words, figures)),
        section("steps", said::STEPS_NEW, steps::portfolio(words, figures)),
        section(
            "renewals",
            said::RENEWALS,
            renewals::section(words, figures, &figures.customers, true),
        ),
        section("quality", said::QUALITY, quality::section(words, figures, &figures.customers, true)),
        section("definitions", said::DEFINITIONS, definitions::section(words)),
    ];
    page(words, words.say(said::PORTFOLIO_TITLE), figures, false, &sections)
}
