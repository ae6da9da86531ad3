//! Users and their names.

pub mod user_names;
