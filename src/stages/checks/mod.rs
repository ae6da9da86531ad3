//! What the tables of one day promise each other. Every number of a table that can be had from
//! other tables a second time is had a second time here, and both are compared: seats out of
//! `subscriptions`, assigned seats out of `assignments`, active users out of `activity_28d` and
//! `assignments`, parts and ratios out of their row, sums out of what they sum.
//!
//! Two kinds of promises. What the rows of a day promise each other ([`hold_rows`]) is true of any
//! day, whenever it was made. What they promise under the settings ([`hold_under_rules`]) is true
//! of days that were made with these settings and assignments. Nothing is mended or clamped here: a
//! fault is told, and whoever asked decides.

mod activity;
pub mod day_tables;
pub mod evidence;
mod next_steps;
mod portfolio;
mod recount;
mod seats;
#[cfg(test)]
mod testing;
mod usage_parts;
pub mod violation;
pub mod window_sums;
mod workload_adoption;

use crate::stages::checks::day_tables::DayTables;
use crate::stages::checks::evidence::Known;
use crate::stages::checks::recount::Recount;
use crate::stages::checks::violation::Faults;
use crate::stages::usage::portfolio::Portfolio;
use crate::warehouse::error::WarehouseError;

/// Rises when a promise is added or changed: days that kept the earlier ones are held against the
/// new ones.
pub const VERSION: i64 = 2;

/// What the rows of a shard's day promise each other.
pub fn hold_rows(tables: &DayTables, faults: &mut Faults) -> Result<(), WarehouseError> {
    crate::stages::checks::activity::hold(tables, faults)?;
    crate::stages::checks::usage_parts::hold(tables, faults);
    crate::stages::checks::workload_adoption::hold_sums(tables, faults);
    crate::stages::checks::next_steps::hold(tables, faults);
    Ok(())
}

/// What the rows of a shard's day promise under the settings, and with what all days share.
pub fn hold_under_rules(tables: &DayTables, known: &Known<'_>, faults: &mut Faults) -> Result<(), WarehouseError> {
    let recount = Recount::of(tables.day, &tables.activity_28d, known)?;
    crate::stages::checks::activity::hold_evidence(tables, known.rules, faults)?;
    crate::stages::checks::window_sums::hold(tables, known.daily_users, faults)?;
    crate::stages::checks::seats::hold(tables, known, &recount, faults);
    crate::stages::checks::workload_adoption::hold_users(tables, known.rules, &recount, faults);
    crate::stages::checks::next_steps::hold_under_rules(tables, known, &recount, faults);
    Ok(())
}

/// That `portfolio` sums the rows of all shards.
pub fn hold_portfolio(rows: &[Portfolio], shards: &[DayTables], faults: &mut Faults) {
    crate::stages::checks::portfolio::hold(rows, shards, faults);
}
