//! License changes of Azure Monitor's audit log, rule by rule.

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::testing::{Found, TENANT, known, read_text};

const SOURCE: (Feed, Format) = (Feed::LicenseChanges, Format::AzureMonitor);
const USER: &str = "910ed5ca-4ecf-414c-a1be-d53511bfe1a5";
const POWER_BI: &str = "a403ebcc-fae0-4ca2-8c8c-7a907fd6c235";
const E3: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";
const VISIO: &str = "c5928f49-12ba-48f7-ada3-0d743a3601d5";

/// A list of licenses as it stands within a JSON string.
fn list(skus: &[&str]) -> String {
    let items: Vec<String> = skus
        .iter()
        .map(|sku| format!(r#"\r\n  \"[SkuName=X, AccountId={TENANT}, SkuId={sku}, DisabledPlans=[]]\""#))
        .collect();
    format!(r#""[{}\r\n]""#, items.join(","))
}

fn event(activity: &str, result: &str, properties: &str) -> String {
    format!(
        r#"{{"time":"2026-09-01T08:02:31Z","operationName":"{activity}","category":"AuditLogs","tenantId":"{TENANT}","resultType":"","properties":{{"id":"Directory_1","category":"UserManagement","activityDateTime":"2026-09-01T08:00:00.1234567+00:00","activityDisplayName":"{activity}",{result}"initiatedBy":{{"user":{{"id":"x"}}}},"targetResources":[{{"id":"g","type":"Group"}},{{"id":"{USER}","type":"User","userPrincipalName":"a@b.c","modifiedProperties":[{properties}]}}]}}}}"#
    )
}

fn change(old: &str, new: &str) -> String {
    let properties = format!(
        r#"{{"displayName":"AssignedPlan","oldValue":"[SkuId=no]","newValue":null}},{{"displayName":"AssignedLicense","oldValue":{old},"newValue":{new}}},{{"displayName":"Included Updated Properties","oldValue":null,"newValue":"\"AssignedLicense\""}}"#
    );
    event("Change user license", "\"result\":\"success\",", &properties)
}

fn read(text: &str) -> Found {
    read_text(SOURCE, text, &known())
}

/// The SKU and action of each row of an accepted record.
#[track_caller]
fn rows(text: &str) -> Vec<String> {
    let found = read(text);
    assert_eq!((found.counts.accepted, found.counts.records), (1, 1), "{found:?}");
    let (head, tail) = (format!("1 {TENANT} {USER} "), " directory_1");
    found
        .rows
        .iter()
        .map(|row| {
            row.strip_prefix(&head)
                .unwrap()
                .strip_suffix(tail)
                .unwrap()
                .replace(" 2026-09-01T08:00:00.123456Z", "")
        })
        .collect()
}

#[track_caller]
fn reject(text: &str, expected: &str) {
    let found = read(text);
    assert_eq!((found.rows.len(), found.rejects), (0, vec![format!("1 {expected}")]));
}

#[test]
fn the_difference_of_the_lists_is_assigned_and_removed_and_both_is_held() {
    let text = change(&list(&[POWER_BI, E3]), &list(&[E3, VISIO, VISIO]));
    assert_eq!(
        rows(&text),
        [format!("{POWER_BI} removed"), format!("{E3} held"), format!("{VISIO} assigned")]
    );
}

#[test]
fn a_null_or_empty_value_is_an_empty_list() {
    for empty in ["null", "\"\"", "\"[]\"", "\" [ ] \"", "\"null\"", "[]"] {
        assert_eq!(rows(&change(empty, &list(&[E3]))), [format!("{E3} assigned")]);
        assert_eq!(rows(&change(&list(&[E3]), empty)), [format!("{E3} removed")]);
        assert!(rows(&change(empty, empty)).is_empty());
    }
    assert_eq!(
        rows(&change(&list(&[E3]), "null").replace(",\"newValue\":null}", "}")),
        [format!("{E3} removed")]
    );
}

#[test]
fn a_list_may_be_a_real_array() {
    assert_eq!(
        rows(&change(
            "null",
            &format!(r#"["[SkuName=X, SkuId={E3}]","[SkuId={}]"]"#, VISIO.to_uppercase())
        )),
        [format!("{E3} assigned"), format!("{VISIO} assigned")]
    );
}

#[test]
fn an_unreadable_list_is_a_reject() {
    for bad in [
        "\"x\"",
        "\"[SkuId=]\"",
        "\"[SkuId=123]\"",
        "7",
        "{}",
        "[7]",
        &format!("\"[SkuId={E3}\""),
        &format!("\"[SkuId={E3}0]\""),
        &list(&[E3, "x"]),
        "\"System.Object[]\"",
        "\"[System.Object[]]\"",
        "[\"System.Collections.Hashtable\"]",
        "[\"\"]",
        &format!("\"[[SkuName=X, SkuId={E3}], [SkuName=Y, AccountId=x]]\""),
    ] {
        reject(&change("null", bad), "unreadable_license_list");
        reject(&change(bad, "null"), "unreadable_license_list");
    }
}

#[test]
fn a_change_whose_targets_or_properties_cannot_be_read_is_never_a_change_of_nothing() {
    let text = change("null", &list(&[E3]));
    let at = text.find("\"modifiedProperties\":[").unwrap();
    let with_properties = |value: &str| format!("{}\"modifiedProperties\":{value}}}]}}}}", &text[..at]);
    let at = text.find("\"targetResources\":[").unwrap();
    let with_targets = |value: &str| format!("{}\"targetResources\":{value}}}}}", &text[..at]);
    for (text, reason, detail) in [
        (
            with_targets("\"System.Object[]\""),
            "cut_by_powershell",
            "`properties.targetResources` is no list: a text as PowerShell",
        ),
        (
            with_targets("[\"System.Collections.Hashtable\"]"),
            "cut_by_powershell",
            "an entry of `properties.targetResources` is a text as PowerShell",
        ),
        (
            with_targets(&format!("[{{\"type\":\"User\",\"id\":\"{USER}\",\"modifiedProperties\":[]}},7]")),
            "unreadable_value",
            "an entry of `properties.targetResources` is a number",
        ),
        (with_targets("null"), "missing_licenses", "no member `properties.targetResources`"),
        (
            with_properties("\"@{displayName=AssignedLicense}\""),
            "cut_by_powershell",
            "`properties.targetResources.modifiedProperties` is no list: a text as PowerShell",
        ),
        (
            with_properties("[\"System.Collections.Hashtable\"]"),
            "cut_by_powershell",
            "an entry of `properties.targetResources.modifiedProperties` is a text",
        ),
        (
            with_properties("null"),
            "missing_licenses",
            "no member `properties.targetResources.modifiedProperties`",
        ),
        (with_properties("[{\"displayName\":\"AssignedLicense\"}]"), "missing_licenses", ""),
        (with_properties("[{\"displayName\":7}]"), "unreadable_value", ""),
    ] {
        for text in [text.clone(), text.replace("Change user license", "Update user")] {
            reject(&text, reason);
            let found = read(&text);
            assert!(found.details[0].starts_with(detail), "{:?} of {text}", found.details);
            assert!(
                !found.details[0].contains(USER) && !found.details[0].contains("a@b.c"),
                "{:?}",
                found.details
            );
        }
    }
    // Lists that are there and empty say that nothing was changed.
    for nothing in [with_targets("[]"), with_properties("[]")] {
        assert!(rows(&nothing).is_empty());
    }
}

#[test]
fn update_user_carries_lists_too_and_without_them_gives_nothing() {
    assert_eq!(
        rows(&change("null", &list(&[E3])).replace("Change user license", "Update user.")),
        [format!("{E3} assigned")]
    );
    assert!(
        rows(&event(
            "Update user",
            "\"result\":\"success\",",
            r#"{"displayName":"Department","oldValue":"[\"a\"]","newValue":"[\"b\"]"}"#
        ))
        .is_empty()
    );
    assert!(rows(&event("Change user license.", "\"result\":\"success\",", "")).is_empty());
}

#[test]
fn users_are_deleted_restored_and_added() {
    let user = |activity: &str| rows(&event(activity, "\"result\":\"success\",", ""));
    assert_eq!(user("Delete user"), ["all deleted"]);
    assert_eq!(user(" hard delete USER. "), ["all deleted"]);
    assert_eq!(user("Restore user."), ["all restored"]);
    assert!(user("Add user").is_empty());
}

#[test]
fn other_activities_and_categories_are_not_ours() {
    for text in [
        event("Update group", "", ""),
        event("Delete user..", "", ""),
        event("Delete user", "", "").replace("AuditLogs", "SignInLogs"),
        event("", "", ""),
    ] {
        assert_eq!((read(&text).counts.not_ours, read(&text).counts.records), (1, 1), "{text}");
    }
    reject(&event("Delete user", "", "").replace("\"AuditLogs\"", "null"), "missing_category");
}

#[test]
fn the_operation_names_the_activity_where_the_properties_do_not() {
    let text = event("Delete user", "\"result\":0,", "").replace("\"activityDisplayName\":\"Delete user\"", "\"activityDisplayName\":null");
    assert_eq!(rows(&text), ["all deleted"]);
    let both = event("Delete user", "\"result\":0,", "").replace("\"operationName\":\"Delete user\"", "\"operationName\":\"Update group\"");
    assert_eq!(rows(&both), ["all deleted"]);
}

#[test]
fn only_a_success_changes_anything() {
    for (result, count) in [
        ("\"Success\"", 1),
        ("0", 1),
        ("\"0\"", 1),
        ("\"failure\"", 0),
        ("1", 0),
        ("\"timeout\"", 0),
        ("null", 0),
    ] {
        assert_eq!(
            rows(&event("Delete user", &format!("\"result\":{result},"), "")).len(),
            count,
            "{result}"
        );
    }
    for (result, count) in [("\"success\"", 1), ("\"0\"", 1), ("0", 1), ("\"Failure\"", 0), ("null", 0)] {
        let text = event("Delete user", "", "").replace("\"resultType\":\"\"", &format!("\"resultType\":{result}"));
        assert_eq!(rows(&text).len(), count, "{result}");
    }
    for result in ["true", "{}", "[]"] {
        reject(&event("Delete user", &format!("\"result\":{result},"), ""), "unreadable_value");
    }
    // An event that did not succeed is still checked.
    reject(
        &event("Delete user", "\"result\":\"failure\",", "").replace("Directory_1", ""),
        "missing_id",
    );
    assert!(rows(&change("7", "7").replace("\"success\"", "\"failure\"")).is_empty());
}

#[test]
fn a_change_that_gives_rows_needs_a_user() {
    for (from, to) in [
        ("\"type\":\"User\"", "\"type\":\"Device\""),
        (USER, ""),
        ("\"targetResources\":", "\"others\":"),
    ] {
        reject(&event("Delete user", "\"result\":0,", "").replace(from, to), "missing_user");
    }
    reject(
        &change("null", &list(&[E3])).replace("\"type\":\"User\"", "\"type\":\"Device\""),
        "missing_user",
    );
    assert!(
        read(&change("null", "null").replace("\"type\":\"User\"", "\"type\":\"Device\""))
            .rows
            .is_empty()
    );
    reject(
        &event("Delete user", "\"result\":0,", "").replace("\"targetResources\":", "\"targetResources\":7,\"x\":"),
        "unreadable_value",
    );
    let lower = event("Delete user", "\"result\":0,", "")
        .replace(USER, &USER.to_uppercase())
        .replace("\"User\"", "\"USER\"");
    assert_eq!(rows(&lower), ["all deleted"]);
}

#[test]
fn tenant_time_and_id_are_checked_in_that_order() {
    let text = event("Add user", "", "");
    let no_id = text.replace("\"id\":\"Directory_1\",", "");
    let no_time = no_id.replace("2026-09-01T08:00:00.1234567+00:00", "soon");
    reject(&no_id, "missing_id");
    reject(&no_time, "unreadable_time");
    reject(&no_time.replace(TENANT, "x"), "malformed_tenant");
}

#[test]
fn properties_may_be_a_string() {
    let whole = change("null", &list(&[E3]));
    let (head, object) = whole.split_once("\"properties\":").unwrap();
    let packed = format!(
        "{head}\"properties\":{}}}",
        serde_json::to_string(&object[..object.len() - 1]).unwrap()
    );
    assert_eq!(rows(&packed), [format!("{E3} assigned")]);
    reject(&format!("{head}\"properties\":7}}"), "unreadable_value");
}
