//! Records of the Management Activity API: sign-ins, actions, license changes, and who is a person
//! in them.

use crate::domain::guid::Guid;
use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::fields::user_name::id_of_name;
use crate::sources::testing::{Found, TENANT, context, known, read_text, unknown};

const ACTIVITY: (Feed, Format) = (Feed::Activity, Format::ManagementApi);
const LICENSES: (Feed, Format) = (Feed::LicenseChanges, Format::ManagementApi);
const USER: &str = "6c1d7a51-8a36-4b8f-8a0e-6d5a8f6b1c02";
const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
const OUTLOOK: &str = "27922004-5251-4030-b22d-91ecd9a37ea4";
const SKU: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";

fn sign_in() -> String {
    format!(
        r#"{{"CreationTime":"2026-09-01T08:02:31","Id":"7AECA226-b3e7-4033-9a7f-d067622e8d00","Operation":"UserLoggedIn","OrganizationId":"{TENANT}","RecordType":15,"ResultStatus":"Success","UserKey":"{USER}","UserType":0,"Version":1,"Workload":"AzureActiveDirectory","ClientIP":"192.0.2.7","ObjectId":"{EXCHANGE}","UserId":"Some.Body@example.com","ExtendedProperties":[{{"Name":"UserAgent","Value":"x"}}],"ModifiedProperties":[],"Actor":[{{"ID":"{USER}","Type":0}}],"Target":[{{"ID":"{EXCHANGE}","Type":0}}],"TargetContextId":"{TENANT}","ApplicationId":"{OUTLOOK}","ErrorNumber":"0"}}"#
    )
}

fn action() -> String {
    format!(
        r#"{{"CreationTime":"2026-09-01T08:02:31","Id":"E-1","Operation":"FileAccessed","OrganizationId":"{TENANT}","RecordType":"SharePointFileOperation","UserKey":"i:0h.f|membership|100320014080d3ad@live.com","UserType":"Regular","Workload":"OneDrive","ObjectId":"https://x","UserId":"Some.Body@Example.com"}}"#
    )
}

fn read(source: (Feed, Format), text: &str) -> Found {
    read_text(source, text, &known())
}

/// The id of the user of whom the actions only know the name.
fn named() -> String {
    id_of_name(Guid::parse(TENANT.as_bytes()).unwrap(), "some.body@example.com")
}

fn sign_in_row() -> String {
    format!("{TENANT} 7aeca226-b3e7-4033-9a7f-d067622e8d00|{USER}|{OUTLOOK}|{EXCHANGE} 2026-09-01T08:02:31Z interactive succeeded")
}

#[test]
fn arrays_lines_and_audit_data_give_the_same_rows() {
    assert_eq!(read(ACTIVITY, &sign_in()).rows, [format!("1 {}", sign_in_row())]);
    let pretty = format!("[\n{},\n{}\n]\n", sign_in().replace(",\"", ",\n\""), action());
    let found = read(ACTIVITY, &pretty);
    let action_row = format!("{TENANT} e-1|{}|| 2026-09-01T08:02:31Z action succeeded sharepoint", named());
    assert_eq!(found.rows, [format!("1/1 {}", sign_in_row()), format!("1/2 {action_row}")]);
    let quoted = |record: String| format!("\"{}\"", record.replace('"', "\"\""));
    let csv = format!(
        "RecordId,CreationDate,Operation,UserId,AuditData,Extra\r\n1,x,UserLoggedIn,x,{},\r\n2,x,y,z,{},\r\n3,x,y,z,not json,\r\n4\r\n",
        quoted(sign_in()),
        quoted(action())
    );
    let found = read(ACTIVITY, &csv);
    assert_eq!(found.rows, [format!("2 {}", sign_in_row()), format!("3 {action_row}")]);
    assert_eq!(found.rejects, ["4 broken_json", "5 broken_json"]);
    assert_eq!(read(ACTIVITY, "a,b\n1,2\n").rejects, ["1 missing_column"]);
}

#[test]
fn a_failed_login_failed_whatever_its_result_says() {
    assert!(!read(ACTIVITY, &sign_in().replace("UserLoggedIn", "UserLoginFailed")).rows[0].contains("succeeded"));
    assert!(!read(ACTIVITY, &sign_in().replace("\"ErrorNumber\":\"0\"", "\"ErrorNumber\":\"50140\"")).rows[0].contains("succeeded"));
    let bad = sign_in().replace("\"ErrorNumber\":\"0\"", "\"ErrorNumber\":\"x\"");
    assert_eq!(read(ACTIVITY, &bad).rejects, ["1 unreadable_value"]);
}

