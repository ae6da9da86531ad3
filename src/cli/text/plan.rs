//! Renders a plan: the request, the days it is widened to, and for each table which days are made
//! and why.

use serde_json::{Value, json};

use crate::domain::day_ranges::range_text;
use crate::domain::next_steps::Language;
use crate::domain::words::Words;
use crate::domain::words::nouns::size;
use crate::engine::report::{Because, RunReport, Step};
use crate::engine::request::Request;
use crate::observe::closing_words::idle_text;

/// How many lines a table has. The JSON form has all of them.
const MOST_LINES: usize = 6;

/// Renders the plan as JSON.
pub fn json(request: &Request<'_>, report: &RunReport) -> Value {
    json!({
        "asked": {
            "command": if request.again.is_some() { "reprocess" } else { "run" },
            "from": request.again.as_ref().map(|again| again.first).or(request.from).map(|day| day.to_string()),
            "to": request.again.as_ref().map_or(request.last, |again| again.last).to_string(),
            "tables": request.tables,
            "customer": request.again.as_ref().and_then(|again| again.customer).map(|customer| customer.to_string()),
            "reason": request.again.as_ref().and_then(|again| again.reason.as_deref()),
            "from_facts": request.again.as_ref().is_some_and(|again| again.from_facts),
            "max_days": request.max_days,
        },
        "widened_to": widened(report).map(|(first, last)| json!({"from": first, "to": last})),
        "first_day": report.first_day,
        "last_day": request.last.to_string(),
        "sources": report.sources.iter().filter(|source| source.files_read > 0).collect::<Vec<_>>(),
        "steps": report.steps,
        "files": report.steps.iter().map(|step| step.files).sum::<u64>(),
        "rows": report.steps.iter().map(|step| step.rows).sum::<u64>(),
        "bytes": report.steps.iter().map(|step| step.bytes).sum::<u64>(),
        "pruned": report.pruned,
        "days_left": report.days_left,
        "publish": report.published,
    })
}

/// Renders the plan as text.
pub fn text(request: &Request<'_>, report: &RunReport) -> String {
    if report.is_idle() {
        let report = RunReport {
            last_day: Some(request.last.to_string()),
            ..report.clone()
        };
        return idle_text(&report, Words(Language::English));
    }
    let mut text = format!("asked:      {}\n", request_text(request));
    if let Some((first, last)) = widened(report) {
        let days = if first == last { first } else { format!("{first}..{last}") };
        text.push_str(&format!("widened to: {days}, every day whose rows may change\n"));
    }
    let read: u64 = report.sources.iter().map(|source| source.files_read).sum();
    if read > 0 {
        let bytes = report.sources.iter().map(|source| source.bytes_read).sum();
        text.push_str(&format!("raw files:  {} to read, {}\n", count(read, "file"), size(bytes)));
    }
    text.push('\n');
    report.steps.iter().for_each(|step| text.push_str(&step_text(step)));
    if report.published {
        text.push_str("published: the files whose rows change\n");
    }
    let sum = |of: fn(&Step) -> u64| report.steps.iter().map(of).sum::<u64>();
    text.push_str(&format!(
        "\n{}, about {} rows and {}; {} of these tables stay as they are\n",
        count(sum(|step| step.files), "partition file"),
        sum(|step| step.rows),
        size(sum(|step| step.bytes)),
        count(sum(|step| step.untouched), "file"),
    ));
    if report.pruned > 0 {
        text.push_str(&format!(
            "{} of days that the tables do not have removed\n",
            count(report.pruned, "file")
        ));
    }
    if report.days_left > 0 {
        text.push_str(&format!(
            "{} left for the next run (`--max-days`)\n",
            count(report.days_left, "day")
        ));
    }
    text
}

/// Renders the request.
fn request_text(request: &Request<'_>) -> String {
    let mut text = match &request.again {
        Some(again) => {
            let how = if again.from_facts {
                "from what the warehouse keeps"
            } else {
                "from raw files"
            };
            let whose = again
                .customer
                .map(|customer| format!(" of customer {customer}"))
                .unwrap_or_default();
            let reason = again.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
            format!("{}{whose} again, {how}{reason}", range_text((again.first, again.last)))
        }
        None => match request.from {
            Some(from) => format!("{} up to date", range_text((from, request.last))),
            None => format!("everything up to date until {}", request.last),
        },
    };
    if let Some(tables) = &request.tables {
        let tables: Vec<&str> = tables.iter().copied().collect();
        text.push_str(&format!(", tables {} and what they need", tables.join(", ")));
    }
    text
}

/// Returns the first and the last day that is made in tables that are partitioned by day.
fn widened(report: &RunReport) -> Option<(String, String)> {
    let of_days = report.steps.iter().filter(|step| step.of_days);
    let days = of_days.flat_map(|step| &step.days);
    let (mut first, mut last): (Option<&String>, Option<&String>) = (None, None);
    for (from, to) in days {
        first = Some(first.map_or(from, |known| known.min(from)));
        last = last.max(Some(to));
    }
    Some((first?.clone(), last?.clone()))
}

/// Renders one table: a line for each range of days with its reason.
fn step_text(step: &Step) -> String {
    let mut text = String::new();
    for because in step.because.iter().take(MOST_LINES) {
        text.push_str(&format!("{}: {}, because {}\n", step.table, extent(step, because), because.why));
    }
    if let Some(more) = step.because.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
        let days = step.because.iter().skip(MOST_LINES).map(|because| because.day_count).sum();
        text.push_str(&format!("{}: {} more ranges, {}\n", step.table, more, count(days, "day")));
    }
    text
}

fn extent(step: &Step, because: &Because) -> String {
    match because.day_count {
        0 => count(step.files, "file"),
        days if because.first == because.last => format!("{} ({})", because.first, count(days, "day")),
        days => format!("{}..{} ({})", because.first, because.last, count(days, "day")),
    }
}

/// A number of things.
fn count(number: u64, thing: &str) -> String {
    if number == 1 {
        format!("1 {thing}")
    } else {
        format!("{number} {thing}s")
    }
}
