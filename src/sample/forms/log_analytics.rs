//! What a Log Analytics workspace exports: the table SigninLogs as lines of JSON, and the result of
//! a query as CSV. `TenantId` is the workspace's, `AADTenantId` the customer's. What is an object in
//! Graph is JSON text in a column.

use std::io;

use serde_json::{Value, json};

use crate::sample::forms::form::Batch;
use crate::sample::forms::record::SignIn;
use crate::sample::forms::text::{self, Table, text};

/// The id of the workspace.
const WORKSPACE: &str = "6f0f8e4c-3b52-4f5d-9d6b-0a4f6b2d7c11";

pub fn sign_in_lines(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    let lines: Vec<Value> = batch.records.iter().map(|record| line(batch, record)).collect();
    Ok(text::lines(&lines))
}

fn line(batch: &Batch<'_>, record: &Value) -> Value {
    let sign_in = SignIn::of(record);
    json!({
        "TenantId": WORKSPACE, "SourceSystem": "Azure AD", "TimeGenerated": text(record, &["time"]), "Category": "SignInLogs",
        "CreatedDateTime": sign_in.created, "Id": sign_in.id, "UserId": sign_in.user, "UserPrincipalName": sign_in.user_name,
        "UserType": sign_in.user_type, "AppId": sign_in.app, "ResourceIdentity": sign_in.resource, "ResourceTenantId": sign_in.resource_tenant,
        "HomeTenantId": sign_in.home_tenant, "IsInteractive": sign_in.is_interactive, "ResultType": sign_in.error,
        "Status": record["properties"]["status"].to_string(), "AADTenantId": batch.tenant.to_string(), "Type": "SigninLogs",
    })
}

const HEADER: &[&str] = &[
    "TenantId",
    "TimeGenerated",
    "CreatedDateTime",
    "Id",
    "UserId",
    "UserPrincipalName",
    "UserType",
    "AppId",
    "ResourceIdentity",
    "ResourceTenantId",
    "HomeTenantId",
    "IsInteractive",
    "ResultType",
    "AADTenantId",
    "Type",
];

pub fn sign_in_table(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    let row = |record: &Value| HEADER.iter().map(|name| text(&line(batch, record), &[name])).collect();
    let rows = batch.records.iter().map(row).collect();
    Ok(Table { header: HEADER, rows }.csv())
}
