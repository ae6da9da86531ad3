//! Which format a file has, by how it begins (`format = "auto"`): the keys of its first records, or
//! the names of its columns. Its own name does not matter.
//!
//! A file may begin with a line that is broken, and a list with a record that lacks what tells its
//! form, so those after it are looked at too. A list without entries has no keys: then its wrapping
//! decides. What fits nothing is not guessed.

pub(crate) mod first_keys;

use crate::domain::kinds::Feed;
use crate::sources::detect::first_keys::{FirstKeys, first_keys};
use crate::sources::format::{Choice, Format};
use crate::sources::formats::log_analytics::LogAnalytics;
use crate::sources::formats::management_api::audit_data;
use crate::sources::formats::own::activity::ActivityTable;
use crate::sources::formats::own::customers_csv::CustomersTable;
use crate::sources::formats::own::license_changes::LicenseChangesTable;
use crate::sources::formats::own::license_holdings::LicenseHoldingsTable;
use crate::sources::formats::own::subscriptions::SubscriptionsTable;
use crate::sources::formats::own::support_requests_csv::SupportRequestsTable;
use crate::sources::formats::portal_csv::PortalCsv;
use crate::sources::records::csv::{begins_with_header, of_header};
use crate::sources::records::csv_fields::first_record;
use crate::sources::records::reject_detail::{is_key, listed as names};
use crate::sources::records::row::{TableRecords, squeezed};

/// What a Parquet file begins with.
pub const PARQUET: &[u8] = b"PAR1";
/// How many lines are looked at.
const LINES: usize = 20;
/// How many records of a list are looked at, where the first one does not tell.
const RECORDS: usize = 20;

