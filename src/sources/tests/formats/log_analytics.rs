//! Tables of a Log Analytics workspace: exports of the portal, answers of the query API, and the
//! tables besides sign-ins.

use serde_json::{Value, json};

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::testing::{Found, TENANT, known, read_text, unknown};

const ACTIVITY: (Feed, Format) = (Feed::Activity, Format::LogAnalytics);
const CHANGES: (Feed, Format) = (Feed::LicenseChanges, Format::LogAnalytics);
const SKU: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";
const WORKSPACE: &str = "51c6b1f0-3a6e-4d0f-b9f1-0a0b7d2f9e11";

fn sign_in() -> Value {
    json!({
        "TenantId": WORKSPACE, "TimeGenerated": "2026-09-02T08:03:31.983Z", "Category": "SignInLogs", "ResultType": "0", "AADTenantId": TENANT,
        "AppId": "app", "CreatedDateTime": "2026-09-02T08:01:11.975Z", "Id": "e1", "IsInteractive": true, "ResourceIdentity": "resource", "UserId": "u1",
        "Type": "SigninLogs",
    })
}

fn change() -> Value {
    let list = format!("[\"[SkuName=SPE_E3, AccountId={TENANT}, SkuId={SKU}, DisabledPlans=[]]\"]");
    let properties = json!([{"displayName": "AssignedLicense", "oldValue": "[]", "newValue": list}]);
    json!({
        "TenantId": WORKSPACE, "TimeGenerated": "2026-09-01T09:05:00Z", "OperationName": "Change user license", "Category": "UserManagement", "Id": "c1",
        "Result": "success", "TargetResources": [{"id": "u1", "type": "User", "modifiedProperties": properties}], "AADTenantId": TENANT,
        "ActivityDisplayName": "Change user license", "ActivityDateTime": "2026-09-01T09:00:00.123Z", "Type": "AuditLogs",
    })
}

fn action() -> Value {
    json!({
        "TenantId": WORKSPACE, "RecordType": "SharePointFileOperation", "TimeGenerated": "2026-09-01T10:00:00Z", "Operation": "FileAccessed",
        "OrganizationId": TENANT, "UserType": "Regular", "UserKey": "1003BFFD8A000001", "OfficeWorkload": "SharePoint", "UserId": "ada@contoso.example",
        "OfficeId": "a1", "Type": "OfficeActivity",
    })
}

/// A record with what is nested as JSON text, as a workspace gives it.
fn flat(record: &Value) -> Value {
    let text = |value: &Value| match value {
        Value::Array(_) | Value::Object(_) => Value::String(value.to_string()),
        other => other.clone(),
    };
    record
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| (key.clone(), text(value)))
        .collect()
}

/// The record as a table of CSV, as the portal writes it in a language.
fn portal(record: &Value, time: fn(&str) -> String) -> String {
    let (mut names, mut cells) = (Vec::new(), Vec::new());
    for (name, value) in flat(record).as_object().unwrap() {
        let is_time = ["TimeGenerated", "CreatedDateTime", "ActivityDateTime"].contains(&name.as_str());
        names.push(format!("\"{name}{}\"", if is_time { " [UTC]" } else { "" }));
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let text = if is_time { time(&text) } else { text };
        cells.push(format!("\"{}\"", text.replace('"', "\"\"")));
    }
    format!("\u{feff}{}\r\n{}\r\n", names.join(","), cells.join(","))
}

/// `2026-09-02T08:01:11.975Z` in American English.
fn american(iso: &str) -> String {
    let number = |from: usize, until: usize| iso[from..until].parse::<u32>().unwrap();
    let clock = iso[13..].trim_end_matches('Z');
    format!(
        "{}/{}/{}, {}{clock}\u{202f}AM",
        number(5, 7),
        number(8, 10),
        &iso[..4],
        number(11, 13)
    )
}

/// The same in British English.
fn british(iso: &str) -> String {
    format!("{}/{}/{}, {}", &iso[8..10], &iso[5..7], &iso[..4], iso[11..].trim_end_matches('Z'))
}

/// Records as the query API answers.
fn answer(records: &[Value]) -> String {
    let flat: Vec<Value> = records.iter().map(flat).collect();
    let names: Vec<&String> = flat[0].as_object().unwrap().keys().collect();
    let rows: Vec<Vec<&Value>> = flat
        .iter()
        .map(|record| names.iter().map(|name| &record[*name]).collect())
        .collect();
    let columns: Vec<Value> = names.iter().map(|name| json!({"name": name, "type": "string"})).collect();
    json!({"tables": [{"name": "PrimaryResult", "columns": columns, "rows": rows}]}).to_string()
}

/// What is found, without the places.
fn rows(found: &Found) -> Vec<&str> {
    assert_eq!((&found.rejects, found.counts.not_ours), (&Vec::new(), 0));
    found.rows.iter().map(|row| row.split_once(' ').unwrap().1).collect()
}

