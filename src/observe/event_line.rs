//! Writes one line of JSON per event to standard error, for `--log-format json`. Nothing else is
//! written there then.
//!
//! Every line has `time` (UTC), `level` (info, warning, error), `event` and `message`. docs/run.md
//! lists the other fields of each event.

use serde_json::{Map, Value};

use crate::observe::standard_error::write_line;

/// How important an event is.
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

/// Returns the line of an event, without its line end. `fields` is an object; its entries follow
/// the ones that every line has.
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
    write_line(&event_line(level, event, message, fields));
}
