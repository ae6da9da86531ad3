//! One line of JSON per event: what `--log-format json` writes to standard error, and nothing else
//! is written there then.
//!
//! Every line has `time` (UTC), `level` (info, warning, error), `event` and `message`; what an
//! event has besides is in docs/run.md.

use serde_json::{Map, Value};

use crate::observe::standard_error::say;

/// How much an event matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Info,
    Warning,
    Error,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// The line of an event, without its line end. `fields` is an object; its entries come after the
/// ones that every line has.
pub fn event_line(level: Level, event: &str, message: &str, fields: Value) -> String {
    let mut line = Map::new();
    line.insert("time".to_owned(), jiff::Timestamp::now().to_string().into());
    line.insert("level".to_owned(), level.name().into());
    line.insert("event".to_owned(), event.into());
    line.insert("message".to_owned(), message.into());
    if let Value::Object(fields) = fields {
        line.extend(fields);
    }
    Value::Object(line).to_string()
}

/// Writes the line of an event to standard error.
pub fn write_event(level: Level, event: &str, message: &str, fields: Value) {
    say(&event_line(level, event, message, fields));
}
