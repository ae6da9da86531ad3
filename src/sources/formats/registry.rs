//! The raw formats: one entry for each feed and format.
//!
//! Everything else that knows formats follows from this list: which formats a feed may have in a
//! pipeline file, how `auto` and `inspect` recognise one, what reads it, whether a large file is
//! cut. The order counts in two places. Messages list the formats of a feed in this order, and the
//! first entry that comes as JSON is the usual format of its feed: a file that holds no more than
//! the beginning of a line is read as that. `auto` takes the first entry whose signs a file has, so
//! signs should not overlap.

use crate::domain::kinds::Feed;
use crate::sources::format::Format;
use crate::sources::formats::admin_center_users::AdminCenterUsers;
use crate::sources::formats::entry::{FormatEntry, Trait};
use crate::sources::formats::log_analytics::activity::LogAnalytics;
use crate::sources::formats::log_analytics::audit_logs::LogAnalyticsAudit;
use crate::sources::formats::management_api::record::AUDIT_DATA;
use crate::sources::formats::partner_center::analytics::Analytics;
use crate::sources::formats::partner_center::subscribed_skus::SubscribedSkus;
use crate::sources::formats::partner_center::subscriptions::PartnerCenter;
use crate::sources::formats::usage_report::reader::UsageReport;
use crate::sources::formats::{azure_monitor, graph, management_api, own, portal};

