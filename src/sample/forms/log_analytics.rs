//! What a Log Analytics workspace exports: the tables SigninLogs and AuditLogs as lines of JSON, the
//! result of a query as the portal downloads it and as the query API answers. `TenantId` is the
//! workspace's, `AADTenantId` the customer's. What is an object in Graph is JSON text in a column.

use std::io;

use serde_json::{Value, json};

use crate::sample::forms::form::Batch;
use crate::sample::forms::record::SignIn;
use crate::sample::forms::text::{self, text};

/// The id of the workspace.
const WORKSPACE: &str = "6f0f8e4c-3b52-4f5d-9d6b-0a4f6b2d7c11";

/// Makes the row of a table of a record.
type Row = fn(&Batch<'_>, &Value) -> Value;

pub fn sign_in_lines(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(text::lines(&rows(batch, sign_in)))
}

pub fn change_lines(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(text::lines(&rows(batch, change)))
}

pub fn sign_in_table(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(portal_table(SIGN_IN_COLUMNS, &rows(batch, sign_in)))
}

pub fn change_table(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(portal_table(CHANGE_COLUMNS, &rows(batch, change)))
}

pub fn sign_in_answer(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(answer(SIGN_IN_COLUMNS, &rows(batch, sign_in)))
}

pub fn change_answer(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(answer(CHANGE_COLUMNS, &rows(batch, change)))
}

fn rows(batch: &Batch<'_>, row: Row) -> Vec<Value> {
    batch.records.iter().map(|record| row(batch, record)).collect()
}

fn sign_in(batch: &Batch<'_>, record: &Value) -> Value {
    let sign_in = SignIn::of(record);
    json!({
        "TenantId": WORKSPACE, "SourceSystem": "Azure AD", "TimeGenerated": text(record, &["time"]), "Category": "SignInLogs",
        "CreatedDateTime": sign_in.created, "Id": sign_in.id, "UserId": sign_in.user, "UserPrincipalName": sign_in.user_name,
        "UserType": sign_in.user_type, "AppId": sign_in.app, "ResourceIdentity": sign_in.resource, "ResourceTenantId": sign_in.resource_tenant,
        "HomeTenantId": sign_in.home_tenant, "IsInteractive": sign_in.is_interactive, "ResultType": sign_in.error,
        "Status": record["properties"]["status"].to_string(), "AADTenantId": batch.tenant.to_string(), "Type": "SigninLogs",
    })
}

fn change(batch: &Batch<'_>, record: &Value) -> Value {
    let event = &record["properties"];
    json!({
        "TenantId": WORKSPACE, "SourceSystem": "Azure AD", "TimeGenerated": text(record, &["time"]), "OperationName": event["activityDisplayName"],
        "Category": event["category"], "Id": event["id"], "Result": event["result"], "TargetResources": event["targetResources"].to_string(),
        "AADTenantId": batch.tenant.to_string(), "ActivityDisplayName": event["activityDisplayName"], "ActivityDateTime": event["activityDateTime"],
        "Type": "AuditLogs",
    })
}

const SIGN_IN_COLUMNS: &[&str] = &[
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

const CHANGE_COLUMNS: &[&str] = &[
    "TenantId",
    "TimeGenerated",
    "OperationName",
    "Category",
    "Id",
    "Result",
    "TargetResources",
    "AADTenantId",
    "ActivityDisplayName",
    "ActivityDateTime",
    "Type",
];

/// The columns that the portal writes with their time zone, in a browser that is set to English
/// (United States).
const TIMES: [&str; 3] = ["TimeGenerated", "CreatedDateTime", "ActivityDateTime"];

fn portal_table(columns: &[&str], rows: &[Value]) -> Vec<u8> {
    let is_time = |name: &str| TIMES.contains(&name);
    let header = columns.iter().map(|name| {
        if is_time(name) {
            format!("{name} [UTC]")
        } else {
            (*name).to_owned()
        }
    });
    let cells = |row: &Value| -> Vec<String> {
        let cell = |name: &&str| {
            let text = text(row, &[name]);
            if is_time(name) { american(&text).unwrap_or(text) } else { text }
        };
        columns.iter().map(cell).collect()
    };
    let quoted = |cells: Vec<String>| {
        cells
            .iter()
            .map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")))
            .collect::<Vec<_>>()
            .join(",")
    };
    let lines = std::iter::once(header.collect()).chain(rows.iter().map(cells));
    let text: String = lines.map(|cells| quoted(cells) + "\r\n").collect();
    format!("\u{feff}{text}").into_bytes()
}

/// A time in UTC, such as `2026-09-02T08:01:11.975Z`, as an American browser writes it.
fn american(time: &str) -> Option<String> {
    let (day, clock) = time.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = <[&str; 3]>::try_from(day.split('-').collect::<Vec<_>>()).ok()?;
    let (hour, rest) = clock.split_once(':')?;
    let hour: u32 = hour.parse().ok()?;
    let half = if hour < 12 { "AM" } else { "PM" };
    let hour = (hour + 11) % 12 + 1;
    let plain = |number: &'_ str| number.trim_start_matches('0').to_owned();
    Some(format!("{}/{}/{year}, {hour}:{rest} {half}", plain(month), plain(day)))
}

fn answer(columns: &[&str], rows: &[Value]) -> Vec<u8> {
    let cells: Vec<Vec<&Value>> = rows.iter().map(|row| columns.iter().map(|name| &row[name]).collect()).collect();
    let columns: Vec<Value> = columns.iter().map(|name| json!({"name": name, "type": "string"})).collect();
    let table = json!({"name": "PrimaryResult", "columns": columns, "rows": cells});
    json!({"tables": [table]}).to_string().into_bytes()
}
