//! The forms in which raw files come, and which feed comes in which.

use crate::domain::kinds::{Feed, spelled};

spelled! {
    /// The forms in which raw files come.
    Format {
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

impl Format {
    /// The format of that name for a feed; `auto` is the feed's first one. `None` where the feed does not come in it.
    pub fn of(feed: Feed, name: &str) -> Option<Format> {
        let formats = Format::for_feed(feed);
        if name == "auto" {
            formats.first().copied()
        } else {
            formats.iter().copied().find(|format| format.name() == name)
        }
    }

    /// The formats in which a feed can come.
    pub fn for_feed(feed: Feed) -> &'static [Format] {
        use Format::*;
        match feed {
            Feed::Activity => &[AzureMonitor, Graph, PortalCsv, LogAnalytics, ManagementApi, Csv, Parquet],
            Feed::LicenseChanges => &[AzureMonitor, Graph, ManagementApi, Csv, Parquet],
            Feed::LicenseHoldings => &[GraphUsers, Csv, Parquet],
            Feed::Subscriptions => &[GraphCompanySubscriptions, GraphSubscribedSkus, PartnerCenter, Csv, Parquet],
            Feed::Customers | Feed::SupportRequests => &[Csv, Json],
        }
    }
}
