//! One small portfolio in every form that its raw files can have: the numbers are the same, and one
//! event in several forms is one.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use uptake::domain::day::Day;
use uptake::domain::guid::Guid;
use uptake::domain::kinds::Feed;
use uptake::sample::forms::{self, Batch, FORMS, Form};
use uptake::sample::{self, Options};
use uptake::stages::received::raw_files::RawFile;
use uptake::stages::received::rejects::Reject;

use crate::laws::rows::{AllLines, compare, found, rows};
use crate::workdir::{run_pipeline, settings};

pub const TENANT: &str = "8a4de8b5-095c-47d0-a96f-a75130c61d53";
pub const PARTNER: &str = "0d1f6a3c-55d0-4c5e-9a0e-3f0d6f5b7a10";
const ANNA: &str = "6c1d7a51-8a36-4b8f-8a0e-6d5a8f6b1c02";
const BERT: &str = "7d2e8b62-9b47-4c90-9b1f-7e6b907c2d13";
/// Office 365 E1.
const SKU: &str = "18181a46-0d4e-45cd-891e-60aabd171b4e";
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

/// A raw file in a form.
struct Written {
    form: &'static Form,
    bytes: Vec<u8>,
}

/// The name of a user; empty of nobody.
fn name_of(user: &str) -> &'static str {
    match user {
        ANNA => "Anna@kunde.example",
        BERT => "bert@kunde.example",
        _ => "",
    }
}

/// The records of a feed as the default form has them.
pub fn records(feed: Feed) -> Vec<Value> {
    let list = |held: bool| {
        if held {
            format!(r#"["[SkuName=STANDARDPACK, AccountId={TENANT}, SkuId={SKU}, DisabledPlans=[]]"]"#)
        } else {
            "[]".to_owned()
        }
    };
    let logged = |category: &str, properties: Value| json!({"time": "2026-09-09T10:00:00Z", "category": category, "tenantId": TENANT, "properties": properties});
    match feed {
        Feed::Activity => SIGN_INS
            .iter()
            .map(|(id, time, user, resource, error)| {
                let properties = json!({
                    "id": id, "createdDateTime": format!("{time}Z"), "userId": user, "userPrincipalName": name_of(user), "userType": "member", "appId": OUTLOOK, "resourceId": resource,
                    "resourceTenantId": TENANT, "isInteractive": true, "status": {"errorCode": error},
                });
                logged("SignInLogs", properties)
            })
            .collect(),
        Feed::LicenseChanges => CHANGES
            .iter()
            .map(|(id, time, user, before, after)| {
                let lists = json!([{"displayName": "AssignedLicense", "oldValue": list(*before), "newValue": list(*after)}]);
                let properties = json!({
                    "id": id, "activityDateTime": format!("{time}Z"), "activityDisplayName": "Change user license", "category": "UserManagement",
                    "result": "success", "targetResources": [{"id": user, "type": "User", "modifiedProperties": lists}],
                });
                logged("AuditLogs", properties)
            })
            .collect(),
        Feed::LicenseHoldings => HOLDERS
            .iter()
            .map(|user| json!({"id": user, "userPrincipalName": name_of(user), "assignedLicenses": [{"skuId": SKU}]}))
            .collect(),
        Feed::Subscriptions => vec![json!({
            "id": "s-1", "skuId": SKU, "status": "Enabled", "totalLicenses": 5, "ownerTenantId": PARTNER,
            "nextLifecycleDateTime": "2026-12-31T00:00:00Z",
        })],
        Feed::Customers | Feed::SupportRequests => panic!("{feed} comes in no form"),
    }
}

/// The files of a feed, one in each form, the usual one first.
fn written(feed: Feed) -> Vec<Written> {
    let records = records(feed);
    let batch = Batch {
        tenant: Guid::parse(TENANT.as_bytes()).unwrap(),
        partner: Guid::parse(PARTNER.as_bytes()).unwrap(),
        day: Day::parse(path_day(feed)).unwrap(),
        records: &records,
    };
    let forms = FORMS.iter().filter(|form| form.feed == feed);
    forms
        .map(|form| Written {
            form,
            bytes: (form.write)(&batch).unwrap(),
        })
        .collect()
}

/// The feeds of the portfolio, each in every form.
fn portfolio() -> [Vec<Written>; 4] {
    [Feed::Activity, Feed::LicenseChanges, Feed::LicenseHoldings, Feed::Subscriptions].map(written)
}

/// The day in a file's path: that of a snapshot, else one late enough for every event.
pub fn path_day(feed: Feed) -> &'static str {
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
        let Form { feed, format, ending, .. } = *file.form;
        let format = if auto { "auto" } else { format };
        let below = format!("{feed}-{number}/tenantId={TENANT}/{}/file.{ending}", path_day(feed));
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
    for (number, Written { form, .. }) in files.iter().enumerate() {
        let source = format!("{0}:{0}-{number}/**/*", form.feed);
        let row = formats.iter().find(|(_, row)| row.source == source);
        assert_eq!(row.map(|(_, row)| row.format.as_str()), Some(form.format), "{}", form.name);
    }
    found(&settings).unwrap()
}

