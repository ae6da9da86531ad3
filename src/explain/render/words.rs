//! Fragments of text that all forms of an explanation share. The phrases are in `domain/words`.

use crate::domain::day::Day;
use crate::domain::kinds::Evidence;
use crate::domain::next_steps::StepCode;
use crate::domain::words::{Noun, Phrase, Words, explain as phrases, explain_people as people, nouns};
use crate::explain::count::changes::{Cause, SeatCause, SeatChange, SeatState, UserChange};
use crate::explain::count::differences::Difference;
use crate::explain::count::numbers::{Numbers, SeatCounts};
use crate::explain::count::people::{License, Person};
use crate::explain::facts::{CustomerName, ProductName};
use crate::explain::render::subscription_words::state;
use crate::explain::view::product::Completeness;
use crate::stages::measures::usage::Parts;
use crate::stages::next_steps::NextStep;
use crate::stages::next_steps::advice::title;
use crate::stages::next_steps::evidence;

/// `107.0 %`, or `-` without a ratio.
pub fn percent(w: Words, ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "-".to_owned(), |ratio| w.percent(ratio, 1))
}

/// A count, or the word for an unknown one.
pub fn known(w: Words, count: Option<i64>) -> String {
    count.map_or_else(|| w.say(phrases::UNKNOWN).to_owned(), |count| w.grouped(count))
}

/// The title of a next step and the number of seats (or support requests) it concerns. Its evidence
/// has all numbers, for programs.
pub fn step_and_count(w: Words, step: &NextStep) -> String {
    let concerned = evidence::Evidence::parse(&step.evidence).map_or(0, |evidence| evidence.seats_concerned());
    let what = if step.code == StepCode::SupportLoad {
        nouns::REQUEST
    } else {
        nouns::SEAT
    };
    format!("{} ({})", title(w.0, step.code), w.count(concerned, what))
}

/// The same for a step that may be about a workload.
pub fn next_step(w: Words, step: &NextStep) -> String {
    match &step.workload {
        Some(workload) => format!("{workload}: {}", step_and_count(w, step)),
        None => step_and_count(w, step),
    }
}

/// The subject of a step that is not about a single product.
pub fn workload_or_all(w: Words, step: &NextStep) -> String {
    step.workload
        .clone()
        .unwrap_or_else(|| w.say(phrases::CUSTOMER_AS_A_WHOLE).to_owned())
}

/// A count with its noun; the count may be unknown.
pub fn counted_or_unknown(w: Words, count: Option<i64>, noun: Noun) -> String {
    count.map_or_else(
        || w.fill(phrases::UNKNOWN_COUNT, &[("noun", &w.say(noun.many))]),
        |count| w.count(count, noun),
    )
}

/// A text of a list or log on one line: control characters become blanks.
pub fn clean(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// `Contoso (contoso.example)`, or the tenant id.
pub fn customer(customer: &CustomerName) -> String {
    match (customer.name.is_empty(), customer.domain.is_empty()) {
        (true, true) => customer.tenant_id.to_string(),
        (true, false) => clean(&customer.domain),
        (false, true) => clean(&customer.name),
        (false, false) => format!("{} ({})", clean(&customer.name), clean(&customer.domain)),
    }
}

/// `Office 365 E3 (ENTERPRISEPACK)`, or the SKU id.
pub fn product(product: &ProductName) -> String {
    match product.name.is_empty() {
        true => product.sku_id.to_string(),
        false if product.part_number.is_empty() => clean(&product.name),
        false => format!("{} ({})", clean(&product.name), clean(&product.part_number)),
    }
}

/// The workload, or the phrase for any of them.
pub fn workload(w: Words, workload: Option<&str>) -> &str {
    workload.unwrap_or_else(|| w.say(phrases::ANY_WORKLOAD))
}

/// The six parts, each with a short and a long name.
pub fn parts(parts: Parts) -> [(Phrase, i64, Phrase); 6] {
    [
        (phrases::CURRENT_SHORT, parts.current, phrases::CURRENT),
        (phrases::MOVED_SHORT, parts.moved, phrases::MOVED),
        (phrases::SWITCHED_SHORT, parts.switched, phrases::SWITCHED),
        (phrases::LAPSED_SHORT, parts.lapsed, phrases::LAPSED),
        (phrases::TRIAL_SHORT, parts.trial, phrases::TRIAL),
        (phrases::OVER_ASSIGNED_SHORT, parts.over_assigned, phrases::OVER_ASSIGNED),
    ]
}

/// How many of the active users with the product exceed the entitlements, and why. `None` if there
/// is none.
pub fn beyond(w: Words, numbers: &Numbers) -> Option<String> {
    let holders = numbers.users.holders;
    let beyond = holders - numbers.parts.current;
    if beyond == 0 {
        return None;
    }
    let reasons = [
        (numbers.parts.lapsed, phrases::BECAUSE_LAPSED),
        (numbers.parts.trial, phrases::WHILE_TRIAL),
        (numbers.parts.over_assigned, phrases::BECAUSE_OVER_ASSIGNED),
    ];
    let reasons: Vec<String> = reasons
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, why)| match *count == beyond {
            true => w.say(*why).to_owned(),
            false => format!("{} {}", w.grouped(*count), w.say(*why)),
        })
        .collect();
    let mut text = w.fill(
        phrases::BEYOND,
        &[
            ("users", &w.count(holders, nouns::ACTIVE_USER)),
            ("entitlements", &counted_or_unknown(w, numbers.entitlements, nouns::ENTITLEMENT)),
            ("count", &w.grouped(beyond)),
            ("reasons", &reasons.join(", ")),
        ],
    );
    if beyond != holders {
        text.push(' ');
        text.push_str(&w.fill(phrases::POOLED, &[("count", &w.grouped(holders))]));
    }
    Some(text)
}

