//! One user's licenses, days and raw lines, as text.

use crate::explain::text::{Page, WIDTH};
use crate::explain::user::{EventLine, RawRecord, Standing, UserDay, UserExplanation};
use crate::explain::words;

/// How many raw lines of a day and workload are shown; all of them are in the JSON form.
const MOST_LINES: usize = 5;

/// The explanation as text. Paths are as long as they are.
pub fn user(explanation: &UserExplanation, colored: bool) -> String {
    let mut page = Page::new(colored);
    page.heading(&format!("User {}", explanation.user));
    page.paragraph(
        "",
        &format!("of {}, on {}", words::customer(&explanation.customer), explanation.day),
    );
    if let Some(product) = &explanation.product {
        let workload = explanation.workload.as_deref().unwrap_or("any workload");
        page.paragraph("", &format!("{}, {workload}", words::product(product)));
    }
    if let Some(standing) = explanation.standing {
        page.line("");
        page.paragraph("  ", standing_words(standing));
    }
    page.warnings(&explanation.notes, &explanation.differences);
    page.heading("Licenses");
    if explanation.licenses.is_empty() {
        page.line("  none");
    }
    for (product, license) in &explanation.licenses {
        let until = license.until.map_or_else(|| "still there".to_owned(), |day| format!("until {day}"));
        let since = license.since.map_or_else(
            || "since before the data".to_owned(),
            |day| format!("since {day} (by a {})", license.opened),
        );
        page.paragraph("  ", &format!("{}: {since}, {until}", words::product(product)));
    }
    page.heading(&format!("Use from {} to {}, the latest first", explanation.first, explanation.day));
    if explanation.days.is_empty() {
        page.line("  none");
    }
    for day in &explanation.days {
        day_lines(&mut page, day);
    }
    page.finish()
}

/// How a user stands in a number, in a sentence.
pub fn standing_words(standing: Standing) -> &'static str {
    match standing {
        Standing::Current => "Counts: active on a day on which the user held the product, and has it.",
        Standing::Moved => "Counts as moved: active on a day on which the user held the product, and no longer has it.",
        Standing::Inactive => "Does not count: has the product, and no active day in the window on which it was held.",
        Standing::Out => "Does not count: does not have the product, and no active day in the window on which it was held.",
    }
}

/// What a day shows: `2 interactive, 1 non-interactive`, and why it does not count where it does not.
pub fn day_words(day: &UserDay) -> String {
    let counts = [
        (day.interactive_sign_ins, "interactive"),
        (day.non_interactive_sign_ins, "non-interactive"),
        (day.actions, "audited"),
    ];
    let shown: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let why = match (day.is_active, day.held.is_empty()) {
        (false, _) => "; not active by the evidence that the pipeline chooses",
        (true, true) => "; held no license for it",
        (true, false) => "",
    };
    format!("{}{why}", shown.join(", "))
}

fn day_lines(page: &mut Page, day: &UserDay) {
    page.paragraph(&format!("  {}  {:<14}  ", day.day, day.workload), &day_words(day));
    let mut file = "";
    for line in day.lines.iter().take(MOST_LINES) {
        if file != line.source_file {
            file = &line.source_file;
            page.line(&format!("    {}", words::clean(file)));
        }
        event(page, line);
    }
    if day.lines.len() > MOST_LINES {
        page.line(&format!("      and {} more lines", day.lines.len() - MOST_LINES));
    }
}

fn event(page: &mut Page, line: &EventLine) {
    let what = format!(
        "line {}: {} at {}, id {}",
        line.source_line,
        words::evidence(line.evidence),
        line.at,
        words::clean(&line.event_id)
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
