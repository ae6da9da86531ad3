//! Graph's records as PowerShell writes them: names with a capital letter first, dates and arrays
//! in wrappings, objects that were cut.

use serde_json::{Map, Value, json};

use crate::domain::kinds::Feed;
use crate::sources::testing::{Found, TENANT, known, read_text, unknown};
use crate::sources::{Format, describe_unknown, detect};

const SIGN_INS: (Feed, Format) = (Feed::Activity, Format::Graph);
const AUDITS: (Feed, Format) = (Feed::LicenseChanges, Format::Graph);
const USERS: (Feed, Format) = (Feed::LicenseHoldings, Format::GraphUsers);
const SUBSCRIPTIONS: (Feed, Format) = (Feed::Subscriptions, Format::GraphCompanySubscriptions);
const SKUS: (Feed, Format) = (Feed::Subscriptions, Format::GraphSubscribedSkus);
const USER: &str = "6c1d7a51-8a36-4b8f-8a0e-6d5a8f6b1c02";
const SKU: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";

fn sign_in(user: &str) -> Value {
    json!({"id": "e1", "createdDateTime": "2026-09-01T08:01:51Z", "userPrincipalName": "ada@contoso.example", "userId": user,
        "userType": "member", "appId": "a", "resourceId": "r", "isInteractive": true, "signInEventTypes": ["nonInteractiveUser"],
        "status": {"errorCode": 0, "failureReason": null}, "resourceTenantId": TENANT, "homeTenantId": TENANT,
        "agent": {"agentType": "notAgentic"}})
}

fn audit() -> Value {
    let lists = format!("[\"[SkuName=SPE_E3, AccountId={TENANT}, SkuId={SKU}, DisabledPlans=[]]\"]");
    json!({"id": "d1", "activityDateTime": "2026-09-01T08:01:51Z", "activityDisplayName": "Change user license", "result": "success",
        "targetResources": [{"id": USER, "type": "User",
            "modifiedProperties": [{"displayName": "AssignedLicense", "oldValue": "[]", "newValue": lists}]}]})
}

fn user() -> Value {
    json!({"id": USER, "userPrincipalName": "ada@contoso.example", "accountEnabled": true, "assignedLicenses": [{"skuId": SKU, "disabledPlans": []}],
        "licenseAssignmentStates": [{"skuId": SKU, "state": "Active", "error": "None"}]})
}

fn subscription() -> Value {
    json!({"id": "s1", "skuId": SKU, "status": "Enabled", "totalLicenses": 25, "isTrial": false, "ownerTenantId": TENANT,
        "createdDateTime": "2023-01-01T00:00:00Z", "nextLifecycleDateTime": "2027-02-01T00:00:00Z"})
}

fn sku() -> Value {
    json!({"skuId": SKU, "capabilityStatus": "Enabled", "prepaidUnits": {"enabled": 25, "warning": 2, "suspended": 3, "lockedOut": 0}})
}

/// One record of each kind.
fn all() -> [((Feed, Format), Value); 5] {
    [
        (SIGN_INS, sign_in(USER)),
        (AUDITS, audit()),
        (USERS, user()),
        (SUBSCRIPTIONS, subscription()),
        (SKUS, sku()),
    ]
}

/// A value as an object of a PowerShell module.
fn of_module(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let capital = |key: &str| key[..1].to_uppercase() + &key[1..];
            let mut object: Map<_, _> = members.iter().map(|(key, value)| (capital(key), of_module(value))).collect();
            object.insert("AdditionalProperties".to_owned(), json!({}));
            Value::Object(object)
        }
        Value::Array(items) => items.iter().map(of_module).collect(),
        other => other.clone(),
    }
}

fn read(source: (Feed, Format), record: &Value) -> Found {
    read_text(source, &record.to_string(), &known())
}

