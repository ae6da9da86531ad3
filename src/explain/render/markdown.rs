//! Renders explanations as Markdown, for a mail or a ticket. Lists of users are as long as in the
//! text form.

use crate::domain::words::{Phrase, Words, explain as phrases, explain_people as people_phrases, nouns};
use crate::explain::count::changes::Change;
use crate::explain::count::differences::Difference;
use crate::explain::count::numbers::Numbers;
use crate::explain::count::people::Person;
use crate::explain::render::account_words;
use crate::explain::render::subscription_words::subscription;
use crate::explain::render::text::{assigned, waiting};
use crate::explain::render::text_user::{day_words, standing_words};
use crate::explain::render::words;
use crate::explain::render::words::percent;
use crate::explain::view::customer::CustomerView;
use crate::explain::view::notes::Note;
use crate::explain::view::product::ProductExplanation;
use crate::explain::view::user::{RawRecord, UserExplanation};
use crate::stages::next_steps::NextStep;

/// How many users of a group are shown.
const MOST_USERS: usize = 10;

/// Renders the explanation of one number.
pub fn product(explanation: &ProductExplanation, w: Words) -> String {
    let numbers = &explanation.numbers;
    let workload = words::workload(w, explanation.workload.as_deref());
    let mut text = format!(
        "## {}: {}\n\n{}\n\n",
        escaped(&words::customer(&explanation.customer)),
        escaped(&words::product(&explanation.product)),
        w.fill(phrases::WORKLOAD_ON, &[("workload", &workload), ("day", &explanation.day)])
    );
    let entitlements = words::counted_or_unknown(w, numbers.entitlements, nouns::ENTITLEMENT);
    let of = |active: String| w.fill(phrases::ACTIVE_OF, &[("active", &active), ("entitlements", &entitlements)]);
    let rows = [
        (
            phrases::USAGE,
            numbers.usage(),
            of(w.count(numbers.users.active, nouns::ACTIVE_USER)),
        ),
        (
            phrases::USAGE_ADJUSTED,
            numbers.usage_adjusted(),
            of(w.grouped(numbers.parts.current)),
        ),
        (
            phrases::DEPLOYMENT,
            numbers.deployment(),
            format!("{}{}", assigned(w, numbers), waiting(w, numbers)),
        ),
    ];
    text.push_str(&table(
        &["", "", ""],
        rows.into_iter()
            .map(|(label, ratio, what)| vec![w.say(label).to_owned(), format!("**{}**", percent(w, ratio)), what]),
    ));
    let (window, seats) = (
        words::window(w, &explanation.completeness),
        words::snapshot(w, &explanation.completeness),
    );
    text.push_str(&format!(
        "\n{}\n",
        w.fill(phrases::WINDOW_AND_SEATS, &[("window", &window), ("seats", &seats)])
    ));
    text.push_str(&warnings(w, &explanation.notes, &explanation.differences));
    text.push_str(&parts(w, numbers));
    text.push_str(&by_workload(w, explanation));
    text.push_str(&subscriptions(w, explanation));
    let people = &explanation.people;
    text.push_str(&group(w, people_phrases::HAVE_IT, &people.current));
    text.push_str(&group(w, people_phrases::HAD_IT, &people.moved));
    text.push_str(&group(w, people_phrases::HAVE_ANOTHER, &people.switched));
    text.push_str(&group(w, people_phrases::NOT_USED_IN_WINDOW, &people.inactive));
    text.push_str(&account_words::waiting_in_markdown(w, &people.waiting));
    explanation
        .changes
        .iter()
        .for_each(|change| text.push_str(&changed(w, change, numbers)));
    let steps = explanation.next_steps.iter().flatten();
    text.push_str(&next_steps(w, steps.map(|step| (words::product(&explanation.product), step))));
    text
}

