//! Which tables each table is made from.

use std::collections::BTreeSet;

/// The tables that each table is made from.
const NEEDS: &[(&str, &[&str])] = &[
    ("activity_coverage", &["activity_events"]),
    ("activity_daily", &["activity_events", "activity_coverage", "user_names"]),
    ("activity_before", &["activity_events", "activity_coverage", "user_names"]),
    ("activity_28d", &["activity_daily", "activity_before"]),
    ("first_activity", &["activity_daily", "activity_before"]),
    ("assignments", &["license_changes", "license_holdings", "snapshots", "user_names"]),
    ("subscriptions", &["subscription_snapshots", "snapshots"]),
    ("usage", &["activity_daily", "activity_before", "assignments", "subscriptions"]),
    (
        "adoption",
        &[
            "activity_daily",
            "activity_before",
            "activity_coverage",
            "assignments",
            "subscriptions",
        ],
    ),
    (
        "workload_adoption",
        &["activity_daily", "activity_before", "assignments", "subscriptions"],
    ),
    (
        "next_steps",
        &[
            "adoption",
            "workload_adoption",
            "subscriptions",
            "assignments",
            "first_activity",
            "support_requests",
        ],
    ),
    ("portfolio", &["adoption", "workload_adoption"]),
];

/// The named tables and everything that they are made from.
pub fn with_needs(tables: &BTreeSet<&'static str>) -> BTreeSet<&'static str> {
    let mut all = BTreeSet::new();
    let mut waiting: Vec<&'static str> = tables.iter().copied().collect();
    while let Some(table) = waiting.pop() {
        if all.insert(table) {
            waiting.extend(
                NEEDS
                    .iter()
                    .filter(|(name, _)| *name == table)
                    .flat_map(|(_, needs)| needs.iter().copied()),
            );
        }
    }
    all
}
