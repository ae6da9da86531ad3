//! Files that look like ones that are read, and are not: records about users, objects within the
//! records of other documents, other logs of the same name.

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::detect::known_others::known_other;
use crate::sources::testing::{TENANT, known, read_text, unknown};

/// What each feed says of a text of an unknown format: only that.
fn is_of_no_format(text: &str) {
    for feed in Feed::ALL {
        let found = read_text((*feed, Format::Auto), text, &known());
        assert_eq!(
            (found.rejects, found.chosen),
            (vec!["0 unknown_format".to_owned()], None),
            "{feed}: {text}"
        );
    }
}

fn what(text: &str) -> &'static str {
    known_other(text.as_bytes()).map_or("", |known| known.what)
}

#[test]
fn a_record_about_a_user_is_no_user() {
    let with = |members: &str| format!("{{\"value\":[{{\"id\":\"u1\",\"userPrincipalName\":\"a@contoso.example\",{members}}}]}}");
    let risk = with("\"riskLevel\":\"low\",\"riskState\":\"atRisk\",\"riskDetail\":\"none\"");
    let registered = with("\"isMfaCapable\":true,\"isMfaRegistered\":true");
    let call = with("\"userId\":\"u1\",\"userDisplayName\":\"A\",\"callType\":\"user_out\"");
    for text in [&risk, &registered, &call] {
        is_of_no_format(text);
    }
    assert_eq!(what(&risk), "a list of risks, not of sign-ins");
    assert_eq!(what(&registered), "how users have registered for authentication");
    let user = read_text((Feed::LicenseHoldings, Format::Auto), &with("\"riskLevel2\":1"), &known());
    assert_eq!(user.chosen.map(|choice| choice.format), Some(Format::GraphUsers));
}

#[test]
fn objects_within_an_indented_record_tell_nothing() {
    let order = "{\n  \"id\": \"o1\",\n  \"billingCycle\": \"monthly\",\n  \"lineItems\": [\n    {\n      \"offerId\": \"x\",\n      \"unitType\": \"Licenses\"\n    }\n  ]\n}\n";
    is_of_no_format(order);
    assert_eq!(what(order), "orders of Partner Center");
    let after_a_broken_line = "{\"broken\n{\"id\":\"s1\",\"offerId\":\"x\"}\n";
    let found = read_text((Feed::Subscriptions, Format::Auto), after_a_broken_line, &known());
    assert_eq!(found.chosen.map(|choice| choice.format), Some(Format::PartnerCenter));
}

#[test]
fn lists_that_name_an_offer_or_a_product_are_not_all_subscriptions() {
    let line = "[{\"customerId\":\"x\",\"offerId\":\"y\",\"chargeType\":\"new\",\"quantity\":3}]";
    is_of_no_format(line);
    assert!(what(line).starts_with("lines of an invoice"));
    let of_a_user = "{\"items\":[{\"productSku\":{\"id\":\"x\"},\"servicePlans\":[]}]}";
    is_of_no_format(of_a_user);
    assert_eq!(what(of_a_user), "the licenses of one user, who is not named");
    let used = "[{\"id\":\"u1\",\"offerId\":\"y\",\"resourceName\":\"Azure\",\"totalCost\":22.8}]";
    is_of_no_format(used);
    assert_eq!(what(used), "what was used of Azure or of the marketplace");
    is_of_no_format("{\"skuId\":\"x\",\"status\":\"success\",\"quantity\":5}");
    let without_offer = "{\"items\":[{\"id\":\"s1\",\"quantity\":1,\"unitType\":\"Licenses\",\"commitmentEndDate\":\"2026-12-01T00:00:00Z\",\"status\":\"active\"}]}";
    let found = read_text((Feed::Subscriptions, Format::Auto), without_offer, &known());
    assert_eq!(found.rejects, ["1/1 unknown_offer"]);
}

#[test]
fn tables_that_people_export_instead_are_named() {
    for (text, named) in [
        (
            "AccountSkuId,ActiveUnits,ConsumedUnits\ncontoso:SPE_E3,25,20\n",
            "what the retired module MSOnline lists",
        ),
        (
            "UserPrincipalName,DisplayName,isLicensed\na@contoso.example,A,True\n",
            "what the retired module MSOnline lists",
        ),
        (
            "Timestamp,Application,ErrorCode,AccountObjectId\n2026-09-01T08:00:00Z,x,0,y\n",
            "a table of advanced hunting in Microsoft Defender",
        ),
        (
            "{\"schema\":[{\"name\":\"Timestamp\"}],\"results\":[{\"Timestamp\":\"2026-09-01T08:00:00Z\"}]}",
            "an answer of advanced hunting in Microsoft Defender",
        ),
        (
            "{\"totalCount\":1,\"items\":[{\"customerId\":\"c\",\"licensesDeployed\":5,\"licensesSold\":9}]}",
            "counts of licenses that were deployed or used",
        ),
        (
            "{\"totalCount\":1,\"items\":[{\"customerName\":\"A\",\"licensesActive\":0,\"licensesQualified\":1}]}",
            "counts of licenses that were deployed or used",
        ),
        (
            "CreationTime,Id,Operation,UserId\n2026-09-01T08:00:00,x,FileAccessed,a@contoso.example\n",
            "records of the unified audit log that were taken apart into columns",
        ),
        (
            "displayName,mail,userPrincipalName,id\nA,a@contoso.example,a@contoso.example,u1\n",
            "a list of users without their licenses",
        ),
        (
            "id,skuId,skuPartNumber\nx,y,SPE_E3\n",
            "licenses without saying whose they are, or how many",
        ),
        (
            "[{\"event_timestamp\":\"2026-09-01T08:00:00Z\",\"operation_name\":{},\"tenant_id\":\"x\",\"category\":{},\"properties\":{}}]",
            "the activity log of an Azure subscription, which is about resources",
        ),
    ] {
        is_of_no_format(text);
        assert_eq!(what(text), named, "{text}");
    }
}