fn parts(w: Words, numbers: &Numbers) -> String {
    if numbers.users.active == 0 {
        return String::new();
    }
    let users = w.count(numbers.users.active, nouns::ACTIVE_USER);
    let mut text = format!("\n### {}\n\n", w.fill(phrases::OF_THE_ACTIVE, &[("users", &users)]));
    for (_, count, meaning) in words::parts(numbers.parts).into_iter().filter(|(_, count, _)| *count > 0) {
        text.push_str(&format!("* **{}** {}\n", w.grouped(count), w.say(meaning)));
    }
    if let Some(beyond) = words::beyond(w, numbers) {
        text.push_str(&format!("\n{beyond}\n"));
    }
    text
}

fn by_workload(w: Words, explanation: &ProductExplanation) -> String {
    if explanation.workload.is_some() || explanation.workloads.len() < 2 {
        return String::new();
    }
    let rows = explanation.workloads.iter().map(|(workload, numbers)| {
        let mut cells = vec![workload.clone(), percent(w, numbers.usage()), words::known(w, numbers.entitlements)];
        cells.push(w.grouped(numbers.users.active));
        cells.extend(words::parts(numbers.parts).iter().map(|(_, count, _)| w.grouped(*count)));
        cells
    });
    let header = [
        phrases::WORKLOAD_COLUMN,
        phrases::USAGE_COLUMN,
        phrases::ENTITLEMENTS_COLUMN,
        phrases::ACTIVE_COLUMN,
        phrases::CURRENT_SHORT,
        phrases::MOVED_SHORT,
        phrases::SWITCHED_SHORT,
        phrases::LAPSED_SHORT,
        phrases::TRIAL_SHORT,
        phrases::OVER_ASSIGNED_SHORT,
    ];
    let header = header.map(|column| w.say(column));
    format!("\n### {}\n\n{}", w.say(phrases::BY_WORKLOAD), table(&header, rows))
}

fn subscriptions(w: Words, explanation: &ProductExplanation) -> String {
    if explanation.subscriptions.is_empty() {
        return String::new();
    }
    let rows = explanation.subscriptions.iter().map(|(row, seats)| {
        vec![
            escaped(&subscription(w, row)),
            words::counts_as(w, *seats),
            format!("`{}`", words::clean(&row.subscription_id)),
        ]
    });
    let list = words::snapshot(w, &explanation.completeness);
    let header = [phrases::SUBSCRIPTION_COLUMN, phrases::COUNTS_AS_COLUMN, phrases::ID_COLUMN].map(|column| w.say(column));
    format!(
        "\n### {}\n\n{}",
        w.fill(phrases::IN_FORCE, &[("list", &list)]),
        table(&header, rows)
    )
}

fn group(w: Words, title: Phrase, people: &[Person]) -> String {
    if people.is_empty() {
        return String::new();
    }
    let rows = people.iter().take(MOST_USERS).map(|person| {
        let went = person
            .moved_to
            .as_ref()
            .map(|(user, day)| words::went_to(w, &format!("`{user}`"), *day));
        let came = person
            .received_from
            .as_ref()
            .map(|(user, day)| words::came_from(w, &format!("`{user}`"), *day));
        let disabled = account_words::disabled(w, person.disabled_since);
        let has = (!person.other_products.is_empty()).then(|| escaped(&words::other_products(w, person)));
        vec![
            format!("`{}`", person.user),
            words::since(w, &person.license),
            words::until(person.license.until),
            person
                .last_active
                .map_or_else(|| w.say(people_phrases::NEVER).to_owned(), |day| day.to_string()),
            person.active_days.to_string(),
            went.into_iter()
                .chain(came)
                .chain(has)
                .chain(disabled)
                .collect::<Vec<_>>()
                .join("; "),
        ]
    });
    let more = match people.len().saturating_sub(MOST_USERS) {
        0 => String::new(),
        more => format!("\n{}\n", w.fill(phrases::MORE, &[("count", &w.grouped(more as i64))])),
    };
    let header = [
        people_phrases::USER_COLUMN,
        people_phrases::SINCE_COLUMN,
        people_phrases::UNTIL_COLUMN,
        people_phrases::LAST_USE_COLUMN,
        people_phrases::ACTIVE_DAYS_COLUMN,
    ];
    let [user, since, until, last, days] = header.map(|column| w.say(column));
    let table = table(&[user, since, until, last, days, ""], rows);
    format!("\n### {}: {}\n\n{table}{more}", w.say(title), w.grouped(people.len() as i64))
}

