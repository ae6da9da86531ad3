//! One number taken apart, as text.

use crate::explain::changes::Change;
use crate::explain::counts::Numbers;
use crate::explain::people::Person;
use crate::explain::product::ProductExplanation;
use crate::explain::text::Page;
use crate::explain::words::{self, counted, percent};
use crate::reports::summary_text::{grouped, signed};

/// How many users of a group are shown; all of them are in the JSON form.
const MOST_USERS: usize = 10;
/// How many users are named behind a change.
const MOST_CHANGED: usize = 5;

/// The explanation as text.
pub fn product(explanation: &ProductExplanation, colored: bool) -> String {
    let mut page = Page::new(colored);
    let numbers = &explanation.numbers;
    page.heading(&words::customer(&explanation.customer));
    let workload = explanation.workload.as_deref().unwrap_or("any workload");
    page.paragraph(
        "",
        &format!("{}, {workload}, on {}", words::product(&explanation.product), explanation.day),
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
        page.heading("Next steps");
        page.next_steps(steps);
    }
    page.finish()
}

fn head(page: &mut Page, explanation: &ProductExplanation) {
    let numbers = &explanation.numbers;
    let figure = |label: &str, ratio, what: String| format!("  {label:<11}{:>8}  {what}", percent(ratio));
    let entitlements = words::counted_or_unknown(numbers.entitlements, "entitlement");
    if explanation.workloads.is_empty() {
        page.line("  Usage      cannot be seen: no workload of this product is known");
    } else {
        let active = counted(numbers.users.active, "active user");
        page.line(&figure("Usage", numbers.usage(), format!("{active} of {entitlements}")));
        let adjusted = format!(
            "{} of {}: without what distorts it (below)",
            grouped(numbers.parts.current),
            words::known(numbers.entitlements)
        );
        page.line(&figure("  adjusted", numbers.usage_adjusted(), adjusted));
    }
    let sold = words::counted_or_unknown(numbers.seats.map(|seats| seats.sold), "seat");
    let own = numbers
        .seats
        .filter(|seats| seats.sold_own != seats.sold)
        .map_or_else(String::new, |seats| format!(", {} of them by us", grouped(seats.sold_own)));
    page.line(&figure(
        "Deployment",
        numbers.deployment(),
        format!("{} assigned of {sold} sold{own}", grouped(numbers.assigned)),
    ));
    page.line(&format!("  Window     {}", words::window(&explanation.completeness)));
    page.line(&format!("  Seats      {}", words::snapshot(&explanation.completeness)));
}

fn parts(page: &mut Page, numbers: &Numbers) {
    if numbers.users.active == 0 {
        return;
    }
    page.heading(&format!("Of the {}", counted(numbers.users.active, "active user")));
    for (_, count, meaning) in words::parts(numbers.parts).into_iter().filter(|(_, count, _)| *count > 0) {
        page.paragraph(&format!("  {:>7}  ", grouped(count)), meaning);
    }
    if let Some(text) = words::beyond(numbers) {
        page.paragraph("  ", &text);
    }
}

fn by_workload(page: &mut Page, explanation: &ProductExplanation) {
    if explanation.workload.is_some() || explanation.workloads.len() < 2 {
        return;
    }
    page.heading("By workload");
    page.line(&format!(
        "  {:<16}{:>9}{:>8}{:>8}{:>8}{:>7}{:>7}{:>6}{:>6}",
        "", "usage", "active", "of", "current", "moved", "lapsed", "trial", "over"
    ));
    for (workload, numbers) in &explanation.workloads {
        let parts = numbers.parts;
        page.line(&format!(
            "  {workload:<16}{:>9}{:>8}{:>8}{:>8}{:>7}{:>7}{:>6}{:>6}",
            percent(numbers.usage()),
            grouped(numbers.users.active),
            numbers.entitlements.map_or_else(|| "?".to_owned(), grouped),
            grouped(parts.current),
            grouped(parts.moved),
            grouped(parts.lapsed),
            grouped(parts.trial),
            grouped(parts.over_assigned)
        ));
    }
}