/// The raw formats.
static REGISTRY: &[FormatEntry] = &[
    // Activity.
    FormatEntry::json::<azure_monitor::sign_ins::AzureSignIns>(Feed::Activity, Format::AzureMonitor)
        .with_keys(AZURE_MONITOR_KEYS)
        .unless_keys(ACTIVITY_LOG_KEYS)
        .with_empty_lists(&["records"])
        .with(&[Trait::SeveralFeeds, Trait::Splittable]),
    FormatEntry::json_or_csv::<graph::sign_ins::GraphSignIns>(Feed::Activity, Format::Graph)
        .with_keys(GRAPH_LOG_KEYS)
        .unless_keys(OTHER_LOG_KEYS)
        .unless_columns(OTHER_LOG_KEYS)
        .with_empty_lists(&["value", ""])
        .with(&[Trait::OneTenant, Trait::NamesOnly, Trait::Splittable]),
    FormatEntry::csv::<portal::sign_ins::PortalCsv>(Feed::Activity, Format::PortalCsv).with(&[Trait::OneTenant]),
    FormatEntry::json_or_csv::<LogAnalytics>(Feed::Activity, Format::LogAnalytics)
        .with_keys(LOG_ANALYTICS_KEYS)
        .unless_columns(&[AUDIT_DATA])
        .with(&[Trait::SeveralFeeds, Trait::NamesOnly, Trait::AuditActions, Trait::Splittable]),
    FormatEntry::json_or_csv_column::<management_api::activity::ManagementActivity>(Feed::Activity, Format::ManagementApi)
        .with_keys(MANAGEMENT_API_KEYS)
        .with(&[Trait::SeveralFeeds, Trait::NamesOnly, Trait::AuditActions, Trait::Splittable]),
    FormatEntry::json_or_csv::<UsageReport>(Feed::Activity, Format::UsageReport)
        .with_keys(USAGE_REPORT_KEYS)
        .with(&[Trait::OneTenant, Trait::NamesOnly]),
    FormatEntry::csv::<own::activity::ActivityTable>(Feed::Activity, Format::Csv),
    FormatEntry::parquet::<own::activity::ActivityTable>(Feed::Activity, Format::Parquet),
    // License changes.
    FormatEntry::json::<azure_monitor::audit_logs::AzureAudit>(Feed::LicenseChanges, Format::AzureMonitor)
        .with_keys(AZURE_MONITOR_KEYS)
        .unless_keys(ACTIVITY_LOG_KEYS)
        .with_empty_lists(&["records"])
        .with(&[Trait::SeveralFeeds, Trait::Splittable]),
    FormatEntry::json::<graph::directory_audits::GraphAudits>(Feed::LicenseChanges, Format::Graph)
        .with_keys(GRAPH_LOG_KEYS)
        .unless_keys(OTHER_LOG_KEYS)
        .with_empty_lists(&["value", ""])
        .with(&[Trait::Splittable]),
    FormatEntry::csv::<portal::audit_logs::PortalAudit>(Feed::LicenseChanges, Format::PortalCsv).with(&[Trait::OneTenant]),
    FormatEntry::json_or_csv_column::<management_api::license_changes::ManagementLicenses>(Feed::LicenseChanges, Format::ManagementApi)
        .with_keys(MANAGEMENT_API_KEYS)
        .with(&[Trait::SeveralFeeds, Trait::NamesOnly, Trait::Splittable]),
    FormatEntry::json_or_csv::<LogAnalyticsAudit>(Feed::LicenseChanges, Format::LogAnalytics)
        .with_keys(LOG_ANALYTICS_KEYS)
        .with(&[Trait::SeveralFeeds, Trait::Splittable]),
    FormatEntry::csv::<own::license_changes::LicenseChangesTable>(Feed::LicenseChanges, Format::Csv),
    FormatEntry::parquet::<own::license_changes::LicenseChangesTable>(Feed::LicenseChanges, Format::Parquet),
    // License holdings.
    FormatEntry::json::<graph::users::GraphUsers>(Feed::LicenseHoldings, Format::GraphUsers)
        .with_keys(&[&["assignedLicenses"], &["licenseAssignmentStates"], &["id", "userPrincipalName"]])
        .unless_keys(NO_USER_KEYS)
        .with_empty_lists(&["value", ""]),
    FormatEntry::csv::<AdminCenterUsers>(Feed::LicenseHoldings, Format::AdminCenterUsers),
    FormatEntry::csv::<own::license_holdings::LicenseHoldingsTable>(Feed::LicenseHoldings, Format::Csv),
    FormatEntry::parquet::<own::license_holdings::LicenseHoldingsTable>(Feed::LicenseHoldings, Format::Parquet),
    // Subscriptions.
    FormatEntry::json_or_csv::<graph::company_subscriptions::GraphSubscriptions>(Feed::Subscriptions, Format::GraphCompanySubscriptions)
        .with_keys(&[&["skuId", "totalLicenses"], &["skuId", "status"]])
        .unless_keys(&["prepaidUnits", "offerId", "quantity"])
        .with_empty_lists(&["value", ""]),
    FormatEntry::json::<graph::subscribed_skus::GraphSubscribedSkus>(Feed::Subscriptions, Format::GraphSubscribedSkus)
        .with_keys(&[&["prepaidUnits"]]),
    FormatEntry::json::<PartnerCenter>(Feed::Subscriptions, Format::PartnerCenter)
        .with_keys(&[&["offerId"], &["unitType", "commitmentEndDate"]])
        .unless_keys(&[
            "lineItemNumber",
            "lineItems",
            "chargeType",
            "targetOfferId",
            "totalCost",
            "usageDate",
        ])
        .with_empty_lists(&["items"]),
    FormatEntry::json::<SubscribedSkus>(Feed::Subscriptions, Format::PartnerCenterSubscribedSkus).with_keys(&[
        &["productSku", "totalUnits"],
        &["productSku", "activeUnits"],
        &["productSku", "availableUnits"],
    ]),
    FormatEntry::json::<Analytics>(Feed::Subscriptions, Format::PartnerCenterAnalytics).with_keys(&[&["customerTenantId", "licenseCount"]]),
    FormatEntry::csv::<own::subscriptions::SubscriptionsTable>(Feed::Subscriptions, Format::Csv),
    FormatEntry::parquet::<own::subscriptions::SubscriptionsTable>(Feed::Subscriptions, Format::Parquet),
    // Customers.
    FormatEntry::csv::<own::customers_csv::CustomersTable>(Feed::Customers, Format::Csv),
    FormatEntry::json::<own::customers_json::CustomersJson>(Feed::Customers, Format::Json)
        .with_keys(&[&["tenant_id"], &["companyProfile"]])
        .unless_keys(ACTIVITY_LOG_KEYS)
        .with_empty_lists(&["items", ""]),
    // Support requests.
    FormatEntry::csv::<own::support_requests_csv::SupportRequestsTable>(Feed::SupportRequests, Format::Csv),
    FormatEntry::json::<own::support_requests_json::SupportRequestsJson>(Feed::SupportRequests, Format::Json)
        .with_keys(&[
            &["request_id"],
            &["createdDate", "organization"],
            &["createdDate", "primaryContact"],
        ])
        .with_empty_lists(&["items", ""]),
];