fn changed(w: Words, change: &Change, now: &Numbers) -> String {
    let since = w.fill(people_phrases::SINCE, &[("day", &change.since)]);
    let mut text = format!("\n### {since}\n\n{}.\n\n", words::change(w, &change.before, now));
    for group in &change.users {
        text.push_str(&format!("* {} {}\n", group.users.len(), words::user_change(w, group)));
    }
    for (what, users, sign) in [
        (people_phrases::GOT_LICENSE, &change.gained, 1),
        (people_phrases::LOST_LICENSE, &change.lost, -1),
    ] {
        if !users.is_empty() {
            let count = users.len() as i64;
            let what = w.fill(what, &[("delta", &w.signed(sign * count))]);
            text.push_str(&format!("* {} {what}\n", w.grouped(count)));
        }
    }
    for seats in &change.seats {
        text.push_str(&format!("* {}\n", escaped(&words::seat_change(w, seats))));
    }
    if change.is_nothing() {
        text.push_str(&format!("* {}\n", w.say(people_phrases::NOTHING_CHANGED)));
    }
    text
}

/// Renders the products of a customer.
pub fn customer(view: &CustomerView, w: Words) -> String {
    let customer = escaped(&words::customer(&view.customer));
    let heading = w.fill(phrases::CUSTOMER_ON, &[("customer", &customer), ("day", &view.day)]);
    let known = w.fill(
        phrases::TENANT_WINDOW_SEATS,
        &[
            ("tenant", &format!("`{}`", view.customer.tenant_id)),
            ("window", &words::window(w, &view.completeness)),
            ("seats", &words::snapshot(w, &view.completeness)),
        ],
    );
    let mut text = format!("## {heading}\n\n{known}\n");
    text.push_str(&warnings(w, &view.notes, &view.differences));
    let rows = view.products.iter().map(|line| {
        let numbers = &line.numbers;
        let of = |part: i64, whole: Option<i64>, ratio| {
            let (percent, part, whole) = (percent(w, ratio), w.grouped(part), words::known(w, whole));
            w.fill(phrases::PART_OF, &[("percent", &percent), ("part", &part), ("whole", &whole)])
        };
        let usage = match line.has_workload {
            true => of(numbers.users.active, numbers.entitlements, numbers.usage()),
            false => w.say(phrases::CANNOT_BE_SEEN_SHORT).to_owned(),
        };
        let mut cells = vec![
            escaped(&words::product(&line.product)),
            of(numbers.assigned, numbers.seats.map(|seats| seats.sold), numbers.deployment()),
            usage,
        ];
        cells.extend(words::parts(numbers.parts).iter().map(|(_, count, _)| w.grouped(*count)));
        cells.push(
            line.out_of_scope
                .as_ref()
                .map_or_else(String::new, |reason| w.fill(phrases::OUT_OF_SCOPE, &[("reason", &escaped(reason))])),
        );
        cells
    });
    let header = [
        phrases::PRODUCT_COLUMN,
        phrases::DEPLOYMENT_COLUMN,
        phrases::USAGE_COLUMN,
        phrases::CURRENT_SHORT,
        phrases::MOVED_SHORT,
        phrases::SWITCHED_SHORT,
        phrases::LAPSED_SHORT,
        phrases::TRIAL_SHORT,
        phrases::OVER_ASSIGNED_SHORT,
    ];
    let [product, deployment, usage, current, moved, switched, lapsed, trial, over] = header.map(|column| w.say(column));
    let header = [product, deployment, usage, current, moved, switched, lapsed, trial, over, ""];
    text.push_str(&format!("\n{}", table(&header, rows)));
    for found in &view.unlicensed {
        let users = w.count(found.users.len(), nouns::USER);
        let workload = escaped(&found.workload);
        text.push_str(&format!(
            "\n{}\n",
            w.fill(phrases::UNLICENSED_SENTENCE, &[("users", &users), ("workload", &workload)])
        ));
    }
    let of_customer = view.next_steps.iter().flatten().map(|step| (words::workload_or_all(w, step), step));
    let of_products = view.products.iter().flat_map(|line| {
        let product = words::product(&line.product);
        line.next_steps.iter().map(move |step| (product.clone(), step))
    });
    text.push_str(&next_steps(w, of_customer.chain(of_products)));
    text
}

