//! Tables that are made of events: activity by day, and the windows over it.

pub mod activity_28d;
pub mod activity_coverage;
pub mod activity_daily;
pub mod first_activity;
pub mod window_facts;