#[test]
fn a_login_succeeded_unless_something_says_that_it_failed() {
    let succeeded = |result: &str, error: &str| {
        let text = sign_in().replace("\"ResultStatus\":\"Success\",", result);
        let text = text.replace(",\"ErrorNumber\":\"0\"", error);
        let rows = [
            read(ACTIVITY, &text).rows,
            read(ACTIVITY, &text.replace("UserLoggedIn", "UserLoginFailed")).rows,
        ];
        assert!(!rows[1][0].contains("succeeded"), "{text}");
        rows[0][0].contains("succeeded")
    };
    for error in [
        "",
        ",\"ErrorNumber\":null",
        ",\"ErrorNumber\":\"\"",
        ",\"ErrorNumber\":0",
        ",\"LogonError\":\"\"",
        ",\"LogonError\":null",
    ] {
        for result in [
            "",
            "\"ResultStatus\":\"Succeeded\",",
            "\"ResultStatus\":\"Success\",",
            "\"ResultStatus\":null,",
        ] {
            assert!(succeeded(result, error), "{result} {error}");
        }
        for result in ["\"ResultStatus\":\"Failed\",", "\"ResultStatus\":\"failure\","] {
            assert!(!succeeded(result, error), "{result} {error}");
        }
    }
    assert!(!succeeded("", ",\"ErrorNumber\":50140"));
    assert!(!succeeded("", ",\"LogonError\":\"InvalidUserNameOrPassword\""));
    assert!(!succeeded(
        "",
        ",\"ErrorNumber\":\"0\",\"LogonError\":\"UserStrongAuthClientAuthNRequiredInterrupt\""
    ));
}

#[test]
fn the_resource_is_the_object_else_the_first_target() {
    for object in ["", "\"ObjectId\":\"\",", "\"ObjectId\":null,"] {
        let text = sign_in().replace(&format!("\"ObjectId\":\"{EXCHANGE}\","), object);
        assert_eq!(read(ACTIVITY, &text).rows, [format!("1 {}", sign_in_row())]);
        let none = text.replace(&format!("\"Target\":[{{\"ID\":\"{EXCHANGE}\",\"Type\":0}}]"), "\"Target\":[]");
        assert!(read(ACTIVITY, &none).rows[0].contains(&format!("|{OUTLOOK}| ")));
    }
    let elsewhere = sign_in().replace(
        &format!("\"TargetContextId\":\"{TENANT}\""),
        &format!("\"TargetContextId\":\"{USER}\""),
    );
    assert!(read(ACTIVITY, &elsewhere).rows[0].ends_with("succeeded foreign"));
}

#[test]
fn a_user_is_a_key_that_is_a_guid_else_a_name() {
    let with = |key: &str, name: &str| {
        let text = sign_in().replace(&format!("\"UserKey\":\"{USER}\""), &format!("\"UserKey\":\"{key}\""));
        let found = read(ACTIVITY, &text.replace("Some.Body@example.com", name));
        found.rows.first().map(|row| row.split('|').nth(1).unwrap().to_owned())
    };
    assert_eq!(with(&USER.to_uppercase(), "x@y.z").unwrap(), USER);
    assert_eq!(with("100320014080D3AD@example.com", &USER.to_uppercase()).unwrap(), USER);
    assert_eq!(with("Not Available", " SOME.body@example.com ").unwrap(), named());
    assert_eq!(with("", "other@example.com").unwrap().len(), "upn:".len() + 32);
    assert_ne!(with("", "other@example.com").unwrap(), named());
    for nobody in ["Not Available", "NOT-FOUND", "", "00000000-0000-0000-0000-000000000000"] {
        assert_eq!(with("00000000-0000-0000-0000-000000000000", nobody).unwrap(), "", "{nobody}");
        assert_eq!(with(USER, nobody).unwrap(), USER);
    }
    let services = [
        "app@sharepoint",
        "SHAREPOINT\\\\system",
        "Microsoft\\\\ServiceOperator",
        "S-1-5-18",
        "NT AUTHORITY\\\\SYSTEM (w3wp)",
    ];
    for service in services {
        assert_eq!(with(USER, service), None, "{service}");
    }
    for known in ["S-1-5-18", "s-1-5-19", "S-1-5-20"] {
        assert_eq!(with(known, "some.body@example.com"), None, "{known}");
    }
    // The key of a person may also be a security id.
    assert!(with("S-1-5-21-1-2-3-1001", "some.body@example.com").is_some());
    let of_tenant = TENANT.to_uppercase();
    for (key, name) in [
        ("10033FFF8A1B2C3D", of_tenant.as_str()),
        (USER, &of_tenant),
        (&of_tenant, "some.body@example.com"),
    ] {
        assert_eq!(with(key, name), None, "{key} {name}");
    }
    let other = named();
    assert_ne!(id_of_name(Guid::parse(USER.as_bytes()).unwrap(), "some.body@example.com"), other);
}

