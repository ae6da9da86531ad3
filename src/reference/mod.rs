//! A second computation of every table, slow and simple, to check the pipeline against.
//!
//! It is written from the definitions alone and shares nothing with the stages except the types of
//! `domain` and the records of the readers. For each day it looks at each tenant, each SKU, each
//! user and each of the 28 days of the window. Nothing is carried from one day to the next, so no
//! optimization can be wrong. Tests and `uptake check` use it on small portfolios: some ten tenants
//! of thirty users over ninety days. They pass the findings of the readers to [`Inputs::file`], one
//! file at a time in any order, and [`compute`] returns the tables as sorted maps of plain rows.
//!
//! Where the definitions leave a choice, this room decides:
//!
//! * an action counts whatever `succeeded` says (it has no error code), and has the workload that
//!   it names, or none;
//! * rows are ordered by the bytes of their file's path; only the last page of a holdings snapshot
//!   is found by natural order;
//! * a reject makes every holdings snapshot of its file incomplete; a day whose files are all
//!   unreadable has no snapshot;
//! * an event that contradicts the state counts as a contradiction even if it is the first
//!   evidence;
//! * the active entitlements of a workload include its unlicensed users;
//! * a user without an active day from the first day of the facts to the day has never been active;
//! * the portfolio's row of everything exists if `adoption` has a row in scope.

mod accounts;
mod activity;
mod assignments;
mod compute;
mod ends;
mod inputs;
mod money;
mod names;
mod next_steps;
mod portfolio;
mod seat_outcomes;
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
    CustomerAdoption, CustomerAdoptionKey, NextSteps, NextStepsKey, Portfolio, PortfolioKey, SeatOutcomes, Spend, Subscriptions,
    SubscriptionsKey, Tables, Usage, UsageKey, WorkloadAdoption, WorkloadAdoptionKey,
};
