//! Explanations in Markdown, to be pasted into a mail or a ticket. Lists of users are as long as they are in the text form.

use crate::explain::changes::Change;
use crate::explain::compare::Difference;
use crate::explain::counts::Numbers;
use crate::explain::customer::CustomerView;
use crate::explain::notes::Note;
use crate::explain::people::Person;
use crate::explain::product::ProductExplanation;
use crate::explain::text_user::{day_words, standing_words};
use crate::explain::user::{RawRecord, UserExplanation};
use crate::explain::words::{self, percent};
use crate::reports::summary_text::{grouped, signed};
use crate::stages::next_steps::NextStep;

/// How many users of a group are shown.
const MOST_USERS: usize = 10;

/// One number taken apart.
pub fn product(explanation: &ProductExplanation) -> String {
    let numbers = &explanation.numbers;
    let workload = explanation.workload.as_deref().unwrap_or("any workload");
    let mut text = format!(
        "## {}: {}\n\n{workload}, on {}\n\n",
        escaped(&words::customer(&explanation.customer)),
        escaped(&words::product(&explanation.product)),
        explanation.day
    );
    let entitlements = words::counted_or_unknown(numbers.entitlements, "entitlement");
    let sold = words::counted_or_unknown(numbers.seats.map(|seats| seats.sold), "seat");
    let rows = [
        (
            "Usage",
            numbers.usage(),
            format!("{} of {entitlements}", words::counted(numbers.users.active, "active user")),
        ),
        (
            "Usage, adjusted",
            numbers.usage_adjusted(),
            format!("{} of {entitlements}", grouped(numbers.parts.current)),
        ),
        (
            "Deployment",
            numbers.deployment(),
            format!("{} assigned of {sold} sold", grouped(numbers.assigned)),
        ),
    ];
    text.push_str(&table(
        &["", "", ""],
        rows.into_iter()
            .map(|(label, ratio, what)| vec![label.to_owned(), format!("**{}**", percent(ratio)), what]),
    ));
    text.push_str(&format!(
        "\nWindow {}; seats {}.\n",
        words::window(&explanation.completeness),
        words::snapshot(&explanation.completeness)
    ));
    text.push_str(&warnings(&explanation.notes, &explanation.differences));
    text.push_str(&parts(numbers));
    text.push_str(&by_workload(explanation));
    text.push_str(&subscriptions(explanation));
    let people = &explanation.people;
    text.push_str(&group("Active, and they have the product", &people.current));
    text.push_str(&group("Active, and they no longer have it", &people.moved));
    text.push_str(&group("They have it, and did not use it in the window", &people.inactive));
    explanation
        .changes
        .iter()
        .for_each(|change| text.push_str(&changed(change, numbers)));
    let steps = explanation.next_steps.iter().flatten();
    text.push_str(&next_steps(steps.map(|step| (words::product(&explanation.product), step))));
    text
}

fn parts(numbers: &Numbers) -> String {
    if numbers.users.active == 0 {
        return String::new();
    }
    let mut text = format!("\n### Of the {}\n\n", words::counted(numbers.users.active, "active user"));
    for (_, count, meaning) in words::parts(numbers.parts).into_iter().filter(|(_, count, _)| *count > 0) {
        text.push_str(&format!("* **{}** {meaning}\n", grouped(count)));
    }
    if let Some(beyond) = words::beyond(numbers) {
        text.push_str(&format!("\n{beyond}\n"));
    }
    text
}

fn by_workload(explanation: &ProductExplanation) -> String {
    if explanation.workload.is_some() || explanation.workloads.len() < 2 {
        return String::new();
    }
    let rows = explanation.workloads.iter().map(|(workload, numbers)| {
        let counts = [
            numbers.users.active,
            numbers.parts.current,
            numbers.parts.moved,
            numbers.parts.lapsed,
            numbers.parts.trial,
            numbers.parts.over_assigned,
        ];
        let mut cells = vec![workload.clone(), percent(numbers.usage()), words::known(numbers.entitlements)];
        cells.extend(counts.iter().map(|count| grouped(*count)));
        cells
    });
    let header = [
        "workload",
        "usage",
        "entitlements",
        "active",
        "current",
        "moved",
        "lapsed",
        "trial",
        "over-assigned",
    ];
    format!("\n### By workload\n\n{}", table(&header, rows))
}

