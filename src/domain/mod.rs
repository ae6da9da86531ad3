//! Basic types of the domain: ids, days, windows, workloads, subscription states. This room imports
//! nothing from the others and does no I/O.

pub mod by_name;
pub mod catalogue;
pub mod day;
pub mod day_ranges;
pub mod digest;
pub mod exceptions;
pub mod guid;
pub mod input;
pub mod kinds;
pub mod money;
pub mod next_steps;
pub mod prices;
pub mod rules;
pub mod settings_group;
pub mod store_url;
pub mod subscription;
pub mod user_ids;
pub mod window;
pub mod words;
