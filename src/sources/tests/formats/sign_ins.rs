//! Sign-ins of Azure Monitor, rule by rule, on records after the real ones.

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::testing::{Found, TENANT, context, known, read_text, unknown};

const SOURCE: (Feed, Format) = (Feed::Activity, Format::AzureMonitor);
const USER: &str = "2b6bbd5a-3d5c-4f6f-9a1f-1f0b7a4f6d11";
const EVENT: &str = "66ea54eb-6301-4ee5-be62-ff5a759b0100";
const OUTLOOK: &str = "27922004-5251-4030-b22d-91ecd9a37ea4";
const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";

/// A record as diagnostic settings write it, with the things around that do not matter.
fn record() -> String {
    format!(
        r#"{{"time":"2026-09-01T08:02:31.2737420Z","resourceId":"/tenants/{TENANT}/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","tenantId":"{TENANT}","resultType":"0","durationMs":0,"Level":4,"properties":{{"id":"{EVENT}","createdDateTime":"2026-09-01T08:01:51.9248761+00:00","userDisplayName":"A \"quoted\" name","userPrincipalName":"test@example.com","userId":"{USER}","appId":"{OUTLOOK}","appDisplayName":"Outlook {{Mobile}}","status":{{"errorCode":0,"additionalDetails":"MFA [required]"}},"deviceDetail":{{"id":"not this id","status":{{"errorCode":5}}}},"appliedConditionalAccessPolicies":[{{"id":"nor this","userId":"x"}}],"isInteractive":true,"resourceId":"{EXCHANGE}","resourceTenantId":"{TENANT}","userType":"Member"}}}}"#
    )
}

fn read(text: &str) -> Found {
    read_text(SOURCE, text, &known())
}

/// The record with something replaced that has to be in it.
#[track_caller]
fn with(from: &str, to: &str) -> String {
    assert!(record().contains(from), "{from}");
    record().replace(from, to)
}

/// The only row of a record.
#[track_caller]
fn row(text: &str) -> String {
    let found = read(text);
    assert_eq!(
        (found.rows.len(), found.rejects.len(), found.counts.accepted),
        (1, 0, 1),
        "{found:?}"
    );
    found.rows[0].clone()
}

#[track_caller]
fn reject(text: &str, expected: &str) {
    let found = read(text);
    assert_eq!((found.rows.len(), found.rejects), (0, vec![format!("1 {expected}")]), "{text}");
    assert_eq!(found.raw, [text.as_bytes()]);
}

#[test]
fn a_real_record_gives_its_row() {
    let expected = format!("1 {TENANT} {EVENT}|{USER}|{OUTLOOK}|{EXCHANGE} 2026-09-01T08:01:51.924876Z interactive succeeded");
    assert_eq!(row(&record()), expected);
    assert_eq!(row(&with("\"properties\":{", "\"properties\": \n {").replace('\n', " ")), expected);
}

#[test]
fn of_the_five_categories_two_are_ours() {
    let categories = [
        "SignInLogs",
        "NonInteractiveUserSignInLogs",
        "ServicePrincipalSignInLogs",
        "MicrosoftServicePrincipalSignInLogs",
        "ManagedIdentitySignInLogs",
        "AuditLogs",
        "signinlogs",
    ];
    let text: Vec<String> = categories.iter().map(|category| with("SignInLogs", category)).collect();
    let found = read(&text.join("\n"));
    assert_eq!((found.counts.records, found.counts.accepted, found.counts.not_ours), (7, 2, 5));
    assert!(found.rows[0].starts_with("1 ") && found.rows[1].starts_with("2 "));
}

#[test]
fn what_is_not_ours_is_not_looked_at_further() {
    let found = read(
        &with("SignInLogs", "ADFSSignInLogs")
            .replace(TENANT, "nonsense")
            .replace("createdDateTime\":\"2026", "createdDateTime\":\"x"),
    );
    assert_eq!((found.counts.not_ours, found.counts.rejected), (1, 0));
}

#[test]
fn a_missing_category_is_a_reject() {
    reject(&with("\"category\":\"SignInLogs\",", ""), "missing_category");
    reject(&with("\"SignInLogs\"", "null"), "missing_category");
    reject(&with("\"SignInLogs\"", "5"), "missing_category");
    reject(&with("\"category\"", "\"Category\""), "missing_category");
}

