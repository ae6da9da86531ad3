//! The report as one HTML file: it needs no other file, no connection and no script to be read. It
//! can be mailed and printed.
//!
//! | file | what |
//! |---|---|
//! | `portfolio`, `customer` | the two pages: their sections in order |
//! | `cards`, `trend`, `outlook`, `parts`, `customers`, `workloads`, `products`, `changes`, `seats`, `steps`, `renewals`, `quality`, `definitions` | a section each |
//! | `people` | the section that names users, where somebody asks for it |
//! | `number` | figures, days and names inside a text |
//! | `assets/` | how it looks; sorting and filtering of tables |

mod cards;
mod changes;
pub mod customer;
mod customers;
mod definitions;
mod number;
mod outlook;
mod parts;
mod people;
pub mod portfolio;
mod products;
mod quality;
mod renewals;
mod seats;
mod steps;
mod trend;
mod workloads;

#[cfg(test)]
mod tests;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::domain::words::report as said;
use crate::domain::words::{Phrase, Words};
use crate::pages::figures::Figures;

const STYLE: &str = include_str!("assets/style.css");
const SCRIPT: &str = include_str!("assets/script.js");
/// Nothing is loaded from anywhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// A section of a page.
struct Section {
    /// What a link to it ends with.
    id: &'static str,
    title: &'static str,
    body: Markup,
}

impl Section {
    fn new(words: Words, id: &'static str, title: Phrase, body: Markup) -> Section {
        Section {
            id,
            title: words.say(title),
            body,
        }
    }
}

/// A whole page. `has_users` says whether it names users.
fn page(words: Words, title: &str, figures: &Figures, has_users: bool, sections: &[Section]) -> String {
    let day = words.date(figures.day);
    let compared = match figures.before {
        Some(before) => words.fill(said::COMPARED_WITH, &[("day", &words.date(before))]),
        None => words.say(said::NOT_COMPARED).to_owned(),
    };
    let made_by = words.fill(said::MADE_BY, &[("version", &env!("CARGO_PKG_VERSION")), ("day", &day)]);
    let users = words.say(if has_users { said::HAS_USERS } else { said::NO_USERS });
    let page = html! {
        (DOCTYPE)
        html lang=(words.0.name()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="generator" content=(concat!("uptake ", env!("CARGO_PKG_VERSION")));
                title { (title) " · " (day) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#content" { (words.say(said::SKIP)) }
                header {
                    h1 { (number::name(title)) }
                    p.lead { (words.fill(said::ON_DAY, &[("day", &day)])) ", " (compared) }
                    @if has_users { p.notice { strong { (words.say(said::PERSONAL_DATA)) } " " (words.say(said::PERSONAL_DATA_TEXT)) } }
                    nav aria-label=(words.say(said::CONTENTS)) {
                        ul { @for section in sections { li { a href=(format!("#{}", section.id)) { (section.title) } } } }
                    }
                }
                main #content {
                    @for section in sections {
                        section #(section.id) aria-labelledby=(format!("{}-heading", section.id)) {
                            h2 #(format!("{}-heading", section.id)) { (section.title) }
                            (section.body)
                        }
                    }
                }
                footer { p { (made_by) " " (users) } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string() + "\n"
}

/// A table that can be wider than the page: then it scrolls, also by keyboard.
fn wide(words: Words, what: &str, table: &Markup) -> Markup {
    html! { div.wide role="region" tabindex="0" aria-label=(words.fill(said::TABLE_OF, &[("what", &what)])) { (table) } }
}

/// A chart that keeps its size on a small screen.
fn figure(words: Words, what: &str, chart: &Markup) -> Markup {
    html! { figure { div.scroll role="region" tabindex="0" aria-label=(words.fill(said::CHART_OF, &[("what", &what)])) { (chart) } } }
}

/// How many rows of a file a page leaves out; nothing where it has all.
fn more_rows(words: Words, hidden: usize, file: &str) -> Markup {
    html! {
        @if hidden > 0 { p.soft { (words.fill(said::MORE_ROWS, &[("count", &words.grouped(hidden as i64)), ("file", &file)])) } }
    }
}