/// Renders one user's licenses, days and raw lines.
pub fn user(explanation: &UserExplanation, w: Words) -> String {
    let heading = w.fill(
        people_phrases::USER_OF_CUSTOMER,
        &[
            ("user", &format!("`{}`", explanation.user)),
            ("customer", &escaped(&words::customer(&explanation.customer))),
            ("day", &explanation.day),
        ],
    );
    let mut text = format!("## {heading}\n");
    if let (Some(product), Some(standing)) = (&explanation.product, explanation.standing) {
        text.push_str(&format!(
            "\n{}: {}\n",
            escaped(&words::product(product)),
            standing_words(w, standing)
        ));
    }
    text.push_str(&warnings(w, &explanation.notes, &explanation.differences));
    let licenses = explanation.licenses.iter().map(|(product, license)| {
        vec![
            escaped(&words::product(product)),
            words::since(w, license),
            words::until(license.until),
        ]
    });
    let header = [
        people_phrases::PRODUCT_COLUMN,
        people_phrases::SINCE_COLUMN,
        people_phrases::UNTIL_COLUMN,
    ]
    .map(|column| w.say(column));
    text.push_str(&format!(
        "\n### {}\n\n{}",
        w.say(people_phrases::LICENSES),
        table(&header, licenses)
    ));
    for said in account_words::of_user(w, explanation) {
        text.push_str(&format!("\n{}\n", escaped(&said)));
    }
    let use_from = w.fill(
        people_phrases::USE_FROM,
        &[("first", &explanation.first), ("last", &explanation.day)],
    );
    text.push_str(&format!("\n### {use_from}\n\n"));
    for day in &explanation.days {
        text.push_str(&format!("* {} {}: {}\n", day.day, day.workload, day_words(w, day)));
        for line in &day.lines {
            text.push_str(&format!(
                "  * `{}` {}\n",
                words::clean(&line.source_file),
                w.fill(people_phrases::IN_LINE, &[("line", &line.source_line), ("at", &line.at)])
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

fn warnings(w: Words, notes: &[Note], differences: &[Difference]) -> String {
    let mut text = String::new();
    if !differences.is_empty() {
        text.push_str(&format!("\n**{}**\n\n", w.say(phrases::DIFFERENCES)));
        differences
            .iter()
            .for_each(|difference| text.push_str(&format!("* {}\n", words::difference(w, difference))));
    }
    if !notes.is_empty() {
        text.push('\n');
        notes
            .iter()
            .for_each(|note| text.push_str(&format!("> * {}\n", escaped(note.text(w)))));
    }
    text
}

/// Renders steps, each with the product or workload it is about.
fn next_steps<'a>(w: Words, steps: impl Iterator<Item = (String, &'a NextStep)>) -> String {
    let lines: Vec<String> = steps
        .map(|(about, step)| {
            let what = escaped(&format!("{about}: {}", words::step_and_count(w, step)));
            format!("* **{what}**: {} {}\n", escaped(&step.cause), escaped(&step.strategies))
        })
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("\n### {}\n\n{}", w.say(phrases::NEXT_STEPS), lines.concat())
}

/// Renders a table. The cells are Markdown.
pub(crate) fn table<const N: usize>(header: &[&str; N], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(&header.map(str::to_owned));
    text.push_str(&line(&header.map(|_| "---".to_owned())));
    rows.for_each(|cells| text.push_str(&line(&cells)));
    text
}

/// Escapes a text so that nothing in it is Markdown.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for letter in words::clean(text).chars() {
        if matches!(letter, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#') {
            safe.push('\\');
        }
        safe.push(letter);
    }
    safe
}
