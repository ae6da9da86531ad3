//! The rows of one day and shard that are checked against each other.

use arrow::record_batch::RecordBatch;

use crate::domain::day::Day;
use crate::stages::licenses::subscriptions::Subscription;
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::customer_adoption::CustomerAdoption;
use crate::stages::measures::spend::Spend;
use crate::stages::measures::usage::Usage;
use crate::stages::measures::workload_adoption::WorkloadAdoption;
use crate::stages::next_steps::NextStep;

/// The tables of one day and shard. The two tables of users are frames, because they are by far the
/// largest.
pub struct DayTables {
    pub day: Day,
    /// Has the [`DAILY_COLUMNS`].
    pub activity_daily: RecordBatch,
    pub activity_28d: RecordBatch,
    pub subscriptions: Vec<Subscription>,
    pub usage: Vec<Usage>,
    pub adoption: Vec<Adoption>,
    pub workload_adoption: Vec<WorkloadAdoption>,
    pub customer_adoption: Vec<CustomerAdoption>,
    pub spend: Vec<Spend>,
    pub next_steps: Vec<NextStep>,
}

/// The columns of `activity_daily` that the checks read.
pub const DAILY_COLUMNS: &[&str] = &[
    "tenant_id",
    "user_id",
    "workload",
    "interactive_sign_ins",
    "non_interactive_sign_ins",
    "actions",
    "reports",
];
