//! How things stand, as values: the keys of `uptake status --format json`, which docs/status.md
//! explains one by one.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::engine::health::lateness::Lateness;
use crate::engine::report::collapsed_list::CollapsedList;
use crate::reports::product_notes::UnknownProduct;

/// Everything that the warehouse says. Days are written YYYY-MM-DD.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    pub first_day: Option<String>,
    /// The last day of the tables: lags are counted to it.
    pub last_day: Option<String>,
    /// The day until which the tables should go.
    pub due_day: String,
    pub days_behind: Option<i64>,
    pub look_back_days: i64,
    /// After so many days a list of subscriptions is stale.
    pub snapshot_stale_days: i64,
    pub sources: Vec<SourceStatus>,
    /// Sources that the pipeline file has no more, each with the number of its raw files that are
    /// gone and whose rows stay.
    pub former_sources: BTreeMap<String, u64>,
    /// Sorted by tenant.
    pub customers: Vec<CustomerStatus>,
    /// The same holes as those of the customers, but for usual ones: who has them in common.
    pub holes: Vec<Hole>,
    /// Lists in force that have hardly anything of what the ones before them had.
    pub collapsed_lists: Vec<CollapsedList>,
    pub unknown_products: Vec<UnknownProduct>,
    pub workloads: Vec<WorkloadStatus>,
    /// Files that could not be read, with the reason: their numbers are missing here.
    pub unreadable: Vec<String>,
    /// Raw files and folders that the last run could not read, with the reason: the next one tries
    /// again.
    pub unread: BTreeMap<String, String>,
}

/// How far a source has come, and what could not be used of it.
#[derive(Clone, Debug, Serialize)]
pub struct SourceStatus {
    pub source: String,
    pub feed: &'static str,
    /// The latest day that a path names, else the latest day that a row is about.
    pub latest_day: Option<String>,
    pub lag_days: Option<i64>,
    /// After how many days its next files come, at the latest; null where too few have come to say.
    pub usual_days: Option<i64>,
    /// Whether its next files should have come.
    pub is_late: bool,
    #[serde(skip)]
    pub lateness: Lateness,
    pub files: u64,
    pub records: i64,
    pub rejected: i64,
    /// Rejects by reason.
    pub reasons: BTreeMap<String, u64>,
    /// By reason what one of its rejects lacks, where there is something to say.
    pub details: BTreeMap<String, String>,
    pub fail_above: f64,
}

/// What is known of a customer's data.
#[derive(Clone, Debug, Serialize)]
pub struct CustomerStatus {
    pub tenant_id: String,
    pub name: Option<String>,
    /// Whether a customer list has it.
    pub is_listed: bool,
    /// By feed: the last day with an event, a license event, a snapshot.
    pub latest_days: BTreeMap<&'static str, Option<String>>,
    pub lag_days: BTreeMap<&'static str, Option<i64>>,
    /// Of the last window; null where the customer has no row in `adoption`.
    pub window_days_covered: Option<i64>,
    /// Where these events come from; null where there are none.
    pub activity_source: Option<String>,
    pub window_complete: Option<bool>,
    /// The snapshot of subscriptions in force on the last day, and how old it is; null where the
    /// customer has no row in `adoption`, or none is.
    pub seats_snapshot_day: Option<String>,
    pub seats_snapshot_age_days: Option<i64>,
    pub days_without_data: Vec<Gap>,
    /// Users active in the last window of whom only the name is known.
    pub users_known_by_name: u64,
}

/// Days in a row without any event of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    pub first_day: String,
    pub last_day: String,
    pub days: i64,
    /// Few events were to be expected of these days, by what their weekdays have.
    pub is_usual: bool,
    /// It has not ended.
    pub is_open: bool,
    /// Whether the last window has any of these days.
    pub is_in_window: bool,
}

/// Days in a row without any event of some customers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hole {
    pub first_day: String,
    pub last_day: String,
    pub days: i64,
    pub is_open: bool,
    pub is_in_window: bool,
    /// Their tenants.
    pub customers: Vec<String>,
}

/// Whether a workload of the catalogue is used by anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WorkloadStatus {
    pub workload: String,
    pub state: Use,
    /// Active users of the last window, over all customers.
    pub active_users: u64,
    /// The last day on which anybody was active in it.
    pub latest_day: Option<String>,
    /// What the customers may use of it; null where no customer has a product with it.
    pub entitlements_total: Option<i64>,
}

/// Whether anybody uses a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    Active,
    /// It had active users, and has none in the last window.
    Stopped,
    /// It never had any.
    Never,
}
