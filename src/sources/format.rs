//! The names of the raw formats. What uptake knows of each of them stands in the registry
//! (`formats/registry.rs`).

use crate::domain::kinds::spelled;

spelled! {
    /// A raw format, or the word for "find out".
    Format {
        /// Each file is of the format of which it has the signs.
        Auto = "auto",
        AzureMonitor = "azure-monitor",
        Graph = "graph",
        GraphUsers = "graph-users",
        GraphCompanySubscriptions = "graph-company-subscriptions",
        GraphSubscribedSkus = "graph-subscribed-skus",
        PortalCsv = "portal-csv",
        LogAnalytics = "log-analytics",
        ManagementApi = "management-api",
        UsageReport = "usage-report",
        PartnerCenter = "partner-center",
        PartnerCenterSubscribedSkus = "partner-center-subscribed-skus",
        PartnerCenterAnalytics = "partner-center-analytics",
        AdminCenterUsers = "admin-center-users",
        Csv = "csv",
        Json = "json",
        Parquet = "parquet",
    }
}

/// The format that `auto` chose for a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub format: Format,
    /// Why, to follow "because": what the file begins with.
    pub why: String,
}
