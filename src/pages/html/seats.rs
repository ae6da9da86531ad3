//! What became of seats since 28 days before: who kept using them, who came back, who stopped. Beside
//! it how many of the active seats are used every week.

use maud::{Markup, html};

use crate::domain::window::WINDOW_DAYS;
use crate::domain::words::outcomes as said;
use crate::domain::words::report::{ACTIVE, ALL_PRODUCTS, CUSTOMER, PRODUCT};
use crate::domain::words::{Phrase, Words, nouns};
use crate::pages::figures::Figures;
use crate::pages::figures::customer::CustomerFigures;
use crate::pages::figures::seats::SeatGroups;
use crate::pages::html::{more_rows, number, wide};
use crate::stages::measures::usage::ratio;

/// How many customers the page has, besides the sum. The file has all.
const MOST: usize = 25;
const FILE: &str = "seat_outcomes.parquet";

/// A row of the table.
struct Row {
    id: String,
    name: String,
    groups: SeatGroups,
}

/// All customers together, and those of whom the most stopped.
pub fn portfolio(words: Words, figures: &Figures) -> Markup {
    let of = |customer: &CustomerFigures| Row {
        id: customer.id().to_string(),
        name: customer.name(),
        groups: SeatGroups::of(&customer.outcomes),
    };
    let rows: Vec<Row> = figures.customers.iter().map(of).collect();
    let all = rows.iter().fold(SeatGroups::default(), |sum, row| sum.plus(row.groups));
    let mut rows: Vec<Row> = rows.into_iter().filter(|row| row.groups.products > 0).collect();
    rows.sort_by_cached_key(|row| (-row.groups.stopped, -row.groups.retained, row.name.to_lowercase(), row.id.clone()));
    let hidden = rows.len().saturating_sub(MOST);
    rows.truncate(MOST);
    section(words, figures, all, CUSTOMER, said::ALL_CUSTOMERS, rows, hidden)
}

/// The products of a customer.
pub fn customer(words: Words, figures: &Figures, customer: &CustomerFigures) -> Markup {
    let in_scope = customer.outcomes.iter().filter(|row| row.in_scope);
    let rows = in_scope.filter_map(|row| {
        Some(Row {
            id: row.sku_id.to_string(),
            name: figures.product_name(row.sku_id),
            groups: SeatGroups::of_product(row)?,
        })
    });
    let all = SeatGroups::of(&customer.outcomes);
    section(words, figures, all, PRODUCT, ALL_PRODUCTS, rows.collect(), 0)
}

fn section(words: Words, figures: &Figures, all: SeatGroups, what: Phrase, sum: Phrase, mut rows: Vec<Row>, hidden: usize) -> Markup {
    if rows.is_empty() {
        return html! { p { (words.say(said::OUTCOMES_UNKNOWN)) } };
    }
    let is_sorted = what == CUSTOMER && rows.len() > 1;
    let earlier = figures.day.plus(-WINDOW_DAYS);
    let text = words.fill(
        said::OUTCOMES_TEXT,
        &[("day", &words.date(figures.day)), ("earlier", &words.date(earlier))],
    );
    if rows.len() > 1 {
        let all = Row {
            id: "all".to_owned(),
            name: words.say(sum).to_owned(),
            groups: all,
        };
        rows.insert(0, all);
    }
    html! {
        p.soft { (text) @if is_sorted { " " (words.say(said::MOST_STOPPED)) } }
        ul.cards {
            (card(words, "kept", said::KEPT, said::KEPT_OF, all.retained, all.active_earlier))
            (card(words, "habit", said::HABIT, said::HABIT_OF, all.every_week, all.active))
        }
        (wide(words, words.say(said::OUTCOMES), &table(words, what, &rows)))
        (more_rows(words, hidden, FILE))
        @if all.not_compared > 0 {
            p.soft { (words.fill(said::NOT_COMPARED_SEATS, &[("seats", &words.count(all.not_compared, nouns::SEAT))])) }
        }
    }
}

/// A share and what it is a share of.
fn card(words: Words, id: &str, title: Phrase, of: Phrase, part: i64, whole: i64) -> Markup {
    let text = words.fill(of, &[("part", &words.grouped(part)), ("whole", &words.grouped(whole))]);
    html! {
        li data-figure=(id) data-part=(part) data-whole=(whole) {
            h3 { (words.say(title)) }
            span.value { (number::share(words, ratio(part, Some(whole)))) }
            p { (text) }
        }
    }
}

fn table(words: Words, what: Phrase, rows: &[Row]) -> Markup {
    let headings = [
        ACTIVE,
        said::EVERY_WEEK,
        said::RETAINED,
        said::REACTIVATED,
        said::STOPPED,
        said::STILL_UNUSED,
        said::NEW_SEATS,
        said::RECLAIMED,
    ];
    // Of how many it is a part, below the number.
    let with = |count: i64, part: Phrase, of_them: i64| {
        let text = words.fill(part, &[("count", &words.grouped(of_them))]);
        html! { td { (number::count(words, count)) @if count > 0 { br; small.soft { data value=(of_them) { (text) } } } } }
    };
    html! {
        table #outcomes-table {
            thead { tr {
                th.text scope="col" { (words.say(what)) }
                @for heading in headings { th scope="col" { (words.say(heading)) } }
            } }
            tbody { @for row in rows {
                @let groups = &row.groups;
                tr data-row=(row.id) class=[(row.id == "all").then_some("sum")] {
                    th.text scope="row" { (number::name(&row.name)) }
                    @for count in [groups.active, groups.every_week, groups.retained, groups.reactivated, groups.stopped, groups.unused] {
                        td { (number::count(words, count)) }
                    }
                    (with(groups.new, said::OF_THEM_ACTIVE, groups.new_active))
                    (with(groups.reclaimed, said::OF_THEM_UNUSED, groups.reclaimed_unused))
                }
            } }
        }
    }
}
