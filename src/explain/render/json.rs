//! Renders explanations as JSON. Programs get everything; no list is cut off.

use serde_json::{Value, json};

use crate::domain::day::Day;
use crate::domain::kinds::ActivitySource;
use crate::domain::next_steps::Language;
use crate::domain::subscription::Term;
use crate::domain::words::Words;
use crate::explain::count::changes::Change;
use crate::explain::count::differences::Difference;
use crate::explain::count::numbers::{Numbers, SeatCounts};
use crate::explain::count::people::{License, Person};
use crate::explain::count::unlicensed::Unlicensed;
use crate::explain::facts::{CustomerName, ProductName};
use crate::explain::render::words;
use crate::explain::view::customer::CustomerView;
use crate::explain::view::notes::Note;
use crate::explain::view::product::{Completeness, ProductExplanation};
use crate::explain::view::user::{EventLine, RawRecord, UserDay, UserExplanation};
use crate::stages::licenses::subscriptions::Subscription;
use crate::stages::next_steps::NextStep;

/// The texts are for people who read the JSON. Programs use the codes and numbers next to them.
const ENGLISH: Words = Words(Language::English);

/// Renders the explanation of one number.
pub fn product(explanation: &ProductExplanation) -> Value {
    let people = &explanation.people;
    let persons = |group: &[Person]| group.iter().map(person).collect::<Vec<_>>();
    let workloads = explanation.workloads.iter().map(|(workload, counted)| {
        let mut value = numbers(counted);
        value["workload"] = json!(workload);
        value
    });
    json!({
        "customer": customer_name(&explanation.customer),
        "product": product_name(&explanation.product),
        "workload": explanation.workload,
        "day": day(explanation.day),
        "numbers": numbers(&explanation.numbers),
        "workloads": workloads.collect::<Vec<_>>(),
        "completeness": completeness(&explanation.completeness),
        "subscriptions": explanation.subscriptions.iter().map(|(row, seats)| subscription(row, *seats)).collect::<Vec<_>>(),
        "users": {
            "current": persons(&people.current),
            "moved": persons(&people.moved),
            "switched": persons(&people.switched),
            "inactive": persons(&people.inactive),
            "waiting": people.waiting.iter().map(|(user, since)| json!({"user_id": user, "since_day": day(*since)})).collect::<Vec<_>>(),
        },
        "use_known_since": day(explanation.known_since),
        "beyond_entitlements": explanation.numbers.users.holders - explanation.numbers.parts.current,
        "changes": explanation.changes.iter().map(|change| changed(change, &explanation.numbers)).collect::<Vec<_>>(),
        "notes": notes(&explanation.notes),
        "differences": differences(&explanation.differences),
        "next_steps": next_steps(explanation.next_steps.as_deref()),
    })
}

/// Renders the products of a customer.
pub fn customer(view: &CustomerView) -> Value {
    let lines = view.products.iter().map(|line| {
        json!({
            "product": product_name(&line.product),
            "numbers": numbers(&line.numbers),
            "has_workload": line.has_workload,
            "in_scope": line.out_of_scope.is_none(),
            "scope_reason": line.out_of_scope,
            "next_steps": next_steps(view.next_steps.as_ref().map(|_| line.next_steps.as_slice())),
        })
    });
    json!({
        "customer": customer_name(&view.customer),
        "day": day(view.day),
        "completeness": completeness(&view.completeness),
        "products": lines.collect::<Vec<_>>(),
        "unlicensed": view.unlicensed.iter().map(unlicensed).collect::<Vec<_>>(),
        "notes": notes(&view.notes),
        "differences": differences(&view.differences),
        "next_steps": next_steps(view.next_steps.as_deref()),
    })
}

fn unlicensed(found: &Unlicensed) -> Value {
    let users = found
        .users
        .iter()
        .map(|(user, days)| json!({"user_id": user, "active_days": days.len(), "last_active_day": day_or_null(days.last().copied())}));
    json!({"workload": found.workload, "users": users.collect::<Vec<_>>()})
}

