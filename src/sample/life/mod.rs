//! Lives through the days of a customer and decides what is logged when.

pub mod arrivals;
pub mod changes;
pub mod estate;
pub mod sign_in;
pub mod timeline;
pub mod user_day;
