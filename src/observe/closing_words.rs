//! The text that ends a run: the summary, next steps, what was read, warnings, and where the files
//! are. It is in the pipeline's language.

use crate::domain::words::summary as phrases;
use crate::domain::words::{ENGLISH, Phrase, Words, nouns};
use crate::engine::report::collapsed_list::CollapsedList;
use crate::engine::report::{RunReport, SourceReport, Verified};
use crate::pipeline::settings::Settings;
use crate::reports::summary::text;
use crate::reports::summary::valuable_steps::StepOrder;

/// The width of labels. A longer label takes the space it needs.
const LABEL: usize = 10;

/// Returns the whole text.
pub fn closing_words(settings: &Settings, report: &RunReport, order: StepOrder, color: bool) -> String {
    let words = Words(settings.rules.language);
    let mut text = String::new();
    let line = |label: Phrase, what: &str| format!("{:<LABEL$} {what}\n", words.say(label));
    if report.is_idle() {
        text.push_str(&idle_text(report, words));
    } else if report.published {
        text.push_str(&published(settings, report, order, color));
    }
    for source in report.sources.iter().filter(|source| source.files_read > 0) {
        text.push_str(&line(phrases::READ, &read(words, source)));
    }
    // A list that collapsed in this run is also a warning, whose text is English.
    let is_warning = |list: &CollapsedList| report.warnings.contains(&list.text(ENGLISH));
    for list in report.collapsed_lists.iter().filter(|list| !is_warning(list)) {
        text.push_str(&line(phrases::COLLAPSED, &list.text(words)));
    }
    for warning in &report.warnings {
        let list = report.collapsed_lists.iter().find(|list| list.text(ENGLISH) == *warning);
        text.push_str(&line(
            phrases::WARNING,
            &list.map_or_else(|| warning.clone(), |list| list.text(words)),
        ));
    }
    if let Some(verified) = &report.verified {
        text.push_str(&line(phrases::VERIFIED, &computed_again(words, verified)));
    }
    if report.is_idle() {
        return text;
    }
    if report.days_left > 0 {
        let days = words.count(report.days_left, nouns::DAY);
        text.push_str(&line(phrases::LEFT, &words.fill(phrases::LEFT_DAYS, &[("days", &days)])));
    }
    if report.pruned > 0 {
        let files = words.count(report.pruned, nouns::FILE);
        text.push_str(&line(phrases::REMOVED, &words.fill(phrases::REMOVED_FILES, &[("files", &files)])));
    }
    text.push('\n');
    text.push_str(&line(phrases::WAREHOUSE, &settings.warehouse.display().to_string()));
    if report.published {
        text.push_str(&line(phrases::PUBLISHED, &settings.published.display().to_string()));
    }
    text
}

/// Returns the text of a run that had nothing to make, or could make nothing.
pub fn idle_text(report: &RunReport, words: Words) -> String {
    let files = words.count(report.unread, nouns::FILE_OR_FOLDER);
    let text = match (&report.last_day, report.unread) {
        _ if report.has_no_days => words.say(phrases::NOTHING_MADE).to_owned(),
        (None, 0) => words.say(phrases::UP_TO_DATE).to_owned(),
        (Some(day), 0) => words.fill(phrases::UP_TO_DATE_UNTIL, &[("day", day)]),
        (None, _) => words.fill(phrases::NOT_READ, &[("files", &files)]),
        (Some(day), _) => words.fill(phrases::NOT_READ_UNTIL, &[("files", &files), ("day", day)]),
    };
    text + "\n"
}

/// The range of days, the summary of the last one, and its most valuable next steps.
fn published(settings: &Settings, report: &RunReport, order: StepOrder, color: bool) -> String {
    let words = Words(settings.rules.language);
    let unknown = "-".to_owned();
    let (first, last) = (
        report.first_day.as_ref().unwrap_or(&unknown),
        report.last_day.as_ref().unwrap_or(&unknown),
    );
    let range = words.fill(phrases::RANGE, &[("first", first), ("last", last)]);
    let mut text = format!("{}, {range}\n\n", settings.name);
    if let Some(summary) = &report.summary {
        text.push_str(&text::render(summary, words.0, color));
        text.push('\n');
    }
    let steps = report.next_steps.as_ref().map(|steps| steps.text(order, color)).unwrap_or_default();
    let news = report.step_news.as_ref().map(|news| news.text(color)).unwrap_or_default();
    for block in [steps, news].iter().filter(|block| !block.is_empty()) {
        text.push_str(&format!("{block}\n"));
    }
    text
}

/// What was read of a source.
fn read(words: Words, source: &SourceReport) -> String {
    let reasons: Vec<String> = source
        .reasons
        .iter()
        .map(|(reason, count)| format!("{} {reason}", words.grouped(*count as i64)))
        .collect();
    let rejects = match source.rejected {
        0 => words.say(phrases::NO_REJECTS).to_owned(),
        rejects => format!("{} ({})", words.count(rejects, nouns::REJECT), reasons.join(", ")),
    };
    words.fill(
        phrases::READ_OF,
        &[
            ("source", &source.source),
            ("files", &words.count(source.files_read, nouns::FILE)),
            ("records", &words.count(source.records, nouns::RECORD)),
            ("others", &words.grouped(source.not_ours as i64)),
            ("rejects", &rejects),
        ],
    )
}

/// What was computed a second time.
fn computed_again(words: Words, verified: &Verified) -> String {
    words.fill(
        phrases::VERIFIED_ROWS,
        &[
            ("some", &words.grouped(verified.customers as i64)),
            ("all", &words.count(verified.customers_known as i64, nouns::CUSTOMER)),
            ("rows", &words.count(verified.rows as i64, nouns::ROW)),
        ],
    )
}