/// Renders one user's licenses, days and raw lines.
pub fn user(explanation: &UserExplanation) -> Value {
    let licenses = explanation.licenses.iter().map(|(product, held)| {
        let mut value = license(held);
        value["product"] = product_name(product);
        value
    });
    let waiting = explanation
        .waits_for
        .iter()
        .map(|(product, since)| json!({"product": product_name(product), "since_day": day(*since)}));
    json!({
        "customer": customer_name(&explanation.customer),
        "product": explanation.product.as_ref().map(product_name),
        "workload": explanation.workload,
        "day": day(explanation.day),
        "window_first_day": day(explanation.first),
        "user_id": explanation.user,
        "standing": explanation.standing.map(|standing| standing.name()),
        "licenses": licenses.collect::<Vec<_>>(),
        "account_disabled_since": day_or_null(explanation.disabled_since),
        "waits_for": waiting.collect::<Vec<_>>(),
        "days": explanation.days.iter().map(user_day).collect::<Vec<_>>(),
        "notes": notes(&explanation.notes),
        "differences": differences(&explanation.differences),
    })
}

fn day(day: Day) -> Value {
    json!(day.to_string())
}

fn day_or_null(day: Option<Day>) -> Value {
    json!(day.map(|day| day.to_string()))
}

pub(crate) fn customer_name(customer: &CustomerName) -> Value {
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    json!({
        "tenant_id": customer.tenant_id.to_string(),
        "name": filled(&customer.name),
        "domain": filled(&customer.domain),
    })
}

fn product_name(product: &ProductName) -> Value {
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    json!({
        "sku_id": product.sku_id.to_string(),
        "part_number": filled(&product.part_number),
        "name": filled(&product.name),
    })
}

/// The names are those of the columns of `adoption` and `usage`.
fn numbers(numbers: &Numbers) -> Value {
    let seats = |of: fn(SeatCounts) -> i64| numbers.seats.map(of);
    json!({
        "seats_sold": seats(|seats| seats.sold),
        "seats_sold_own": seats(|seats| seats.sold_own),
        "seats_trial": seats(|seats| seats.trial),
        "seats_lapsed": seats(|seats| seats.lapsed),
        "seats_assigned": numbers.assigned,
        "seats_assigned_disabled": numbers.disabled,
        "users_waiting": numbers.waiting,
        "deployment_ratio": numbers.deployment(),
        "entitlements_total": numbers.entitlements,
        "entitlements_active": numbers.users.active,
        "active_with_license": numbers.users.holders,
        "active_current": numbers.parts.current,
        "active_moved": numbers.parts.moved,
        "active_switched": numbers.parts.switched,
        "active_lapsed": numbers.parts.lapsed,
        "active_trial": numbers.parts.trial,
        "active_over_assigned": numbers.parts.over_assigned,
        "usage_ratio": numbers.usage(),
        "usage_ratio_adjusted": numbers.usage_adjusted(),
    })
}

fn completeness(completeness: &Completeness) -> Value {
    json!({
        "window_first_day": day(completeness.first),
        "window_last_day": day(completeness.last),
        "window_days_covered": completeness.days_covered,
        "activity_source": completeness.source.map(ActivitySource::name),
        "window_complete": completeness.complete,
        "seats_snapshot_day": day_or_null(completeness.snapshot_day),
    })
}

fn subscription(row: &Subscription, seats: SeatCounts) -> Value {
    json!({
        "subscription_id": row.subscription_id,
        "seats": row.seats,
        "state": row.state.name(),
        "is_trial": row.is_trial,
        "seller": row.seller.name(),
        "ends_on": day_or_null(row.ends_on),
        "renews_on": day_or_null(row.renews_on),
        "term": row.term.map(Term::name),
        "auto_renew": row.auto_renew,
        "snapshot_day": day(row.snapshot_day),
        "counts": {
            "sold": seats.sold, "sold_own": seats.sold_own, "trial": seats.trial, "lapsed": seats.lapsed, "entitlements": seats.entitled,
        },
    })
}

fn license(license: &License) -> Value {
    json!({
        "assigned_day": day_or_null(license.since),
        "removed_day": day_or_null(license.until),
        "source": license.opened.name(),
    })
}