#[test]
fn objects_of_a_module_give_the_rows_of_graphs_own_records_and_auto_knows_them() {
    for (source, record) in all() {
        let expected = read(source, &json!([record]));
        assert!(!expected.rows.is_empty() && expected.rejects.is_empty(), "{expected:?}");
        let text = format!("{:#}", json!([of_module(&record)]));
        let found = read_text((source.0, Format::Auto), &text, &known());
        assert_eq!(found.chosen.as_ref().map(|choice| choice.format), Some(source.1));
        assert_eq!((&found.rows, &found.pages), (&expected.rows, &expected.pages), "{text}");
    }
}

#[test]
fn what_a_module_does_not_know_stands_in_its_additional_properties() {
    for (source, record) in all() {
        let members = record.as_object().unwrap();
        for key in members.keys() {
            let mut others = members.clone();
            let value = others.remove(key).unwrap();
            let mut object = of_module(&Value::Object(others));
            let null = key[..1].to_uppercase() + &key[1..];
            object["AdditionalProperties"] = json!({ key: value });
            for object in [object.clone(), {
                object[null] = Value::Null;
                object
            }] {
                assert_eq!(read(source, &object).rows, read(source, &record).rows, "{object}");
            }
        }
    }
}

#[test]
fn dates_and_arrays_are_read_in_the_wrappings_of_windows_powershell() {
    let date = "/Date(1788249711000)/";
    let wrapped = json!({"value": date, "DisplayHint": 2, "DateTime": "Tuesday, 1 September 2026 08:01:51"});
    for (source, member) in [
        (SIGN_INS, "createdDateTime"),
        (AUDITS, "activityDateTime"),
        (SUBSCRIPTIONS, "nextLifecycleDateTime"),
    ] {
        let (_, mut record) = all().into_iter().find(|(of, _)| *of == source).unwrap();
        record[member] = json!("2026-09-01T08:01:51Z");
        let expected = read(source, &record).rows;
        for time in [json!(date), wrapped.clone()] {
            record[member] = time;
            assert_eq!(read(source, &record).rows, expected, "{record}");
        }
        for other in [
            json!({"DateTime": "Tuesday"}),
            json!({"value": 7, "DateTime": "x"}),
            json!([date]),
            json!(1788249711),
        ] {
            record[member] = other;
            assert_eq!(read(source, &record).rejects, ["1 unreadable_time"], "{record}");
        }
    }
    let array = |value: Value| json!({"value": [value], "Count": 1});
    let mut record = user();
    record["assignedLicenses"] = array(record["assignedLicenses"][0].clone());
    record["licenseAssignmentStates"] = array(record["licenseAssignmentStates"][0].clone());
    assert_eq!(read(USERS, &record).rows, read(USERS, &user()).rows);
    let mut record = audit();
    record["targetResources"] = array(record["targetResources"][0].clone());
    assert_eq!(read(AUDITS, &record).rows, read(AUDITS, &audit()).rows);
    record["targetResources"] = json!({"value": [], "x": 1});
    assert_eq!(read(AUDITS, &record).rejects, ["1 unreadable_value"]);
}

