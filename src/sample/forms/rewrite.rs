//! Takes the records out of a file in the default form, so that another form can write them.
//!
//! What is spoiled by plan has no place in other forms: lines that are no JSON, sign-ins without an
//! id, and those of services, which other forms do not have or have elsewhere.

use serde_json::Value;

use crate::domain::kinds::Feed;

/// Records that go into one file, and how its name begins.
pub type Part = (&'static str, Vec<Value>);

/// The records of a file. Sign-ins are parted into interactive ones and others, because some forms
/// tell them apart only by the name of the file.
pub fn parts(feed: Feed, written: &[u8]) -> Vec<Part> {
    let documents = written
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    match feed {
        Feed::Activity => {
            let (interactive, other) = documents
                .filter_map(sign_in)
                .partition(|record| record["properties"]["isInteractive"] == true);
            vec![("InteractiveSignIns_", interactive), ("NonInteractiveSignIns_", other)]
        }
        Feed::LicenseChanges => vec![("AuditLogs_", documents.map(unpacked).collect())],
        _ => {
            let list = documents.flat_map(|mut page| page["value"].as_array_mut().map(std::mem::take).unwrap_or_default());
            vec![("", list.collect())]
        }
    }
}

/// The record of a sign-in of a user, with what every form needs.
fn sign_in(record: Value) -> Option<Value> {
    let by_category = match record["category"].as_str()? {
        "SignInLogs" => true,
        "NonInteractiveUserSignInLogs" => false,
        _ => return None,
    };
    let mut record = unpacked(record);
    record["properties"]["id"].as_str()?;
    // A clock elsewhere wrote it; the envelope has the same moment in UTC.
    if !record["properties"]["createdDateTime"].as_str()?.ends_with('Z') {
        record["properties"]["createdDateTime"] = record["time"].clone();
    }
    if record["properties"]["isInteractive"].is_null() {
        record["properties"]["isInteractive"] = Value::Bool(by_category);
    }
    Some(record)
}

/// The record with its properties as an object; some have them as JSON text.
fn unpacked(mut record: Value) -> Value {
    if let Some(Ok(properties)) = record["properties"].as_str().map(serde_json::from_str) {
        record["properties"] = properties;
    }
    record
}
