//! `auto`: the format of a file, by how it begins.

use crate::domain::kinds::Feed;
use crate::sources::Format;
use crate::sources::detect::first_keys::first_keys;
use crate::sources::testing::{TENANT, gzip, known, read_input, read_text};

/// The beginnings of files of each format, cut somewhere.
const BEGINNINGS: &[(Feed, Format, &str)] = &[
    (
        Feed::Activity,
        Format::AzureMonitor,
        "{\"time\":\"x\",\"category\":\"AuditLogs\",\"properties\":{\"id\":\"x\"}}\n",
    ),
    (
        Feed::Activity,
        Format::AzureMonitor,
        "{\"records\": [ {\"category\":\"x\",\"time\":\"y\"},",
    ),
    (
        Feed::Activity,
        Format::AzureMonitor,
        "{\"broken\n{\"category\":\"x\",\"time\":\"y\"}\n",
    ),
    (
        Feed::Activity,
        Format::Graph,
        "{\"@odata.context\":\"x\",\"value\":[{\"id\":\"x\",\"createdDateTime\":\"y\",\"status\":{\"errorCode\":0},\"userId\":\"z\",\"loc",
    ),
    (
        Feed::Activity,
        Format::Graph,
        "{\n  \"value\": [\n    {\n      \"createdDateTime\": \"y\",\n      \"appId\": \"z\"",
    ),
    (Feed::Activity, Format::Graph, "{\"value\":[]}"),
    (
        Feed::Activity,
        Format::Graph,
        "[{\"Id\":\"x\",\"CreatedDateTime\":\"y\",\"AppId\":\"z\"}]",
    ),
    (
        Feed::Activity,
        Format::Graph,
        "\"AppId\",\"CreatedDateTime\",\"Id\",\"Status\",\"UserId\"\n",
    ),
    (
        Feed::Activity,
        Format::LogAnalytics,
        "{\"TimeGenerated\":\"x\",\"CreatedDateTime\":\"y\",\"Id\":\"z\",\"AppId\":\"u\",\"UserId\":\"v\"}",
    ),
    (
        Feed::Activity,
        Format::LogAnalytics,
        "TimeGenerated,CreatedDateTime,Id,UserId,AppId,Status\n",
    ),
    (
        Feed::Activity,
        Format::ManagementApi,
        "{\"value\":[{\"id\":\"x\",\"createdDateTime\":\"y\",\"userId\":\"z\",\"auditData\":{",
    ),
    (
        Feed::Activity,
        Format::Graph,
        "{\"value\":[{\"id\":\"x\",\"appId\":\"y\"},7,{\"id\":\"x\",\"createdDateTime\":\"y\",\"userId\":\"z\"}]}",
    ),
    (
        Feed::Activity,
        Format::ManagementApi,
        "[{},{\"Id\":\"x\"},{\"CreationTime\":\"x\",\"Operation\":\"y\"}]",
    ),
    (
        Feed::Activity,
        Format::UsageReport,
        "\u{feff}Report Refresh Date,User Principal Name,Last Activity Date,Send Count,Receive Count\r\n2026-09-01,",
    ),
    (
        Feed::Activity,
        Format::UsageReport,
        "{\"value\":[{\"reportRefreshDate\":\"x\",\"userPrincipalName\":\"y\",\"postedCount\":1,",
    ),
    (
        Feed::Activity,
        Format::LogAnalytics,
        "{\"TenantId\":\"w\",\"TimeGenerated\":\"x\",\"Category\":\"SignInLogs\"}",
    ),
    (Feed::Activity, Format::LogAnalytics, "\u{feff}\"TimeGenerated\",Id,UserId\n"),
    (
        Feed::Activity,
        Format::ManagementApi,
        "[{\"CreationTime\":\"x\",\"Operation\":\"y\"}]",
    ),
    (Feed::Activity, Format::ManagementApi, "CreationDate,UserIds,Operations,AuditData\n"),
    (
        Feed::Activity,
        Format::PortalCsv,
        "Date (UTC),Request ID,User agent,User ID,Application ID \n",
    ),
    (Feed::Activity, Format::Csv, "tenant_id,event_id,event_time,user_id,error_code\n"),
    (
        Feed::LicenseChanges,
        Format::AzureMonitor,
        "{\"category\":\"AuditLogs\",\"properties\":{",
    ),
    (
        Feed::LicenseChanges,
        Format::Graph,
        "{\"id\":\"x\",\"category\":\"y\",\"activityDateTime\":\"z\",\"activityDisplayName\":\"u\"}",
    ),
    (
        Feed::LicenseChanges,
        Format::ManagementApi,
        "{\"Id\":\"x\",\"Operation\":\"y\",\"OrganizationId\":\"z\"}",
    ),
    (
        Feed::LicenseChanges,
        Format::PortalCsv,
        "Date (UTC),CorrelationId,Activity,Result,Target1ObjectId\n",
    ),
    (Feed::LicenseChanges, Format::Csv, "event_id,event_time,user_id,sku_id,action\n"),
    (
        Feed::LicenseHoldings,
        Format::GraphUsers,
        "{\"value\":[{\"id\":\"x\",\"assignedLicenses\":[]}]}",
    ),
    (Feed::LicenseHoldings, Format::GraphUsers, "[]"),
    (
        Feed::LicenseHoldings,
        Format::GraphUsers,
        "[\n {\n  \"Id\": \"x\",\n  \"AssignedLicenses\": [",
    ),
    (
        Feed::LicenseHoldings,
        Format::AdminCenterUsers,
        "\u{feff}Block credential,Licenses,Object Id,User principal name\n",
    ),
    (Feed::LicenseHoldings, Format::Csv, "sku_id,user_id\n"),
    (
        Feed::Subscriptions,
        Format::GraphCompanySubscriptions,
        "{\"value\":[{\"skuId\":\"x\",\"totalLicenses\":1}]}",
    ),
    (
        Feed::Subscriptions,
        Format::GraphSubscribedSkus,
        "{\"value\":[{\"skuId\":\"x\",\"prepaidUnits\":{}}]}",
    ),
    (
        Feed::LicenseChanges,
        Format::LogAnalytics,
        "{\"TimeGenerated\":\"x\",\"TargetResources\":\"[]\"}\n",
    ),
    (
        Feed::LicenseChanges,
        Format::LogAnalytics,
        "TimeGenerated [UTC],OperationName,TargetResources\n",
    ),
    (Feed::Activity, Format::AzureMonitor, "[[],[{\"category\":1,\"time\":2}]]"),
    (
        Feed::LicenseHoldings,
        Format::GraphUsers,
        "[{\"@odata.context\":\"x\",\"value\":[]},{\"value\":[{\"assignedLicenses\":[]}]}]",
    ),
    (Feed::LicenseChanges, Format::LogAnalytics, "{\"tables\":[]}"),
    (Feed::Activity, Format::LogAnalytics, "{\"tables\":[]}"),
    (
        Feed::Activity,
        Format::AzureMonitor,
        "[{\"records\":[{\"category\":1,\"time\":2}]}]",
    ),
    (
        Feed::Subscriptions,
        Format::PartnerCenter,
        "{\"totalCount\":1,\"items\":[{\"id\":\"x\",\"offerId\":\"y\"}]}",
    ),
    (
        Feed::Subscriptions,
        Format::PartnerCenter,
        "{\"items\":[],\"links\":{\"next\":{\"skuId\":1,\"status\":2}}}",
    ),
    (
        Feed::Subscriptions,
        Format::PartnerCenterSubscribedSkus,
        "{\"totalCount\":1,\"items\":[{\"activeUnits\":1,\"productSku\":{\"id\":\"x\"}}]}",
    ),
    (
        Feed::Subscriptions,
        Format::PartnerCenterAnalytics,
        "[{\"customerTenantId\":\"x\",\"licenseCount\":1}]",
    ),
    (Feed::Subscriptions, Format::Csv, "subscription_id,sku_id,seats,status\n"),
    (Feed::Customers, Format::Json, "{\"items\":[{\"id\":\"x\",\"companyProfile\":{}}]}"),
    (Feed::Customers, Format::Csv, "Tenant_ID\n"),
    (Feed::SupportRequests, Format::Json, "{\"request_id\":\"x\"}"),
    (Feed::SupportRequests, Format::Csv, "request_id,opened_at\n"),
];

