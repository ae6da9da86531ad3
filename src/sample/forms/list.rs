//! The forms, one entry for each form and feed.

use crate::domain::kinds::Feed;
use crate::sample::forms::form::{Form, WriteFile};
use crate::sample::forms::{
    admin_center, audit_search, azure_monitor, capture, graph, log_analytics, management_api, own_tables, partner_center, portal_csv,
    powershell, usage_report,
};

/// The form in which the portfolio is made up. Feeds that another form does not have come in it.
pub const DEFAULT: &str = "azure-monitor";

/// The forms. Those of one name stand together.
#[rustfmt::skip]
pub static FORMS: &[Form] = &[
    form(DEFAULT, Feed::Activity, "azure-monitor", "json", azure_monitor::lines),
    form(DEFAULT, Feed::LicenseChanges, "azure-monitor", "json", azure_monitor::lines),
    form(DEFAULT, Feed::LicenseHoldings, "graph-users", "json", graph::page),
    form(DEFAULT, Feed::Subscriptions, "graph-company-subscriptions", "json", graph::page),
    form("event-hubs", Feed::Activity, "azure-monitor", "json", azure_monitor::event_hub_batch),
    form("event-hubs", Feed::LicenseChanges, "azure-monitor", "json", azure_monitor::event_hub_batch),
    form("event-hubs-capture", Feed::Activity, "azure-monitor", "avro", capture::capture),
    form("event-hubs-capture", Feed::LicenseChanges, "azure-monitor", "avro", capture::capture),
    form("indented", Feed::Activity, "azure-monitor", "json", azure_monitor::indented),
    form("indented", Feed::LicenseChanges, "azure-monitor", "json", azure_monitor::indented),
    form("utf-16", Feed::Activity, "azure-monitor", "json", azure_monitor::utf16),
    form("utf-16", Feed::LicenseChanges, "azure-monitor", "json", azure_monitor::utf16),
    form("zip", Feed::Activity, "azure-monitor", "zip", azure_monitor::zip),
    form("zip", Feed::LicenseChanges, "azure-monitor", "zip", azure_monitor::zip),
    form("graph", Feed::Activity, "graph", "json", graph::log_page),
    form("graph", Feed::LicenseChanges, "graph", "json", graph::log_page),
    form("graph-lines", Feed::Activity, "graph", "json", graph::log_lines),
    form("graph-lines", Feed::LicenseChanges, "graph", "json", graph::log_lines),
    form("graph-subscribed-skus", Feed::Subscriptions, "graph-subscribed-skus", "json", graph::subscribed_skus),
    form("graph-powershell", Feed::Activity, "graph", "json", powershell::log_array),
    form("graph-powershell", Feed::LicenseChanges, "graph", "json", powershell::log_array),
    form("graph-powershell", Feed::LicenseHoldings, "graph-users", "json", powershell::list_array),
    form("graph-powershell", Feed::Subscriptions, "graph-company-subscriptions", "json", powershell::list_array),
    form("graph-summarized", Feed::Activity, "graph", "json", graph::summarized_sign_ins),
    form("portal-csv", Feed::Activity, "portal-csv", "csv", portal_csv::sign_ins),
    form("portal-csv", Feed::LicenseChanges, "portal-csv", "csv", portal_csv::audit_log),
    form("log-analytics", Feed::Activity, "log-analytics", "json", log_analytics::sign_in_lines),
    form("log-analytics", Feed::LicenseChanges, "log-analytics", "json", log_analytics::change_lines),
    form("log-analytics-csv", Feed::Activity, "log-analytics", "csv", log_analytics::sign_in_table),
    form("log-analytics-csv", Feed::LicenseChanges, "log-analytics", "csv", log_analytics::change_table),
    form("log-analytics-api", Feed::Activity, "log-analytics", "json", log_analytics::sign_in_answer),
    form("log-analytics-api", Feed::LicenseChanges, "log-analytics", "json", log_analytics::change_answer),
    form("management-api", Feed::Activity, "management-api", "json", management_api::sign_in_array),
    form("management-api", Feed::LicenseChanges, "management-api", "json", management_api::change_array),
    form("management-api-lines", Feed::Activity, "management-api", "json", management_api::sign_in_lines),
    form("management-api-lines", Feed::LicenseChanges, "management-api", "json", management_api::change_lines),
    form("management-api-csv", Feed::Activity, "management-api", "csv", management_api::sign_in_table),
    form("management-api-csv", Feed::LicenseChanges, "management-api", "csv", management_api::change_table),
    form("audit-search", Feed::Activity, "management-api", "json", audit_search::cmdlet_sign_ins),
    form("audit-search", Feed::LicenseChanges, "management-api", "json", audit_search::cmdlet_changes),
    form("audit-search-graph", Feed::Activity, "management-api", "json", audit_search::graph_sign_ins),
    form("audit-search-graph", Feed::LicenseChanges, "management-api", "json", audit_search::graph_changes),
    form("admin-center-users", Feed::LicenseHoldings, "admin-center-users", "csv", admin_center::users),
    form("usage-report", Feed::Activity, "usage-report", "csv", usage_report::active_users),
    form("partner-center", Feed::Subscriptions, "partner-center", "json", partner_center::page),
    form("partner-center-subscribed-skus", Feed::Subscriptions, "partner-center-subscribed-skus", "json", partner_center::subscribed_skus),
    form("partner-center-analytics", Feed::Subscriptions, "partner-center-analytics", "json", partner_center::analytics),
    form("csv", Feed::Activity, "csv", "csv", own_tables::activity_csv),
    form("csv", Feed::LicenseChanges, "csv", "csv", own_tables::changes_csv),
    form("csv", Feed::LicenseHoldings, "csv", "csv", own_tables::holdings_csv),
    form("csv", Feed::Subscriptions, "csv", "csv", own_tables::subscriptions_csv),
    form("parquet", Feed::Activity, "parquet", "parquet", own_tables::activity_parquet),
    form("parquet", Feed::LicenseChanges, "parquet", "parquet", own_tables::changes_parquet),
    form("parquet", Feed::LicenseHoldings, "parquet", "parquet", own_tables::holdings_parquet),
    form("parquet", Feed::Subscriptions, "parquet", "parquet", own_tables::subscriptions_parquet),
];

const fn form(name: &'static str, feed: Feed, format: &'static str, ending: &'static str, write: WriteFile) -> Form {
    Form {
        name,
        feed,
        format,
        ending,
        write,
    }
}

/// The names, each once.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = FORMS.iter().map(|form| form.name).collect();
    names.dedup();
    names
}

/// The form of this name for a feed; `None` where the feed does not come in it.
pub fn of(name: &str, feed: Feed) -> Option<&'static Form> {
    FORMS.iter().find(|form| form.name == name && form.feed == feed)
}
