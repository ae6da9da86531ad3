//! The page about one customer.

use crate::domain::words::Words;
use crate::domain::words::outcomes::OUTCOMES;
use crate::domain::words::report as said;
use crate::explain::view::everyone::Everyone;
use crate::pages::figures::Figures;
use crate::pages::figures::customer::CustomerFigures;
use crate::pages::html::{
    Section, cards, changes, definitions, page, parts, people, products, quality, renewals, seats, steps, trend, workloads,
};

/// The whole page, with the people of the customer where they are given.
pub fn write(words: Words, figures: &Figures, customer: &CustomerFigures, everyone: Option<&Everyone>) -> String {
    let section = |id, title, body| Section::new(words, id, title, body);
    let people = everyone.map(|everyone| section("people", said::USERS, people::section(words, figures, customer, everyone)));
    let sections = [
        section("glance", said::AT_A_GLANCE, cards::customer(words, customer)),
        section("steps", said::STEPS, steps::customer(words, figures, customer)),
        section("trend", said::TREND, trend::customer(words, figures, customer)),
        section("products", said::PRODUCTS, products::section(words, figures, customer)),
        section("parts", said::OVERUSE, parts::customer(words, figures, customer)),
        section("changes", said::CHANGES, changes::customer(words, figures, customer)),
        section("seats", OUTCOMES, seats::customer(words, figures, customer)),
        section("workloads", said::WORKLOADS, workloads::customer(words, customer)),
        section("renewals", said::RENEWALS, renewals::section(words, figures, [customer], false)),
        section("quality", said::UNKNOWN_THINGS, quality::section(words, figures, [customer], false)),
        section("definitions", said::DEFINITIONS, definitions::section(words)),
    ];
    // Whoever asks for people talks about them right after the steps.
    let mut sections = Vec::from(sections);
    people.into_iter().for_each(|people| sections.insert(2, people));
    let title = words.fill(said::CUSTOMER_TITLE, &[("customer", &customer.name())]);
    page(words, &title, figures, everyone.is_some(), &sections)
}