#[test]
fn a_table_that_is_like_none_says_which_columns_it_has() {
    let detail = |text: &str| read_text((Feed::Activity, Format::Auto), text, &known()).details[0].clone();
    assert_eq!(
        detail("Colour,Weight\nred,2026-09-01\n"),
        "no form has a table with `Colour`, `Weight`"
    );
    assert_eq!(
        detail("hello"),
        "it is neither JSON nor a table; the first line is none with names of columns"
    );
}

#[test]
fn events_of_intune_in_the_audit_log_are_of_another_log() {
    let event = |properties: &str| {
        format!(
            "{{\"time\":\"2026-09-01T08:00:00Z\",\"tenantId\":\"{TENANT}\",\"category\":\"AuditLogs\",\"operationName\":\"Delete App\",\"properties\":{{{properties}}}}}\n"
        )
    };
    let read = |text: &str| read_text((Feed::LicenseChanges, Format::AzureMonitor), text, &known());
    let of_intune = read(&event("\"ActivityDate\":\"9/1/2026 8:00:00 AM\",\"AuditEventId\":\"x\""));
    assert_eq!((of_intune.counts.not_ours, of_intune.rejects.len()), (1, 0));
    assert_eq!(
        read(&event("\"activityDateTime\":\"2026-09-01T08:00:00Z\"")).rejects,
        ["1 missing_id"]
    );
}

#[test]
fn a_record_of_a_workspace_without_anything_of_a_sign_in_is_of_another_table() {
    let read = |members: &str| {
        let text = format!("{{\"TimeGenerated\":\"2026-09-01T08:00:00Z\",\"AADTenantId\":\"{TENANT}\",{members}}}\n");
        read_text((Feed::Activity, Format::LogAnalytics), &text, &known())
    };
    assert_eq!(read("\"Computer\":\"pc1\",\"EventID\":4624").counts.not_ours, 1);
    assert_eq!(read("\"AppId\":\"a1\",\"UserId\":\"u1\"").rejects, ["1 missing_id"]);
}

#[test]
fn an_answer_of_azure_data_explorer_is_read_like_one_of_the_workspace() {
    let answer = format!(
        "{{\"Tables\":[{{\"TableName\":\"Table_0\",\"Columns\":[{{\"ColumnName\":\"TimeGenerated\"}},{{\"ColumnName\":\"Id\"}},{{\"ColumnName\":\"UserId\"}},{{\"ColumnName\":\"AADTenantId\"}},{{\"ColumnName\":\"ResultType\"}}],\"Rows\":[[\"2026-09-01T08:00:00Z\",\"e1\",\"u1\",\"{TENANT}\",\"0\"]]}}]}}"
    );
    let found = read_text((Feed::Activity, Format::Auto), &answer, &known());
    assert_eq!((found.rows.len(), found.counts.accepted), (1, 1), "{:?}", found.rejects);
}

#[test]
fn where_a_file_belongs_is_said_where_nothing_tells_whose_it_is() {
    let user = "[{\"id\":\"u1\",\"assignedLicenses\":[]}]";
    let found = read_text((Feed::LicenseHoldings, Format::Auto), user, &unknown());
    assert!(found.details[0].starts_with("the path names no tenant: put the file below a folder `tenantId=<GUID>`"));
    let sign_in = "[{\"id\":\"e1\",\"createdDateTime\":\"2026-09-01T08:00:00Z\",\"userId\":\"u1\",\"status\":{\"errorCode\":0}}]";
    let found = read_text((Feed::Activity, Format::Auto), sign_in, &unknown());
    assert!(
        found.details[0].starts_with("no member `resourceTenantId`, `homeTenantId`; the path names no tenant: "),
        "{:?}",
        found.details
    );
}

#[test]
fn requests_of_one_customer_are_of_the_tenant_of_the_path() {
    let list = "{\"items\":[{\"id\":\"r1\",\"title\":\"x\",\"createdDate\":\"2026-09-01T08:00:00.863\",\"primaryContact\":{}}]}";
    let found = read_text((Feed::SupportRequests, Format::Auto), list, &known());
    assert_eq!((found.rows.len(), found.rejects), (1, Vec::<String>::new()));
}

#[test]
fn what_a_value_should_be_is_said_without_the_value() {
    let detail = |feed: Feed, format: Format, text: &str| read_text((feed, format), text, &known()).details[0].clone();
    let tenant = detail(
        Feed::Activity,
        Format::ManagementApi,
        "{\"Operation\":\"UserLoggedIn\",\"CreationTime\":\"2026-09-01T08:00:00\",\"Id\":\"e1\",\"OrganizationId\":\"HIDDEN\"}",
    );
    assert_eq!(tenant, "`OrganizationId` is a text, and no GUID");
    let offer = detail(
        Feed::Subscriptions,
        Format::PartnerCenter,
        "{\"id\":\"s1\",\"offerId\":\"OTHER\",\"quantity\":1,\"status\":\"active\"}",
    );
    assert!(offer.starts_with("`offerId` is a text, and in no list of offers"), "{offer}");
}
