//! Estimates how large a sample will be before it is written, for those who ask for a million users
//! by mistake. The rules of thumb were measured on samples of many shapes and are about right.

use super::options::Options;
use crate::sample::output::PACKED_AT_ONCE;

/// Accounts of a customer if the options do not say.
const USERS: u64 = 17;
/// Records of 100 users on a day, weekends included.
const RECORDS_PER_100_USER_DAYS: u64 = 144;
/// Bytes of the fields that all sign-ins have.
const LEAST_RECORD_BYTES: u64 = 1400;
/// Other bytes of a user on a day: its share of the weekly lists.
const OTHER_BYTES: u64 = 290;
/// By which factor gzip shrinks it.
const PACKED: u64 = 10;
/// Users on a page of a weekly list.
const PAGE_USERS: u64 = 25;
/// Memory that does not depend on the options.
const BASE_MEMORY: u64 = 25_000_000;
/// Memory per account. One customer at a time is in memory, with its accounts and what the lines of
/// its day are made from. The largest customer has twice as many accounts as the average.
const MEMORY_PER_USER: u64 = 800;
/// Records per user in the largest file of a day, on average.
const RECORDS_OF_A_FILE: u64 = 4;

/// The estimated size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Estimate {
    pub files: u64,
    /// On disk.
    pub bytes: u64,
    /// Memory for the largest customer. The number of customers does not matter.
    pub memory: u64,
}

/// Estimates the size of a sample.
pub fn estimate(options: &Options) -> Estimate {
    let users = options.users.map_or(USERS, u64::from);
    let customer_days = u64::from(options.customers) * u64::from(options.days);
    let record = u64::from(options.record_bytes).max(LEAST_RECORD_BYTES);
    let raw = customer_days * users * (record * RECORDS_PER_100_USER_DAYS / 100 + OTHER_BYTES);
    // There are two kinds of files for sign-ins, but not more of them than events. Lists and the
    // rest come once a week.
    let logs = (2 * u64::from(options.files_per_day)).min(1 + users / 5);
    let pages = users.div_ceil(PAGE_USERS) + 1;
    // A file is compressed whole, or in parts if it is large.
    let file = users * RECORDS_OF_A_FILE * record / u64::from(options.files_per_day);
    let packed_at_once = if options.gzip { file.min(PACKED_AT_ONCE as u64) } else { 0 };
    Estimate {
        files: customer_days * logs + customer_days.div_ceil(7) * pages,
        bytes: if options.gzip { raw / PACKED } else { raw },
        memory: BASE_MEMORY + users * MEMORY_PER_USER + packed_at_once,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn of(customers: u32, days: u32, users: u32, record_bytes: u32) -> Estimate {
        let options = Options {
            customers,
            days,
            users: Some(users),
            record_bytes,
            ..Options::small(PathBuf::new())
        };
        estimate(&options)
    }

    /// The real sizes of such samples: files, bytes and memory. The estimate is within a factor of
    /// two and a half of them, because a customer may have twice as many users as the average.
    #[test]
    fn an_estimate_is_about_right() {
        for (estimate, files, bytes, memory) in [
            (of(20, 30, 50, 1200), 1_608, 7_500_000, 28_000_000),
            (of(20, 30, 50, 4000), 1_615, 14_300_000, 31_000_000),
            (of(5, 30, 400, 1200), 864, 18_400_000, 33_000_000),
            (of(1, 12, 10_000, 1200), 1_656, 60_900_000, 58_000_000),
            (of(1, 4, 10_000, 4000), 817, 40_900_000, 59_000_000),
        ] {
            for (about, was) in [(estimate.files, files), (estimate.bytes, bytes), (estimate.memory, memory)] {
                assert!(2 * about < 5 * was && 2 * was < 5 * about, "{about} for {was}: {estimate:?}");
            }
        }
        // A large customer: memory holds a user and its day, not the records.
        assert!(of(1, 30, 1_000_000, 15_000).memory < 1_000_000_000);
        assert_eq!(of(1, 1, 100, 1200).memory, of(1_000_000, 1, 100, 1200).memory);
    }
}
