//! What the Microsoft 365 admin center exports of the users: a CSV that names the products. What has no
//! name here (free products) is left out.

use std::io;

use serde_json::Value;

use crate::sample::forms::form::Batch;
use crate::sample::forms::product_names;
use crate::sample::forms::text::{Table, text};

pub fn users(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    let header = &["Block credential", "Display name", "Licenses", "Object Id", "User principal name"];
    let rows = batch.records.iter().map(row).collect();
    Ok(Table { header, rows }.csv())
}

fn row(user: &Value) -> Vec<String> {
    let held = user["assignedLicenses"].as_array().into_iter().flatten();
    let names: Vec<&str> = held.filter_map(product_names::of).collect();
    let blocked = match user["accountEnabled"].as_bool() {
        Some(true) => "False",
        Some(false) => "True",
        None => "",
    };
    vec![
        blocked.to_owned(),
        String::new(),
        if names.is_empty() {
            "Unlicensed".to_owned()
        } else {
            names.join("+")
        },
        text(user, &["id"]),
        text(user, &["userPrincipalName"]),
    ]
}
