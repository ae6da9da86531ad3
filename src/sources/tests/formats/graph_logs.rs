//! Sign-ins and directory audits from Graph: the names of Azure Monitor's properties, without its
//! envelope.

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::file_context::FileContext;
use crate::sources::testing::{Found, TENANT, known, read_text, unknown};

const SIGN_INS: (Feed, Format) = (Feed::Activity, Format::Graph);
const AUDITS: (Feed, Format) = (Feed::LicenseChanges, Format::Graph);
const USER: &str = "6c1d7a51-8a36-4b8f-8a0e-6d5a8f6b1c02";
const OTHER: &str = "51c6b1f0-3a6e-4d0f-b9f1-0a0b7d2f9e11";
const SKU: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";

/// A sign-in as v1.0 lists it, with some of what does not matter.
fn sign_in() -> String {
    format!(
        r#"{{"id":"EE54EA66-6301-4ee5-be62-ff5a759b0100","createdDateTime":"2026-09-01T08:01:51.6195833Z","userDisplayName":"Some Body","userPrincipalName":"some.body@example.com","userId":"{USER}","appId":"de8bc8b5-d9f9-48b1-a8ad-b748da725064","clientAppUsed":"Browser","isInteractive":true,"riskEventTypes":[],"resourceDisplayName":"Office 365 Exchange Online","resourceId":"00000002-0000-0ff1-ce00-000000000000","status":{{"errorCode":0,"failureReason":null,"additionalDetails":null}},"deviceDetail":{{"deviceId":"","displayName":null}},"location":{{"city":"Lund"}},"appliedConditionalAccessPolicies":[{{"id":"{OTHER}","displayName":"x"}}]}}"#
    )
}

fn audit() -> String {
    format!(
        r#"{{"id":"Directory_X_1","category":"UserManagement","correlationId":"{OTHER}","result":"success","activityDisplayName":"Change user license","activityDateTime":"2026-09-01T08:01:51.6195833Z","initiatedBy":{{"user":{{"id":"{OTHER}","userPrincipalName":"admin@example.com"}}}},"targetResources":[{{"id":"{USER}","displayName":null,"type":"User","modifiedProperties":[{{"displayName":"AssignedLicense","oldValue":"[]","newValue":"[\"[SkuName=SPE_E3, AccountId={TENANT}, SkuId={SKU}, DisabledPlans=[]]\"]"}}]}}]}}"#
    )
}

fn read(source: (Feed, Format), text: &str, context: &FileContext) -> Found {
    read_text(source, text, context)
}

/// A page with these records.
fn page(records: &[String], next: &str) -> String {
    format!(
        r#"{{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#auditLogs/signIns",{next}"value":[{}]}}"#,
        records.join(",")
    )
}

#[test]
fn pages_lines_and_arrays_give_the_same_row() {
    let row = format!(
        "{TENANT} ee54ea66-6301-4ee5-be62-ff5a759b0100|{USER}|de8bc8b5-d9f9-48b1-a8ad-b748da725064|00000002-0000-0ff1-ce00-000000000000 2026-09-01T08:01:51.619583Z interactive succeeded"
    );
    let packed = [
        (sign_in(), "1"),
        (format!("{}\n", page(&[sign_in()], "\"@odata.nextLink\":\"https://x\",")), "1/1"),
        (format!("[{}]", sign_in()), "1/1"),
        (page(&[sign_in()], "").replace(",\"", ",\n\""), "1/1"),
    ];
    for (text, at) in packed {
        assert_eq!(read(SIGN_INS, &text, &known()).rows, [format!("{at} {row}")], "{text}");
    }
    let many = read(SIGN_INS, &page(&[sign_in(), "7".to_owned(), sign_in()], ""), &known());
    assert_eq!((many.rows.len(), many.rejects), (2, vec!["1/2 broken_json".to_owned()]));
    assert_eq!(read(SIGN_INS, &page(&[], ""), &known()).counts.records, 0);
}