#[test]
fn each_table_is_the_same_in_lines_in_the_portals_csv_and_in_an_answer_of_the_api() {
    let actions = format!("{TENANT} a1|upn:");
    for (source, record, begins) in [
        (
            ACTIVITY,
            sign_in(),
            format!("{TENANT} e1|u1|app|resource 2026-09-02T08:01:11.975Z interactive succeeded"),
        ),
        (CHANGES, change(), format!("{TENANT} u1 {SKU} 2026-09-01T09:00:00.123Z assigned c1")),
        (ACTIVITY, action(), actions),
    ] {
        let expected = read_text(source, &record.to_string(), &unknown());
        assert!(rows(&expected)[0].starts_with(&begins), "{:?}", expected.rows);
        for text in [
            flat(&record).to_string(),
            json!({"records": [record]}).to_string(),
            answer(std::slice::from_ref(&record)),
            portal(&record, str::to_owned),
            portal(&record, american),
            portal(&record, british),
        ] {
            for source in [source, (source.0, Format::Auto)] {
                let found = read_text(source, &text, &unknown());
                assert_eq!(rows(&found), rows(&expected), "{text}");
            }
        }
    }
}

#[test]
fn of_a_stream_of_all_tables_each_feed_takes_its_own() {
    let lines = [sign_in(), change(), action()].map(|record| format!("{record}\n")).concat();
    let (activity, changes) = (read_text(ACTIVITY, &lines, &unknown()), read_text(CHANGES, &lines, &unknown()));
    assert_eq!(
        (activity.counts.accepted, activity.counts.not_ours, activity.counts.rejected),
        (2, 1, 0)
    );
    assert_eq!(
        (changes.counts.accepted, changes.counts.not_ours, changes.counts.rejected),
        (1, 2, 0)
    );
}

#[test]
fn the_workspace_is_not_the_customer_in_any_table() {
    for (source, record, member) in [(CHANGES, change(), "AADTenantId"), (ACTIVITY, action(), "OrganizationId")] {
        let mut record = record;
        record.as_object_mut().unwrap().remove(member);
        assert_eq!(read_text(source, &record.to_string(), &unknown()).rejects, ["1 missing_tenant"]);
        assert_eq!(read_text(source, &record.to_string(), &known()).counts.accepted, 1);
    }
}

#[test]
fn targets_that_cannot_be_read_are_a_reject_and_no_change_of_nothing() {
    let mut record = change();
    record["TargetResources"] = json!("[{\"id\":");
    assert_eq!(read_text(CHANGES, &record.to_string(), &unknown()).rejects, ["1 unreadable_value"]);
    assert_eq!(
        read_text(CHANGES, &portal(&record, american), &unknown()).rejects,
        ["2 unreadable_value"]
    );
    record["TargetResources"] = json!("");
    assert_eq!(read_text(CHANGES, &record.to_string(), &unknown()).rejects, ["1 missing_licenses"]);
}

#[test]
fn an_answer_whose_rows_are_gone_is_a_reject_and_so_is_a_row_of_other_columns() {
    let found = |tables: Value| read_text(ACTIVITY, &json!({"tables": tables}).to_string(), &known());
    let columns = json!([{"name": "Id"}, {"name": "TimeGenerated"}]);
    let row = json!(["e", "2026-09-01T08:00:00Z"]);
    let sound = json!({"name": "PrimaryResult", "columns": columns, "rows": [row]});
    assert_eq!(found(json!([sound])).counts.records, 1);
    for gone in [
        json!({"columns": columns, "rowz": [row]}),
        json!({"columns": columns, "rows": {"0": row}}),
        json!("PrimaryResult"),
    ] {
        assert_eq!(found(json!([gone])).rejects, ["1/1 broken_json"]);
    }
    for cells in [json!(["e", "2026-09-01T08:00:00Z", "u"]), json!(["e"])] {
        assert_eq!(found(json!([{"columns": columns, "rows": [cells]}])).rejects, ["1/1 broken_json"]);
    }
}

#[test]
fn rows_of_an_answer_that_are_none_are_rejects() {
    let text = answer(&[sign_in(), sign_in()]).replacen("\"rows\":[", "\"rows\":[7,[],", 1);
    let found = read_text(ACTIVITY, &text, &known());
    assert_eq!(
        (found.counts.accepted, found.rejects),
        (2, vec!["1/1 broken_json".to_owned(), "1/2 missing_time".to_owned()])
    );
    // An answer without rows has no records.
    let empty = json!({"tables": [{"name": "PrimaryResult", "columns": [{"name": "Id"}], "rows": []}]}).to_string();
    assert_eq!(read_text(ACTIVITY, &empty, &known()).counts.records, 0);
}

#[test]
fn times_of_a_browser_outside_of_america_have_the_day_first() {
    let day = |time: fn(&str) -> String| rows(&read_text(ACTIVITY, &portal(&sign_in(), time), &unknown()))[0].contains(" 2026-09-02T");
    assert!(day(american) && day(british));
    let in_capitals = |iso: &str| british(iso).replace("08:", "8:") + " AM";
    assert!(!day(in_capitals), "American: the ninth of February");
    // One date that cannot be so decides for all.
    let lines = portal(&sign_in(), british);
    let other = lines.lines().nth(1).unwrap().replace("02/09/2026", "09/15/2026");
    let found = read_text(ACTIVITY, &format!("{lines}{other}\r\n"), &unknown());
    assert!(
        found.rows[0].contains(" 2026-02-09T") && found.rows[1].contains(" 2026-09-15T"),
        "{:?}",
        found.rows
    );
}
