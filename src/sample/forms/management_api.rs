//! What the Office 365 Management Activity API gives and the audit log exports: a bare array, lines,
//! and a CSV with the record in a column `AuditData`. Times are in UTC and have no zone. A change of
//! licenses gives two records; the one called "Update user." has the lists.

use std::io;

use serde_json::{Value, json};

use crate::sample::forms::form::Batch;
use crate::sample::forms::record::{Change, SignIn};
use crate::sample::forms::text::{self, Table, text};

pub fn sign_in_array(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(text::array(&sign_ins(batch)))
}

pub fn sign_in_lines(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(text::lines(&sign_ins(batch)))
}

pub fn sign_in_table(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(table(&sign_ins(batch)))
}

pub fn change_array(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(text::array(&changes(batch)))
}

pub fn change_lines(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(text::lines(&changes(batch)))
}

pub fn change_table(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(table(&changes(batch)))
}

/// The records of sign-ins.
pub fn sign_ins(batch: &Batch<'_>) -> Vec<Value> {
    let record = |record: &Value| {
        let sign_in = SignIn::of(record);
        let succeeded = sign_in.error == "0";
        let name = if sign_in.user_name.is_empty() {
            "Not Available".to_owned()
        } else {
            sign_in.user_name
        };
        json!({
            "CreationTime": without_zone(&sign_in.created),
            "Id": sign_in.id,
            "Operation": if succeeded { "UserLoggedIn" } else { "UserLoginFailed" },
            "OrganizationId": batch.tenant.to_string(),
            "RecordType": 15,
            "ResultStatus": "Success",
            "UserKey": sign_in.user,
            "UserType": if sign_in.user_type.eq_ignore_ascii_case("guest") { 10 } else { 0 },
            "Version": 1,
            "Workload": "AzureActiveDirectory",
            "ClientIP": text(record, &["callerIpAddress"]),
            "ObjectId": sign_in.resource,
            "UserId": name,
            "AzureActiveDirectoryEventType": 1,
            "ApplicationId": sign_in.app,
            "ErrorNumber": sign_in.error,
            "TargetContextId": sign_in.resource_tenant,
        })
    };
    batch.records.iter().map(record).collect()
}

/// The records of changes.
pub fn changes(batch: &Batch<'_>) -> Vec<Value> {
    batch.records.iter().flat_map(|record| change(batch, &Change::of(record))).collect()
}

fn change(batch: &Batch<'_>, change: &Change) -> Vec<Value> {
    let record = |id: &str, operation: &str, modified: Value| {
        json!({
            "CreationTime": without_zone(&change.at),
            "Id": id,
            "Operation": operation,
            "OrganizationId": batch.tenant.to_string(),
            "RecordType": 8,
            "ResultStatus": if change.succeeded { "Success" } else { "Failure" },
            "UserKey": "Not Available",
            "UserType": 4,
            "Workload": "AzureActiveDirectory",
            "ObjectId": change.user_name,
            "UserId": "ServicePrincipal_2f1c6a0e",
            "InterSystemsId": change.id,
            "ModifiedProperties": modified,
            "Target": [{"ID": format!("User_{}", change.user), "Type": 2}, {"ID": change.user, "Type": 2}],
        })
    };
    match &change.licenses {
        Some((old, new)) => {
            let lists = json!([{"Name": "AssignedLicense", "OldValue": old, "NewValue": new}]);
            let first = record(&format!("{}-request", change.id), "Change user license.", json!([]));
            vec![first, record(&change.id, "Update user.", lists)]
        }
        None => vec![record(&change.id, &format!("{}.", change.activity), json!([]))],
    }
}

/// A time in UTC as the audit log writes it: seconds, no zone.
fn without_zone(time: &str) -> &str {
    time.get(..19).unwrap_or(time)
}

fn table(records: &[Value]) -> Vec<u8> {
    let header = &["RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData"];
    let row = |record: &Value| {
        let of = |key| text(record, &[key]);
        vec![
            of("Id"),
            of("CreationTime"),
            of("RecordType"),
            of("Operation"),
            of("UserId"),
            record.to_string(),
        ]
    };
    let rows = records.iter().map(row).collect();
    Table { header, rows }.csv()
}
