//! The people of one customer, product by product: whose seats are not used, who is active without a
//! seat, who waits for one, and who made the numbers change. Only for whoever asks for it: the page
//! then has personal data.

use maud::{Markup, html};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::words::{Phrase, Words, nouns};
use crate::domain::words::{explain_people as told, report as said};
use crate::explain::count::people::Person;
use crate::explain::count::tiers::Tier;
use crate::explain::count::unlicensed::Unlicensed;
use crate::explain::render::words as explained;
use crate::explain::view::everyone::{Everyone, ProductPeople};
use crate::pages::figures::Figures;
use crate::pages::figures::customer::CustomerFigures;
use crate::pages::html::{number, wide};

/// How many users of a list a page names.
const MOST: usize = 50;

/// What all lists of a page are about.
#[derive(Clone, Copy)]
struct About<'a> {
    words: Words,
    customer: Guid,
    day: Day,
    everyone: &'a Everyone,
}

pub fn section(words: Words, figures: &Figures, customer: &CustomerFigures, everyone: &Everyone) -> Markup {
    let about = About {
        words,
        customer: customer.id(),
        day: figures.day,
        everyone,
    };
    let products: Vec<(String, Markup)> = everyone
        .products
        .iter()
        .filter_map(|product| Some((figures.product_name(product.sku), of_product(about, product)?)))
        .collect();
    html! {
        p.soft { (words.say(said::USERS_TEXT)) }
        @if products.is_empty() && everyone.unlicensed.is_empty() { p { (words.say(said::USERS_NONE)) } }
        @for (name, people) in products {
            h3 { (number::name(&name)) }
            (people)
        }
        @for unlicensed in &everyone.unlicensed { (without_license(about, unlicensed)) }
    }
}

/// The people of a product; `None` where there is nobody to talk about.
fn of_product(about: About<'_>, product: &ProductPeople) -> Option<Markup> {
    let words = about.words;
    let (new, idle): (Vec<_>, Vec<_>) = product.idle.iter().partition(|(tier, _)| *tier == Tier::New);
    let changes: Vec<String> = product
        .change
        .iter()
        .flat_map(|change| &change.users)
        .map(|change| {
            format!(
                "{}: {}",
                words.count(change.users.len(), nouns::USER),
                explained::user_change(words, change)
            )
        })
        .collect();
    let beyond = explained::beyond(words, &product.numbers);
    let is_anybody = !product.idle.is_empty() || !product.without_seat.is_empty() || !product.waiting.is_empty();
    (is_anybody || beyond.is_some() || !changes.is_empty()).then(|| {
        html! {
            @if !idle.is_empty() {
                (title(words, said::IDLE, idle.len()))
                (list(about, Some(product.sku), &format!("idle-{}", product.sku), said::IDLE, &[told::USER_COLUMN, said::TIER, said::EVIDENCE, said::LICENSE_SINCE], &idle, |(tier, person)| idle_cells(about, *tier, person)))
            }
            @if !new.is_empty() { p.soft { (words.fill(said::TOO_EARLY, &[("count", &words.grouped(new.len() as i64)), ("days", &about.everyone.grace_days)])) } }
            @if !product.without_seat.is_empty() {
                (title(words, said::WITHOUT_SEAT, product.without_seat.len()))
                (list(about, Some(product.sku), &format!("without-{}", product.sku), said::WITHOUT_SEAT, &[told::USER_COLUMN, said::SEAT_UNTIL, said::SEAT_NOW, said::ACTIVE_DAYS, said::LAST_ACTIVE, said::EVIDENCE], &product.without_seat, |person| without_cells(words, person)))
            }
            @if let Some(beyond) = beyond { p { (beyond) } }
            @if !product.waiting.is_empty() {
                (title(words, said::WAITING, product.waiting.len()))
                (list(about, Some(product.sku), &format!("waiting-{}", product.sku), said::WAITING, &[told::USER_COLUMN, said::EVIDENCE], &product.waiting, |(user, since)| vec![html! { (number::name(user)) }, html! { (words.fill(told::SINCE_LIST, &[("day", &words.date(*since))])) }]))
            }
            @if !changes.is_empty() {
                h4 { (words.say(said::WHO_CHANGED)) }
                ul.plain { @for change in &changes { li { (change) } } }
            }
        }
    })
}

