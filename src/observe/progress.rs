//! Progress and messages on standard error: bars on a terminal, plain lines otherwise, JSON lines for programs, nothing with
//! `--quiet` (errors always).

use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::engine::events::Event;

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
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    what: &'static str,
    unit: &'static str,
    total: u64,
    done: u64,
    began: Option<Instant>,
    bar: Option<ProgressBar>,
    warnings: Vec<String>,
}

impl Progress {
    /// Shows things in that way from now on.
    pub fn new(look: Look) -> Progress {
        Progress {
            look,
            state: Mutex::default(),
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
            Look::Quiet => {}
            Look::Json => eprintln!("{}", serde_json::json!({"level": "warning", "message": text})),
            Look::Lines => eprintln!("warning: {text}"),
            Look::Bars => match &state.bar {
                Some(bar) => bar.suspend(|| eprintln!("warning: {text}")),
                None => eprintln!("warning: {text}"),
            },
        }
    }

    /// Everything that was warned of.
    pub fn warnings(&self) -> Vec<String> {
        self.state.lock().map(|state| state.warnings.clone()).unwrap_or_default()
    }

    /// Ends whatever is still shown.
    pub fn finish(&self) {
        self.end();
    }

    fn begin(&self, what: &'static str, unit: &'static str, total: u64) {
        let Ok(mut state) = self.state.lock() else { return };
        state.what = what;
        state.unit = unit;
        state.total = total;
        state.done = 0;
        state.began = Some(Instant::now());
        if self.look == Look::Bars && total > 0 {
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
        state.done += units;
        if let Some(bar) = &state.bar {
            bar.inc(units);
        }
    }

    fn end(&self) {
        let Ok(mut state) = self.state.lock() else { return };
        if let Some(bar) = state.bar.take() {
            bar.finish_and_clear();
        }
        let Some(began) = state.began.take().filter(|_| state.total > 0) else {
            return;
        };
        let seconds = began.elapsed().as_secs_f64();
        match self.look {
            Look::Quiet => {}
            Look::Json => {
                let line = serde_json::json!({
                    "level": "info", "message": state.what, "unit": state.unit, "done": state.done, "seconds": (seconds * 1000.0).round() / 1000.0,
                });
                eprintln!("{line}");
            }
            Look::Lines | Look::Bars => eprintln!("{}: {} {} in {seconds:.1} s", state.what, state.done, state.unit),
        }
    }
}
