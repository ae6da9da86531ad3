//! Shows progress and messages on standard error: bars on a terminal, otherwise plain lines, JSON
//! lines for programs, and only errors with `--quiet`.

use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::domain::words::nouns::size;
use crate::engine::events::Event;
use crate::observe::event_line::{Level, write_event};
use crate::observe::phases::{Phase, PhaseTimer};
use crate::observe::standard_error::write_line;

/// How progress and messages are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProgressMode {
    /// Moving bars, for a person who watches.
    Bars,
    /// One line for each finished part.
    Lines,
    /// One JSON object per line.
    Json,
    /// Nothing.
    Quiet,
}

/// Shows progress and messages.
pub struct Progress {
    mode: ProgressMode,
    /// Warnings are shown with the result only, so that each is shown once.
    keeps_warnings: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    parts: PhaseTimer,
    bar: Option<ProgressBar>,
    /// What the bar counts.
    unit: &'static str,
    warnings: Vec<String>,
}

impl Progress {
    /// Shows progress in this way.
    pub fn new(mode: ProgressMode) -> Progress {
        Progress {
            mode,
            keeps_warnings: false,
            state: Mutex::default(),
        }
    }

    /// The same for a command whose result contains the warnings. Programs still get them as
    /// events.
    pub fn with_warnings_in_the_result(mode: ProgressMode) -> Progress {
        Progress {
            keeps_warnings: true,
            ..Progress::new(mode)
        }
    }

    /// Returns whether the result has to contain the warnings because they were not shown yet.
    pub fn owes_warnings(&self) -> bool {
        self.keeps_warnings && self.mode != ProgressMode::Json
    }

    /// Shows the warnings if there will be no result.
    pub fn show_kept_warnings(&self) {
        if self.owes_warnings() && self.mode != ProgressMode::Quiet {
            self.warnings().iter().for_each(|text| write_line(&format!("warning: {text}")));
        }
    }

    /// Handles an event of the engine.
    pub fn take(&self, event: Event) {
        match event {
            Event::Begin { what, unit, total } => self.begin(what, unit, total),
            Event::Advance(units) => self.advance(units),
            Event::Read(bytes) => self.read(bytes),
            Event::End => self.end(),
            Event::Warning(text) => self.warn(&text),
        }
    }

    /// Shows a warning.
    pub fn warn(&self, text: &str) {
        let Ok(mut state) = self.state.lock() else { return };
        if state.warnings.iter().any(|known| known == text) {
            return;
        }
        state.warnings.push(text.to_owned());
        match self.mode {
            ProgressMode::Lines | ProgressMode::Bars if self.keeps_warnings => {}
            ProgressMode::Quiet => {}
            ProgressMode::Json => write_event(Level::Warning, "warning", text, json!({})),
            ProgressMode::Lines => write_line(&format!("warning: {text}")),
            ProgressMode::Bars => match &state.bar {
                Some(bar) => bar.suspend(|| write_line(&format!("warning: {text}"))),
                None => write_line(&format!("warning: {text}")),
            },
        }
    }

    /// Writes an event for programs. People see the same in another form.
    pub fn event(&self, event: &str, message: &str, fields: Value) {
        if self.mode == ProgressMode::Json {
            write_event(Level::Info, event, message, fields);
        }
    }

    /// Returns all warnings.
    pub fn warnings(&self) -> Vec<String> {
        self.state.lock().map(|state| state.warnings.clone()).unwrap_or_default()
    }

    /// Returns the parts of the work so far.
    pub fn parts(&self) -> Vec<Phase> {
        self.state.lock().map(|state| state.parts.so_far()).unwrap_or_default()
    }

    /// Removes the bar. A part that did not finish is not reported.
    pub fn finish(&self) {
        let Ok(mut state) = self.state.lock() else { return };
        if let Some(bar) = state.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn begin(&self, what: &'static str, unit: &'static str, total: u64) {
        let Ok(mut state) = self.state.lock() else { return };
        state.parts.begin(what, unit, total);
        if total == 0 {
            return;
        }
        if self.mode == ProgressMode::Json {
            let fields = json!({"part": what, "unit": unit, "total": total});
            write_event(
                Level::Info,
                "part_began",
                &format!("{what}: {} to do", counted(total, unit)),
                fields,
            );
        }
        if self.mode == ProgressMode::Bars {
            let bar = ProgressBar::new(total);
            if let Ok(style) = ProgressStyle::with_template("{prefix:<22} [{bar:30}] {pos}/{len} {msg}") {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_prefix(what);
            bar.set_message(unit);
            state.unit = unit;
            bar.enable_steady_tick(Duration::from_millis(200));
            state.bar = Some(bar);
        }
    }

    fn advance(&self, units: u64) {
        let Ok(mut state) = self.state.lock() else { return };
        state.parts.advance(units);
        if let Some(bar) = &state.bar {
            bar.inc(units);
        }
    }

    fn read(&self, bytes: u64) {
        let Ok(mut state) = self.state.lock() else { return };
        let all = state.parts.read(bytes);
        if let Some(bar) = &state.bar {
            bar.set_message(format!("{}, {}", state.unit, size(all)));
        }
    }

    fn end(&self) {
        let Ok(mut state) = self.state.lock() else { return };
        if let Some(bar) = state.bar.take() {
            bar.finish_and_clear();
        }
        let Some(phase) = state.parts.end() else { return };
        let Phase {
            part,
            unit,
            done,
            bytes,
            seconds,
        } = phase;
        let bytes = bytes.map_or_else(String::new, |bytes| format!(", {},", size(bytes)));
        let message = format!("{part}: {}{bytes} in {seconds:.1} s", counted(done, unit));
        match self.mode {
            ProgressMode::Quiet => {}
            ProgressMode::Json => {
                let fields = json!(phase);
                write_event(Level::Info, "part_ended", &message, fields);
            }
            ProgressMode::Lines | ProgressMode::Bars => write_line(&message),
        }
    }
}

/// Formats a number of units. A unit is a plural whose first word ends in `s`; its singular loses
/// that letter.
fn counted(count: u64, unit: &str) -> String {
    let (first, rest) = unit
        .split_once(' ')
        .map_or((unit, String::new()), |(first, rest)| (first, format!(" {rest}")));
    match count {
        1 => format!("1 {}{rest}", first.strip_suffix('s').unwrap_or(first)),
        _ => format!("{count} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_unit_is_a_singular() {
        assert_eq!(counted(1, "files"), "1 file");
        assert_eq!(counted(1, "days of a customer"), "1 day of a customer");
        assert_eq!(counted(0, "days"), "0 days");
        assert_eq!(counted(2, "days of tables"), "2 days of tables");
    }
}
