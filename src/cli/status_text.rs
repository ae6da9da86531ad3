//! How things stand in words: what needs attention first, then one screen of numbers in 80 columns. Long lists are cut; the JSON form has
//! them whole.

use crate::engine::status::value::{CustomerStatus, SourceStatus, Status, Use, WorkloadStatus};
use crate::observe::standing::Standing;
use crate::observe::standing_attention::{counted, name, percent};
use crate::observe::standing_runs::LastRun;
use crate::reports::summary_text::{grouped, padded};

/// No line is wider, but for messages, which are not cut.
const WIDTH: usize = 80;
/// The most lines of a list.
const MOST_LINES: usize = 5;
/// The most attention that fits on a screen.
const MOST_ATTENTION: usize = 12;

/// The text, which ends with a line end. With `color`, headings carry ANSI escape sequences.
pub fn text(standing: &Standing, color: bool) -> String {
    let mut page = Page {
        text: String::new(),
        color,
    };
    page.head(standing);
    page.attention(standing);
    page.runs(&standing.runs);
    if let Some(status) = &standing.status {
        page.sources(&status.sources);
        page.rejects(status);
        page.customers(status);
        page.workloads(&status.workloads);
    }
    page.text
}

struct Page {
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

    fn line(&mut self, text: &str) {
        self.text.push_str(&format!("  {}\n", text.trim_end()));
    }

    /// The first of some lines, and how many more there are.
    fn lines(&mut self, lines: Vec<String>, most: usize) {
        // One more line in place of "and 1 more".
        let shown = if lines.len() <= most + 1 { lines.len() } else { most };
        lines.iter().take(shown).for_each(|line| self.line(line));
        if lines.len() > shown {
            self.line(&format!(
                "and {} more (`--format json` has all)",
                grouped((lines.len() - shown) as i64)
            ));
        }
    }

    fn head(&mut self, standing: &Standing) {
        let extent = match &standing.status {
            Some(Status {
                first_day: Some(first),
                last_day: Some(last),
                ..
            }) => format!("{first} to {last}"),
            Some(_) => "no tables by day yet".to_owned(),
            None => format!("there is no warehouse at `{}` yet: `uptake run` makes it", standing.warehouse),
        };
        self.text.push_str(&format!("{}: {extent}\n", standing.pipeline));
        if let Some(holder) = &standing.work.at_work {
            self.text.push_str(&format!("A run is at work: {holder}\n"));
        }
    }

    fn attention(&mut self, standing: &Standing) {
        if standing.attention.is_empty() {
            if standing.status.is_some() {
                self.text.push_str("Nothing needs attention.\n");
            }
            return;
        }
        self.heading("Needs attention");
        let lines = standing.attention.iter().map(|attention| wrapped(&attention.message)).collect();
        self.lines(lines, MOST_ATTENTION);
    }

    fn runs(&mut self, runs: &[LastRun]) {
        if runs.is_empty() {
            return;
        }
        self.heading("Last runs");
        self.lines(runs.iter().map(run_line).take(MOST_LINES).collect(), MOST_LINES);
    }

    fn sources(&mut self, sources: &[SourceStatus]) {
        self.heading("Sources                                                latest day     lag");
        let line = |source: &SourceStatus| {
            let lag = source.lag_days.map_or("-".to_owned(), |lag| counted(lag, "day"));
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
        self.heading(&format!("Rejects of the last {} days", status.look_back_days));
        let line = |source: &SourceStatus| {
            let mut reasons: Vec<(&String, &u64)> = source.reasons.iter().collect();
            reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            let reasons: Vec<String> = reasons
                .iter()
                .map(|(reason, count)| format!("{} {reason}", grouped(**count as i64)))
                .collect();
            let count = format!("{} of {}", grouped(source.rejected), grouped(source.records));
            let share = percent(source.rejected, source.records);
            format!("{} {count:>22} {share:>9}\n    {}", padded(&source.source, 45), reasons.join(", "))
        };
        self.lines(with_rejects.into_iter().map(line).collect(), MOST_LINES);
    }

    fn customers(&mut self, status: &Status) {
        self.heading("Customers");
        let number = |of: &dyn Fn(&CustomerStatus) -> bool| status.customers.iter().filter(|customer| of(customer)).count();
        let mut count = |number: usize, what: &str| {
            if number > 0 {
                self.line(&format!("{:>9}  {what}", grouped(number as i64)));
            }
        };
        count(status.customers.len(), "in all");
        count(number(&|of| of.window_complete == Some(true)), "with a complete window of 28 days");
        count(number(&|of| of.window_complete == Some(false)), "with less than 28 days of data");
        count(
            number(&|of| of.latest_days["subscriptions"].is_none()),
            "without a snapshot of subscriptions",
        );
        count(
            number(&|of| of.latest_days["license_holdings"].is_none()),
            "without a recent list of users",
        );
        let mut incomplete: Vec<&CustomerStatus> = status.customers.iter().filter(|of| of.window_complete == Some(false)).collect();
        incomplete.sort_by_key(|customer| customer.window_days_covered);
        if incomplete.is_empty() {
            return;
        }
        self.heading("Less than 28 days of data                              latest day    days");
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
        self.heading("Workloads                                              latest day   users");
        let line = |workload: &WorkloadStatus| {
            let latest = workload.latest_day.as_deref().unwrap_or("never");
            let users = grouped(workload.active_users as i64);
            format!("{} {latest:>11} {users:>8}", padded(&workload.workload, 51))
        };
        let mut sorted: Vec<&WorkloadStatus> = workloads.iter().collect();
        sorted.sort_by_key(|workload| (workload.state == Use::Active, std::cmp::Reverse(workload.active_users)));
        self.lines(sorted.into_iter().map(line).collect(), 2 * MOST_LINES);
    }
}

/// A line such as `2026-10-01 04:30  run       published    12.3 s  7 raw files, 120 made, 1 warning`.
fn run_line(run: &LastRun) -> String {
    let began = run.began.get(..16).unwrap_or(&run.began).replace('T', " ");
    let mut parts = Vec::new();
    match &run.message {
        Some(message) => parts.extend(message.lines().next().map(str::to_owned)),
        None if run.files_read + run.files_made > 0 => {
            parts.push(counted(run.files_read, "raw file"));
            parts.push(format!("{} made", grouped(run.files_made as i64)));
        }
        None => {}
    }
    if !run.warnings.is_empty() {
        parts.push(counted(run.warnings.len(), "warning"));
    }
    let start = format!("{began}  {:<9} {:<10}{:>8.1} s  ", run.command, run.outcome, run.seconds);
    let room = (WIDTH - 2).saturating_sub(start.chars().count()).max(1);
    start + padded(&parts.join(", "), room).trim_end()
}

/// A sentence in lines that fit, the later ones indented. Control characters, which a name could bring and a terminal would obey, become spaces.
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
