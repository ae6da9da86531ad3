//! What becomes of events: the days of activity, and the windows over them.

pub mod activity_28d;
pub mod activity_coverage;
pub mod activity_daily;
pub mod first_activity;
pub mod window_facts;