#[test]
fn the_tenant_comes_from_the_record_and_must_not_contradict_the_path() {
    assert!(
        row(&with(
            &format!("\"tenantId\":\"{TENANT}\",\"resultType\""),
            &format!("\"tenantId\":\"{}\",\"resultType\"", TENANT.to_uppercase())
        ))
        .contains(TENANT)
    );
    for missing in ["null", "\"\""] {
        let text = with(
            &format!("\"tenantId\":\"{TENANT}\",\"resultType\""),
            &format!("\"tenantId\":{missing},\"resultType\""),
        );
        assert!(row(&text).contains(&format!("1 {TENANT}")));
        assert_eq!(read_text(SOURCE, &text, &unknown()).rejects, ["1 missing_tenant"]);
    }
    reject(
        &with(&format!("\"{TENANT}\",\"resultType\""), &format!("\"{TENANT}7\",\"resultType\"")),
        "malformed_tenant",
    );
    reject(
        &with(&format!("\"{TENANT}\",\"resultType\""), "7,\"resultType\""),
        "malformed_tenant",
    );
    reject(
        &with(&format!("\"{TENANT}\",\"resultType\""), &format!("\"{USER}\",\"resultType\"")),
        "tenant_contradicts_path",
    );
    assert_eq!(read_text(SOURCE, &record(), &unknown()).rows.len(), 1);
}

#[test]
fn the_time_is_the_creation_else_the_envelopes() {
    assert!(row(&with("\"createdDateTime\":\"2026-09-01T08:01:51.9248761+00:00\",", "")).contains("T08:02:31.273742Z"));
    assert!(row(&with("\"2026-09-01T08:01:51.9248761+00:00\"", "null")).contains("T08:02:31.273742Z"));
    assert!(row(&with("2026-09-01T08:01:51.9248761+00:00", "2026-09-01T00:01:51.924+02:00")).contains("2026-08-31T22:01:51.924Z"));
    reject(&with("2026-09-01T08:01:51.9248761+00:00", "yesterday"), "unreadable_time");
    reject(&with("\"2026-09-01T08:01:51.9248761+00:00\"", "5"), "unreadable_time");
    reject(
        &with("2026-09-01T08:01:51.9248761+00:00", "2009-12-31T23:59:59Z"),
        "time_before_2010",
    );
    let without = with("\"createdDateTime\":\"2026-09-01T08:01:51.9248761+00:00\",", "");
    reject(&without.replace("\"time\":\"2026-09-01T08:02:31.2737420Z\",", ""), "missing_time");
    reject(&without.replace("2026-09-01T08:02:31.2737420Z", ""), "unreadable_time");
}

#[test]
fn an_event_is_at_most_a_day_later_than_its_receipt() {
    let path = format!("tenantId={TENANT}/y=2026/m=08/d=31/h=07/m=00/PT1H.json");
    let at = |time: &str| read_text(SOURCE, &with("2026-09-01T08:01:51.9248761+00:00", time), &context(&path));
    assert_eq!(at("2026-09-01T08:00:00Z").counts.accepted, 1);
    assert_eq!(at("2026-09-01T08:00:00.000001Z").rejects, ["1 time_after_receipt"]);
    assert_eq!(at("2026-08-01T08:00:00Z").counts.accepted, 1);
}

#[test]
fn checks_go_in_the_order_category_tenant_time_id() {
    let bad_id = with(EVENT, "");
    let bad_time = bad_id.replace("2026-09-01T08:01:51.9248761+00:00", "x");
    let bad_tenant = bad_time.replace(TENANT, "x");
    reject(&bad_id, "missing_id");
    reject(&bad_time, "unreadable_time");
    reject(&bad_tenant, "malformed_tenant");
    reject(&bad_tenant.replace("\"category\"", "\"c\""), "missing_category");
}

#[test]
fn an_id_has_to_be_there_and_a_string() {
    for missing in ["null", "\"\""] {
        reject(&with(&format!("\"id\":\"{EVENT}\""), &format!("\"id\":{missing}")), "missing_id");
    }
    reject(&with(&format!("\"id\":\"{EVENT}\","), ""), "missing_id");
    reject(&with(&format!("\"id\":\"{EVENT}\""), "\"id\":7"), "unreadable_value");
    reject(&with(&format!("\"userId\":\"{USER}\""), "\"userId\":7"), "unreadable_value");
}

#[test]
fn ids_are_folded_whatever_they_look_like() {
    assert!(row(&with(EVENT, "ÄB-\\u0041C\\\\")).contains("äb-ac\\|"));
    assert!(row(&with(USER, &USER.to_uppercase())).contains(&format!("|{USER}|")));
    assert!(row(&with(&format!("\"{USER}\""), "null")).contains(&format!("{EVENT}||{OUTLOOK}")));
    assert!(row(&with(&format!("\"userId\":\"{USER}\","), "")).contains(&format!("{EVENT}||{OUTLOOK}")));
}

#[test]
fn is_interactive_decides_and_the_category_only_without_it() {
    for (value, expected) in [
        ("false", " non_interactive"),
        ("\"FALSE\"", " non_interactive"),
        ("\"True\"", " interactive"),
        ("null", " interactive"),
    ] {
        assert!(row(&with("\"isInteractive\":true", &format!("\"isInteractive\":{value}"))).contains(expected));
    }
    let non_interactive = with("SignInLogs", "NonInteractiveUserSignInLogs");
    assert!(row(&non_interactive).contains(" interactive"));
    assert!(row(&non_interactive.replace("\"isInteractive\":true,", "")).contains(" non_interactive"));
    reject(&with("\"isInteractive\":true", "\"isInteractive\":1"), "unreadable_value");
    reject(&with("\"isInteractive\":true", "\"isInteractive\":\"\""), "unreadable_value");
}