#[test]
fn a_file_is_told_by_how_it_begins_and_read_as_what_it_is() {
    for (feed, format, text) in BEGINNINGS {
        let found = read_text((*feed, Format::Auto), text, &known());
        let choice = found.chosen.clone().unwrap_or_else(|| panic!("nothing for {text}"));
        assert_eq!(choice.format, *format, "{text}: {}", choice.why);
        assert!(!choice.why.is_empty());
        let mut named = read_text((*feed, *format), text, &known());
        named.chosen = found.chosen.clone();
        assert_eq!(found, named, "{text}");
        assert_eq!(
            read_input((*feed, Format::Auto), &mut gzip(text.as_bytes()).as_slice(), &known()),
            named
        );
    }
}

#[test]
fn every_form_is_told_and_says_why() {
    let is_told =
        |feed: Feed, format: Format| format == Format::Parquet || BEGINNINGS.iter().any(|(of, told, _)| (*of, *told) == (feed, format));
    for feed in Feed::ALL {
        assert_eq!(Format::for_feed(*feed)[0], Format::Auto);
        assert!(Format::for_feed(*feed)[1..].iter().all(|format| is_told(*feed, *format)), "{feed}");
    }
    let why = |text: &str| read_text((Feed::Activity, Format::Auto), text, &known()).chosen.unwrap().why;
    assert_eq!(why(BEGINNINGS[0].2), "its first record has `category`, `properties`");
    assert_eq!(
        why("tenant_id,event_id,event_time,user_id,error_code\n"),
        "it has columns `event_id`, `event_time`, `user_id`, `error_code`"
    );
    assert_eq!(why("PAR1"), "it begins with `PAR1`");
    let dirty = "{\"value\":[{\"id\":\"x\"},{\"id\":\"x\",\"createdDateTime\":\"y\",\"userId\":\"z\"}]}";
    assert_eq!(why(dirty), "its record 2 has `createdDateTime`, `userId`");
}

