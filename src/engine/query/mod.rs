//! Questions to the warehouse: who is meant, what the tables say, which raw lines are behind it.

pub mod customer_reader;
pub mod customers;
pub mod event_lines;
pub mod exceptions;
pub mod explain;
pub mod name_lookup;
pub mod raw_excerpt;