/// A form of JSON, and the keys that a record of it has: one of the groups, all of its keys.
type Signs = (Format, &'static [&'static [&'static str]]);

/// The format of a feed's file that begins like this.
pub fn choose(feed: Feed, head: &[u8]) -> Option<Choice> {
    if head.starts_with(PARQUET) {
        let why = "it begins with `PAR1`".to_owned();
        return Format::for_feed(feed).contains(&Format::Parquet).then_some(Choice {
            format: Format::Parquet,
            why,
        });
    }
    if let Some(choice) = by_header(feed, head) {
        return Some(choice);
    }
    let mut empty = None;
    let mut from = 0;
    for line in head.split(|byte| *byte == b'\n').take(LINES) {
        if matches!(line.trim_ascii_start(), [b'{' | b'[', ..]) {
            let mut keys = first_keys(&head[from..], 1);
            let mut choice = by_keys(feed, &keys);
            if choice.is_none() && keys.list.is_some() {
                keys = first_keys(&head[from..], RECORDS);
                choice = by_keys(feed, &keys);
            }
            if choice.is_some() {
                return choice;
            }
            empty = empty.or_else(|| by_wrapping(feed, &keys));
        }
        from += line.len() + 1;
    }
    empty.or_else(|| by_beginning(feed, head))
}

/// What there is to say about a file that begins like this and is of no form of the feeds: which
/// table it is most like and what that lacks, or what its first record has.
pub fn detail(feeds: &[Feed], head: &[u8]) -> String {
    let mut lines = head.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    if matches!(first.trim_ascii_start(), [b'{' | b'[', ..]) {
        let keys = first_keys(head, 1);
        let keys: Vec<&str> = keys
            .records
            .iter()
            .flatten()
            .map(String::as_str)
            .filter(|key| is_key(key))
            .collect();
        return match keys.as_slice() {
            [] => String::new(),
            keys => format!("no form has records with {}", names(keys)),
        };
    }
    let record = first_record(first);
    let cells: Vec<String> = (0..record.field_count())
        .map(|number| squeezed(&String::from_utf8_lossy(record.field(number))))
        .collect();
    let likeness = |columns: &[&str]| columns.iter().filter(|column| cells.contains(&squeezed(column))).count();
    let tables: Vec<_> = feeds.iter().flat_map(|feed| tables(*feed)).collect();
    match tables.iter().rev().max_by_key(|(_, columns, _)| likeness(columns)) {
        Some((format, columns, needed)) => format!("read as {format}: {}", of_header(&columns[..*needed], first, second)),
        None => String::new(),
    }
}

/// The tables that a feed comes in, with their columns and how many of these are needed.
fn tables(feed: Feed) -> Vec<(Format, &'static [&'static str], usize)> {
    fn table<R: TableRecords>(format: Format) -> (Format, &'static [&'static str], usize) {
        (format, R::COLUMNS, R::NEEDED)
    }
    let audit_data = (Format::ManagementApi, &["AuditData"][..], 1);
    match feed {
        Feed::Activity => vec![
            table::<PortalCsv<'_>>(Format::PortalCsv),
            audit_data,
            table::<LogAnalytics<'_>>(Format::LogAnalytics),
            table::<ActivityTable<'_>>(Format::Csv),
        ],
        Feed::LicenseChanges => vec![audit_data, table::<LicenseChangesTable<'_>>(Format::Csv)],
        Feed::LicenseHoldings => vec![table::<LicenseHoldingsTable<'_>>(Format::Csv)],
        Feed::Subscriptions => vec![table::<SubscriptionsTable<'_>>(Format::Csv)],
        Feed::Customers => vec![table::<CustomersTable>(Format::Csv)],
        Feed::SupportRequests => vec![table::<SupportRequestsTable<'_>>(Format::Csv)],
    }
}

/// A file that still grows and has no whole line yet: it is read in the form that the feed usually
/// has, which waits for the rest.
fn by_beginning(feed: Feed, head: &[u8]) -> Option<Choice> {
    let is_unfinished =
        head.first() == Some(&b'{') && !head.contains(&b'\n') && serde_json::from_slice::<serde::de::IgnoredAny>(head).is_err();
    let format = *Format::for_feed(feed)
        .iter()
        .find(|format| !matches!(format, Format::Auto | Format::Csv | Format::Parquet))?;
    is_unfinished.then(|| Choice {
        format,
        why: "it is the beginning of one line; this is the usual form of the feed".to_owned(),
    })
}

fn by_keys(feed: Feed, keys: &FirstKeys) -> Option<Choice> {
    (1..).zip(&keys.records).find_map(|(number, record)| {
        signs(feed).iter().find_map(|(format, groups)| {
            let has_all = |group: &&&[&str]| group.iter().all(|key| record.iter().any(|found| found == key));
            let group = groups.iter().find(has_all)?;
            let which = match number {
                1 => "its first record".to_owned(),
                _ => format!("its record {number}"),
            };
            Some(Choice {
                format: *format,
                why: format!("{which} has {}", listed(group)),
            })
        })
    })
}

/// What a list without any entry is a list of.
fn by_wrapping(feed: Feed, keys: &FirstKeys) -> Option<Choice> {
    let format = match (feed, keys.list.as_deref()?) {
        _ if keys.has_entries => return None,
        (Feed::Activity | Feed::LicenseChanges, "records") => Format::AzureMonitor,
        (Feed::Activity | Feed::LicenseChanges, "value" | "") => Format::Graph,
        (Feed::LicenseHoldings, "value" | "") => Format::GraphUsers,
        (Feed::Subscriptions, "value" | "") => Format::GraphCompanySubscriptions,
        (Feed::Subscriptions, "items") => Format::PartnerCenter,
        (Feed::Customers | Feed::SupportRequests, "items" | "") => Format::Json,
        _ => return None,
    };
    let why = "it is a list without entries".to_owned();
    Some(Choice { format, why })
}

const AZURE_MONITOR: Signs = (Format::AzureMonitor, &[&["category", "properties"], &["category", "time"]]);
const MANAGEMENT_API: Signs = (
    Format::ManagementApi,
    &[
        &["Operation", "CreationTime"],
        &["Operation", "OrganizationId"],
        &["Operation", "RecordType"],
    ],
);
const GRAPH_LOGS: Signs = (
    Format::Graph,
    &[
        &["createdDateTime", "appId"],
        &["createdDateTime", "userId"],
        &["activityDateTime", "activityDisplayName"],
    ],
);

/// The forms of JSON that a feed comes in.
fn signs(feed: Feed) -> &'static [Signs] {
    match feed {
        Feed::Activity => &[
            AZURE_MONITOR,
            GRAPH_LOGS,
            (Format::LogAnalytics, &[&["TimeGenerated"], &["AADTenantId"]]),
            MANAGEMENT_API,
        ],
        Feed::LicenseChanges => &[AZURE_MONITOR, GRAPH_LOGS, MANAGEMENT_API],
        Feed::LicenseHoldings => &[(
            Format::GraphUsers,
            &[&["assignedLicenses"], &["licenseAssignmentStates"], &["id", "userPrincipalName"]],
        )],
        Feed::Subscriptions => &[
            (Format::GraphSubscribedSkus, &[&["prepaidUnits"]]),
            (Format::PartnerCenter, &[&["offerId"]]),
            (
                Format::GraphCompanySubscriptions,
                &[&["skuId", "totalLicenses"], &["skuId", "status"]],
            ),
        ],
        Feed::Customers => &[(Format::Json, &[&["tenant_id"], &["companyProfile"]])],
        Feed::SupportRequests => &[(Format::Json, &[&["request_id"], &["createdDate", "organization"]])],
    }
}

/// The form of a table, by its columns.
fn by_header(feed: Feed, head: &[u8]) -> Option<Choice> {
    let audit_data = || {
        audit_data::begins_with_header(head).then(|| Choice {
            format: Format::ManagementApi,
            why: "it has a column `AuditData`".to_owned(),
        })
    };
    match feed {
        Feed::Activity => table::<PortalCsv<'_>>(Format::PortalCsv, head)
            .or_else(audit_data)
            .or_else(|| table::<LogAnalytics<'_>>(Format::LogAnalytics, head))
            .or_else(|| table::<ActivityTable<'_>>(Format::Csv, head)),
        Feed::LicenseChanges => audit_data().or_else(|| table::<LicenseChangesTable<'_>>(Format::Csv, head)),
        Feed::LicenseHoldings => table::<LicenseHoldingsTable<'_>>(Format::Csv, head),
        Feed::Subscriptions => table::<SubscriptionsTable<'_>>(Format::Csv, head),
        Feed::Customers => table::<CustomersTable>(Format::Csv, head),
        Feed::SupportRequests => table::<SupportRequestsTable<'_>>(Format::Csv, head),
    }
}

fn table<R: TableRecords>(format: Format, head: &[u8]) -> Option<Choice> {
    begins_with_header::<R>(head).then(|| Choice {
        format,
        why: format!("it has columns {}", listed(&R::COLUMNS[..R::NEEDED])),
    })
}

fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
