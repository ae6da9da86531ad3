//! What searches of the unified audit log give: records of the Management API, each within another
//! one that repeats some of it. `Search-UnifiedAuditLog | ConvertTo-Json` has the record as text,
//! Graph's `auditLog/queries/{id}/records` as an object.

use std::io;

use serde_json::{Value, json};

use crate::sample::forms::form::Batch;
use crate::sample::forms::management_api::{changes, sign_ins};
use crate::sample::forms::text;

pub fn cmdlet_sign_ins(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(of_cmdlet(&sign_ins(batch)))
}

pub fn cmdlet_changes(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(of_cmdlet(&changes(batch)))
}

pub fn graph_sign_ins(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(of_graph(&sign_ins(batch)))
}

pub fn graph_changes(batch: &Batch<'_>) -> io::Result<Vec<u8>> {
    Ok(of_graph(&changes(batch)))
}

fn of_cmdlet(records: &[Value]) -> Vec<u8> {
    let found = (1..).zip(records).map(|(number, record)| {
        json!({
            "PSComputerName": "outlook.office365.com",
            "RecordType": record["RecordType"],
            "CreationDate": record["CreationTime"],
            "UserIds": record["UserId"],
            "Operations": record["Operation"],
            "AuditData": record.to_string(),
            "ResultIndex": number,
            "ResultCount": records.len(),
            "Identity": record["Id"],
            "IsValid": true,
            "ObjectState": "Unchanged",
        })
    });
    text::array(&found.collect::<Vec<_>>())
}

fn of_graph(records: &[Value]) -> Vec<u8> {
    let found = records.iter().map(|record| {
        json!({
            "@odata.type": "#microsoft.graph.security.auditLogRecord",
            "id": record["Id"],
            "createdDateTime": format!("{}Z", text::text(record, &["CreationTime"])),
            "operation": record["Operation"],
            "organizationId": record["OrganizationId"],
            "userId": record["UserKey"],
            "userPrincipalName": record["UserId"],
            "service": record["Workload"],
            "objectId": record["ObjectId"],
            "auditData": record,
        })
    });
    text::page("value", &found.collect::<Vec<_>>())
}
