//! What the Entra portal downloads as CSV. The header of sign-ins has blanks behind two names, and
//! one name twice. The audit log has no ids of events.

use std::io;

use crate::sample::forms::form::Batch;
use crate::sample::forms::record::{Change, SignIn};
use crate::sample::forms::text::{Table, text};

/// The columns that are filled. The portal has some forty more.
const HEADER: &[&str] = &[
    "Date (UTC)",
    "Request ID",
    "Correlation ID",
    "User ID",
    "User",
    "Username",
    "User type",
    "Incoming token type",
    "Application",
    "Application ID ",
    "Resource",
    "Resource ID ",
    "Resource tenant ID",
    "Home tenant ID",
    "IP address",
    "Status",
    "Sign-in error code",
    "Failure reason",
    "Client app",
    "Incoming token type",
];

/// The sign-ins of a download. Only the file's name says whether they are interactive.
pub fn sign_ins(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    let rows = batch.records.iter().map(|record| {
        let (sign_in, inner) = (SignIn::of(record), &record["properties"]);
        let status = match sign_in.error.as_str() {
            "0" => "Success",
            "50140" => "Interrupted",
            _ => "Failure",
        };
        let code = if status == "Success" { "" } else { &sign_in.error };
        vec![
            sign_in.created,
            sign_in.id,
            text(record, &["correlationId"]),
            sign_in.user,
            text(inner, &["userDisplayName"]),
            sign_in.user_name,
            sign_in.user_type,
            "none".to_owned(),
            text(inner, &["appDisplayName"]),
            sign_in.app,
            text(inner, &["resourceDisplayName"]),
            sign_in.resource,
            sign_in.resource_tenant,
            sign_in.home_tenant,
            text(inner, &["ipAddress"]),
            status.to_owned(),
            code.to_owned(),
            text(inner, &["status", "failureReason"]),
            text(inner, &["clientAppUsed"]),
            "none".to_owned(),
        ]
    });
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    bytes.extend(
        Table {
            header: HEADER,
            rows: rows.collect(),
        }
        .csv(),
    );
    Ok(bytes)
}

const AUDIT_HEADER: &[&str] = &[
    "Date (UTC)",
    "CorrelationId",
    "Service",
    "Category",
    "Activity",
    "Result",
    "Target1Type",
    "Target1DisplayName",
    "Target1ObjectId",
    "Target1UserPrincipalName",
    "Target1ModifiedProperty1Name",
    "Target1ModifiedProperty1OldValue",
    "Target1ModifiedProperty1NewValue",
];

/// The audit log of a download.
pub fn audit_log(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    let rows = batch.records.iter().map(|record| {
        let change = Change::of(record);
        let (name, (old, new)) = match change.licenses {
            Some(lists) => ("AssignedLicense", lists),
            None => ("", (String::new(), String::new())),
        };
        // Records without a correlation id of their own are told apart by their ids.
        let correlation = text(&record["properties"], &["correlationId"]);
        vec![
            change.at,
            if correlation.is_empty() { change.id } else { correlation },
            "Core Directory".to_owned(),
            change.category,
            change.activity,
            if change.succeeded { "success" } else { "failure" }.to_owned(),
            if change.user.is_empty() { "Group" } else { "User" }.to_owned(),
            String::new(),
            change.user,
            change.user_name,
            name.to_owned(),
            old,
            new,
        ]
    });
    let table = Table {
        header: AUDIT_HEADER,
        rows: rows.collect(),
    };
    Ok(["\u{feff}".as_bytes(), &table.csv()].concat())
}