fn subscriptions(explanation: &ProductExplanation) -> String {
    if explanation.subscriptions.is_empty() {
        return String::new();
    }
    let rows = explanation.subscriptions.iter().map(|(row, seats)| {
        vec![
            escaped(&words::subscription(row)),
            words::counts_as(*seats),
            format!("`{}`", words::clean(&row.subscription_id)),
        ]
    });
    format!(
        "\n### Subscriptions in force, {}\n\n{}",
        words::snapshot(&explanation.completeness),
        table(&["subscription", "counts as", "id"], rows)
    )
}

fn group(title: &str, people: &[Person]) -> String {
    if people.is_empty() {
        return String::new();
    }
    let rows = people.iter().take(MOST_USERS).map(|person| {
        let went = person.moved_to.as_ref().map(|(user, day)| format!("went to `{user}` on {day}"));
        let came = person
            .received_from
            .as_ref()
            .map(|(user, day)| format!("came from `{user}`, who had it until {day}"));
        vec![
            format!("`{}`", person.user),
            words::since(&person.license),
            words::until(person.license.until),
            person.last_active.map_or_else(|| "never".to_owned(), |day| day.to_string()),
            person.active_days.to_string(),
            went.into_iter().chain(came).collect::<Vec<_>>().join("; "),
        ]
    });
    let more = match people.len().saturating_sub(MOST_USERS) {
        0 => String::new(),
        more => format!("\nand {} more\n", grouped(more as i64)),
    };
    let header = ["user", "since", "until", "last use", "active days", ""];
    format!("\n### {title}: {}\n\n{}{more}", grouped(people.len() as i64), table(&header, rows))
}

fn changed(change: &Change, now: &Numbers) -> String {
    let mut text = format!("\n### Since {}\n\n{}.\n\n", change.since, words::change(&change.before, now));
    for group in &change.users {
        text.push_str(&format!("* {} {}\n", group.users.len(), words::user_change(group)));
    }
    for (what, users, sign) in [("got a license", &change.gained, 1), ("lost a license", &change.lost, -1)] {
        if !users.is_empty() {
            let count = users.len() as i64;
            text.push_str(&format!("* {} {what}: {} assigned\n", grouped(count), signed(sign * count)));
        }
    }
    for seats in &change.seats {
        text.push_str(&format!("* {}\n", escaped(&words::seat_change(seats))));
    }
    if change.is_nothing() {
        text.push_str("* nothing changed\n");
    }
    text
}

/// The products of a customer.
pub fn customer(view: &CustomerView) -> String {
    let mut text = format!("## {} on {}\n", escaped(&words::customer(&view.customer)), view.day);
    text.push_str(&format!(
        "\nTenant `{}`; window {}; seats {}.\n",
        view.customer.tenant_id,
        words::window(&view.completeness),
        words::snapshot(&view.completeness)
    ));
    text.push_str(&warnings(&view.notes, &view.differences));
    let rows = view.products.iter().map(|line| {
        let numbers = &line.numbers;
        let of = |part: i64, whole: Option<i64>, ratio| format!("{} ({} of {})", percent(ratio), grouped(part), words::known(whole));
        let usage = match line.has_workload {
            true => of(numbers.users.active, numbers.entitlements, numbers.usage()),
            false => "cannot be seen".to_owned(),
        };
        let mut cells = vec![
            escaped(&words::product(&line.product)),
            of(numbers.assigned, numbers.seats.map(|seats| seats.sold), numbers.deployment()),
            usage,
        ];
        cells.extend(words::parts(numbers.parts).iter().map(|(_, count, _)| grouped(*count)));
        cells.push(
            line.out_of_scope
                .as_ref()
                .map_or_else(String::new, |reason| format!("out of scope: {}", escaped(reason))),
        );
        cells
    });
    let header = [
        "product",
        "deployment",
        "usage",
        "current",
        "moved",
        "lapsed",
        "trial",
        "over-assigned",
        "",
    ];
    text.push_str(&format!("\n{}", table(&header, rows)));
    for found in &view.unlicensed {
        let count = words::counted(found.users.len() as i64, "user");
        text.push_str(&format!("\n{count} used {} without a license for it.\n", escaped(&found.workload)));
    }
    let of_customer = view.next_steps.iter().flatten().map(|step| (words::workload_or_all(step), step));
    let of_products = view.products.iter().flat_map(|line| {
        let product = words::product(&line.product);
        line.next_steps.iter().map(move |step| (product.clone(), step))
    });
    text.push_str(&next_steps(of_customer.chain(of_products)));
    text
}

