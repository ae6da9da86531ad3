//! Renders the status: what needs attention comes first, then one screen of numbers in 80 columns.
//! Long lists are cut off; the JSON form has them whole.

use std::fmt::Display;

use crate::domain::words::{Phrase, Words, nouns, status as phrases};
use crate::engine::health::status::value::{CustomerStatus, SourceStatus, Status, Use, WorkloadStatus};
use crate::observe::status::attention::{name, percent};
use crate::observe::status::last_runs::LastRun;
use crate::observe::status::report::StatusReport;
use crate::reports::summary::text::padded;

/// Maximum width of a line. Messages may be longer.
const WIDTH: usize = 80;
/// Maximum number of lines of a list.
const MOST_LINES: usize = 5;
/// Maximum number of sentences about what needs attention.
const MOST_ATTENTION: usize = 12;

/// Renders the text. With `color`, headings contain ANSI escape sequences.
pub fn text(report: &StatusReport, words: Words, color: bool) -> String {
    let mut page = Page {
        words,
        text: String::new(),
        color,
    };
    page.head(report);
    page.attention(report);
    page.runs(&report.runs);
    if let Some(status) = &report.status {
        page.sources(&status.sources);
        page.rejects(status);
        page.customers(status);
        page.workloads(&status.workloads);
    }
    page.text
}

struct Page {
    words: Words,
    text: String,
    color: bool,
}

impl Page {
    fn heading(&mut self, text: &str) {
        let line = if self.color {
            format!("\n\u{1b}[1m{text}\u{1b}[0m\n")
        } else {
            format!("\n{text}\n")
        };
        self.text.push_str(&line);
    }

    /// A heading of lines that end with a day and a number.
    fn columns(&mut self, title: Phrase, last: Phrase) {
        let w = self.words;
        let (day, last) = (w.say(phrases::LATEST_DAY), w.say(last));
        self.heading(&format!("{} {day:>11} {last:>8}", padded(w.say(title), 53)));
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(&format!("  {}\n", text.trim_end()));
    }

    /// The first of some lines, and how many more there are.
    fn lines(&mut self, lines: Vec<String>, most: usize) {
        // "and 1 more" would take as much space as the line itself.
        let shown = if lines.len() <= most + 1 { lines.len() } else { most };
        lines.iter().take(shown).for_each(|line| self.line(line));
        if lines.len() > shown {
            let more = self.words.grouped((lines.len() - shown) as i64);
            self.line(&self.words.fill(phrases::MORE, &[("count", &more)]));
        }
    }

    fn head(&mut self, report: &StatusReport) {
        let w = self.words;
        let pipeline: (&str, &dyn Display) = ("pipeline", &report.pipeline);
        let extent = match &report.status {
            Some(Status {
                first_day: Some(first),
                last_day: Some(last),
                ..
            }) => w.fill(phrases::EXTENT, &[pipeline, ("first", first), ("last", last)]),
            Some(_) => w.fill(phrases::NO_TABLES, &[pipeline]),
            None => w.fill(phrases::NO_WAREHOUSE, &[pipeline, ("warehouse", &report.warehouse)]),
        };
        self.text.push_str(&format!("{extent}\n"));
        if let Some(holder) = &report.work.at_work {
            self.text
                .push_str(&format!("{}\n", w.fill(phrases::AT_WORK, &[("holder", holder)])));
        }
    }

    fn attention(&mut self, report: &StatusReport) {
        if report.attention.is_empty() {
            if report.status.is_some() {
                self.text.push_str(&format!("{}\n", self.words.say(phrases::ALL_WELL)));
            }
            return;
        }
        self.heading(self.words.say(phrases::NEEDS_ATTENTION));
        let lines = report.attention.iter().map(|attention| wrapped(&attention.message)).collect();
        self.lines(lines, MOST_ATTENTION);
    }

    fn runs(&mut self, runs: &[LastRun]) {
        if runs.is_empty() {
            return;
        }
        self.heading(self.words.say(phrases::LAST_RUNS));
        let w = self.words;
        self.lines(runs.iter().map(|run| run_line(w, run)).take(MOST_LINES).collect(), MOST_LINES);
    }

    fn sources(&mut self, sources: &[SourceStatus]) {
        let w = self.words;
        self.columns(phrases::SOURCES, phrases::LAG);
        let line = |source: &SourceStatus| {
            let lag = source.lag_days.map_or("-".to_owned(), |lag| w.count(lag, nouns::DAY));
            let latest = source.latest_day.as_deref().unwrap_or("-");
            format!("{} {latest:>11} {lag:>8}", padded(&source.source, 51))
        };
        self.lines(sources.iter().map(line).collect(), 2 * MOST_LINES);
    }

    fn rejects(&mut self, status: &Status) {
        let with_rejects: Vec<&SourceStatus> = status.sources.iter().filter(|source| source.rejected > 0).collect();
        if with_rejects.is_empty() {
            return;
        }
        let w = self.words;
        self.heading(&w.fill(phrases::REJECTS, &[("days", &status.look_back_days)]));
        let line = |source: &SourceStatus| {
            let mut reasons: Vec<(&String, &u64)> = source.reasons.iter().collect();
            reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            let reasons: Vec<String> = reasons
                .iter()
                .map(|(reason, count)| format!("{} {reason}", w.grouped(**count as i64)))
                .collect();
            let (part, whole) = (w.grouped(source.rejected), w.grouped(source.records));
            let count = w.fill(phrases::PART_OF, &[("part", &part), ("whole", &whole)]);
            let share = percent(w, source.rejected, source.records);
            let details: Vec<String> = source
                .details
                .iter()
                .map(|(reason, detail)| format!("\n    {}", padded(&format!("{reason}: {detail}"), 75).trim_end()))
                .collect();
            let (reasons, details) = (reasons.join(", "), details.concat());
            format!("{} {count:>22} {share:>9}\n    {reasons}{details}", padded(&source.source, 45))
        };
        self.lines(with_rejects.into_iter().map(line).collect(), MOST_LINES);
    }

