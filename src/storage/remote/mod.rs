//! A container or bucket of Azure, S3 or Google as a storage: objects are objects, and a prefix is
//! what their keys begin with.
//!
//! A PUT replaces an object whole, and there is no rename. So an object is written to memory, or to
//! a temporary file of this machine where it is large, and goes to the store when it is put
//! ([`staging`]). What is put together goes there twice: first as one object in `.uptake/commits`
//! that has all of it, then each under its name ([`together`]). The lock is an object whose holder
//! renews it ([`lease`]).
//!
//! Everything that is asynchronous stays in this folder. Whoever calls waits ([`runtime`]), so raw
//! files that will be read soon are fetched ahead, many at once ([`ahead`]).

mod again;
mod ahead;
mod aws_profile;
mod body;
mod connect;
mod credentials;
mod fault;
mod fence;
mod follow;
mod lease;
#[cfg(test)]
mod listing_tests;
mod objects;
pub mod remote_storage;
mod runtime;
mod staging;
#[cfg(test)]
pub mod testing;
mod together;
mod walk;

pub use ahead::Ahead;
pub use connect::at_url;

/// How long a lease outlives its holder.
pub fn lease_expiry() -> std::time::Duration {
    fence::Fence::of_process().expiry
}
