//! What Microsoft Graph answers: pages with a list `value`, and the same records as lines.

use std::collections::BTreeMap;
use std::io;

use serde_json::{Value, json};

use crate::sample::forms::form::Batch;
use crate::sample::forms::record::SignIn;
use crate::sample::forms::text::{self, text};

/// The records of Graph within those of diagnostic settings.
pub fn inner(batch: &Batch<'_>) -> Vec<Value> {
    batch.records.iter().map(|record| record["properties"].clone()).collect()
}

/// A page of users or subscriptions.
pub fn page(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(text::page("value", batch.records))
}

/// A page of sign-ins or audit records.
pub fn log_page(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(text::page("value", &inner(batch)))
}

pub fn log_lines(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(text::lines(&inner(batch)))
}

/// A page of `getSummarizedNonInteractiveSignIns`: the non-interactive sign-ins, one record for each
/// user, client, resource, outcome and day. Users are known by name only.
pub fn summarized_sign_ins(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    let mut summed: BTreeMap<Vec<String>, (SignIn, u64)> = BTreeMap::new();
    let sign_ins = batch.records.iter().map(SignIn::of);
    for sign_in in sign_ins.filter(|sign_in| !sign_in.is_interactive && !sign_in.user_name.is_empty()) {
        let day = sign_in.created.chars().take(10).collect();
        let key = [&sign_in.user_name, &sign_in.app, &sign_in.resource, &sign_in.error];
        let key = key.into_iter().cloned().chain([day]).collect();
        summed.entry(key).or_insert((sign_in, 0)).1 += 1;
    }
    let records = summed.into_values().map(|(first, count)| {
        json!({
            "id": first.id, "signInCount": count, "aggregationDateTime": format!("{}T00:00:00Z", first.created.get(..10).unwrap_or_default()),
            "firstSignInDateTime": first.created, "userPrincipalName": first.user_name, "appId": first.app, "resourceId": first.resource,
            "tenantId": batch.tenant.to_string(), "status": {"errorCode": first.error.parse::<u32>().unwrap_or(0)},
        })
    });
    Ok(text::page("value", &records.collect::<Vec<_>>()))
}

/// The units of a SKU, by the state that they are in.
#[derive(Default)]
pub struct Units {
    pub part_number: String,
    in_state: BTreeMap<&'static str, u64>,
}

impl Units {
    /// How many units are in a state, as `prepaidUnits` calls it.
    pub fn of(&self, state: &str) -> u64 {
        self.in_state.get(state).copied().unwrap_or(0)
    }

    pub fn status(&self) -> &'static str {
        if self.of("enabled") > 0 { "Enabled" } else { "Warning" }
    }
}

/// The units of each SKU.
pub fn units(batch: &Batch<'_>) -> BTreeMap<String, Units> {
    let mut units: BTreeMap<String, Units> = BTreeMap::new();
    for record in batch.records {
        let state = match record["status"].as_str() {
            Some("Enabled") => "enabled",
            Some("Warning") => "warning",
            Some("Suspended") => "suspended",
            Some("LockedOut") => "lockedOut",
            _ => continue,
        };
        let sku = units.entry(text(record, &["skuId"])).or_default();
        sku.part_number = text(record, &["skuPartNumber"]);
        *sku.in_state.entry(state).or_default() += record["totalLicenses"].as_u64().unwrap_or(0);
    }
    units
}

/// A page of `/subscribedSkus`: the seats of each SKU, whoever sold them.
pub fn subscribed_skus(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    let skus: Vec<Value> = units(batch)
        .into_iter()
        .map(|(sku, units)| {
            let prepaid = json!({
                "enabled": units.of("enabled"), "warning": units.of("warning"), "suspended": units.of("suspended"), "lockedOut": units.of("lockedOut"),
            });
            json!({
                "accountId": batch.tenant.to_string(), "id": format!("{}_{sku}", batch.tenant), "skuId": sku, "skuPartNumber": units.part_number,
                "appliesTo": "User", "capabilityStatus": units.status(), "consumedUnits": 0, "prepaidUnits": prepaid, "servicePlans": [],
            })
        })
        .collect();
    Ok(text::page("value", &skus))
}