#[test]
fn the_error_code_is_the_status_one_else_the_result_type() {
    let code = |to: &str| with("\"errorCode\":0,", to);
    for failed in ["\"errorCode\":50140,", "\"errorCode\":\"50126\",", "\"errorCode\":-1,"] {
        assert!(!row(&code(failed)).contains("succeeded"));
    }
    assert!(row(&code("\"errorCode\":\"0\",")).contains("succeeded"));
    for missing in ["", "\"errorCode\":null,"] {
        assert!(row(&code(missing)).contains("succeeded"));
        assert!(row(&code(missing).replace("\"resultType\":\"0\"", "\"resultType\":0")).contains("succeeded"));
        assert!(!row(&code(missing).replace("\"resultType\":\"0\"", "\"resultType\":\"50126\"")).contains("succeeded"));
        assert!(!row(&code(missing).replace("\"resultType\":\"0\",", "")).contains("succeeded"));
        reject(
            &code(missing).replace("\"resultType\":\"0\"", "\"resultType\":\"ok\""),
            "unreadable_value",
        );
    }
    assert!(row(&with("\"resultType\":\"0\"", "\"resultType\":\"ok\"")).contains("succeeded"));
    reject(&code("\"errorCode\":0.5,"), "unreadable_value");
    reject(&code("\"errorCode\":\"\","), "unreadable_value");
    reject(&with("\"status\":{", "\"status\":7,\"x\":{"), "unreadable_value");
}

#[test]
fn a_guest_says_so_or_has_an_external_name_without_a_type() {
    assert!(row(&with("\"Member\"", "\"gUEST\"")).contains("guest"));
    let external = with("test@example.com", "test_example.com#ext#@kunde.onmicrosoft.com");
    assert!(!row(&external).contains("guest"));
    for missing in ["null", "\"\""] {
        assert!(row(&external.replace("\"Member\"", missing)).contains("guest"));
        assert!(!row(&with("\"Member\"", missing)).contains("guest"));
    }
}

#[test]
fn a_resource_is_foreign_when_its_tenant_is_another_guid() {
    let tenant = |to: &str| with(&format!("\"resourceTenantId\":\"{TENANT}\""), &format!("\"resourceTenantId\":{to}"));
    assert!(row(&tenant(&format!("\"{USER}\""))).contains("foreign"));
    for own in [
        format!("\"{}\"", TENANT.to_uppercase()),
        "null".to_owned(),
        "\"\"".to_owned(),
        "\"x\"".to_owned(),
        "7".to_owned(),
    ] {
        assert!(!row(&tenant(&own)).contains("foreign"));
    }
}

#[test]
fn properties_may_be_a_string() {
    let whole = record();
    let (head, object) = whole.split_once("\"properties\":").unwrap();
    let object = &object[..object.len() - 1];
    let packed = format!("{head}\"properties\":{}}}", serde_json::to_string(object).unwrap());
    assert_eq!(row(&packed), row(&record()));
    for bad in ["\"\"", "\"[]\"", "\"{\"", "\"x\"", "7", "[]", "true"] {
        reject(&format!("{head}\"properties\":{bad}}}"), "unreadable_value");
    }
    reject(&format!("{head}\"properties\":null}}"), "missing_id");
    reject(&format!("{}}}", head.trim_end_matches(',')), "missing_id");
}

#[test]
fn of_repeated_keys_the_last_counts_also_of_objects() {
    let twice = with(
        "\"properties\":{",
        "\"properties\":{\"id\":\"first\",\"userId\":\"first\"},\"properties\":{\"id\":7,",
    );
    assert_eq!(row(&twice), row(&record()));
    let emptied = with("\"Member\"}}", "\"Member\"},\"properties\":{}}");
    reject(&emptied, "missing_id");
    assert!(
        row(&with(
            "\"status\":{\"errorCode\":0,",
            "\"status\":{\"errorCode\":5},\"status\":{\"errorCode\":5,\"errorCode\":0,"
        ))
        .contains("succeeded")
    );
    assert!(row(&with("\"status\":{\"errorCode\":0,", "\"status\":{\"errorCode\":5},\"status\":{")).contains("succeeded"));
}

#[test]
fn escaped_keys_are_the_keys_that_they_spell() {
    assert_eq!(row(&with("\"userId\":\"2b6", "\"user\\u0049d\":\"2b6")), row(&record()));
}

#[test]
fn an_envelope_in_pascal_case_has_no_category() {
    let found = read(
        r#"{"Category":"ServicePrincipalSignInLogs","CreatedDateTime":"2025-07-01T10:45:17.5824212Z","TenantId":"2a0bb6ef-8a1d-4e8b-83d6-c682d5ca56db7"}"#,
    );
    assert_eq!(found.rejects, ["1 missing_category"]);
}