fn person(person: &Person) -> Value {
    let partner = |partner: &Option<(String, Day)>| partner.as_ref().map(|(user, on)| json!({"user_id": user, "day": day(*on)}));
    json!({
        "user_id": person.user,
        "assigned_day": day_or_null(person.license.since),
        "removed_day": day_or_null(person.license.until),
        "licenses": person.licenses.iter().map(license).collect::<Vec<_>>(),
        "active_days": person.active_days,
        "last_active_day": day_or_null(person.last_active),
        "evidence": person.evidence.iter().map(|kind| kind.name()).collect::<Vec<_>>(),
        "moved_to": partner(&person.moved_to),
        "received_from": partner(&person.received_from),
        "other_products": person.other_products.iter().map(product_name).collect::<Vec<_>>(),
        "account_disabled_since": day_or_null(person.disabled_since),
    })
}

fn changed(change: &Change, now: &Numbers) -> Value {
    let difference = |now: Option<i64>, before: Option<i64>| now.zip(before).map(|(now, before)| now - before);
    let users = change.users.iter().map(|group| {
        json!({
            "cause": group.cause.name(),
            "users": group.users,
            "entitlements_active": group.active,
            "active_with_license": group.holders,
            "active_moved": group.moved,
            "active_switched": group.switched,
        })
    });
    let seats = change.seats.iter().map(|seats| {
        json!({
            "cause": seats.cause.name(),
            "subscription_id": seats.subscription_id,
            "before": seats.before.as_ref().map(|state| words::seat_state(ENGLISH, state)),
            "now": seats.now.as_ref().map(|state| words::seat_state(ENGLISH, state)),
            "seats_sold": seats.sold,
            "entitlements_total": seats.entitled,
            "seats_trial": seats.trial,
            "seats_lapsed": seats.lapsed,
        })
    });
    json!({
        "since": day(change.since),
        "before": numbers(&change.before),
        "window_complete": change.complete,
        "entitlements_active": now.users.active - change.before.users.active,
        "entitlements_total": difference(now.entitlements, change.before.entitlements),
        "seats_assigned": now.assigned - change.before.assigned,
        "users": users.collect::<Vec<_>>(),
        "assigned": change.gained,
        "removed": change.lost,
        "subscriptions": seats.collect::<Vec<_>>(),
    })
}

fn user_day(of: &UserDay) -> Value {
    json!({
        "day": day(of.day),
        "workload": of.workload,
        "interactive_sign_ins": of.interactive_sign_ins,
        "non_interactive_sign_ins": of.non_interactive_sign_ins,
        "actions": of.actions,
        "reports": of.reports,
        "is_active": of.is_active,
        "held": of.held.iter().map(|sku| sku.to_string()).collect::<Vec<_>>(),
        "lines": of.lines.iter().map(event_line).collect::<Vec<_>>(),
    })
}

fn event_line(line: &EventLine) -> Value {
    let (excerpt, missing) = match &line.raw {
        Some(RawRecord::Excerpt(text)) => (Some(text), None),
        Some(RawRecord::Missing(why)) => (None, Some(why)),
        None => (None, None),
    };
    json!({
        "event_time": line.at.to_string(),
        "event_id": line.event_id,
        "evidence": line.evidence.name(),
        "source_file": line.source_file,
        "source_line": line.source_line,
        "excerpt": excerpt,
        "no_excerpt_because": missing,
    })
}

fn notes(notes: &[Note]) -> Value {
    let notes = notes
        .iter()
        .map(|note| json!({"code": note.code.name(), "text": note.text(ENGLISH)}));
    notes.collect::<Vec<_>>().into()
}

fn differences(differences: &[Difference]) -> Value {
    let rows = differences.iter().map(|found| {
        json!({
            "table": found.table, "day": day(found.day), "workload": found.workload, "column": found.column,
            "in_table": found.in_table, "counted": found.counted, "text": words::difference(ENGLISH, found),
        })
    });
    rows.collect::<Vec<_>>().into()
}

/// Null if the warehouse has no such table.
fn next_steps(steps: Option<&[NextStep]>) -> Value {
    let step = |step: &NextStep| {
        json!({
            "sku_id": step.sku_id.map(|sku| sku.to_string()), "workload": step.workload, "code": step.code.name(),
            "evidence": step.evidence, "cause": step.cause, "strategies": step.strategies,
        })
    };
    steps.map_or(Value::Null, |steps| steps.iter().map(step).collect::<Vec<_>>().into())
}
