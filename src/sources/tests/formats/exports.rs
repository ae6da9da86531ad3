//! Sign-ins as people export them: from a Log Analytics workspace and from the portal.

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::testing::{Found, TENANT, context, known, read_text, unknown};

const LOG_ANALYTICS: (Feed, Format) = (Feed::Activity, Format::LogAnalytics);
const PORTAL: (Feed, Format) = (Feed::Activity, Format::PortalCsv);
const USER: &str = "6c1d7a51-8a36-4b8f-8a0e-6d5a8f6b1c02";
const WORKSPACE: &str = "51c6b1f0-3a6e-4d0f-b9f1-0a0b7d2f9e11";
const OUTLOOK: &str = "27922004-5251-4030-b22d-91ecd9a37ea4";
const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";

fn exported() -> String {
    format!(
        r#"{{"TenantId":"{WORKSPACE}","SourceSystem":"Azure AD","TimeGenerated":"2026-09-01T08:03:31.983Z","OperationName":"Sign-in activity","Category":"SignInLogs","ResultType":"0","AADTenantId":"{TENANT}","AppId":"{OUTLOOK}","ConditionalAccessPolicies":"[{{\"id\":\"x\"}}]","CreatedDateTime":"2026-09-01T08:02:31.2737420Z","DeviceDetail":"{{\"deviceId\":\"\"}}","Id":"EE54EA66-6301-4ee5-be62-ff5a759b0100","IsInteractive":true,"ResourceIdentity":"{EXCHANGE}","ResourceTenantId":"{TENANT}","Status":"{{\"errorCode\":0,\"additionalDetails\":\"MFA\"}}","UserId":"{USER}","UserPrincipalName":"some.body@example.com","UserType":"Member","Type":"SigninLogs"}}"#
    )
}

/// The same as a table of these columns.
fn table(header: &str, record: &str) -> String {
    format!("\u{feff}{header}\r\n{record}\r\n")
}

#[track_caller]
fn row(source: (Feed, Format), text: &str) -> String {
    let found = read_text(source, text, &known());
    assert_eq!((found.rows.len(), &found.rejects), (1, &Vec::new()), "{text}");
    found.rows[0].split_once(' ').unwrap().1.to_owned()
}

fn expected() -> String {
    format!("{TENANT} ee54ea66-6301-4ee5-be62-ff5a759b0100|{USER}|{OUTLOOK}|{EXCHANGE} 2026-09-01T08:02:31.273742Z interactive succeeded")
}

#[test]
fn log_analytics_lines_batches_and_tables_give_the_same_row() {
    assert_eq!(row(LOG_ANALYTICS, &exported()), expected());
    assert_eq!(row(LOG_ANALYTICS, &format!("[{}]", exported())), expected());
    assert_eq!(row(LOG_ANALYTICS, &format!("{{\"records\":[{}]}}\n", exported())), expected());
    let header = "TenantId,TimeGenerated,ResultType,Category,AADTenantId,AppId,Status,CreatedDateTime,Id,IsInteractive,ResourceIdentity,UserId,UserPrincipalName";
    let record = format!(
        "{WORKSPACE},2026-09-01T08:03:31Z,0,SignInLogs,{TENANT},{OUTLOOK},\"{{\"\"errorCode\"\":0}}\",2026-09-01T08:02:31.2737420Z,EE54EA66-6301-4ee5-be62-ff5a759b0100,True,{EXCHANGE},{USER},some.body@example.com"
    );
    assert_eq!(row(LOG_ANALYTICS, &table(header, &record)), expected());
}

#[test]
fn the_workspace_is_not_the_customer() {
    let text = exported().replace(&format!("\"AADTenantId\":\"{TENANT}\","), "");
    assert_eq!(read_text(LOG_ANALYTICS, &text, &unknown()).rejects, ["1 missing_tenant"]);
    assert_eq!(row(LOG_ANALYTICS, &text), expected());
    let other = exported().replace(
        &format!("\"AADTenantId\":\"{TENANT}\""),
        &format!("\"AADTenantId\":\"{WORKSPACE}\""),
    );
    assert_eq!(read_text(LOG_ANALYTICS, &other, &known()).rejects, ["1 tenant_contradicts_path"]);
}

#[test]
fn the_status_is_unpacked_where_the_result_is_missing() {
    for missing in ["", "\"ResultType\":\"\",", "\"ResultType\":null,"] {
        let text = exported().replace("\"ResultType\":\"0\",", missing);
        assert_eq!(row(LOG_ANALYTICS, &text), expected());
        assert!(!row(LOG_ANALYTICS, &text.replace("errorCode\\\":0", "errorCode\\\":50126")).contains("succeeded"));
        let object = text.replace(
            "\"{\\\"errorCode\\\":0,\\\"additionalDetails\\\":\\\"MFA\\\"}\"",
            "{\"errorCode\":0}",
        );
        assert_eq!(row(LOG_ANALYTICS, &object), expected());
    }
    assert!(
        !row(
            LOG_ANALYTICS,
            &exported().replace("\"ResultType\":\"0\"", "\"ResultType\":\"50126\"")
        )
        .contains("succeeded")
    );
}

#[test]
fn the_table_decides_what_is_ours() {
    let of = |category: &str, table: &str| {
        exported()
            .replace("\"SignInLogs\"", &format!("\"{category}\""))
            .replace("\"SigninLogs\"", &format!("\"{table}\""))
            .replace("\"IsInteractive\":true,", "\"IsInteractive\":\"\",")
    };
    assert!(row(LOG_ANALYTICS, &of("NonInteractiveUserSignInLogs", "x")).contains(" non_interactive "));
    assert!(row(LOG_ANALYTICS, &of("", "AADNonInteractiveUserSignInLogs")).contains(" non_interactive "));
    assert!(row(LOG_ANALYTICS, &of("", "")).contains(" interactive "));
    for (category, table) in [
        ("ServicePrincipalSignInLogs", "x"),
        ("", "AADManagedIdentitySignInLogs"),
        ("", "OfficeActivity"),
    ] {
        assert_eq!(read_text(LOG_ANALYTICS, &of(category, table), &known()).counts.not_ours, 1);
    }
}

