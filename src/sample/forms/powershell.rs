//! What the PowerShell modules of Graph give (`Get-Mg... | ConvertTo-Json -Depth 10`): a bare array of
//! objects whose names have a capital letter first, each with `AdditionalProperties`.

use std::io;

use serde_json::{Map, Value, json};

use crate::sample::forms::form::Batch;
use crate::sample::forms::graph::inner;
use crate::sample::forms::text;

/// Sign-ins or audit records.
pub fn log_array(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(array(&inner(batch)))
}

/// Users or subscriptions.
pub fn list_array(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(array(batch.records))
}

fn array(records: &[Value]) -> Vec<u8> {
    text::array(&records.iter().map(of_module).collect::<Vec<_>>())
}

/// A value as an object of a module.
fn of_module(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut object: Map<_, _> = members.iter().map(|(key, value)| (capital(key), of_module(value))).collect();
            object.insert("AdditionalProperties".to_owned(), json!({}));
            Value::Object(object)
        }
        Value::Array(items) => items.iter().map(of_module).collect(),
        other => other.clone(),
    }
}

fn capital(key: &str) -> String {
    let mut letters = key.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
