//! uptake: raw license, sign-in and subscription logs of a partner's customers in, Parquet facts out.
//!
//! The rooms, from the ground up; each imports only from the ones named before it (see ARCHITECTURE.md).
#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests put files where they want"))]

pub mod domain;

pub mod sources;

pub mod warehouse;

pub mod stages;

pub mod reference;

pub mod reports;

pub mod pipeline;

pub mod explain;

pub mod engine;

pub mod observe;

pub mod audit;

pub mod sample;

pub mod cli;
