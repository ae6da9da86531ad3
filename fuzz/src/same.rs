//! The readers of JSON find brackets and quotes in blocks and look only at what matters. A full
//! parser has to agree: what it takes for a value is written down again by it, in other words
//! (members apart by blanks, letters as escapes), and has to give the same findings.

use serde_json::Value;
use uptake::domain::kinds::Feed;
use uptake::sources::Format;

use crate::reading::{context, read};
use crate::sink::Found;

/// The deepest value that is compared: what is deeper is refused by the readers and not by the
/// parser.
const DEEPEST: usize = 128;

/// Compares line by line, where the parser knows the line.
pub fn check(feed: Feed, format: Format, input: &[u8]) -> Result<String, String> {
    let context = context(input);
    let mut behaviour = String::new();
    for line in input.split(|byte| *byte == b'\n').take(8) {
        let Ok(value) = serde_json::from_slice::<Value>(line) else {
            continue;
        };
        if !(value.is_object() || value.is_array()) || depth(&value) > DEEPEST || has_fraction(&value) || has_twice(line, &value) {
            continue;
        }
        let written = written(&value);
        let found = read(feed, format, line, line.len(), &context)?;
        let again = read(feed, format, written.as_bytes(), written.len(), &context)?;
        if findings(&found) != findings(&again) {
            return Err(format!(
                "the parser's text gives other findings:\n  {:?}\n  {:?}\n  {written}",
                findings(&found),
                findings(&again)
            ));
        }
        behaviour.push_str(&found.behaviour());
    }
    Ok(behaviour)
}

fn findings(found: &Found) -> (&[String], &[String], &[String], String) {
    (&found.rows, &found.rejects, &found.pages, format!("{:?}", found.counts))
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// The parser rounds fractions and large numbers; they cannot be compared.
fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_fraction),
        Value::Object(members) => members.values().any(has_fraction),
        Value::Number(number) => number.is_f64(),
        _ => false,
    }
}

/// Whether a key stands twice in some object. The parser gives the last value the place of the
/// first, which only order can tell: such a text has more colons than members, quotes left aside.
fn has_twice(line: &[u8], value: &Value) -> bool {
    fn members(value: &Value) -> usize {
        match value {
            Value::Array(items) => items.iter().map(members).sum(),
            Value::Object(object) => object.len() + object.values().map(members).sum::<usize>(),
            _ => 0,
        }
    }
    let (mut colons, mut quoted, mut escaped) = (0, false, false);
    for byte in line {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b':' if !quoted => colons += 1,
            _ => {}
        }
    }
    colons != members(value)
}

/// The value in other words than JSON is usually written in.
fn written(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[ {} ]", items.iter().map(written).collect::<Vec<_>>().join(" ,\t")),
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| format!("{} : {}", escaped(key), written(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(" , "))
        }
        Value::String(text) => escaped(text),
        other => other.to_string(),
    }
}

/// A text with every third letter as an escape.
fn escaped(text: &str) -> String {
    let mut out = String::from("\"");
    for (number, letter) in text.chars().enumerate() {
        let is_plain = number % 3 != 0 && letter >= ' ' && !matches!(letter, '"' | '\\');
        if is_plain {
            out.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out.push('"');
    out
}
