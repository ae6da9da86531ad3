//! uptake: raw license, sign-in and subscription logs of a partner's customers in, Parquet facts
//! out.
//!
//! The rooms, from the ground up; each imports only from the ones named before it (see
//! ARCHITECTURE.md).
#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests put files where they want"))]

pub mod audit;
pub mod cli;
pub mod delta;
pub mod domain;
pub mod engine;
pub mod explain;
pub mod observe;
pub mod pages;
pub mod pipeline;
pub mod powerbi;
pub mod reference;
pub mod reports;
pub mod sample;
pub mod sources;
pub mod sql;
pub mod stages;
pub mod storage;
pub mod warehouse;