#[test]
fn what_was_cut_is_a_reject_of_its_own_that_says_how_to_export() {
    let texts = [
        "System.Collections.Hashtable",
        "System.Object[]",
        "System.Collections.Generic.Dictionary`2[System.String,System.Object]",
        "Microsoft.Graph.PowerShell.Models.MicrosoftGraphX Microsoft.Graph.PowerShell.Models.MicrosoftGraphX",
        "@{errorCode=0; failureReason=Other.; additionalDetails=}",
    ];
    let members = [
        (SIGN_INS, "status"),
        (SIGN_INS, "signInEventTypes"),
        (AUDITS, "targetResources"),
        (USERS, "assignedLicenses"),
        (USERS, "licenseAssignmentStates"),
        (SKUS, "prepaidUnits"),
    ];
    for (source, member) in members {
        let (_, record) = all().into_iter().find(|(of, _)| *of == source).unwrap();
        for text in texts {
            for mut record in [record.clone(), of_module(&record)] {
                let name = record
                    .as_object()
                    .unwrap()
                    .keys()
                    .find(|key| key.eq_ignore_ascii_case(member))
                    .unwrap()
                    .clone();
                record[name] = json!(text);
                let found = read(source, &record);
                assert_eq!(
                    (found.rejects, found.rows.len()),
                    (vec!["1 cut_by_powershell".to_owned()], 0),
                    "{record}"
                );
                let detail = &found.details[0];
                assert!(
                    detail.starts_with(&format!("`{member}`")) && detail.ends_with("`ConvertTo-Json -Depth 10`"),
                    "{detail}"
                );
            }
        }
    }
    let entries = json!([{"id": USER, "assignedLicenses": ["System.Collections.Hashtable"]}, "System.Collections.Hashtable", "else"]);
    let found = read(USERS, &entries);
    assert_eq!(found.rejects, ["1/1 cut_by_powershell", "1/2 cut_by_powershell", "1/3 broken_json"]);
    for other in ["", "success", "System", "Microsoft Teams", "systems.of"] {
        let mut record = sign_in(USER);
        record["status"] = json!(other);
        assert_eq!(read(SIGN_INS, &record).rejects, ["1 unreadable_value"], "{other}");
    }
}

#[test]
fn a_csv_of_sign_ins_is_read_where_the_status_is_there_and_never_guessed_where_it_was_cut() {
    let header = "\"AppId\",\"CreatedDateTime\",\"Id\",\"IsInteractive\",\"ResourceId\",\"SignInEventTypes\",\"Status\",\"UserId\"";
    let row = |status: &str| format!("\"a\",\"9/1/2026 8:01:51 AM\",\"e1\",\"False\",\"r\",\"System.String[]\",\"{status}\",\"{USER}\"");
    let table = |status: &str| {
        read_text(
            (Feed::Activity, Format::Auto),
            &format!("{header}\r\n{}\r\n", row(status)),
            &known(),
        )
    };
    let of_row = |succeeded: &str| format!("2 {TENANT} e1|{USER}|a|r 2026-09-01T08:01:51Z non_interactive {succeeded}");
    for (status, succeeded) in [("0", "succeeded"), ("50126", ""), ("{\"\"ErrorCode\"\":0}", "succeeded"), ("", "")] {
        let found = table(status);
        assert_eq!(found.chosen.as_ref().map(|choice| choice.format), Some(Format::Graph));
        assert_eq!(found.rows, [of_row(succeeded)], "{status}");
    }
    let found = table("Microsoft.Graph.PowerShell.Models.MicrosoftGraphSignInStatus");
    assert_eq!(found.rejects, ["2 cut_by_powershell"]);
    assert!(
        found.details[0].starts_with("`status` is a text as PowerShell"),
        "{:?}",
        found.details
    );
    let without = header.replace("\"Status\",", "");
    assert!(
        detect::choose(Feed::Activity, without.as_bytes()).is_none(),
        "every sign-in would have failed"
    );
}

#[test]
fn a_csv_of_subscriptions_is_whole() {
    let header = "\"CreatedDateTime\",\"Id\",\"IsTrial\",\"NextLifecycleDateTime\",\"OwnerTenantId\",\"ServiceStatus\",\"SkuId\",\"Status\",\"TotalLicenses\"";
    let row = format!(
        "\"1/1/2023 12:00:00 AM\",\"s1\",\"False\",\"2/1/2027 12:00:00 AM\",\"{TENANT}\",\"Microsoft.Graph.X[]\",\"{SKU}\",\"Enabled\",\"25\""
    );
    let found = read_text((Feed::Subscriptions, Format::Auto), &format!("{header}\n{row}\n"), &known());
    assert_eq!(found.chosen.map(|choice| choice.format), Some(Format::GraphCompanySubscriptions));
    let expected = read(SUBSCRIPTIONS, &subscription());
    assert_eq!(found.rows, [expected.rows[0].replacen('1', "2", 1)]);
    assert_eq!(found.pages, expected.pages);
}