#[test]
fn what_fits_nothing_is_one_reject_of_the_whole_file() {
    let message = "{\"error\":{\"code\":\"Forbidden\",\"message\":\"no\"}}\n";
    for text in [message, "a,b\n1,2\n", "hello", "{\"id\":\"x\"}\n{\"id\":\"y\"}\n", "<html>"] {
        for feed in Feed::ALL {
            let found = read_text((*feed, Format::Auto), text, &known());
            assert_eq!(
                (found.rejects, found.counts.records),
                (vec!["0 unknown_format".to_owned()], 1),
                "{feed}: {text}"
            );
            assert!(found.pages.is_empty() && text.as_bytes() == found.raw[0]);
        }
    }
    let parquet = read_text((Feed::Customers, Format::Auto), "PAR1", &known());
    assert_eq!(parquet.rejects, ["0 unknown_format"]);
}

#[test]
fn an_empty_file_is_no_fault_and_nothing_is_chosen() {
    for text in ["", "\n \n"] {
        for feed in Feed::ALL {
            let found = read_text((*feed, Format::Auto), text, &known());
            assert_eq!((found.counts.records, found.chosen), (0, None));
        }
    }
    let cut = &gzip(&[b'x'; 1000])[..4];
    let found = read_input((Feed::Activity, Format::Auto), &mut &*cut, &known());
    assert_eq!(found.rejects, ["1 corrupt_compression"]);
}

#[test]
fn the_first_records_are_found_in_a_text_that_is_cut_anywhere() {
    let text = format!(
        "{{\"x\":{{\"deep\":[1,{{}}]}},\"value\":[7,{{\"a\":\"}}\\\"\",\"b\":{{\"c\":1}},\"d\":[]}},{{\"e\":1}}],\"f\":\"{TENANT}\"}}"
    );
    let first: Vec<String> = vec!["a".into(), "b".into(), "d".into()];
    let whole = first_keys(text.as_bytes(), 1);
    assert_eq!(
        (whole.records, whole.list.as_deref(), whole.has_entries),
        (vec![first.clone()], Some("value"), true)
    );
    assert_eq!(first_keys(text.as_bytes(), 2).records, [first.clone(), vec!["e".into()]]);
    assert_eq!(first_keys(text.as_bytes(), 9).records, [first, vec!["e".into()]]);
    for end in 0..text.len() {
        let keys = first_keys(&text.as_bytes()[..end], 2);
        let sure = ["x", "value", "a", "b", "d", "e", "deep", "f"];
        assert!(keys.records.iter().flatten().all(|key| sure.contains(&key.as_str())), "{keys:?}");
    }
    let empty = first_keys(b"{\"items\":[],\"links\":{\"next\":{\"y\":1}}}", 2);
    assert_eq!(
        (empty.records, empty.has_entries),
        (vec![vec!["items".into(), "links".into()]], false)
    );
}

#[test]
fn the_beginning_of_one_line_waits_for_the_rest_of_it() {
    for (feed, text) in [(Feed::Activity, "{\"time\":\"2026-"), (Feed::LicenseHoldings, "{\"id\"")] {
        let found = read_text((feed, Format::Auto), text, &known());
        assert_eq!(found.rejects.len(), 1);
        assert!(found.rejects[0].ends_with("unfinished_last_line"), "{:?}", found.rejects);
    }
    let whole = read_text((Feed::Activity, Format::Auto), "{\"what\":\"else\"}", &known());
    assert!(whole.rejects[0].ends_with("unknown_format"), "{:?}", whole.rejects);
}