/// `tables` is the answer of a query, `Tables` that of Azure Data Explorer.
const LOG_ANALYTICS_KEYS: &[&[&str]] = &[&["TimeGenerated"], &["AADTenantId"], &["tables"], &["Tables"]];
const AZURE_MONITOR_KEYS: &[&[&str]] = &[&["category", "properties"], &["category", "time"]];
/// The activity log of an Azure subscription, in two spellings: other events have a category, too.
const ACTIVITY_LOG_KEYS: &[&str] = &["eventTimestamp", "event_timestamp"];
const GRAPH_LOG_KEYS: &[&[&str]] = &[
    &["createdDateTime", "appId"],
    &["createdDateTime", "userId"],
    &["firstSignInDateTime", "signInCount"],
    &["activityDateTime", "activityDisplayName"],
];
/// What Graph's logs do not have: Log Analytics and the audit log have the names of Graph's in any
/// case, and these; applications and service principals have some of the keys of a sign-in.
const OTHER_LOG_KEYS: &[&str] = &[
    "TimeGenerated",
    "AADTenantId",
    "AuditData",
    "servicePrincipalType",
    "signInAudience",
];
const MANAGEMENT_API_KEYS: &[&[&str]] = &[
    &["Operation", "CreationTime"],
    &["Operation", "OrganizationId"],
    &["Operation", "RecordType"],
    &[AUDIT_DATA],
    &["auditData"],
];
/// What records about a user have, and users do not: risks, registrations, calls, members of a
/// site or of Partner Center. Such records have an id and a name, too.
const NO_USER_KEYS: &[&str] = &[
    "appId",
    "signInCount",
    "TimeGenerated",
    "auditData",
    "userId",
    "userDisplayName",
    "riskLevel",
    "isMfaRegistered",
    "usageDate",
    "LoginName",
    "firstName",
    "roleId",
    "managedDeviceId",
];
/// Graph's spelling, and the one of programs that turn the CSV into JSON.
const USAGE_REPORT_KEYS: &[&[&str]] = &[
    &["reportRefreshDate", "userPrincipalName", "privateChatMessageCount"],
    &["reportRefreshDate", "userPrincipalName", "sendCount"],
    &["reportRefreshDate", "userPrincipalName", "viewedOrEditedFileCount"],
    &["reportRefreshDate", "userPrincipalName", "postedCount"],
    &["reportRefreshDate", "userPrincipalName", "exchangeLastActivityDate"],
    &["reportRefreshDate", "userPrincipalName", "wordCopilotLastActivityDate"],
    &["reportRefreshDate", "userPrincipalName", "lastActivationDate", "details"],
    &["Report Refresh Date", "User Principal Name", "Private Chat Message Count"],
    &["Report Refresh Date", "User Principal Name", "Send Count"],
    &["Report Refresh Date", "User Principal Name", "Viewed Or Edited File Count"],
    &["Report Refresh Date", "User Principal Name", "Posted Count"],
    &["Report Refresh Date", "User Principal Name", "Exchange Last Activity Date"],
    &["Report Refresh Date", "User Principal Name", "Word Copilot Last Activity Date"],
    &["Report Refresh Date", "User Principal Name", "Last Activation Date", "Word"],
];

/// The entries of a feed, in order.
pub fn of_feed(feed: Feed) -> impl Iterator<Item = &'static FormatEntry> {
    REGISTRY.iter().filter(move |entry| entry.feed == feed)
}

/// The entry of a feed's format; `None` where the feed does not come in it, and for `auto`.
pub fn entry(feed: Feed, format: Format) -> Option<&'static FormatEntry> {
    of_feed(feed).find(|entry| entry.format == format)
}

impl Format {
    /// The formats in which a feed can come, `auto` first.
    pub fn for_feed(feed: Feed) -> Vec<Format> {
        let formats = of_feed(feed).map(|entry| entry.format);
        std::iter::once(Format::Auto).chain(formats).collect()
    }

    /// Whether a file is of one tenant by nature, and no record says of which one: a download from
    /// Graph or from the portal.
    pub fn is_of_one_tenant(self) -> bool {
        self.entries().any(|entry| entry.has(Trait::OneTenant))
    }

    /// Whether a file may hold records of several feeds.
    pub fn has_several_feeds(self) -> bool {
        self.entries().any(|entry| entry.has(Trait::SeveralFeeds))
    }

    /// Whether its files may be JSON.
    pub fn comes_as_json(self) -> bool {
        self.entries().any(|entry| entry.as_json().is_some())
    }

    /// Whether some records of a feed's files may know a user by name only.
    pub fn may_know_names_only(self, feed: Feed) -> bool {
        self.may_be(feed).any(|entry| entry.has(Trait::NamesOnly))
    }

    /// Whether the catalogue of audited actions says what records of a feed's files mean.
    pub fn reads_audit_actions(self, feed: Feed) -> bool {
        self.may_be(feed).any(|entry| entry.has(Trait::AuditActions))
    }

    fn entries(self) -> impl Iterator<Item = &'static FormatEntry> {
        REGISTRY.iter().filter(move |entry| entry.format == self)
    }

    /// The entries that a feed's file of this format may be read by: any of the feed for `auto`.
    fn may_be(self, feed: Feed) -> impl Iterator<Item = &'static FormatEntry> {
        of_feed(feed).filter(move |entry| self == Format::Auto || entry.format == self)
    }
}
