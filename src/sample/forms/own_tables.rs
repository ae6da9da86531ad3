//! Tables in uptake's own columns, as CSV and as Parquet, for whoever brings data from elsewhere.

use std::io;

use serde_json::Value;

use crate::sample::forms::form::Batch;
use crate::sample::forms::record::{Change, SignIn};
use crate::sample::forms::text::{Table, text};

pub fn activity_csv(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(activity(batch).csv())
}

pub fn activity_parquet(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    activity(batch).parquet()
}

pub fn changes_csv(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(changes(batch).csv())
}

pub fn changes_parquet(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    changes(batch).parquet()
}

pub fn holdings_csv(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(holdings(batch).csv())
}

pub fn holdings_parquet(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    holdings(batch).parquet()
}

pub fn subscriptions_csv(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(subscriptions(batch).csv())
}

pub fn subscriptions_parquet(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    subscriptions(batch).parquet()
}

fn activity(batch: &Batch<'_>) -> Table {
    let header = &[
        "event_id",
        "event_time",
        "tenant_id",
        "user_id",
        "app_id",
        "resource_id",
        "interactive",
        "error_code",
        "user_type",
        "resource_tenant_id",
        "home_tenant_id",
    ];
    let row = |record: &Value| {
        let sign_in = SignIn::of(record);
        vec![
            sign_in.id,
            sign_in.created,
            batch.tenant.to_string(),
            sign_in.user,
            sign_in.app,
            sign_in.resource,
            sign_in.is_interactive.to_string(),
            sign_in.error,
            sign_in.user_type,
            sign_in.resource_tenant,
            sign_in.home_tenant,
        ]
    };
    let rows = batch.records.iter().map(row).collect();
    Table { header, rows }
}

/// A row for each SKU that came or went, and one for an account that was deleted or restored.
fn changes(batch: &Batch<'_>) -> Table {
    let header = &["event_id", "event_time", "tenant_id", "user_id", "sku_id", "action"];
    let mut rows = Vec::new();
    for change in batch.records.iter().map(Change::of).filter(|change| change.succeeded) {
        let mut row = |sku: &str, action: &str| {
            let (tenant, user) = (batch.tenant.to_string(), change.user.clone());
            rows.push(
                [
                    change.id.clone(),
                    change.at.clone(),
                    tenant,
                    user,
                    sku.to_owned(),
                    action.to_owned(),
                ]
                .to_vec(),
            );
        };
        match change.activity.as_str() {
            "Delete user" | "Hard Delete user" => row("", "deleted"),
            "Restore user" => row("", "restored"),
            _ => {}
        }
        let (old, new) = change
            .licenses
            .as_ref()
            .map(|(old, new)| (Change::skus(old), Change::skus(new)))
            .unwrap_or_default();
        new.iter().filter(|sku| !old.contains(sku)).for_each(|sku| row(sku, "assigned"));
        old.iter().filter(|sku| !new.contains(sku)).for_each(|sku| row(sku, "removed"));
    }
    Table { header, rows }
}

/// A row for each product that a user holds or waits for. Of what states name, the states decide.
fn holdings(batch: &Batch<'_>) -> Table {
    let header = &["snapshot_day", "tenant_id", "user_id", "sku_id", "waiting"];
    let mut rows = Vec::new();
    for user in batch.records {
        let list = |key: &str| user[key].as_array().cloned().unwrap_or_default();
        let states = list("licenseAssignmentStates");
        let states_of = |sku: &str| -> Vec<String> {
            let named = states.iter().filter(|state| state["skuId"] == sku);
            named.map(|state| text(state, &["state"])).collect()
        };
        let mut skus: Vec<String> = list("assignedLicenses")
            .iter()
            .chain(&states)
            .map(|one| text(one, &["skuId"]))
            .collect();
        skus.sort();
        skus.dedup();
        for sku in skus {
            let states = states_of(&sku);
            let is_held = states.is_empty() || states.iter().any(|state| state.starts_with("Active"));
            let waiting = if is_held { "" } else { "true" };
            rows.push(
                [
                    batch.day.to_string(),
                    batch.tenant.to_string(),
                    text(user, &["id"]),
                    sku.clone(),
                    waiting.to_owned(),
                ]
                .to_vec(),
            );
        }
    }
    Table { header, rows }
}

fn subscriptions(batch: &Batch<'_>) -> Table {
    let header = &[
        "snapshot_day",
        "tenant_id",
        "subscription_id",
        "sku_id",
        "seats",
        "status",
        "is_trial",
        "seller",
        "ends_on",
        "renews_on",
    ];
    let (own, direct) = (batch.partner.to_string(), batch.tenant.to_string());
    let row = |record: &Value| {
        let of = |key| text(record, &[key]);
        let seller = match of("ownerTenantId") {
            owner if owner == own => "own",
            owner if owner == direct => "direct",
            owner if owner.is_empty() => "",
            _ => "other",
        };
        let ends_on: String = of("nextLifecycleDateTime").chars().take(10).collect();
        let renews = record["status"] == "Enabled" && record["isTrial"] != true;
        vec![
            batch.day.to_string(),
            batch.tenant.to_string(),
            of("id"),
            of("skuId"),
            of("totalLicenses"),
            of("status"),
            of("isTrial"),
            seller.to_owned(),
            ends_on.clone(),
            if renews { ends_on } else { String::new() },
        ]
    };
    let rows = batch.records.iter().map(row).collect();
    Table { header, rows }
}
