//! The program with raw files, warehouse and published files in stores: the bytes that folders give,
//! also where requests fail, and where runs die. The stores are emulators; where these cannot be
//! installed the tests are skipped, but not by `.ci/run`.

mod credentials;
pub mod emulators;
mod faults;
mod inputs;
mod kills;
pub mod place;
mod proxy;
pub mod runs;
mod scenarios;
