//! Renders the explanation of one number as text.

use crate::domain::day::Day;
use crate::domain::words::{Phrase, Words, explain as phrases, explain_people as people_phrases, nouns};
use crate::explain::count::changes::Change;
use crate::explain::count::numbers::Numbers;
use crate::explain::count::people::Person;
use crate::explain::render::account_words;
use crate::explain::render::subscription_words::subscription;
use crate::explain::render::text::{Page, assigned, label_width, waiting};
use crate::explain::render::words;
use crate::explain::render::words::percent;
use crate::explain::view::product::ProductExplanation;

/// How many users of a group are shown. The JSON form has all of them.
const MOST_USERS: usize = 10;
/// How many users are named behind a change.
const MOST_CHANGED: usize = 5;

/// Renders the explanation.
pub fn product(explanation: &ProductExplanation, w: Words, colored: bool) -> String {
    let mut page = Page::new(w, colored);
    let numbers = &explanation.numbers;
    page.heading(&words::customer(&explanation.customer));
    let workload = words::workload(w, explanation.workload.as_deref());
    let product = words::product(&explanation.product);
    page.paragraph(
        "",
        &w.fill(
            phrases::PRODUCT_ON,
            &[("product", &product), ("workload", &workload), ("day", &explanation.day)],
        ),
    );
    page.line("");
    head(&mut page, explanation);
    page.warnings(&explanation.notes, &explanation.differences);
    parts(&mut page, numbers);
    by_workload(&mut page, explanation);
    subscriptions(&mut page, explanation);
    people(&mut page, explanation);
    for change in &explanation.changes {
        changed(&mut page, change, numbers);
    }
    if let Some(steps) = explanation.next_steps.as_ref().filter(|steps| !steps.is_empty()) {
        page.title(phrases::NEXT_STEPS);
        page.next_steps(steps);
    }
    page.finish()
}

fn head(page: &mut Page, explanation: &ProductExplanation) {
    let (w, numbers) = (page.words, &explanation.numbers);
    let width = label_width(w);
    let figure = |label: &str, ratio, what: String| format!("  {label:<width$}{:>8}  {what}", percent(w, ratio));
    let entitlements = words::counted_or_unknown(w, numbers.entitlements, nouns::ENTITLEMENT);
    if explanation.workloads.is_empty() {
        page.line(&format!("  {:<width$}{}", w.say(phrases::USAGE), w.say(phrases::CANNOT_BE_SEEN)));
    } else {
        let active = w.count(numbers.users.active, nouns::ACTIVE_USER);
        let of = w.fill(phrases::ACTIVE_OF, &[("active", &active), ("entitlements", &entitlements)]);
        page.line(&figure(w.say(phrases::USAGE), numbers.usage(), of));
        let (part, whole) = (w.grouped(numbers.parts.current), words::known(w, numbers.entitlements));
        let of = w.fill(phrases::ADJUSTED_OF, &[("part", &part), ("whole", &whole)]);
        page.line(&figure(&format!("  {}", w.say(phrases::ADJUSTED)), numbers.usage_adjusted(), of));
    }
    let own = numbers
        .seats
        .filter(|seats| seats.sold_own != seats.sold)
        .map_or_else(String::new, |seats| {
            format!(", {}", w.fill(phrases::BY_US, &[("count", &w.grouped(seats.sold_own))]))
        });
    let of = format!("{}{own}{}", assigned(w, numbers), waiting(w, numbers));
    page.paragraph(&figure(w.say(phrases::DEPLOYMENT), numbers.deployment(), String::new()), &of);
    for (label, what) in [
        (phrases::WINDOW, words::window(w, &explanation.completeness)),
        (phrases::SEATS, words::snapshot(w, &explanation.completeness)),
    ] {
        page.paragraph(&format!("  {:<width$}", w.say(label)), &what);
    }
}

fn parts(page: &mut Page, numbers: &Numbers) {
    if numbers.users.active == 0 {
        return;
    }
    let w = page.words;
    let users = w.count(numbers.users.active, nouns::ACTIVE_USER);
    page.heading(&w.fill(phrases::OF_THE_ACTIVE, &[("users", &users)]));
    for (_, count, meaning) in words::parts(numbers.parts).into_iter().filter(|(_, count, _)| *count > 0) {
        page.paragraph(&format!("  {:>7}  ", w.grouped(count)), w.say(meaning));
    }
    if let Some(text) = words::beyond(w, numbers) {
        page.paragraph("  ", &text);
    }
}