/// The usual form of each feed but this one.
fn usual(feeds: &[Vec<Written>; 4], other_than: Option<Feed>) -> impl Iterator<Item = &Written> {
    feeds
        .iter()
        .map(|files| &files[0])
        .filter(move |file| Some(file.form.feed) != other_than)
}

/// Whether a form tells everything that the usual one does.
fn tells_all(form: &Form) -> bool {
    // The seats of each SKU do not say who sold them. Summarized sign-ins are the non-interactive
    // ones only. A usage report knows the latest day of a user and service.
    ![
        "graph-subscribed-skus",
        "partner-center-subscribed-skus",
        "graph-summarized",
        "usage-report",
    ]
    .contains(&form.name)
}

#[test]
fn one_portfolio_in_every_form_gives_the_same_tables() {
    let feeds = portfolio();
    let expected = made(&usual(&feeds, None).collect::<Vec<_>>(), false);
    for (table, lines) in &expected {
        // There is no price list.
        assert_eq!(lines.is_empty(), *table == "spend", "rows of {table}");
    }
    for file in feeds.iter().flatten().filter(|file| tells_all(file.form)) {
        let files: Vec<&Written> = usual(&feeds, Some(file.form.feed)).chain([file]).collect();
        let name = format!("{} {}", file.form.feed, file.form.name);
        compare("the usual forms", &expected, &name, &made(&files, false)).unwrap();
    }
}

#[test]
fn one_event_in_all_forms_at_once_is_one_event_and_auto_tells_them_apart() {
    let feeds = portfolio();
    let expected = made(&usual(&feeds, None).collect::<Vec<_>>(), false);
    let files: Vec<&Written> = feeds.iter().flatten().filter(|file| tells_all(file.form)).collect();
    compare("the usual forms", &expected, "all forms", &made(&files, true)).unwrap();
}

#[test]
fn subscribed_skus_give_the_same_usage_without_a_seller() {
    let feeds = portfolio();
    let expected = made(&usual(&feeds, None).collect::<Vec<_>>(), false);
    for name in ["graph-subscribed-skus", "partner-center-subscribed-skus"] {
        let skus = feeds.iter().flatten().find(|file| file.form.name == name).unwrap();
        let files: Vec<&Written> = usual(&feeds, Some(Feed::Subscriptions)).chain([skus]).collect();
        let found = made(&files, true);
        assert_eq!(expected["usage"], found["usage"], "{name}");
        assert_eq!(expected["workload_adoption"], found["workload_adoption"], "{name}");
    }
}

#[test]
fn a_usage_report_gives_the_days_that_it_knows() {
    let feeds = portfolio();
    let expected = made(&usual(&feeds, None).collect::<Vec<_>>(), false);
    let report = feeds.iter().flatten().find(|file| file.form.name == "usage-report").unwrap();
    let files: Vec<&Written> = usual(&feeds, Some(Feed::Activity)).chain([report]).collect();
    let found = made(&files, true);
    // Nobody used a service on two days, so the latest is the only one.
    assert_eq!(found["activity_daily"].len(), 4);
    for table in ["usage", "workload_adoption", "customer_adoption"] {
        assert_eq!(expected[table], found[table], "{table}");
    }
    let source = |lines: &AllLines, source: &str| lines["adoption"].iter().any(|line| format!("{line:?}").contains(source));
    assert!(source(&expected, "Logs") && !source(&expected, "Reports"));
    assert!(source(&found, "Reports") && !source(&found, "Logs"));
    let with_logs: Vec<&Written> = usual(&feeds, None).chain([report]).collect();
    let found = made(&with_logs, true);
    assert_eq!(expected["usage"], found["usage"]);
    assert!(source(&found, "Both"));
}

/// What was said of every record in a sample comes back, in whatever form it was written.
#[test]
fn the_sample_in_every_form_is_read_without_a_reject() {
    for name in forms::names() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            customers: 2,
            days: 8,
            form: name,
            ..Options::small(folder.path().join("out"))
        };
        let summary = sample::write(&options, &mut |_| {}).unwrap();
        let text = fs::read_to_string(options.out.join("pipeline.toml")).unwrap();
        let settings = settings(&options.out, &text);
        run_pipeline(&settings).unwrap();
        let mut rejects = rows::<Reject>(&settings).unwrap();
        // One product of the sample is in no catalogue, and one form knows products by name only.
        rejects.retain(|(_, reject)| reject.reason != "unknown_product");
        assert_eq!(
            rejects.len() as u64,
            summary.unreadable_lines + summary.unfinished_lines,
            "{name}: {rejects:?}"
        );
        for form in FORMS.iter().filter(|form| form.name == name) {
            let files = rows::<RawFile>(&settings).unwrap();
            let rows: i64 = files
                .iter()
                .filter(|(_, file)| file.source.starts_with(form.feed.name()))
                .map(|(_, file)| file.rows)
                .sum();
            assert!(rows > 0, "{name} gives no row of {}", form.feed);
        }
    }
}
