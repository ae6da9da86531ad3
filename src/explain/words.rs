//! Words and figures that all forms of an explanation share.

use crate::domain::day::Day;
use crate::domain::kinds::Evidence;
use crate::domain::next_steps::StepCode;
use crate::domain::subscription::Seller;
use crate::explain::changes::{Cause, SeatCause, SeatChange, UserChange};
use crate::explain::compare::Difference;
use crate::explain::counts::{Numbers, Seats};
use crate::explain::facts::CustomerName;
use crate::explain::people::License;
use crate::explain::product::{Completeness, ProductName};
use crate::reports::summary_text::{grouped, signed};
use crate::stages::next_steps::NextStep;
use crate::stages::next_steps::evidence;
use crate::stages::subscriptions::Subscription;
use crate::stages::usage::Parts;

/// `107.0 %`; `-` where there is no ratio.
pub fn percent(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{:.1} %", ratio * 100.0))
}

/// A count that may be unknown.
pub fn known(count: Option<i64>) -> String {
    count.map_or_else(|| "unknown".to_owned(), grouped)
}

/// `1 seat`, `2 seats`.
pub fn counted(count: i64, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {what}{ending}", grouped(count))
}

/// A next step and how many seats (or support requests) it concerns; its evidence has all numbers, for programs.
pub fn step_and_count(step: &NextStep) -> String {
    let concerned = evidence::Evidence::parse(&step.evidence).map_or(0, |evidence| evidence.seats_concerned());
    let what = if step.code == StepCode::SupportLoad { "request" } else { "seat" };
    format!("{} ({})", step.code.name(), counted(concerned, what))
}

/// The same for a step that may be about a workload.
pub fn next_step(step: &NextStep) -> String {
    match &step.workload {
        Some(workload) => format!("{workload}: {}", step_and_count(step)),
        None => step_and_count(step),
    }
}

/// What a step is about that is about no single product.
pub fn workload_or_all(step: &NextStep) -> String {
    step.workload.clone().unwrap_or_else(|| "the customer as a whole".to_owned())
}

/// The same where the count may be unknown.
pub fn counted_or_unknown(count: Option<i64>, what: &str) -> String {
    count.map_or_else(|| format!("unknown {what}s"), |count| counted(count, what))
}

/// A text from a list or log in one line: control characters become blanks.
pub fn clean(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// `Contoso (contoso.example)`, else the tenant id.
pub fn customer(customer: &CustomerName) -> String {
    match (customer.name.is_empty(), customer.domain.is_empty()) {
        (true, true) => customer.tenant_id.to_string(),
        (true, false) => clean(&customer.domain),
        (false, true) => clean(&customer.name),
        (false, false) => format!("{} ({})", clean(&customer.name), clean(&customer.domain)),
    }
}

/// `Office 365 E3 (ENTERPRISEPACK)`, else the SKU id.
pub fn product(product: &ProductName) -> String {
    match product.name.is_empty() {
        true => product.sku_id.to_string(),
        false if product.part_number.is_empty() => clean(&product.name),
        false => format!("{} ({})", clean(&product.name), clean(&product.part_number)),
    }
}

/// The five parts, each with its column and what it means.
pub fn parts(parts: Parts) -> [(&'static str, i64, &'static str); 5] {
    [
        (
            "active_current",
            parts.current,
            "with the product, as far as there are entitlements",
        ),
        ("active_moved", parts.moved, "without it by now: the license moved on"),
        (
            "active_lapsed",
            parts.lapsed,
            "with it beyond the entitlements, while paid seats have lapsed",
        ),
        (
            "active_trial",
            parts.trial,
            "with it beyond the entitlements, while there is a trial",
        ),
        (
            "active_over_assigned",
            parts.over_assigned,
            "with it beyond everything that was sold",
        ),
    ]
}

/// How many of the active users who have the product are beyond the entitlements, and why; `None` where none is.
pub fn beyond(numbers: &Numbers) -> Option<String> {
    let holders = numbers.users.holders;
    let beyond = holders - numbers.parts.current;
    if beyond == 0 {
        return None;
    }
    let reasons = [
        (numbers.parts.lapsed, "because paid seats have lapsed"),
        (numbers.parts.trial, "while there is a trial"),
        (numbers.parts.over_assigned, "because more licenses are assigned than were sold"),
    ];
    let reasons: Vec<String> = reasons
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, why)| match *count == beyond {
            true => (*why).to_owned(),
            false => format!("{} {why}", grouped(*count)),
        })
        .collect();
    let pooled = match beyond == holders {
        true => String::new(),
        false => format!(" Licenses are pooled, so nothing says which of the {} they are.", grouped(holders)),
    };
    Some(format!(
        "{} with the product, {}: {} beyond, {}.{pooled}",
        counted(holders, "active user"),
        counted_or_unknown(numbers.entitlements, "entitlement"),
        grouped(beyond),
        reasons.join(", ")
    ))
}

/// What a subscription counts as.
pub fn counts_as(seats: Seats) -> String {
    let roles = [
        (seats.sold, "sold"),
        (seats.entitled, "entitlements"),
        (seats.trial, "trial"),
        (seats.lapsed, "lapsed"),
    ];
    let roles: Vec<&str> = roles.iter().filter(|(count, _)| *count > 0).map(|(_, role)| *role).collect();
    if roles.is_empty() {
        "nothing".to_owned()
    } else {
        roles.join(" and ")
    }
}

/// `57 seats, active, sold by us, ends 2027-08-31`.
pub fn subscription(row: &Subscription) -> String {
    let trial = if row.is_trial { " trial" } else { "" };
    let seller = match row.seller {
        Seller::Own => "sold by us",
        Seller::Other => "sold by another partner",
        Seller::Direct => "bought directly",
        Seller::Unknown => "seller unknown",
    };
    let ends = row.ends_on.map_or_else(|| "no end known".to_owned(), |day| format!("ends {day}"));
    format!("{}, {}{trial}, {seller}, {ends}", counted(row.seats, "seat"), row.state)
}

