//! Progress and messages on standard error: bars on a terminal, plain lines otherwise, JSON lines
//! for programs, nothing with `--quiet` (errors always).

use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::engine::events::Event;
use crate::observe::event_line::{Level, write_event};
use crate::observe::parts::{Part, Parts};
use crate::observe::standard_error::say;

/// How progress and messages are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Look {
    /// Bars that move: a person watches.
    Bars,
    /// A line for each part of the work that is done.
    Lines,
    /// One JSON object a line.
    Json,
    /// Nothing.
    Quiet,
}

/// Shows what happens.
pub struct Progress {
    look: Look,
    /// Warnings are told with the result, and not before: everything is told once.
    keeps_warnings: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    parts: Parts,
    bar: Option<ProgressBar>,
    warnings: Vec<String>,
}

impl Progress {
    /// Shows things in that way from now on.
    pub fn new(look: Look) -> Progress {
        Progress {
            look,
            keeps_warnings: false,
            state: Mutex::default(),
        }
    }

    /// The same for a command whose result has the warnings in it. Programs get them as events all
    /// the same.
    pub fn with_warnings_in_the_result(look: Look) -> Progress {
        Progress {
            keeps_warnings: true,
            ..Progress::new(look)
        }
    }

    /// Whether the result is to have the warnings in it: nobody was told yet.
    pub fn owes_warnings(&self) -> bool {
        self.keeps_warnings && self.look != Look::Json
    }

    /// Tells the warnings of which there will be no result.
    pub fn tell_kept_warnings(&self) {
        if self.owes_warnings() && self.look != Look::Quiet {
            self.warnings().iter().for_each(|text| say(&format!("warning: {text}")));
        }
    }

    /// Takes an event of the engine.
    pub fn take(&self, event: Event) {
        match event {
            Event::Begin { what, unit, total } => self.begin(what, unit, total),
            Event::Advance(units) => self.advance(units),
            Event::End => self.end(),
            Event::Warning(text) => self.warn(&text),
        }
    }

    /// Tells of something odd.
    pub fn warn(&self, text: &str) {
        let Ok(mut state) = self.state.lock() else { return };
        if state.warnings.iter().any(|known| known == text) {
            return;
        }
        state.warnings.push(text.to_owned());
        match self.look {
            Look::Lines | Look::Bars if self.keeps_warnings => {}
            Look::Quiet => {}
            Look::Json => write_event(Level::Warning, "warning", text, json!({})),
            Look::Lines => say(&format!("warning: {text}")),
            Look::Bars => match &state.bar {
                Some(bar) => bar.suspend(|| say(&format!("warning: {text}"))),
                None => say(&format!("warning: {text}")),
            },
        }
    }

    /// Tells programs of something that people see in another way.
    pub fn event(&self, event: &str, message: &str, fields: Value) {
        if self.look == Look::Json {
            write_event(Level::Info, event, message, fields);
        }
    }

    /// Everything that was warned of.
    pub fn warnings(&self) -> Vec<String> {
        self.state.lock().map(|state| state.warnings.clone()).unwrap_or_default()
    }

    /// The parts of the work so far.
    pub fn parts(&self) -> Vec<Part> {
        self.state.lock().map(|state| state.parts.so_far()).unwrap_or_default()
    }

    /// Takes away whatever is still shown. A part that did not come to its end stays without one.
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
        if self.look == Look::Json {
            let fields = json!({"part": what, "unit": unit, "total": total});
            write_event(
                Level::Info,
                "part_began",
                &format!("{what}: {} to do", counted(total, unit)),
                fields,
            );
        }
        if self.look == Look::Bars {
            let bar = ProgressBar::new(total);
            if let Ok(style) = ProgressStyle::with_template("{prefix:<22} [{bar:30}] {pos}/{len} {msg}") {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_prefix(what);
            bar.set_message(unit);
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

    fn end(&self) {
        let Ok(mut state) = self.state.lock() else { return };
        if let Some(bar) = state.bar.take() {
            bar.finish_and_clear();
        }
        let Some(Part { part, unit, done, seconds }) = state.parts.end() else {
            return;
        };
        let message = format!("{part}: {} in {seconds:.1} s", counted(done, unit));
        match self.look {
            Look::Quiet => {}
            Look::Json => {
                let fields = json!({"part": part, "unit": unit, "done": done, "seconds": seconds});
                write_event(Level::Info, "part_ended", &message, fields);
            }
            Look::Lines | Look::Bars => say(&message),
        }
    }
}

/// So many units in words. A unit is a plural whose first word ends in `s`: one of it loses that
/// letter.
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
