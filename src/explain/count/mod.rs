//! Counts everything a second time: the numbers, the users behind them, and what changed them.

pub mod changes;
pub mod differences;
pub mod moves;
pub mod numbers;
pub mod people;
pub mod tiers;
pub mod unlicensed;