#[test]
fn the_tenant_is_the_paths_else_the_users_own_else_the_resources() {
    let with = |more: &str| sign_in().replace("\"clientAppUsed\"", &format!("{more}\"clientAppUsed\""));
    let tenant_of = |text: &str, context: &FileContext| {
        let found = read(SIGN_INS, text, context);
        found
            .rows
            .first()
            .or(found.rejects.first())
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .to_owned()
    };
    assert_eq!(tenant_of(&sign_in(), &unknown()), "missing_tenant");
    let both = with(&format!("\"resourceTenantId\":\"{TENANT}\",\"homeTenantId\":\"{OTHER}\","));
    assert_eq!(tenant_of(&both, &unknown()), OTHER);
    assert_eq!(
        tenant_of(
            &both.replace("\"homeTenantId\"", "\"userType\":\"Guest\",\"homeTenantId\""),
            &unknown()
        ),
        TENANT
    );
    assert_eq!(
        tenant_of(
            &with(&format!("\"resourceTenantId\":\"{OTHER}\",\"homeTenantId\":\"\",")),
            &unknown()
        ),
        OTHER
    );
    assert_eq!(tenant_of(&with("\"resourceTenantId\":\"x\","), &unknown()), "malformed_tenant");
    let elsewhere = with(&format!("\"resourceTenantId\":\"{OTHER}\","));
    let found = read(SIGN_INS, &elsewhere, &known());
    assert!(
        found.rows[0].contains(TENANT) && found.rows[0].ends_with("succeeded foreign"),
        "{:?}",
        found.rows
    );
}

#[test]
fn who_signed_in_and_how_is_told_by_the_event_types() {
    let with = |types: &str| {
        sign_in()
            .replace("\"isInteractive\":true,", "")
            .replace("\"clientAppUsed\"", &format!("{types}\"clientAppUsed\""))
    };
    let found = read(SIGN_INS, &with("\"signInEventTypes\":[\"nonInteractiveUser\"],"), &known());
    assert!(found.rows[0].contains(" non_interactive "));
    for interactive in ["", "\"signInEventTypes\":[\"interactiveUser\"],", "\"signInEventTypes\":[],"] {
        assert!(read(SIGN_INS, &with(interactive), &known()).rows[0].contains(" interactive "));
    }
    let other = read(SIGN_INS, &with("\"signInEventTypes\":[\"servicePrincipal\"],"), &unknown());
    assert_eq!((other.counts.not_ours, other.counts.rejected), (1, 0));
    assert_eq!(read(SIGN_INS, &audit(), &known()).counts.not_ours, 1);
}

#[test]
fn flaws_of_sign_ins_are_rejects() {
    for (from, to, reason) in [
        ("2026-09-01T08:01:51.6195833Z", "soon", "unreadable_time"),
        ("\"createdDateTime\"", "\"created\"", "missing_time"),
        ("EE54EA66-6301-4ee5-be62-ff5a759b0100", "", "missing_id"),
        ("\"errorCode\":0", "\"errorCode\":\"no\"", "unreadable_value"),
    ] {
        assert_eq!(
            read(SIGN_INS, &sign_in().replacen(from, to, 1), &known()).rejects,
            [format!("1 {reason}")]
        );
    }
    let failed = read(SIGN_INS, &sign_in().replace("\"errorCode\":0", "\"errorCode\":50126"), &known());
    assert!(failed.rows[0].ends_with("interactive "));
    let message = r#"{"error":{"code":"Forbidden","message":"no license","innerError":{"date":"2026-09-01T08:00:00"}}}"#;
    assert_eq!(read(SIGN_INS, message, &known()).rejects, ["1 missing_time"]);
}

#[test]
fn audits_are_read_as_those_of_azure_monitor() {
    let row = format!("{TENANT} {USER} {SKU} 2026-09-01T08:01:51.619583Z assigned directory_x_1");
    let audits = page(&[audit(), audit().replace("Change user license", "Add member to group")], "");
    let found = read(AUDITS, &audits, &known());
    assert_eq!((found.rows, found.counts.not_ours), (vec![format!("1/1 {row}")], 1));
    assert_eq!(read(AUDITS, &audit(), &known()).rows, [format!("1 {row}")]);
    assert_eq!(read(AUDITS, &audit(), &unknown()).rejects, ["1 missing_tenant"]);
    let failed = audit().replace("\"success\"", "\"failure\"");
    assert_eq!(
        (
            read(AUDITS, &failed, &known()).rows.len(),
            read(AUDITS, &failed, &known()).counts.accepted
        ),
        (0, 1)
    );
    assert_eq!(read(AUDITS, &sign_in(), &known()).counts.not_ours, 1);
    assert_eq!(
        read(AUDITS, &audit().replace("Directory_X_1", ""), &known()).rejects,
        ["1 missing_id"]
    );
}
