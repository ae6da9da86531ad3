//! One small portfolio in every form that its raw files can have: the numbers are the same, and one
//! event in several forms is one.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use uptake::domain::kinds::Feed;
use uptake::sources::Format;
use uptake::stages::received::raw_files::RawFile;
use uptake::stages::received::rejects::Reject;

use crate::laws::rows::{AllLines, compare, found, rows};
use crate::workdir::{run_pipeline, settings};

const TENANT: &str = "8a4de8b5-095c-47d0-a96f-a75130c61d53";
const PARTNER: &str = "0d1f6a3c-55d0-4c5e-9a0e-3f0d6f5b7a10";
const ANNA: &str = "6c1d7a51-8a36-4b8f-8a0e-6d5a8f6b1c02";
const BERT: &str = "7d2e8b62-9b47-4c90-9b1f-7e6b907c2d13";
/// Office 365 E1, and the offer that sells it.
const SKU: &str = "18181a46-0d4e-45cd-891e-60aabd171b4e";
const OFFER: &str = "91fd106f-4b2c-4938-95ac-f54f74e9a239";
const OUTLOOK: &str = "27922004-5251-4030-b22d-91ecd9a37ea4";
const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
const SHAREPOINT: &str = "00000003-0000-0ff1-ce00-000000000000";
const NOTHING: &str = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c";

/// Id, time, user, resource, error code. All interactive, by members, with Outlook.
const SIGN_INS: [(&str, &str, &str, &str, u32); 7] = [
    ("10000000-0000-4000-8000-000000000001", "2026-09-01T08:00:00", ANNA, EXCHANGE, 0),
    ("10000000-0000-4000-8000-000000000002", "2026-09-01T08:30:00", ANNA, EXCHANGE, 0),
    ("10000000-0000-4000-8000-000000000003", "2026-09-02T09:00:00", ANNA, SHAREPOINT, 0),
    (
        "10000000-0000-4000-8000-000000000004",
        "2026-09-02T23:59:59",
        BERT,
        SHAREPOINT,
        50126,
    ),
    ("10000000-0000-4000-8000-000000000005", "2026-09-04T00:00:00", BERT, SHAREPOINT, 0),
    ("10000000-0000-4000-8000-000000000006", "2026-09-05T12:00:00", BERT, NOTHING, 0),
    ("10000000-0000-4000-8000-000000000007", "2026-09-06T12:00:00", "", EXCHANGE, 0),
];

/// Id, time, user, whether the SKU was there before and after.
const CHANGES: [(&str, &str, &str, bool, bool); 3] = [
    ("change-1", "2026-09-01T07:00:00", ANNA, false, true),
    ("change-2", "2026-09-03T07:00:00", BERT, true, false),
    ("change-3", "2026-09-05T07:00:00", BERT, false, true),
];

const HOLDERS: [&str; 2] = [ANNA, BERT];

/// A raw file: the feed and the form of its source, its name, its bytes.
struct Written {
    feed: Feed,
    format: Format,
    name: &'static str,
    bytes: Vec<u8>,
}

fn written(feed: Feed, format: Format, name: &'static str, text: String) -> Written {
    let bytes = text.into_bytes();
    Written { feed, format, name, bytes }
}

