//! One number taken apart. Pure: what the warehouse says about a customer in ([`facts::Facts`]), an
//! explanation out, and that as text, Markdown or JSON.
//!
//! Everything that is shown is worked out again from assignments, daily activity and subscriptions,
//! user by user, in another way than `stages/holders` does it, and is then held against the rows of
//! `usage` and `adoption`. Where the two differ, one of them is wrong, and the explanation says so.

pub mod changes;
pub mod compare;
pub mod counts;
pub mod customer;
pub mod customer_list;
pub mod facts;
pub mod moves;
pub mod notes;
pub mod people;
pub mod product;
pub mod render;
pub mod unlicensed;
pub mod user;
pub mod uses;
