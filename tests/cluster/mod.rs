//! Runs that are led by one process and made by others: the bytes that threads give, whoever dies,
//! hangs, lies or refuses meanwhile.
#![cfg(unix)]

mod clocks;
mod deaths;
mod desk;
mod hand_outs;
mod refusals;
mod stores;
