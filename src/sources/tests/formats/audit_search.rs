//! Answers of searches of the unified audit log: a record of the Management API within another one.

use serde_json::{Value, json};

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::testing::{Found, TENANT, known, read_text};

const ACTIVITY: (Feed, Format) = (Feed::Activity, Format::ManagementApi);
const LICENSES: (Feed, Format) = (Feed::LicenseChanges, Format::ManagementApi);
const USER: &str = "6c1d7a51-8a36-4b8f-8a0e-6d5a8f6b1c02";
const SKU: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";

/// A sign-in, an action, and a change of licenses.
fn records() -> [((Feed, Format), Value); 3] {
    let record = |id: &str, operation: &str| {
        json!({"CreationTime": "2026-09-01T08:02:31", "Id": id, "Operation": operation, "OrganizationId": TENANT, "RecordType": 6,
            "ResultStatus": "Success", "UserKey": USER, "UserType": 0, "Workload": "SharePoint", "ObjectId": "o", "UserId": "ada@contoso.example"})
    };
    let mut change = record("c", "Update user.");
    let lists = format!("[\"[SkuName=SPE_E3, AccountId={TENANT}, SkuId={SKU}, DisabledPlans=[]]\"]");
    change["ModifiedProperties"] = json!([{"Name": "AssignedLicense", "OldValue": "[]", "NewValue": lists}]);
    change["Target"] = json!([{"ID": format!("User_{USER}"), "Type": 2}]);
    [
        (ACTIVITY, record("s", "UserLoggedIn")),
        (ACTIVITY, record("a", "FileAccessed")),
        (LICENSES, change),
    ]
}

/// What the cmdlet puts around a record.
fn of_cmdlet(audit_data: Value) -> Value {
    json!({"RecordType": "SharePointFileOperation", "CreationDate": "2026-09-01T08:02:31Z", "UserIds": "ada@contoso.example",
        "Operations": "x", "AuditData": audit_data, "ResultIndex": 1, "Identity": "i"})
}

/// What Graph puts around a record.
fn of_graph(audit_data: Value) -> Value {
    json!({"@odata.type": "#microsoft.graph.security.auditLogRecord", "id": "i", "createdDateTime": "2026-09-01T08:02:31Z", "userId": USER,
        "operation": "x", "organizationId": TENANT, "auditLogRecordType": "x", "userType": "Regular", "auditData": audit_data})
}

fn read(source: (Feed, Format), record: &Value) -> Found {
    read_text(source, &record.to_string(), &known())
}

#[test]
fn the_record_within_counts_whether_it_is_an_object_or_its_text() {
    for (source, record) in records() {
        let expected = read(source, &json!([record]));
        assert_eq!((expected.rows.len(), expected.rejects.len()), (1, 0), "{expected:?}");
        let text = Value::String(record.to_string());
        let of_module = json!({"AdditionalProperties": &record});
        for inner in [record.clone(), text, of_module] {
            for around in [of_cmdlet(inner.clone()), of_graph(inner)] {
                let array = json!([around]).to_string();
                let page = json!({"value": [around]}).to_string();
                let lines = format!("{around}\n");
                for text in [array, page, format!("{:#}", json!([around]))] {
                    let found = read_text((source.0, Format::Auto), &text, &known());
                    assert_eq!(
                        found.chosen.as_ref().map(|choice| choice.format),
                        Some(Format::ManagementApi),
                        "{text}"
                    );
                    assert_eq!(found.rows, expected.rows, "{text}");
                }
                assert_eq!(read_text(source, &lines, &known()).rows, [expected.rows[0].replacen("1/1", "1", 1)]);
            }
        }
    }
}

#[test]
fn an_answer_without_a_record_that_can_be_read_is_a_reject() {
    for (inner, reason) in [
        (json!(null), "missing_category"),
        (json!({}), "missing_category"),
        (json!({"@odata.type": "x"}), "missing_category"),
        (json!(""), "unreadable_value"),
        (json!("{\"Id\":"), "unreadable_value"),
        (json!("[]"), "unreadable_value"),
        (json!(7), "unreadable_value"),
        (json!("@{CreationTime=2026-09-01T08:02:31; Id=s}"), "cut_by_powershell"),
        (json!("System.Object"), "cut_by_powershell"),
    ] {
        for around in [of_cmdlet(inner.clone()), of_graph(inner)] {
            assert_eq!(read(ACTIVITY, &around).rejects, [format!("1 {reason}")], "{around}");
        }
    }
    let found = read(ACTIVITY, &of_cmdlet(json!("System.Object")));
    assert_eq!(
        found.details,
        ["`AuditData` is a text as PowerShell writes what lies too deep: export with `ConvertTo-Json -Depth 10`"]
    );
    // What was unpacked for one record is not taken for the next one.
    let (_, good) = &records()[1];
    let both = json!([
        of_cmdlet(Value::String(good.to_string())),
        of_cmdlet(json!("{")),
        of_cmdlet(json!({}))
    ]);
    let found = read(ACTIVITY, &both);
    assert_eq!(
        (found.rows.len(), found.rejects),
        (1, vec!["1/2 unreadable_value".to_owned(), "1/3 missing_category".to_owned()])
    );
}

#[test]
fn every_header_of_an_export_with_a_column_of_records_is_read() {
    let (_, record) = &records()[1];
    let cell = format!("\"{}\"", record.to_string().replace('"', "\"\""));
    for header in [
        "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames",
        "RecordId,CreationDate,RecordType,Operation,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames",
        "CreationDate,UserIds,Operations,AuditData",
        "\"PSComputerName\",\"RunspaceId\",\"PSShowComputerName\",\"RecordType\",\"CreationDate\",\"UserIds\",\"Operations\",\"AuditData\",\"ResultIndex\",\"ResultCount\",\"Identity\",\"IsValid\",\"ObjectState\"",
        "id,createdDateTime,auditLogRecordType,operation,organizationId,userType,userId,service,objectId,userPrincipalName,clientIp,administrativeUnits,auditData",
        "AuditData",
    ] {
        let cells: Vec<&str> = header
            .split(',')
            .map(|name| {
                if name.trim_matches('"').eq_ignore_ascii_case("AuditData") {
                    cell.as_str()
                } else {
                    "x"
                }
            })
            .collect();
        let text = format!("\u{feff}{header}\r\n{}\r\n", cells.join(","));
        let found = read_text((Feed::Activity, Format::Auto), &text, &known());
        assert_eq!(
            found.chosen.as_ref().map(|choice| choice.format),
            Some(Format::ManagementApi),
            "{header}"
        );
        assert_eq!((found.rows.len(), found.rejects.len()), (1, 0), "{header}");
    }
    let cut = "CreationDate,AuditData\n2026-09-01,@{CreationTime=2026-09-01T08:02:31; Id=s}\n";
    assert_eq!(read_text(ACTIVITY, cut, &known()).rejects, ["2 cut_by_powershell"]);
}
