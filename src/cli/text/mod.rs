//! What commands print, as text.

pub mod check;
pub mod describe_page;
pub mod inspect;
pub mod plan;
pub mod status;
