//! Groups of settings that are read together. A table's contract names the groups that the table
//! reads, so that a changed setting makes exactly its readers stale.

use crate::domain::kinds::spelled;

spelled! {
    /// What belongs together of the pipeline file and its catalogues.
    SettingsGroup {
        /// Whose midnight ends a day.
        Zone = "time zone",
        /// Which workload an application is of.
        Apps = "applications",
        /// Which workloads a product has.
        Workloads = "workloads of products",
        /// What products are called.
        Products = "names of products",
        /// Which products are excluded, and why.
        Scope = "excluded products",
        /// Which product an offer of Partner Center is.
        Offers = "offers",
        /// What audited actions mean.
        AuditActions = "audited actions",
        /// Which kinds of evidence make a day active.
        Evidence = "evidence",
        /// The workloads whose use without a license counts.
        UnlicensedUse = "use without a license",
        /// In which states seats count as sold and as entitlements.
        States = "subscription states",
        /// Who the partner is: its subscriptions are ours.
        Partner = "partner",
        /// After how many days a list of subscriptions gives way to a younger one.
        SnapshotAge = "age of snapshots",
        /// Under which ids users are stored.
        UserIds = "ids of users",
        /// From when on a number becomes a next step.
        Thresholds = "thresholds",
        /// In which language next steps are said.
        Language = "language",
    }
}