/// What a subscription counts as.
pub fn counts_as(w: Words, seats: SeatCounts) -> String {
    let roles = [
        (seats.sold, phrases::SOLD),
        (seats.entitled, phrases::ENTITLED),
        (seats.trial, phrases::TRIAL_SHORT),
        (seats.lapsed, phrases::LAPSED_SHORT),
    ];
    let roles: Vec<&str> = roles.iter().filter(|(count, _)| *count > 0).map(|(_, role)| w.say(*role)).collect();
    match roles.as_slice() {
        [] => w.say(phrases::NOTHING).to_owned(),
        roles => w.and(roles),
    }
}

/// `2026-09-03 to 2026-09-30, complete, events on 28 of 28 days`.
pub fn window(w: Words, completeness: &Completeness) -> String {
    let complete = if completeness.complete {
        phrases::COMPLETE
    } else {
        phrases::NOT_COMPLETE
    };
    w.fill(
        phrases::WINDOW_WORDS,
        &[
            ("first", &completeness.first),
            ("last", &completeness.last),
            ("complete", &w.say(complete)),
            ("covered", &completeness.days_covered),
            ("days", &(completeness.last.0 - completeness.first.0 + 1)),
        ],
    )
}

/// `by the list of subscriptions of 2026-09-09`.
pub fn snapshot(w: Words, completeness: &Completeness) -> String {
    completeness.snapshot_day.map_or_else(
        || w.say(phrases::NO_LIST).to_owned(),
        |day| w.fill(phrases::BY_LIST, &[("day", &day)]),
    )
}

/// The day from which a license was held.
pub fn since(w: Words, license: &License) -> String {
    license
        .since
        .map_or_else(|| w.say(people::BEFORE).to_owned(), |day| day.to_string())
}

pub fn until(day: Option<Day>) -> String {
    day.map_or_else(|| "-".to_owned(), |day| day.to_string())
}

/// To whom a license went.
pub fn went_to(w: Words, user: &str, day: Day) -> String {
    w.fill(people::WENT_TO, &[("user", &user), ("day", &day)])
}

pub fn came_from(w: Words, user: &str, day: Day) -> String {
    w.fill(people::CAME_FROM, &[("user", &user), ("day", &day)])
}

/// Which products with the same workload a user has besides, or instead.
pub fn other_products(w: Words, person: &Person) -> String {
    let names: Vec<String> = person.other_products.iter().map(product).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let phrase = if person.has { people::ALSO_HAS } else { people::SWITCHED_TO };
    w.fill(phrase, &[("products", &w.and(&names))])
}

/// `inar`: one letter for each kind of evidence.
pub fn letters<'a>(evidence: impl IntoIterator<Item = &'a Evidence>) -> String {
    let letter = |kind: &Evidence| match kind {
        Evidence::Interactive => 'i',
        Evidence::NonInteractive => 'n',
        Evidence::Action => 'a',
        Evidence::Report => 'r',
    };
    evidence.into_iter().map(letter).collect()
}

/// A kind of evidence.
pub fn evidence(w: Words, kind: Evidence) -> &'static str {
    w.say(match kind {
        Evidence::Interactive => people::INTERACTIVE_SIGN_IN,
        Evidence::NonInteractive => people::NON_INTERACTIVE_SIGN_IN,
        Evidence::Action => people::AUDITED_ACTION,
        Evidence::Report => people::USAGE_REPORT,
    })
}