    fn customers(&mut self, status: &Status) {
        let w = self.words;
        self.heading(w.say(phrases::CUSTOMERS));
        let number = |of: &dyn Fn(&CustomerStatus) -> bool| status.customers.iter().filter(|customer| of(customer)).count();
        let mut count = |number: usize, what: Phrase| {
            if number > 0 {
                self.line(&format!("{:>9}  {}", w.grouped(number as i64), w.say(what)));
            }
        };
        count(status.customers.len(), phrases::IN_ALL);
        count(number(&|of| of.window_complete == Some(true)), phrases::WITH_WINDOW);
        count(number(&|of| of.window_complete == Some(false)), phrases::WITHOUT_WINDOW);
        count(
            number(&|of| of.latest_days["subscriptions"].is_none()),
            phrases::WITHOUT_SUBSCRIPTIONS,
        );
        count(number(&|of| of.latest_days["license_holdings"].is_none()), phrases::WITHOUT_USERS);
        let mut incomplete: Vec<&CustomerStatus> = status.customers.iter().filter(|of| of.window_complete == Some(false)).collect();
        incomplete.sort_by_key(|customer| customer.window_days_covered);
        if incomplete.is_empty() {
            return;
        }
        self.columns(phrases::LESS_DATA, phrases::DAYS_COLUMN);
        let line = |customer: &&CustomerStatus| {
            let latest = customer.latest_days["activity"].as_deref().unwrap_or("-");
            let days = customer.window_days_covered.unwrap_or(0);
            format!("{} {latest:>11} {days:>8}", padded(name(customer), 51))
        };
        self.lines(incomplete.iter().map(line).collect(), MOST_LINES);
    }

    fn workloads(&mut self, workloads: &[WorkloadStatus]) {
        if workloads.is_empty() {
            return;
        }
        let w = self.words;
        self.columns(phrases::WORKLOADS, phrases::USERS_COLUMN);
        let line = |workload: &WorkloadStatus| {
            let latest = workload.latest_day.as_deref().unwrap_or_else(|| w.say(phrases::NEVER));
            let users = w.grouped(workload.active_users as i64);
            format!("{} {latest:>11} {users:>8}", padded(&workload.workload, 51))
        };
        let mut sorted: Vec<&WorkloadStatus> = workloads.iter().collect();
        sorted.sort_by_key(|workload| (workload.state == Use::Active, std::cmp::Reverse(workload.active_users)));
        self.lines(sorted.into_iter().map(line).collect(), 2 * MOST_LINES);
    }
}

/// A line such as `2026-10-01 04:30 run published 12.3 s 7 raw files, 120 made, 1 warning`.
fn run_line(w: Words, run: &LastRun) -> String {
    let began = run.began.get(..16).unwrap_or(&run.began).replace('T', " ");
    let mut parts = Vec::new();
    match &run.message {
        Some(message) => parts.extend(message.lines().next().map(str::to_owned)),
        None if run.files_read + run.files_made > 0 => {
            parts.push(w.count(run.files_read, nouns::RAW_FILE));
            let made = w.grouped(run.files_made as i64);
            parts.push(w.fill(phrases::MADE, &[("count", &made)]));
        }
        None => {}
    }
    if !run.warnings.is_empty() {
        parts.push(w.count(run.warnings.len(), nouns::WARNING));
    }
    let seconds = w.decimal(run.seconds, 1);
    let (command, outcome) = (command(w, &run.command), outcome(w, &run.outcome));
    let start = format!("{began}  {command:<9} {outcome:<10}{seconds:>8} s  ");
    let room = (WIDTH - 2).saturating_sub(start.chars().count()).max(1);
    start + padded(&parts.join(", "), room).trim_end()
}

/// The command of a run in one word.
fn command(w: Words, command: &str) -> &str {
    match command {
        "run" => w.say(phrases::RUN_COMMAND),
        "reprocess" => w.say(phrases::REPROCESS_COMMAND),
        other => other,
    }
}

/// The outcome of a run in one word.
fn outcome(w: Words, outcome: &str) -> &str {
    match outcome {
        "published" => w.say(phrases::PUBLISHED),
        "made" => w.say(phrases::MADE_ONLY),
        "idle" => w.say(phrases::IDLE),
        "refused" => w.say(phrases::REFUSED),
        "failed" => w.say(phrases::FAILED),
        other => other,
    }
}

/// Breaks a sentence into lines that fit. All but the first are indented. Control characters, which
/// a name could contain and a terminal would obey, become blanks.
fn wrapped(sentence: &str) -> String {
    let mut lines: Vec<String> = vec!["*".to_owned()];
    let is_between = |letter: char| letter.is_whitespace() || letter.is_control();
    for word in sentence.split(is_between).filter(|word| !word.is_empty()) {
        let fits = |line: &String| 2 + line.chars().count() + 1 + word.chars().count() <= WIDTH;
        match lines.last_mut().filter(|line| fits(line)) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(format!("  {word}")),
        }
    }
    lines.join("\n  ")
}