/// Use of a workload by people without any license for it.
fn without_license(about: About<'_>, unlicensed: &Unlicensed) -> Markup {
    let words = about.words;
    let cells = |(user, days): &(String, std::collections::BTreeSet<Day>)| {
        let last = days.last().map_or_else(|| number::unknown(words), |day| number::date(words, *day));
        vec![
            html! { (number::name(user)) },
            html! { (number::count(words, days.len() as i64)) },
            last,
        ]
    };
    html! {
        h3 { (number::workload(&unlicensed.workload)) }
        (title(words, said::NO_LICENSE, unlicensed.users.len()))
        (list(about, None, &format!("unlicensed-{}", unlicensed.workload), said::NO_LICENSE, &[told::USER_COLUMN, said::ACTIVE_DAYS, said::LAST_ACTIVE], &unlicensed.users, cells))
    }
}

fn title(words: Words, title: Phrase, count: usize) -> Markup {
    html! { h4 { (words.say(title)) ": " (number::count(words, count as i64)) } }
}

/// A table of users, and how many more there are. The first cell of a row is the user.
fn list<T>(
    about: About<'_>,
    sku: Option<Guid>,
    id: &str,
    what: Phrase,
    columns: &[Phrase],
    rows: &[T],
    cells: impl Fn(&T) -> Vec<Markup>,
) -> Markup {
    let words = about.words;
    let table = html! {
        table.users id=(id) {
            thead { tr { @for column in columns { th.text scope="col" { (number::sentence(words.say(*column))) } } } }
            tbody { @for row in rows.iter().take(MOST) {
                tr { @for (at, cell) in cells(row).into_iter().enumerate() {
                    @if at == 0 { th.text scope="row" { (cell) } } @else { td.text { (cell) } }
                } }
            } }
        }
    };
    let hidden = rows.len().saturating_sub(MOST);
    let product = sku.map_or_else(String::new, |sku| format!(" --product {sku}"));
    let command = format!(
        "uptake explain --customer {}{product} --day {} --format json",
        about.customer, about.day
    );
    html! {
        (wide(words, words.say(what), &table))
        @if hidden > 0 { p.soft { (words.fill(said::MORE_USERS, &[("count", &words.grouped(hidden as i64))])) " " code { (command) } } }
    }
}

fn idle_cells(about: About<'_>, tier: Tier, person: &Person) -> Vec<Markup> {
    let words = about.words;
    let (name, evidence) = match (tier, person.disabled_since, person.last_active) {
        (Tier::Disabled, Some(since), _) => (
            said::TIER_DISABLED,
            words.fill(told::DISABLED_SINCE, &[("day", &words.date(since))]),
        ),
        (_, _, Some(last)) => (said::TIER_INACTIVE, words.fill(said::LAST_USE_ON, &[("day", &words.date(last))])),
        (_, _, None) => (
            said::TIER_NEVER,
            words.fill(said::NO_USE_SINCE, &[("day", &words.date(about.everyone.known_since))]),
        ),
    };
    let others = (!person.other_products.is_empty()).then(|| explained::other_products(words, person));
    vec![
        number::name(&person.user),
        html! { (words.say(name)) },
        html! { (evidence) @if let Some(others) = others { "; " (others) } },
        day_or(words, person.license.since, said::BEFORE_DATA),
    ]
}

fn without_cells(words: Words, person: &Person) -> Vec<Markup> {
    let kinds: Vec<&str> = person.evidence.iter().map(|kind| explained::evidence(words, *kind)).collect();
    let went = person
        .moved_to
        .as_ref()
        .map(|(user, day)| words.fill(told::WENT_TO, &[("user", user), ("day", &words.date(*day))]));
    let others = (!person.other_products.is_empty()).then(|| explained::other_products(words, person));
    let now: Vec<String> = went.into_iter().chain(others).collect();
    vec![
        number::name(&person.user),
        day_or(words, person.license.until, said::UNKNOWN),
        html! { @if now.is_empty() { (number::unknown(words)) } @else { (now.join("; ")) } },
        number::count(words, person.active_days),
        day_or(words, person.last_active, said::UNKNOWN),
        html! { (words.and(&kinds)) },
    ]
}

fn day_or(words: Words, day: Option<Day>, otherwise: Phrase) -> Markup {
    day.map_or_else(|| html! { (words.say(otherwise)) }, |day| number::date(words, day))
}