fn by_workload(page: &mut Page, explanation: &ProductExplanation) {
    if explanation.workload.is_some() || explanation.workloads.len() < 2 {
        return;
    }
    let w = page.words;
    page.title(phrases::BY_WORKLOAD);
    let columns = [
        phrases::USAGE_COLUMN,
        phrases::ACTIVE_COLUMN,
        phrases::OF_COLUMN,
        phrases::CURRENT_SHORT,
        phrases::MOVED_COLUMN,
        phrases::SWITCHED_COLUMN,
        phrases::LAPSED_COLUMN,
        phrases::TRIAL_SHORT,
        phrases::OVER_COLUMN,
    ];
    let [usage, active, of, current, moved, switched, lapsed, trial, over] = columns.map(|column| w.say(column));
    page.line(&format!(
        "  {:<13}{usage:>9}{active:>7}{of:>7}{current:>8}{moved:>7}{switched:>9}{lapsed:>7}{trial:>6}{over:>5}",
        ""
    ));
    for (workload, numbers) in &explanation.workloads {
        let parts = numbers.parts;
        page.line(&format!(
            "  {workload:<13}{:>9}{:>7}{:>7}{:>8}{:>7}{:>9}{:>7}{:>6}{:>5}",
            percent(w, numbers.usage()),
            w.grouped(numbers.users.active),
            numbers.entitlements.map_or_else(|| "?".to_owned(), |count| w.grouped(count)),
            w.grouped(parts.current),
            w.grouped(parts.moved),
            w.grouped(parts.switched),
            w.grouped(parts.lapsed),
            w.grouped(parts.trial),
            w.grouped(parts.over_assigned)
        ));
    }
}

fn subscriptions(page: &mut Page, explanation: &ProductExplanation) {
    if explanation.completeness.snapshot_day.is_none() {
        return;
    }
    let w = page.words;
    let list = words::snapshot(w, &explanation.completeness);
    page.heading(&w.fill(phrases::IN_FORCE, &[("list", &list)]));
    if explanation.subscriptions.is_empty() {
        page.line(&format!("  {}", w.say(phrases::NOT_LISTED)));
    }
    for (row, seats) in &explanation.subscriptions {
        page.paragraph(
            "  ",
            &w.fill(
                phrases::COUNTS_AS,
                &[("subscription", &subscription(w, row)), ("roles", &words::counts_as(w, *seats))],
            ),
        );
        page.line(&format!("    {}", words::clean(&row.subscription_id)));
    }
}

fn people(page: &mut Page, explanation: &ProductExplanation) {
    let (w, people) = (page.words, &explanation.people);
    let unseen = explanation.workloads.is_empty();
    let (inactive, order) = match unseen {
        true => (people_phrases::NOT_SEEN, people_phrases::BY_ID),
        false => (people_phrases::NOT_USED, people_phrases::LONGEST_UNUSED),
    };
    let groups: [(Phrase, Phrase, &Vec<Person>); 4] = [
        (people_phrases::HAVE_IT, people_phrases::LATEST_ASSIGNED, &people.current),
        (people_phrases::HAD_IT, people_phrases::LATEST_LOST, &people.moved),
        (people_phrases::HAVE_ANOTHER, people_phrases::LATEST_LOST, &people.switched),
        (inactive, order, &people.inactive),
    ];
    for (title, order, group) in groups.iter().filter(|(_, _, group)| !group.is_empty()) {
        page.heading(&format!("{}: {}, {}", w.say(*title), w.grouped(group.len() as i64), w.say(*order)));
        page.line(&format!(
            "  {:<36} {:<10} {:<10} {:<10} {}",
            w.say(people_phrases::USER_COLUMN),
            w.say(people_phrases::SINCE_COLUMN),
            w.say(people_phrases::UNTIL_COLUMN),
            w.say(people_phrases::LAST_USE_COLUMN),
            w.say(people_phrases::DAYS_BY_COLUMN)
        ));
        for person in group.iter().take(MOST_USERS) {
            person_lines(page, person, unseen);
        }
        if group.len() > MOST_USERS {
            let more = w.grouped((group.len() - MOST_USERS) as i64);
            page.line(&format!("  {}", w.fill(phrases::MORE_IN_JSON, &[("count", &more)])));
        }
    }
    waiting_people(page, &people.waiting);
    if !people.current.is_empty() || !people.moved.is_empty() || !people.switched.is_empty() {
        page.line("");
        let letters = w.say(people_phrases::LETTERS);
        page.paragraph("  ", &w.fill(people_phrases::BY, &[("letters", &letters)]));
    }
    if !unseen && people.inactive.iter().any(|person| person.last_active.is_none()) {
        page.line(&format!(
            "  {}",
            w.fill(people_phrases::NEVER_MEANS, &[("day", &explanation.known_since)])
        ));
    }
}