/// The portal's columns, as far as they show a trap.
const HEADER: &str = "Date (UTC),Request ID,Correlation ID,User ID,User,Username,User type,Incoming token type,Application,Application ID ,Resource,Resource ID ,Resource tenant ID,Home tenant ID,IP address,Status,Sign-in error code,Failure reason,Incoming token type,User  ID";

fn downloaded(status: &str, code: &str) -> String {
    format!(
        "2026-09-01T08:02:31Z,EE54EA66-6301-4ee5-be62-ff5a759b0100,{WORKSPACE},{USER},\"Body, Some\",some.body@example.com,Member,none,Outlook,{OUTLOOK},\"Office 365 \"\"Exchange\"\" Online\",{EXCHANGE},{TENANT},{TENANT},192.0.2.7,{status},{code},Other.,second,not this one"
    )
}

fn portal(records: &[String]) -> Found {
    read_text(PORTAL, &table(HEADER, &records.join("\r\n")), &known())
}

#[test]
fn a_portal_download_is_read_by_its_untidy_header() {
    let found = portal(&[downloaded("Success", "0"), String::new(), downloaded("Failure", "50126")]);
    let expected = expected().replace(".273742", "");
    assert_eq!(found.rows[0], format!("2 {expected}"));
    assert_eq!(found.rows[1], format!("4 {}", expected.replace("succeeded", "")));
}

#[test]
fn the_portals_status_decides_where_there_is_no_error_code() {
    let succeeded = |status: &str, code: &str| portal(&[downloaded(status, code)]).rows[0].ends_with("succeeded");
    assert!(succeeded("Success", "") && succeeded("success", "None"));
    assert!(!succeeded("Failure", "") && !succeeded("Interrupted", "50140") && !succeeded("Success", "50140"));
}

#[test]
fn the_name_of_a_download_decides_where_no_record_says_whether_it_was_interactive() {
    let interactive = |name: &str, source, text: &str| {
        let rows = read_text(source, text, &context(&format!("tenantId={TENANT}/{name}"))).rows;
        assert_eq!(rows.len(), 1, "{name}");
        !rows[0].contains("non_interactive")
    };
    let (plain, packed) = (
        "NonInteractiveSignIns_2026-09-01_2026-09-08.csv",
        "noninteractivesignins_2026-09-01.csv.gz",
    );
    let silent = table(HEADER, &downloaded("Success", "0"));
    assert!(!interactive(plain, PORTAL, &silent) && !interactive(packed, PORTAL, &silent));
    assert!(interactive("InteractiveSignIns_2026-09-01_2026-09-08.csv", PORTAL, &silent));
    assert!(interactive("2026-09-01.csv", PORTAL, &silent));
    let told = |word: &str| {
        table(
            &format!("{HEADER},Is interactive"),
            &format!("{},{word}", downloaded("Success", "0")),
        )
    };
    assert!(interactive(plain, PORTAL, &told("True")) && !interactive(plain, PORTAL, &told("False")));
    assert!(!interactive(plain, PORTAL, &told("")));
    // The same sign-ins as JSON, and as a table of our own.
    let json = format!(r#"{{"id":"e","createdDateTime":"2026-09-01T08:02:31Z","userId":"{USER}","status":{{"errorCode":0}}}}"#);
    let own = table(
        "event_id,event_time,user_id,error_code",
        &format!("e,2026-09-01T08:02:31Z,{USER},0"),
    );
    for (format, text) in [(Format::Graph, &json), (Format::Csv, &own)] {
        assert!(!interactive(plain, (Feed::Activity, format), text), "{format:?}");
        assert!(interactive("2026-09-01.x", (Feed::Activity, format), text), "{format:?}");
    }
    assert!(interactive(
        plain,
        (Feed::Activity, Format::Graph),
        &json.replace("\"status\"", "\"isInteractive\":true,\"status\"")
    ));
}

#[test]
fn a_portal_download_names_its_tenant_only_by_resource_and_home() {
    let text = table(HEADER, &downloaded("Success", "0"));
    let found = read_text(PORTAL, &text, &unknown());
    assert!(found.rows[0].contains(TENANT));
    let home = text.replace(&format!("{TENANT},{TENANT}"), &format!(",{TENANT}"));
    assert_eq!(read_text(PORTAL, &home, &unknown()).rows, found.rows);
    assert_eq!(
        read_text(PORTAL, &text.replace(TENANT, ""), &unknown()).rejects,
        ["2 missing_tenant"]
    );
}

#[test]
fn a_table_of_another_form_is_one_reject() {
    let found = read_text(PORTAL, "a,b\n1,2\n3,4\n", &known());
    assert_eq!((found.rejects, found.counts.records), (vec!["1 missing_column".to_owned()], 1));
}

#[test]
fn a_record_that_is_not_utf_8_is_a_reject() {
    let mut text = table(HEADER, &downloaded("Success", "0")).into_bytes();
    let name = text.windows(4).position(|bytes| bytes == b"Body").unwrap();
    text[name] = 0xff;
    let found = crate::sources::testing::read_input(PORTAL, &mut text.as_slice(), &known());
    assert_eq!(found.rejects, ["2 invalid_utf8"]);
}