/// What happened to users; it follows their number.
fn cause(cause: Cause) -> Phrase {
    match cause {
        Cause::Assigned => people::ASSIGNED_AND_USED,
        Cause::BecameActive => people::BECAME_ACTIVE,
        Cause::UsedAndRemoved => people::USED_AND_REMOVED,
        Cause::GivenBack => people::GIVEN_BACK,
        Cause::Removed => people::REMOVED,
        Cause::Switched => people::SWITCHED,
        Cause::OtherRemoved => people::OTHER_REMOVED,
        Cause::FellOut => people::FELL_OUT,
        Cause::RemovedAndFellOut => people::REMOVED_AND_FELL_OUT,
    }
}

/// What happened to a subscription.
fn seat_cause(cause: SeatCause) -> Phrase {
    match cause {
        SeatCause::Added => people::ADDED,
        SeatCause::Gone => people::GONE,
        SeatCause::Seats => people::SEATS_CHANGED,
        SeatCause::State => people::STATE_CHANGED,
        SeatCause::Trial => people::TRIAL_CHANGED,
    }
}

/// `+2 entitlements, +2 sold`. Counts that did not change are left out.
fn deltas(w: Words, deltas: &[(i64, Phrase)]) -> String {
    let words: Vec<String> = deltas
        .iter()
        .filter(|(delta, _)| *delta != 0)
        .map(|(delta, what)| format!("{} {}", w.signed(*delta), w.say(*what)))
        .collect();
    match words.is_empty() {
        true => w.say(people::NO_EFFECT).to_owned(),
        false => words.join(", "),
    }
}

/// A number on an earlier day and now, on one line.
pub fn change(w: Words, before: &Numbers, now: &Numbers) -> String {
    let from_to = |what: Phrase, before: String, now: String| match before == now {
        true => w.fill(people::AS_BEFORE, &[("what", &w.say(what)), ("now", &now)]),
        false => w.fill(people::WAS_AND_IS, &[("what", &w.say(what)), ("before", &before), ("now", &now)]),
    };
    let usage = |numbers: &Numbers| match numbers.usage() {
        None => w.say(phrases::UNKNOWN).to_owned(),
        ratio => percent(w, ratio),
    };
    [
        from_to(people::USAGE, usage(before), usage(now)),
        from_to(people::ACTIVE_USERS, w.grouped(before.users.active), w.grouped(now.users.active)),
        from_to(people::ENTITLEMENTS, known(w, before.entitlements), known(w, now.entitlements)),
        from_to(people::ASSIGNED, w.grouped(before.assigned), w.grouped(now.assigned)),
    ]
    .join(", ")
}

/// `52 seats active trial`.
pub fn seat_state(w: Words, seats: &SeatState) -> String {
    let trial = if seats.is_trial {
        format!(" {}", w.say(phrases::A_TRIAL))
    } else {
        String::new()
    };
    format!("{} {}{trial}", w.count(seats.seats, nouns::SEAT), state(w, seats.state))
}

/// What happened to a subscription and what that changes.
pub fn seat_change(w: Words, change: &SeatChange) -> String {
    let (before, now) = (
        change.before.as_ref().map(|before| seat_state(w, before)),
        change.now.as_ref().map(|now| seat_state(w, now)),
    );
    let states = match (before, now) {
        (Some(before), Some(now)) => w.fill(people::FROM_TO, &[("before", &before), ("now", &now)]),
        (Some(before), None) => w.fill(people::WAS, &[("before", &before)]),
        (None, now) => now.unwrap_or_default(),
    };
    let effect = deltas(
        w,
        &[
            (change.entitled, phrases::ENTITLED),
            (change.sold, phrases::SOLD),
            (change.trial, phrases::TRIAL_SHORT),
            (change.lapsed, phrases::LAPSED_SHORT),
        ],
    );
    w.fill(
        people::SUBSCRIPTION_CHANGED,
        &[
            ("id", &clean(&change.subscription_id)),
            ("cause", &w.say(seat_cause(change.cause))),
            ("states", &states),
            ("effect", &effect),
        ],
    )
}

/// What happened to some users; it follows their number.
pub fn user_change(w: Words, change: &UserChange) -> String {
    let effect = deltas(
        w,
        &[
            (change.active, phrases::ACTIVE_COLUMN),
            (change.holders, people::WITH_PRODUCT),
            (change.moved, phrases::MOVED_SHORT),
            (change.switched, phrases::SWITCHED_SHORT),
        ],
    );
    format!("{}: {effect}", w.say(cause(change.cause)))
}

/// A difference as a sentence.
pub fn difference(w: Words, difference: &Difference) -> String {
    let workload = difference
        .workload
        .as_ref()
        .map_or_else(String::new, |workload| format!(", {workload}"));
    w.fill(
        phrases::DIFFERENCE,
        &[
            ("table", &difference.table),
            ("day", &difference.day),
            ("workload", &workload),
            ("column", &difference.column),
            ("found", &difference.in_table),
            ("counted", &difference.counted),
        ],
    )
}
