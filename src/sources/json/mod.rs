//! JSON without a full parser. One pass over a text finds its structure; values are decoded only
//! when a reader asks for them.

pub(crate) mod brackets;
pub(crate) mod error;
pub mod key_set;
mod scan;
mod simd;
pub mod string;
pub mod structure;
pub mod value;
