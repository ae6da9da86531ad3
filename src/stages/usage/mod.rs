//! Seats against users: who holds what, who uses it, and what the portfolio comes to.

pub mod adoption;
pub mod idle_seats;
pub mod portfolio;
pub mod seats;
pub mod usage;
pub mod window_pass;
pub mod workload_adoption;
