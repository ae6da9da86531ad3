//! Explains one number. All functions are pure: they take what the warehouse says about a customer
//! ([`facts::Facts`]) and return an explanation, which is rendered as text, Markdown or JSON.
//!
//! Everything that is shown is computed again from assignments, daily activity and subscriptions,
//! user by user, in another way than `stages/measures` does. It is then compared with the rows of
//! `usage` and `adoption`. If the two differ, one of them is wrong, and the explanation says so.

pub mod active_days;
pub mod count;
pub mod facts;
pub mod render;
pub mod view;
