//! The spec once more, slow and simple: a second computation of every table, to hold the pipeline
//! against.
//!
//! Written from `spec: definitions` alone and sharing nothing with the stages but the words of
//! `domain` and the readers' records. For each day it looks at each tenant, each SKU, each user and
//! each of the 28 days of the window; nothing is carried from one day to the next, so that no
//! cleverness can be wrong. Tests and `uptake check` feed it small portfolios: some ten tenants of
//! thirty users over ninety days. It runs the readers' findings through [`Inputs::file`], one file
//! at a time in any order, and [`compute`] gives the tables as sorted maps of plain rows.
//!
//! Where the spec leaves a choice, this room has taken one:
//!
//! * an action counts whatever `succeeded` says (it has no error code), and has the workload that
//!   it names or none;
//! * rows are ordered by the bytes of their file's path; only the last page of a holdings snapshot
//!   is found by natural order;
//! * a reject makes every holdings snapshot of its file incomplete; a day whose files are all
//!   unreadable has no snapshot;
//! * an event that meets a contrary state is counted as a contradiction also when it is itself the
//!   first evidence;
//! * the entitlements of a workload that were active include its unlicensed users;
//! * a user of whom no day between the first of the facts and the day is active has never been
//!   active;
//! * the portfolio's row of everything exists where `adoption` has a row in scope.

mod activity;
mod assignments;
mod compute;
mod inputs;
mod names;
mod next_steps;
mod portfolio;
mod snapshots;
mod subscriptions;
mod tables;
#[cfg(test)]
mod tests;
mod usage;

pub use compute::{compute, first_day, sum_portfolio};
pub use inputs::{
    ActivityRow, CustomerRow, FileSink, HoldingRow, HoldingsFile, Inputs, LicenseChangeRow, NameRow, Origin, SoldByOwned, SubscriptionRow,
    SupportRequestRow,
};
pub use tables::{
    Activity28d, ActivityDaily, ActivityDailyKey, ActivityEvents, ActivityEventsKey, Adoption, AdoptionKey, Assignments, AssignmentsKey,
    NextSteps, NextStepsKey, Portfolio, PortfolioKey, Subscriptions, SubscriptionsKey, Tables, Usage, UsageKey, WorkloadAdoption,
    WorkloadAdoptionKey,
};
