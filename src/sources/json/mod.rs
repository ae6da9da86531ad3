//! A JSON text without a parser: its structure is found in one pass, and values are decoded on
//! demand.

pub mod brackets;
pub(crate) mod error;
pub mod key_set;
pub mod scan;
pub mod simd;
pub mod string;
pub mod structure;
pub mod value;
