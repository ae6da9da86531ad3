//! Renders one user's licenses, days and raw lines as text.

use crate::domain::kinds::Opened;
use crate::domain::words::{Words, explain as phrases, explain_people as people, nouns};
use crate::explain::render::account_words;
use crate::explain::render::text::{Page, WIDTH};
use crate::explain::render::words;
use crate::explain::view::user::{EventLine, RawRecord, UserDay, UserExplanation, UserStatus};

/// How many raw lines of a day and workload are shown. The JSON form has all of them.
const MOST_LINES: usize = 5;

/// Renders the explanation. Paths are not wrapped.
pub fn user(explanation: &UserExplanation, w: Words, colored: bool) -> String {
    let mut page = Page::new(w, colored);
    page.heading(&w.fill(people::USER_OF, &[("user", &explanation.user)]));
    let customer = words::customer(&explanation.customer);
    page.paragraph(
        "",
        &w.fill(people::OF_CUSTOMER, &[("customer", &customer), ("day", &explanation.day)]),
    );
    if let Some(product) = &explanation.product {
        let workload = words::workload(w, explanation.workload.as_deref());
        page.paragraph("", &format!("{}, {workload}", words::product(product)));
    }
    if let Some(standing) = explanation.standing {
        page.line("");
        page.paragraph("  ", standing_words(w, standing));
    }
    page.warnings(&explanation.notes, &explanation.differences);
    page.title(people::LICENSES);
    if explanation.licenses.is_empty() {
        page.line(&format!("  {}", w.say(phrases::NONE)));
    }
    for (product, license) in &explanation.licenses {
        let until = license.until.map_or_else(
            || w.say(people::STILL_THERE).to_owned(),
            |day| w.fill(people::UNTIL, &[("day", &day)]),
        );
        let source = w.say(match license.opened {
            Opened::Event => people::BY_EVENT,
            Opened::Snapshot | Opened::Before => people::BY_SNAPSHOT,
        });
        let since = license.since.map_or_else(
            || w.say(people::SINCE_BEFORE).to_owned(),
            |day| w.fill(people::SINCE_BY, &[("day", &day), ("source", &source)]),
        );
        page.paragraph("  ", &format!("{}: {since}, {until}", words::product(product)));
    }
    for said in account_words::of_user(w, explanation) {
        page.paragraph("  ", &said);
    }
    let use_from = w.fill(people::USE_FROM, &[("first", &explanation.first), ("last", &explanation.day)]);
    page.heading(&format!("{use_from}, {}", w.say(people::LATEST_FIRST)));
    if explanation.days.is_empty() {
        page.line(&format!("  {}", w.say(phrases::NONE)));
    }
    for day in &explanation.days {
        day_lines(&mut page, day);
    }
    page.finish()
}

/// Says in a sentence whether a user is in a number.
pub fn standing_words(w: Words, standing: UserStatus) -> &'static str {
    w.say(match standing {
        UserStatus::Current => people::COUNTS,
        UserStatus::Moved => people::COUNTS_AS_MOVED,
        UserStatus::Switched => people::COUNTS_AS_SWITCHED,
        UserStatus::Inactive => people::INACTIVE,
        UserStatus::Out => people::OUT,
    })
}

/// Says what happened on a day (`2 interactive, 1 non-interactive`) and, if it does not count, why.
pub fn day_words(w: Words, day: &UserDay) -> String {
    let counts = [
        (day.interactive_sign_ins, people::INTERACTIVE),
        (day.non_interactive_sign_ins, people::NON_INTERACTIVE),
        (day.actions, people::AUDITED),
        (day.reports, people::REPORTED),
    ];
    let shown: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| w.fill(*what, &[("count", count)]))
        .collect();
    let shown = shown.join(", ");
    match (day.is_active, day.held.is_empty()) {
        (false, _) => format!("{shown}; {}", w.say(people::NOT_ACTIVE)),
        (true, true) => format!("{shown}; {}", w.say(people::NO_LICENSE)),
        (true, false) => shown,
    }
}

fn day_lines(page: &mut Page, day: &UserDay) {
    page.paragraph(&format!("  {}  {:<14}  ", day.day, day.workload), &day_words(page.words, day));
    let mut file = "";
    for line in day.lines.iter().take(MOST_LINES) {
        if file != line.source_file {
            file = &line.source_file;
            page.line(&format!("    {}", words::clean(file)));
        }
        event(page, line);
    }
    if day.lines.len() > MOST_LINES {
        let w = page.words;
        let lines = w.count(day.lines.len() - MOST_LINES, nouns::LINE);
        page.line(&format!("      {}", w.fill(phrases::MORE_LINES, &[("lines", &lines)])));
    }
}

fn event(page: &mut Page, line: &EventLine) {
    let w = page.words;
    let what = w.fill(
        people::EVENT,
        &[
            ("line", &line.source_line),
            ("what", &words::evidence(w, line.evidence)),
            ("at", &line.at),
            ("id", &words::clean(&line.event_id)),
        ],
    );
    page.paragraph("      ", &what);
    match &line.raw {
        Some(RawRecord::Excerpt(text)) => {
            let letters: Vec<char> = words::clean(text).chars().collect();
            for piece in letters.chunks(WIDTH - 8) {
                page.line(&format!("        {}", piece.iter().collect::<String>()));
            }
        }
        Some(RawRecord::Missing(why)) => page.line(&format!("        ({why})")),
        None => {}
    }
}