#[test]
fn a_csv_of_objects_that_cannot_be_read_is_told_by_the_column_that_was_cut() {
    let about = |text: &str| describe_unknown(&mut text.as_bytes(), text.len() as u64).what;
    let cut =
        "its column `AssignedLicenses` holds texts as PowerShell writes objects with `Export-Csv`: export with `ConvertTo-Json -Depth 10`";
    let users = "\"Id\",\"UserPrincipalName\",\"AssignedLicenses\"\r\n\"u1\",\"a@b.c\",\"Microsoft.Graph.PowerShell.Models.MicrosoftGraphAssignedLicense[]\"\r\n";
    assert_eq!(about(users), cut);
    assert_eq!(
        about(&users.replace("Microsoft.Graph.PowerShell.Models.MicrosoftGraphAssignedLicense[]", "@{SkuId=x}")),
        cut
    );
    // The name of an app.
    let other = about(&users.replace(
        "Microsoft.Graph.PowerShell.Models.MicrosoftGraphAssignedLicense[]",
        "Microsoft.Azure.SyncFabric",
    ));
    assert!(!other.contains("ConvertTo-Json"), "{other}");
}

/// Graph's record for the sign-ins of a user, with a client, to a resource, on a day.
fn summary() -> Value {
    json!({"id": "S1", "signInCount": 4, "aggregationDateTime": "2026-09-01T00:00:00Z", "firstSignInDateTime": "2026-09-01T05:53:13Z",
        "userPrincipalName": "Ada@contoso.example", "appId": "a", "ipAddress": "192.0.2.1", "resourceId": "r", "tenantId": TENANT,
        "status": {"errorCode": 0}})
}

#[test]
fn summarized_sign_ins_are_non_interactive_and_their_users_are_known_by_name() {
    let found = read_text(
        (Feed::Activity, Format::Auto),
        &json!({"value": [summary()]}).to_string(),
        &unknown(),
    );
    assert_eq!(found.chosen.as_ref().map(|choice| choice.format), Some(Format::Graph));
    let by_name =
        crate::sources::fields::user_name::id_of_name(crate::domain::guid::Guid::parse(TENANT.as_bytes()).unwrap(), "ada@contoso.example");
    let row = |user: &str, more: &str| format!("{TENANT} s1|{user}|a|r 2026-09-01T05:53:13Z non_interactive {more}");
    assert_eq!(found.rows, [format!("1/1 {}", row(&by_name, "succeeded"))]);
    assert_eq!(
        read(SIGN_INS, &of_module(&summary())).rows,
        [format!("1 {}", row(&by_name, "succeeded"))]
    );
    let mut record = summary();
    record["status"] = json!({"errorCode": 50126});
    record["userId"] = json!(USER);
    assert_eq!(read(SIGN_INS, &record).rows, [format!("1 {}", row(USER, ""))]);
    assert!(
        detect::choose(Feed::LicenseHoldings, record.to_string().as_bytes()).is_none(),
        "no list of users"
    );
}

#[test]
fn summarized_sign_ins_of_services_are_not_ours_and_broken_ones_are_rejects() {
    let with = |key: &str, value: Value| {
        let mut record = summary();
        record[key] = value;
        read(SIGN_INS, &record)
    };
    for nobody in [json!(null), json!(""), json!(" ")] {
        assert_eq!(with("userPrincipalName", nobody).counts.not_ours, 1);
    }
    assert_eq!(with("tenantId", json!(USER)).rejects, ["1 tenant_contradicts_path"]);
    assert_eq!(with("firstSignInDateTime", json!("today")).rejects, ["1 unreadable_time"]);
    assert_eq!(with("firstSignInDateTime", json!(null)).rejects, ["1 missing_time"]);
    assert_eq!(with("id", json!("")).rejects, ["1 missing_id"]);
}