fn waiting_people(page: &mut Page, users: &[(String, Day)]) {
    let Some(account_words::Waiting { title, users, more }) = account_words::waiting(page.words, users) else {
        return;
    };
    page.heading(&title);
    for (user, waits) in users {
        page.line(&format!("  {user:<36} {waits}"));
    }
    if let Some(more) = more {
        page.line(&format!("  {more}"));
    }
}

fn person_lines(page: &mut Page, person: &Person, unseen: bool) {
    let w = page.words;
    let never = if unseen { "-" } else { w.say(people_phrases::NEVER) };
    let last = person.last_active.map_or_else(|| never.to_owned(), |day| day.to_string());
    page.line(&format!(
        "  {:<36} {:<10} {:<10} {last:<10} {:>4} {}",
        person.user,
        words::since(w, &person.license),
        words::until(person.license.until),
        person.active_days,
        words::letters(&person.evidence)
    ));
    if let Some((user, day)) = &person.moved_to {
        page.line(&format!("    {}", words::went_to(w, user, *day)));
    }
    if let Some((user, day)) = &person.received_from {
        page.line(&format!("    {}", words::came_from(w, user, *day)));
    }
    if let Some(said) = account_words::disabled(w, person.disabled_since) {
        page.line(&format!("    {said}"));
    }
    if !person.other_products.is_empty() {
        page.paragraph("    ", &words::other_products(w, person));
    }
}

fn changed(page: &mut Page, change: &Change, now: &Numbers) {
    let w = page.words;
    page.heading(&w.fill(people_phrases::SINCE, &[("day", &change.since)]));
    page.paragraph("  ", &words::change(w, &change.before, now));
    if change.complete == Some(false) && !change.users.is_empty() {
        page.paragraph("  ", w.say(people_phrases::NOT_COMPLETE_THEN));
    }
    for group in &change.users {
        let count = w.grouped(group.users.len() as i64);
        page.paragraph(&format!("  {count:>7}  "), &words::user_change(w, group));
        names(page, &group.users);
    }
    for (what, users, sign) in [
        (people_phrases::GOT_LICENSE, &change.gained, 1),
        (people_phrases::LOST_LICENSE, &change.lost, -1),
    ] {
        if !users.is_empty() {
            let count = users.len() as i64;
            let what = w.fill(what, &[("delta", &w.signed(sign * count))]);
            page.line(&format!("  {:>7}  {what}", w.grouped(count)));
            // Those who also changed the number of active users are named there.
            let is_named = |user: &&String| change.users.iter().any(|group| group.users.contains(user));
            names(page, &users.iter().filter(|user| !is_named(user)).cloned().collect::<Vec<_>>());
        }
    }
    for seats in &change.seats {
        let label = w.noun(2, nouns::SEAT);
        page.paragraph(&format!("{label:>9}  "), &words::seat_change(w, seats));
    }
    if change.is_nothing() {
        page.line(&format!("  {}", w.say(people_phrases::NOTHING_CHANGED)));
    }
}

fn names(page: &mut Page, users: &[String]) {
    for user in users.iter().take(MOST_CHANGED) {
        page.line(&format!("           {user}"));
    }
    if users.len() > MOST_CHANGED {
        let w = page.words;
        let more = w.grouped((users.len() - MOST_CHANGED) as i64);
        page.line(&format!("           {}", w.fill(phrases::MORE, &[("count", &more)])));
    }
}