#[test]
fn actions_are_those_of_regular_users_and_admins() {
    let with = |user_type: &str| {
        read(
            ACTIVITY,
            &action().replace("\"UserType\":\"Regular\"", &format!("\"UserType\":{user_type}")),
        )
    };
    for person in ["0", "2", "\"Admin\"", "\"regular\"", "\"0\""] {
        assert_eq!(with(person).rows.len(), 1, "{person}");
    }
    for other in ["3", "4", "\"System\"", "10", "99", "null", "\"\""] {
        assert_eq!(with(other).counts.not_ours, 1, "{other}");
    }
    let nobody = read(ACTIVITY, &action().replace("Some.Body@Example.com", "Not Available"));
    assert_eq!(nobody.counts.not_ours, 1);
    let guest = read(
        ACTIVITY,
        &action().replace("Some.Body@Example.com", "some.body_x.com#EXT#@example.com"),
    );
    assert!(guest.rows[0].contains("succeeded guest"));
    assert!(read(ACTIVITY, &sign_in().replace("\"UserType\":0", "\"UserType\":10")).rows[0].ends_with("succeeded guest"));
}

#[test]
fn actions_count_for_the_workload_that_they_name() {
    let of = |workload: &str| read(ACTIVITY, &action().replace("OneDrive", workload)).rows[0].clone();
    for (workload, ours) in [
        ("Exchange", "exchange"),
        ("SharePoint", "sharepoint"),
        ("microsoftteams", "teams"),
        ("Yammer", "yammer"),
    ] {
        assert!(of(workload).ends_with(&format!("succeeded {ours}")));
    }
    assert!(of("SecurityComplianceCenter").ends_with("action succeeded"));
}

#[test]
fn administration_is_kept_and_is_no_use() {
    let with = |record_type: &str, operation: &str| {
        let text = action()
            .replace("\"SharePointFileOperation\"", record_type)
            .replace("FileAccessed", operation);
        let found = read(ACTIVITY, &text);
        assert_eq!(found.rows.len(), 1, "{text}");
        found.rows[0].split_once(" action ").unwrap().1.to_owned()
    };
    for record_type in ["6", "\"6\"", "\"sharePointFileOperation\"", "261"] {
        assert_eq!(with(record_type, "FileAccessed"), "succeeded sharepoint", "{record_type}");
        for operation in ["UpdateTenantSettings", "updateTenantSettings", "Set-SPOSite"] {
            assert_eq!(with(record_type, operation), "succeeded", "{record_type} {operation}");
        }
    }
    for record_type in ["1", "312", "\"ExchangeAdmin\"", "99999", "\"of tomorrow\""] {
        assert_eq!(with(record_type, "FileAccessed"), "succeeded", "{record_type}");
    }
}

#[test]
fn an_action_in_a_workload_has_to_say_what_kind_of_record_it_is() {
    let with = |record_type: &str| action().replace("\"RecordType\":\"SharePointFileOperation\",", record_type);
    for missing in ["", "\"RecordType\":null,", "\"RecordType\":\"\","] {
        assert_eq!(read(ACTIVITY, &with(missing)).rejects, ["1 missing_record_type"], "{missing}");
        // It does not matter where the record names no workload that uptake knows.
        assert_eq!(read(ACTIVITY, &with(missing).replace("OneDrive", "Sway")).rows.len(), 1);
        assert_eq!(read(ACTIVITY, &sign_in().replace("\"RecordType\":15,", missing)).rows.len(), 1);
    }
    assert_eq!(read(ACTIVITY, &with("\"RecordType\":{},")).rejects, ["1 unreadable_value"]);
}

#[test]
fn checks_go_in_the_order_kind_tenant_time_id() {
    for (from, to, reason) in [
        ("\"Operation\"", "\"Operations\"", "missing_category"),
        (TENANT, USER, "tenant_contradicts_path"),
        ("\"CreationTime\"", "\"Time\"", "missing_time"),
        ("\"Id\"", "\"ID\"", "missing_id"),
    ] {
        assert_eq!(read(ACTIVITY, &action().replacen(from, to, 1)).rejects, [format!("1 {reason}")]);
    }
    let broken = action()
        .replace("\"CreationTime\"", "\"Time\"")
        .replace("\"Regular\"", "\"System\"");
    assert_eq!(read(ACTIVITY, &broken).counts.not_ours, 1);
    assert_eq!(read(LICENSES, &action().replace("\"CreationTime\"", "\"Time\"")).counts.not_ours, 1);
    let late = read_text(ACTIVITY, &action(), &context("2026-08-30/audit.json"));
    assert_eq!(late.rejects, ["1 time_after_receipt"]);
    assert_eq!(read_text(ACTIVITY, &action(), &unknown()).rows.len(), 1);
}