fn subscriptions(page: &mut Page, explanation: &ProductExplanation) {
    if explanation.completeness.snapshot_day.is_none() {
        return;
    }
    page.heading(&format!("Subscriptions in force, {}", words::snapshot(&explanation.completeness)));
    if explanation.subscriptions.is_empty() {
        page.line("  The list has none of this product.");
    }
    for (row, seats) in &explanation.subscriptions {
        page.paragraph(
            "  ",
            &format!("{}: counts as {}", words::subscription(row), words::counts_as(*seats)),
        );
        page.line(&format!("    {}", words::clean(&row.subscription_id)));
    }
}

fn people(page: &mut Page, explanation: &ProductExplanation) {
    let people = &explanation.people;
    let unseen = explanation.workloads.is_empty();
    let inactive = match unseen {
        true => "They have it, and its use cannot be seen",
        false => "They have it and did not use it",
    };
    let order = if unseen {
        "in the order of their ids"
    } else {
        "the longest unused first"
    };
    let groups = [
        ("Active, and they have the product", "the latest assigned first", &people.current),
        ("Active, and they no longer have it", "the latest to lose it first", &people.moved),
        (inactive, order, &people.inactive),
    ];
    for (title, order, group) in groups.iter().filter(|(_, _, group)| !group.is_empty()) {
        page.heading(&format!("{title}: {}, {order}", grouped(group.len() as i64)));
        page.line(&format!(
            "  {:<36} {:<10} {:<10} {:<10} days by",
            "user", "since", "until", "last use"
        ));
        for person in group.iter().take(MOST_USERS) {
            person_lines(page, person, unseen);
        }
        if group.len() > MOST_USERS {
            page.line(&format!(
                "  and {} more (`--format json` has all of them)",
                grouped((group.len() - MOST_USERS) as i64)
            ));
        }
    }
    if !people.current.is_empty() || !people.moved.is_empty() {
        page.line("");
        page.line(&format!("  by: {}", words::LETTERS));
    }
    if !unseen && people.inactive.iter().any(|person| person.last_active.is_none()) {
        page.line(&format!(
            "  never: no use since {}, as far back as the tables go",
            explanation.known_since
        ));
    }
}

fn person_lines(page: &mut Page, person: &Person, unseen: bool) {
    let never = if unseen { "-" } else { "never" };
    let last = person.last_active.map_or_else(|| never.to_owned(), |day| day.to_string());
    page.line(&format!(
        "  {:<36} {:<10} {:<10} {last:<10} {:>4} {}",
        person.user,
        words::since(&person.license),
        words::until(person.license.until),
        person.active_days,
        words::letters(&person.evidence)
    ));
    if let Some((user, day)) = &person.moved_to {
        page.line(&format!("    went to {user} on {day}"));
    }
    if let Some((user, day)) = &person.received_from {
        page.line(&format!("    came from {user}, who had it until {day}"));
    }
}

fn changed(page: &mut Page, change: &Change, now: &Numbers) {
    page.heading(&format!("Since {}", change.since));
    page.paragraph("  ", &words::change(&change.before, now));
    if change.complete == Some(false) && !change.users.is_empty() {
        page.paragraph("  ", words::NOT_COMPLETE_THEN);
    }
    for group in &change.users {
        let count = grouped(group.users.len() as i64);
        page.paragraph(&format!("  {count:>7}  "), &words::user_change(group));
        names(page, &group.users);
    }
    for (what, users, sign) in [("got a license", &change.gained, 1), ("lost a license", &change.lost, -1)] {
        if !users.is_empty() {
            let count = users.len() as i64;
            page.line(&format!("  {:>7}  {what}: {} assigned", grouped(count), signed(sign * count)));
            // Whoever also changed the number of active users is named there.
            let is_named = |user: &&String| change.users.iter().any(|group| group.users.contains(user));
            names(page, &users.iter().filter(|user| !is_named(user)).cloned().collect::<Vec<_>>());
        }
    }
    for seats in &change.seats {
        page.paragraph("    seats  ", &words::seat_change(seats));
    }
    if change.is_nothing() {
        page.line("  Nothing changed.");
    }
}

fn names(page: &mut Page, users: &[String]) {
    for user in users.iter().take(MOST_CHANGED) {
        page.line(&format!("           {user}"));
    }
    if users.len() > MOST_CHANGED {
        page.line(&format!("           and {} more", grouped((users.len() - MOST_CHANGED) as i64)));
    }
}