/// `2026-09-03 to 2026-09-30, complete, events on 28 of 28 days`.
pub fn window(completeness: &Completeness) -> String {
    let complete = if completeness.complete { "complete" } else { "NOT complete" };
    let days = completeness.last.0 - completeness.first.0 + 1;
    format!(
        "{} to {}, {complete}, events on {} of {days} days",
        completeness.first, completeness.last, completeness.days_covered
    )
}

/// `by the list of subscriptions of 2026-09-09`.
pub fn snapshot(completeness: &Completeness) -> String {
    completeness.snapshot_day.map_or_else(
        || "no list of subscriptions".to_owned(),
        |day| format!("by the list of subscriptions of {day}"),
    )
}

/// Since when, and until when, a license was held.
pub fn since(license: &License) -> String {
    license.since.map_or_else(|| "before".to_owned(), |day| day.to_string())
}

pub fn until(day: Option<Day>) -> String {
    day.map_or_else(|| "-".to_owned(), |day| day.to_string())
}

/// `ina`: a letter for each kind of evidence.
pub fn letters<'a>(evidence: impl IntoIterator<Item = &'a Evidence>) -> String {
    let letter = |kind: &Evidence| match kind {
        Evidence::Interactive => 'i',
        Evidence::NonInteractive => 'n',
        Evidence::Action => 'a',
    };
    evidence.into_iter().map(letter).collect()
}

/// A kind of evidence in words.
pub fn evidence(kind: Evidence) -> &'static str {
    match kind {
        Evidence::Interactive => "interactive sign-in",
        Evidence::NonInteractive => "non-interactive sign-in",
        Evidence::Action => "audited action",
    }
}

pub const LETTERS: &str = "i interactive sign-in, n non-interactive sign-in, a audited action";

/// What happened to users, to follow their number.
fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Assigned => "got a license since, and used it",
        Cause::BecameActive => "had a license, and became active",
        Cause::UsedAndRemoved => "became active, and lost the license since",
        Cause::GivenBack => "got back the license that they had lost",
        Cause::Removed => "lost the license; still counted by earlier use",
        Cause::FellOut => "last use fell out of the window",
        Cause::RemovedAndFellOut => "had lost the license; last use fell out of the window",
    }
}

/// What happened to a subscription.
fn seat_cause(cause: SeatCause) -> &'static str {
    match cause {
        SeatCause::Added => "new in the list",
        SeatCause::Gone => "no longer in the list",
        SeatCause::Seats => "number of seats changed",
        SeatCause::State => "state changed",
        SeatCause::Trial => "trial became paid, or the other way round",
    }
}

/// `+2 entitlements, +2 sold`; what did not change is left out.
fn deltas(deltas: &[(i64, &str)]) -> String {
    let words: Vec<String> = deltas
        .iter()
        .filter(|(delta, _)| *delta != 0)
        .map(|(delta, what)| format!("{} {what}", signed(*delta)))
        .collect();
    if words.is_empty() {
        "no change in what counts".to_owned()
    } else {
        words.join(", ")
    }
}

/// A number then and now, in a line.
pub fn change(before: &Numbers, now: &Numbers) -> String {
    let from_to = |what: &str, before: String, now: String| match before == now {
        true => format!("{what} {now} as before"),
        false => format!("{what} {before} to {now}"),
    };
    let usage = |numbers: &Numbers| numbers.usage().map_or_else(|| "unknown".to_owned(), |ratio| percent(Some(ratio)));
    [
        from_to("Usage", usage(before), usage(now)),
        from_to("active users", grouped(before.users.active), grouped(now.users.active)),
        from_to("entitlements", known(before.entitlements), known(now.entitlements)),
        from_to("assigned", grouped(before.assigned), grouped(now.assigned)),
    ]
    .join(", ")
}

/// What happened to a subscription, and what that changes.
pub fn seat_change(change: &SeatChange) -> String {
    let states = match (&change.before, &change.now) {
        (Some(before), Some(now)) => format!("{before} to {now}"),
        (Some(before), None) => format!("was {before}"),
        (None, Some(now)) => now.clone(),
        (None, None) => String::new(),
    };
    let effect = deltas(&[
        (change.entitled, "entitlements"),
        (change.sold, "sold"),
        (change.trial, "trial"),
        (change.lapsed, "lapsed"),
    ]);
    format!(
        "subscription {}: {}, {states}: {effect}",
        clean(&change.subscription_id),
        seat_cause(change.cause)
    )
}

/// What happened to some users, to follow their number.
pub fn user_change(change: &UserChange) -> String {
    let effect = deltas(&[
        (change.active, "active"),
        (change.holders, "with the product"),
        (change.moved, "moved"),
    ]);
    format!("{}: {effect}", cause(change.cause))
}

/// Of a compared day whose window was not complete.
pub const NOT_COMPLETE_THEN: &str = "The window of that day was not complete: part of a rise is data that began, and not use.";

/// A difference in a sentence.
pub fn difference(difference: &Difference) -> String {
    let workload = difference
        .workload
        .as_ref()
        .map_or_else(String::new, |workload| format!(", {workload}"));
    format!(
        "`{}` of {}{workload}: `{}` is {}, and counted again it is {}",
        difference.table, difference.day, difference.column, difference.in_table, difference.counted
    )
}

/// What differences mean.
pub const DIFFERENCES: &str = "The tables say something else than what assignments, daily activity and subscriptions give when they are counted again. One of the two is wrong:";
