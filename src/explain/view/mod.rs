//! What an explanation shows: all customers, one customer, one product, one user.

pub mod customer;
pub mod customer_list;
pub mod customer_overview;
pub mod notes;
pub mod product;
pub mod user;
