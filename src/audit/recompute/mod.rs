//! Computes some customers a second time and compares the result with the tables.

pub mod carried_rows;
pub mod compared_tables;
pub mod customer_choice;
pub mod differences;
pub mod oracle;
pub mod raw_files;
