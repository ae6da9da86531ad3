//! The forms in which raw files come, and which feed comes in which.

use crate::domain::kinds::{Feed, spelled};

spelled! {
    /// The forms in which raw files come.
    Format {
        /// Told apart by how each file begins.
        Auto = "auto",
        AzureMonitor = "azure-monitor",
        Graph = "graph",
        PortalCsv = "portal-csv",
        LogAnalytics = "log-analytics",
        ManagementApi = "management-api",
        GraphUsers = "graph-users",
        GraphCompanySubscriptions = "graph-company-subscriptions",
        GraphSubscribedSkus = "graph-subscribed-skus",
        PartnerCenter = "partner-center",
        Csv = "csv",
        Json = "json",
        Parquet = "parquet",
    }
}

/// What `auto` made of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub format: Format,
    /// Why, to follow "because": what the file begins with.
    pub why: String,
}

impl Format {
    /// The format of that name for a feed. `None` where the feed does not come in it.
    pub fn of(feed: Feed, name: &str) -> Option<Format> {
        Format::for_feed(feed).iter().copied().find(|format| format.name() == name)
    }

    /// Whether a file of sign-ins is of one tenant by nature, and no record says of which one: a
    /// download from Graph or from the portal.
    pub fn is_of_one_tenant(self) -> bool {
        matches!(self, Format::Graph | Format::PortalCsv)
    }

    /// The formats in which a feed can come.
    pub fn for_feed(feed: Feed) -> &'static [Format] {
        use Format::*;
        match feed {
            Feed::Activity => &[Auto, AzureMonitor, Graph, PortalCsv, LogAnalytics, ManagementApi, Csv, Parquet],
            Feed::LicenseChanges => &[Auto, AzureMonitor, Graph, ManagementApi, Csv, Parquet],
            Feed::LicenseHoldings => &[Auto, GraphUsers, Csv, Parquet],
            Feed::Subscriptions => &[Auto, GraphCompanySubscriptions, GraphSubscribedSkus, PartnerCenter, Csv, Parquet],
            Feed::Customers | Feed::SupportRequests => &[Auto, Csv, Json],
        }
    }
}
