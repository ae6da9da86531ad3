//! Who is known by which name.

pub mod user_names;
