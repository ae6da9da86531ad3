//! What Microsoft Graph answers: pages with a list `value`, and the same records as lines.

use std::collections::BTreeMap;
use std::io;

use serde_json::{Value, json};

use crate::sample::forms::form::Batch;
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

/// A page of `/subscribedSkus`: the seats of each SKU, whoever sold them.
pub fn subscribed_skus(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    let mut units: BTreeMap<String, (String, BTreeMap<&str, u64>)> = BTreeMap::new();
    for record in batch.records {
        let kind = match record["status"].as_str() {
            Some("Enabled") => "enabled",
            Some("Warning") => "warning",
            Some("Suspended") => "suspended",
            Some("LockedOut") => "lockedOut",
            _ => continue,
        };
        let sku = units.entry(text(record, &["skuId"])).or_default();
        sku.0 = text(record, &["skuPartNumber"]);
        *sku.1.entry(kind).or_default() += record["totalLicenses"].as_u64().unwrap_or(0);
    }
    let skus: Vec<Value> = units
        .into_iter()
        .map(|(sku, (part_number, units))| {
            let of = |kind| units.get(kind).copied().unwrap_or(0);
            let status = if of("enabled") > 0 { "Enabled" } else { "Warning" };
            let prepaid =
                json!({"enabled": of("enabled"), "warning": of("warning"), "suspended": of("suspended"), "lockedOut": of("lockedOut")});
            json!({
                "accountId": batch.tenant.to_string(), "id": format!("{}_{sku}", batch.tenant), "skuId": sku, "skuPartNumber": part_number,
                "appliesTo": "User", "capabilityStatus": status, "consumedUnits": 0, "prepaidUnits": prepaid, "servicePlans": [],
            })
        })
        .collect();
    Ok(text::page("value", &skus))
}