/// One of the two records of a change.
fn change(operation: &str, modified: &str) -> String {
    format!(
        r#"{{"CreationTime":"2026-09-01T08:02:31","Id":"E-{}","Operation":"{operation}","OrganizationId":"{TENANT}","RecordType":8,"ResultStatus":"Success","UserKey":"Not Available","UserType":4,"Workload":"AzureActiveDirectory","ObjectId":"Some.Body@example.com","UserId":"ServicePrincipal_x","InterSystemsId":"i","ModifiedProperties":[{modified}],"Target":[{{"ID":"{EXCHANGE}","Type":2}},{{"ID":"User_{USER}","Type":2}},{{"ID":"User","Type":2}},{{"ID":"Some.Body@example.com","Type":5}}]}}"#,
        operation.len()
    )
}

fn lists() -> String {
    format!(
        r#"{{"Name":"AssignedPlan","NewValue":"[]","OldValue":"[]"}},{{"Name":"AssignedLicense","NewValue":"[\r\n  \"[SkuName=SPE_E3, AccountId={TENANT}, SkuId={SKU}, DisabledPlans=[]]\"\r\n]","OldValue":"[]"}}"#
    )
}

#[test]
fn the_pair_of_a_license_change_gives_the_change_once() {
    let text = format!("[{},{}]", change("Change user license.", ""), change("Update user.", &lists()));
    let found = read(LICENSES, &text);
    assert_eq!(
        found.rows,
        [format!("1/2 {TENANT} {USER} {SKU} 2026-09-01T08:02:31Z assigned e-12")]
    );
    assert_eq!(found.counts.accepted, 2);
    let deleted = read(LICENSES, &change("Delete user.", ""));
    assert_eq!(deleted.rows, [format!("1 {TENANT} {USER} all 2026-09-01T08:02:31Z deleted e-12")]);
    assert_eq!(read(LICENSES, &change("Add user.", "")).counts.accepted, 1);
    assert_eq!(read(LICENSES, &change("Add service principal.", "")).counts.not_ours, 1);
    let failed = change("Update user.", &lists()).replace("\"Success\"", "\"Failure\"");
    assert_eq!(
        (read(LICENSES, &failed).rows.len(), read(LICENSES, &failed).counts.accepted),
        (0, 1)
    );
}

#[test]
fn lists_of_something_else_than_objects_are_rejects() {
    let whole = change("Update user.", &lists());
    let at = whole.find("\"ModifiedProperties\":").unwrap();
    let cut = |value: &str| format!("{}\"ModifiedProperties\":{value},\"Target\":[]}}", &whole[..at]);
    for value in ["[7]", "{}", "\"none\""] {
        assert_eq!(read(LICENSES, &cut(value)).rejects, ["1 unreadable_value"], "{value}");
    }
    for value in ["\"System.Object[]\"", "[\"System.Collections.Hashtable\"]"] {
        assert_eq!(read(LICENSES, &cut(value)).rejects, ["1 cut_by_powershell"], "{value}");
    }
    // One of the two records of a change has to have the lists.
    assert_eq!(read(LICENSES, &cut("null")).rejects, ["1 missing_licenses"]);
    assert_eq!(read(LICENSES, &cut("[]")).counts.accepted, 1);
    let first_of_two = cut("null").replace("Update user.", "Change user license.");
    assert_eq!(read(LICENSES, &first_of_two).counts.accepted, 1);
    let targets = whole.replace("\"Target\":[", "\"Target\":[\"System.Collections.Hashtable\",");
    let found = read(LICENSES, &targets);
    assert_eq!(found.rejects, ["1 cut_by_powershell"]);
    assert!(
        found.details[0].starts_with("an entry of `Target` is a text as PowerShell"),
        "{:?}",
        found.details
    );
}

#[test]
fn the_changed_user_is_the_target_and_never_who_did_it() {
    let user = |text: &str| read(LICENSES, text).rows[0].split(' ').nth(2).unwrap().to_owned();
    let text = change("Delete user.", "");
    let without_mark = text.replace(&format!("User_{USER}"), "User_x");
    assert_eq!(user(&without_mark), EXCHANGE);
    let by_name = without_mark.replace(&format!("{{\"ID\":\"{EXCHANGE}\",\"Type\":2}},"), "");
    assert_eq!(user(&by_name), named());
    let nobody = by_name.replace("\"ObjectId\":\"Some.Body@example.com\",", "");
    assert_eq!(read(LICENSES, &nobody).rejects, ["1 missing_user"]);
}