/// One user's licenses, days and raw lines.
pub fn user(explanation: &UserExplanation) -> String {
    let mut text = format!(
        "## User `{}` of {} on {}\n",
        explanation.user,
        escaped(&words::customer(&explanation.customer)),
        explanation.day
    );
    if let (Some(product), Some(standing)) = (&explanation.product, explanation.standing) {
        text.push_str(&format!("\n{}: {}\n", escaped(&words::product(product)), standing_words(standing)));
    }
    text.push_str(&warnings(&explanation.notes, &explanation.differences));
    let licenses = explanation.licenses.iter().map(|(product, license)| {
        vec![
            escaped(&words::product(product)),
            words::since(license),
            words::until(license.until),
        ]
    });
    text.push_str(&format!("\n### Licenses\n\n{}", table(&["product", "since", "until"], licenses)));
    text.push_str(&format!("\n### Use from {} to {}\n\n", explanation.first, explanation.day));
    for day in &explanation.days {
        text.push_str(&format!("* {} {}: {}\n", day.day, day.workload, day_words(day)));
        for line in &day.lines {
            text.push_str(&format!(
                "  * `{}` line {}, {}\n",
                words::clean(&line.source_file),
                line.source_line,
                line.at
            ));
            match &line.raw {
                Some(RawRecord::Excerpt(raw)) => text.push_str(&format!("    `{}`\n", words::clean(raw).replace('`', "'"))),
                Some(RawRecord::Missing(why)) => text.push_str(&format!("    ({why})\n")),
                None => {}
            }
        }
    }
    text
}

fn warnings(notes: &[Note], differences: &[Difference]) -> String {
    let mut text = String::new();
    if !differences.is_empty() {
        text.push_str(&format!("\n**{}**\n\n", words::DIFFERENCES));
        differences
            .iter()
            .for_each(|difference| text.push_str(&format!("* {}\n", words::difference(difference))));
    }
    if !notes.is_empty() {
        text.push('\n');
        notes
            .iter()
            .for_each(|note| text.push_str(&format!("> * {}\n", escaped(&note.text))));
    }
    text
}

/// Steps, each with the product, or the workload, that it is about.
fn next_steps<'a>(steps: impl Iterator<Item = (String, &'a NextStep)>) -> String {
    let lines: Vec<String> = steps
        .map(|(about, step)| {
            let what = escaped(&format!("{about}: {}", words::step_and_count(step)));
            format!("* **{what}**: {} {}\n", escaped(&step.cause), escaped(&step.strategies))
        })
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("\n### Next steps\n\n{}", lines.concat())
}

/// A table of cells that are Markdown already.
pub(super) fn table<const N: usize>(header: &[&str; N], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(&header.map(str::to_owned));
    text.push_str(&line(&header.map(|_| "---".to_owned())));
    rows.for_each(|cells| text.push_str(&line(&cells)));
    text
}

/// A text in which nothing is taken for Markdown.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for letter in words::clean(text).chars() {
        if matches!(letter, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#') {
            safe.push('\\');
        }
        safe.push(letter);
    }
    safe
}
