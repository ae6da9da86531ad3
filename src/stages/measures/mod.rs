//! Seats and users: how many seats are used, by product, workload and portfolio.

pub mod adoption;
mod current_holdings;
pub mod customer_adoption;
mod customer_people;
pub mod idle_seats;
pub mod portfolio;
pub mod seat_outcomes;
pub mod seats;
pub mod spend;
pub mod usage;
pub mod window_pass;
pub mod workload_adoption;
