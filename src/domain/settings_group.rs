//! Groups of settings that are read together. A table's contract names the groups that the table
//! reads, so that a changed setting makes exactly its readers stale.

use crate::domain::kinds::spelled;

spelled! {
    /// A group of settings of the pipeline file and its catalogues.
    SettingsGroup {
        /// The time zone in which days begin and end.
        Zone = "time zone",
        /// The workload of each application.
        Apps = "applications",
        /// The workloads of each product.
        Workloads = "workloads of products",
        /// The names of products.
        Products = "names of products",
        /// The products that are out of scope, with the reasons.
        Scope = "excluded products",
        /// The product of each offer of Partner Center.
        Offers = "offers",
        /// What seats cost.
        Prices = "prices",
        /// The meaning of audited actions.
        AuditActions = "audited actions",
        /// The kinds of evidence that make a day active.
        Evidence = "evidence",
        /// The workloads whose unlicensed use counts.
        UnlicensedUse = "use without a license",
        /// The states in which seats count as sold and as entitlements.
        States = "subscription states",
        /// The tenant of the partner.
        Partner = "partner",
        /// The age from which a list of subscriptions is stale.
        SnapshotAge = "age of snapshots",
        /// The ids under which users are stored.
        UserIds = "ids of users",
        /// The thresholds of next steps.
        Thresholds = "thresholds",
        /// The language of next steps.
        Language = "language",
        /// The customers that are out of scope, and products from a day on.
        Exceptions = "exceptions",
        /// Seats that are meant to be unused.
        SpareSeats = "spare seats",
    }
}
