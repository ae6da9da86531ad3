//! Checks the tables of one day against each other. Every number that follows from other tables is
//! computed a second time here and compared: seats from `subscriptions`, assigned seats from
//! `assignments`, active users from `activity_28d` and `assignments`, parts and ratios from their
//! row, sums from their summands.
//!
//! There are two kinds of invariants. Those between the rows of a day ([`check_rows`]) hold for any
//! day, whenever it was made. Those under the settings ([`check_under_rules`]) hold for days that
//! were made with the present settings and assignments. The checks repair nothing: they report
//! violations, and the caller decides.

mod activity;
mod customer_adoption;
pub mod day_tables;
pub mod inputs;
mod next_steps;
mod portfolio;
mod recount;
mod seats;
mod spend;
#[cfg(test)]
mod testing;
mod usage_parts;
pub mod violation;
pub mod window_sums;
mod workload_adoption;

use crate::stages::checks::day_tables::DayTables;
use crate::stages::checks::inputs::CheckInputs;
use crate::stages::checks::recount::Recount;
use crate::stages::checks::violation::Violations;
use crate::stages::measures::portfolio::Portfolio;
use crate::warehouse::error::WarehouseError;

/// Increases when an invariant is added or changed. Days that passed an older version are then
/// checked again.
pub const VERSION: i64 = 3;

/// Checks the rows of a shard's day against each other.
pub fn check_rows(tables: &DayTables, violations: &mut Violations) -> Result<(), WarehouseError> {
    crate::stages::checks::activity::check_day(tables, violations)?;
    crate::stages::checks::usage_parts::check_day(tables, violations);
    crate::stages::checks::workload_adoption::check_sums(tables, violations);
    crate::stages::checks::customer_adoption::check_sums(tables, violations);
    crate::stages::checks::next_steps::check_day(tables, violations);
    Ok(())
}

/// Checks the rows of a shard's day against the settings and what all days share.
pub fn check_under_rules(tables: &DayTables, known: &CheckInputs<'_>, violations: &mut Violations) -> Result<(), WarehouseError> {
    let recount = Recount::of(tables.day, &tables.activity_28d, known)?;
    crate::stages::checks::activity::check_evidence(tables, known.rules, violations)?;
    crate::stages::checks::window_sums::check_day(tables, known.daily_users, violations)?;
    crate::stages::checks::seats::check_day(tables, known, &recount, violations);
    crate::stages::checks::workload_adoption::check_users(tables, known.rules, &recount, violations);
    crate::stages::checks::customer_adoption::check_users(tables, &recount, violations);
    crate::stages::checks::spend::check_under_rules(tables, known, &recount, violations);
    crate::stages::checks::next_steps::check_under_rules(tables, known, &recount, violations);
    Ok(())
}

/// Checks that `portfolio` is the sum of the rows of all shards.
pub fn check_portfolio(rows: &[Portfolio], shards: &[DayTables], violations: &mut Violations) {
    crate::stages::checks::portfolio::check_day(rows, shards, violations);
}
