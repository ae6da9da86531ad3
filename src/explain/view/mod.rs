//! What an explanation shows: all customers, one customer, one product, one user, the people of a customer.

pub mod customer;
pub mod customer_list;
pub mod customer_overview;
pub mod everyone;
pub mod notes;
pub mod product;
pub mod user;
