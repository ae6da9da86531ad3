//! The names of raw formats as a pipeline file writes them, and which feed may have which.

use crate::domain::kinds::{Feed, spelled};

spelled! {
    /// A raw format's name in a pipeline file. `auto` looks at the first record.
    FormatName {
        Auto = "auto",
        AzureMonitor = "azure-monitor",
        Graph = "graph",
        GraphUsers = "graph-users",
        GraphCompanySubscriptions = "graph-company-subscriptions",
        GraphSubscribedSkus = "graph-subscribed-skus",
        PortalCsv = "portal-csv",
        LogAnalytics = "log-analytics",
        ManagementApi = "management-api",
        PartnerCenter = "partner-center",
        Csv = "csv",
        Json = "json",
        Parquet = "parquet",
    }
}

impl FormatName {
    /// Whether some of its records may know a user by name only.
    pub fn may_know_names_only(self) -> bool {
        matches!(self, FormatName::ManagementApi | FormatName::Auto)
    }
}

/// The formats of a feed, in the order of the contract.
pub fn formats_of(feed: Feed) -> &'static [FormatName] {
    use FormatName::*;
    match feed {
        Feed::Activity => &[Auto, AzureMonitor, Graph, PortalCsv, LogAnalytics, ManagementApi, Csv, Parquet],
        Feed::LicenseChanges => &[Auto, AzureMonitor, Graph, ManagementApi, Csv, Parquet],
        Feed::LicenseHoldings => &[Auto, GraphUsers, Csv, Parquet],
        Feed::Subscriptions => &[Auto, GraphCompanySubscriptions, GraphSubscribedSkus, PartnerCenter, Csv, Parquet],
        Feed::Customers | Feed::SupportRequests => &[Auto, Csv, Json],
    }
}