/// Records as lines, as a bare array, and in a list under a key.
fn lines(records: &[String]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

fn array(records: &[String]) -> String {
    format!("[{}]", records.join(","))
}

fn page(key: &str, records: &[String]) -> String {
    format!("{{\"x\":1,\"{key}\":[{}]}}", records.join(",\n"))
}

/// A table as CSV and as Parquet, all its columns texts.
fn tables(feed: Feed, header: &str, records: &[String]) -> [Written; 2] {
    let csv = format!(
        "{header}\r\n{}",
        records.iter().map(|record| format!("{record}\r\n")).collect::<String>()
    );
    let columns = header.split(',').enumerate().map(|(number, name)| {
        let cells = records.iter().map(|record| record.split(',').nth(number).unwrap());
        (name, Arc::new(StringArray::from_iter_values(cells)) as ArrayRef)
    });
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let format = Format::Parquet;
    let name = "table.parquet";
    [written(feed, Format::Csv, "table.csv", csv), Written { feed, format, name, bytes }]
}

fn quoted(record: &str) -> String {
    format!("\"{}\"", record.replace('"', "\"\""))
}

/// The sign-ins in every form.
fn activity() -> Vec<Written> {
    let of = |text: fn(&str, &str, &str, &str, u32) -> String| -> Vec<String> {
        SIGN_INS
            .iter()
            .map(|(id, time, user, resource, error)| text(id, time, user, resource, *error))
            .collect()
    };
    let graph = of(|id, time, user, resource, error| {
        format!(
            r#"{{"id":"{id}","createdDateTime":"{time}Z","userId":"{user}","userType":"member","appId":"{OUTLOOK}","resourceId":"{resource}","resourceTenantId":"{TENANT}","isInteractive":true,"status":{{"errorCode":{error}}}}}"#
        )
    });
    let azure: Vec<String> = graph
        .iter()
        .map(|properties| {
            format!(r#"{{"time":"2026-09-10T00:00:00Z","category":"SignInLogs","tenantId":"{TENANT}","properties":{properties}}}"#)
        })
        .collect();
    let exported = of(|id, time, user, resource, error| {
        format!(
            r#"{{"TenantId":"{PARTNER}","TimeGenerated":"2026-09-09T00:00:00Z","CreatedDateTime":"{time}.0000000Z","Id":"{id}","UserId":"{user}","AppId":"{OUTLOOK}","ResourceIdentity":"{resource}","ResultType":"{error}","IsInteractive":true,"AADTenantId":"{TENANT}","Status":"{{\"errorCode\":{error}}}"}}"#
        )
    });
    let exported_table = of(|id, time, user, resource, error| {
        format!("{PARTNER},2026-09-09T00:00:00Z,{time}Z,{id},{user},{OUTLOOK},{resource},{error},True,{TENANT}")
    });
    let portal = of(|id, time, user, resource, error| {
        let status = if error == 0 { "Success" } else { "Failure" };
        format!("{time}Z,{id},{user},\"Body, Some\",{OUTLOOK},{resource},{TENANT},{status},{error}")
    });
    let audited = of(|id, time, user, resource, error| {
        let operation = if error == 0 { "UserLoggedIn" } else { "UserLoginFailed" };
        format!(
            r#"{{"CreationTime":"{time}","Id":"{id}","Operation":"{operation}","OrganizationId":"{TENANT}","RecordType":15,"ResultStatus":"Success","UserKey":"{user}","UserType":0,"Workload":"AzureActiveDirectory","ObjectId":"{resource}","UserId":"Not Available","ApplicationId":"{OUTLOOK}","ErrorNumber":"{error}"}}"#
        )
    });
    let plain = of(|id, time, user, resource, error| format!("{id},{time}+00:00,{TENANT},{user},{OUTLOOK},{resource},true,{error}"));
    let audit_data: String = audited.iter().map(|record| format!("r,{}\n", quoted(record))).collect();
    let mut all = vec![
        written(Feed::Activity, Format::AzureMonitor, "lines.json", lines(&azure)),
        written(Feed::Activity, Format::AzureMonitor, "batch.json", page("records", &azure)),
        written(Feed::Activity, Format::Graph, "page.json", page("value", &graph)),
        written(Feed::Activity, Format::Graph, "lines.json", lines(&graph)),
        written(
            Feed::Activity,
            Format::PortalCsv,
            "portal.csv",
            format!(
                "Date (UTC),Request ID,User ID,User,Application ID ,Resource ID ,Resource tenant ID,Status,Sign-in error code\n{}",
                lines(&portal)
            ),
        ),
        written(Feed::Activity, Format::LogAnalytics, "lines.json", lines(&exported)),
        written(
            Feed::Activity,
            Format::LogAnalytics,
            "query.csv",
            format!(
                "TenantId,TimeGenerated,CreatedDateTime,Id,UserId,AppId,ResourceIdentity,ResultType,IsInteractive,AADTenantId\n{}",
                lines(&exported_table)
            ),
        ),
        written(Feed::Activity, Format::ManagementApi, "array.json", array(&audited)),
        written(Feed::Activity, Format::ManagementApi, "lines.json", lines(&audited)),
        written(
            Feed::Activity,
            Format::ManagementApi,
            "audit.csv",
            format!("RecordId,AuditData\n{audit_data}"),
        ),
    ];
    all.extend(tables(
        Feed::Activity,
        "event_id,event_time,tenant_id,user_id,app_id,resource_id,interactive,error_code",
        &plain,
    ));
    all
}

/// The value of a modified property, as text for JSON within JSON.
fn list(held: bool) -> String {
    let item = format!(r#"\"[SkuName=STANDARDPACK, AccountId={TENANT}, SkuId={SKU}, DisabledPlans=[]]\""#);
    if held { format!("[{item}]") } else { "[]".to_owned() }
}

/// The license changes in every form.
fn changes() -> Vec<Written> {
    let of = |text: fn(&str, &str, &str, bool, bool) -> String| -> Vec<String> {
        CHANGES
            .iter()
            .map(|(id, time, user, before, after)| text(id, time, user, *before, *after))
            .collect()
    };
    let graph = of(|id, time, user, before, after| {
        let (before, after) = (list(before), list(after));
        format!(
            r#"{{"id":"{id}","activityDateTime":"{time}Z","activityDisplayName":"Change user license","category":"UserManagement","result":"success","targetResources":[{{"id":"{user}","type":"User","modifiedProperties":[{{"displayName":"AssignedLicense","oldValue":"{before}","newValue":"{after}"}}]}}]}}"#
        )
    });
    let azure: Vec<String> = graph
        .iter()
        .map(|properties| {
            format!(r#"{{"time":"2026-09-10T00:00:00Z","category":"AuditLogs","tenantId":"{TENANT}","properties":{properties}}}"#)
        })
        .collect();
    let pair = of(|id, time, user, before, after| {
        let record = |id: &str, operation: &str, modified: &str| {
            format!(
                r#"{{"CreationTime":"{time}","Id":"{id}","Operation":"{operation}","OrganizationId":"{TENANT}","ResultStatus":"Success","UserType":4,"UserId":"ServicePrincipal_x","InterSystemsId":"i","ModifiedProperties":[{modified}],"Target":[{{"ID":"User_{user}","Type":2}}]}}"#
            )
        };
        let lists = format!(
            r#"{{"Name":"AssignedLicense","OldValue":"{}","NewValue":"{}"}}"#,
            list(before),
            list(after)
        );
        format!(
            "{},\n{}",
            record("other", "Change user license.", ""),
            record(id, "Update user.", &lists)
        )
    });
    let plain = of(|id, time, user, _, after| {
        let action = if after { "assigned" } else { "removed" };
        format!("{id},{time}Z,{TENANT},{user},{SKU},{action}")
    });
    let mut all = vec![
        written(Feed::LicenseChanges, Format::AzureMonitor, "lines.json", lines(&azure)),
        written(Feed::LicenseChanges, Format::Graph, "page.json", page("value", &graph)),
        written(Feed::LicenseChanges, Format::ManagementApi, "array.json", array(&pair)),
    ];
    all.extend(tables(
        Feed::LicenseChanges,
        "event_id,event_time,tenant_id,user_id,sku_id,action",
        &plain,
    ));
    all
}

/// The holdings in every form.
fn holdings() -> Vec<Written> {
    let graph = HOLDERS.map(|user| format!(r#"{{"id":"{user}","assignedLicenses":[{{"skuId":"{SKU}"}}]}}"#));
    let plain = HOLDERS.map(|user| format!("2026-09-07,{TENANT},{user},{SKU}"));
    let mut all = vec![written(
        Feed::LicenseHoldings,
        Format::GraphUsers,
        "page.json",
        page("value", &graph),
    )];
    all.extend(tables(Feed::LicenseHoldings, "snapshot_day,tenant_id,user_id,sku_id", &plain));
    all
}

/// The subscriptions in every form that says who sold them.
fn subscriptions() -> Vec<Written> {
    let company = format!(
        r#"{{"id":"s-1","skuId":"{SKU}","status":"Enabled","totalLicenses":5,"ownerTenantId":"{PARTNER}","nextLifecycleDateTime":"2026-12-31T00:00:00Z"}}"#
    );
    let of_partner = format!(
        r#"{{"id":"S-1","offerId":"{}","quantity":5,"unitType":"Licenses","status":"active","isTrial":false,"commitmentEndDate":"2026-12-31T00:00:00Z"}}"#,
        OFFER.to_uppercase()
    );
    let plain = format!("2026-09-01,{TENANT},s-1,{SKU},5,active,false,own,2026-12-31,2026-12-31");
    let mut all = vec![
        written(
            Feed::Subscriptions,
            Format::GraphCompanySubscriptions,
            "page.json",
            page("value", &[company]),
        ),
        written(
            Feed::Subscriptions,
            Format::PartnerCenter,
            "page.json",
            page("items", &[of_partner]),
        ),
    ];
    let header = "snapshot_day,tenant_id,subscription_id,sku_id,seats,status,is_trial,seller,ends_on,renews_on";
    all.extend(tables(Feed::Subscriptions, header, &[plain]));
    all
}

/// The day in a file's path: that of a snapshot, else one late enough for every event.
fn path_day(feed: Feed) -> &'static str {
    match feed {
        Feed::LicenseHoldings => "2026-09-07",
        Feed::Subscriptions => "2026-09-01",
        _ => "2026-09-09",
    }
}

/// Makes the tables out of these files.
fn made(files: &[&Written], auto: bool) -> AllLines {
    let folder = tempfile::tempdir().unwrap();
    let mut text = format!("first_day = \"2026-09-01\"\nlast_day = \"2026-09-09\"\npartner_tenant_id = \"{PARTNER}\"\n");
    for (number, file) in files.iter().enumerate() {
        let (feed, day) = (file.feed, path_day(file.feed));
        let format = if auto { Format::Auto } else { file.format };
        let below = format!("{feed}-{number}/tenantId={TENANT}/{day}/{}", file.name);
        let path = folder.path().join("raw").join(&below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &file.bytes).unwrap();
        text += &format!("[[source]]\nfeed = \"{feed}\"\nformat = \"{format}\"\npath = \"{feed}-{number}/**/*\"\n");
    }
    text += "[input]\nroot = \"raw\"\n[warehouse]\npath = \"warehouse\"\npublished = \"published\"\n";
    run(folder.path(), &text, files)
}

fn run(folder: &Path, text: &str, files: &[&Written]) -> AllLines {
    let settings = settings(folder, text);
    run_pipeline(&settings).unwrap();
    let rejects: Vec<_> = rows::<Reject>(&settings).unwrap();
    assert!(rejects.is_empty(), "{rejects:?}");
    // `auto` has found the form that each file has.
    let formats = rows::<RawFile>(&settings).unwrap();
    let format_of = |number: usize, file: &Written| {
        let source = format!("{0}:{0}-{number}/**/*", file.feed);
        formats
            .iter()
            .find(|(_, row)| row.source == source)
            .map(|(_, row)| row.format.clone())
    };
    for (number, file) in files.iter().enumerate() {
        assert_eq!(format_of(number, file).as_deref(), Some(file.format.name()));
    }
    found(&settings).unwrap()
}

/// The first form of each feed.
fn usual(feeds: [&[Written]; 4], other_than: Feed) -> impl Iterator<Item = &Written> {
    feeds.into_iter().map(|files| &files[0]).filter(move |file| file.feed != other_than)
}

#[test]
fn one_portfolio_in_every_form_gives_the_same_tables() {
    let (activity, changes, holdings, subscriptions) = (activity(), changes(), holdings(), subscriptions());
    let feeds = [&activity[..], &changes, &holdings, &subscriptions];
    let expected = made(&feeds.map(|files| &files[0]), false);
    for (table, lines) in &expected {
        // There is no price list.
        assert_eq!(lines.is_empty(), *table == "spend", "rows of {table}");
    }
    for file in feeds.into_iter().flatten() {
        let files: Vec<&Written> = usual(feeds, file.feed).chain([file]).collect();
        let name = format!("{} {} {}", file.feed, file.format, file.name);
        compare("azure-monitor", &expected, &name, &made(&files, false)).unwrap();
    }
}

#[test]
fn one_event_in_all_forms_at_once_is_one_event_and_auto_tells_them_apart() {
    let (activity, changes, holdings, subscriptions) = (activity(), changes(), holdings(), subscriptions());
    let feeds = [&activity[..], &changes, &holdings, &subscriptions];
    let expected = made(&feeds.map(|files| &files[0]), false);
    let files: Vec<&Written> = feeds.into_iter().flatten().collect();
    compare("azure-monitor", &expected, "all forms", &made(&files, true)).unwrap();
}

#[test]
fn subscribed_skus_give_the_same_usage_without_a_seller() {
    let (activity, changes, holdings, subscriptions) = (activity(), changes(), holdings(), subscriptions());
    let feeds = [&activity[..], &changes, &holdings, &subscriptions];
    let expected = made(&feeds.map(|files| &files[0]), false);
    let sku =
        format!(r#"{{"id":"x","skuId":"{SKU}","capabilityStatus":"Enabled","prepaidUnits":{{"enabled":5,"warning":0,"suspended":0}}}}"#);
    let skus = written(Feed::Subscriptions, Format::GraphSubscribedSkus, "page.json", page("value", &[sku]));
    let files: Vec<&Written> = usual(feeds, Feed::Subscriptions).chain([&skus]).collect();
    let found = made(&files, true);
    assert_eq!(expected["usage"], found["usage"]);
    assert_eq!(expected["workload_adoption"], found["workload_adoption"]);
}
