//! Crashes, failing disks and broken files: whatever happens at whatever moment, every file is whole, old or new, and the next
//! run gives what it would have given if nothing had happened.

mod faults;
mod portfolio;
