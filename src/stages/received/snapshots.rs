//! `snapshots` (partition `received=`): which snapshots of holdings and subscriptions there are,
//! including those that list nothing. It has what the rows of a snapshot cannot say: the file was
//! read, something in it was unreadable, another page should follow.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::kinds::Feed;
use crate::warehouse::table::table;

table! {
    /// One raw file's share in a snapshot.
    SNAPSHOTS = "snapshots", version 2 reads 1, Received, single,
        feeds [LicenseHoldings, Subscriptions],
        by effect [Zone];
    SnapshotFile {
        @key feed: String = "license_holdings or subscriptions",
        @key source: String = "the source of the pipeline file: its feed and path",
        @key tenant_id: Guid = "the customer",
        @key day: Day = "the day of the snapshot",
        @key source_file: String = "path of the raw file",
        readable: bool = "something in the file could be read: the snapshot exists",
        rejected: bool = "something in the file could not be read",
        announces_next: bool = "its last page says that another one follows",
        [since 2] listed: Option<i64> = "how many users with a license, or how many subscriptions, the file lists",
        [since 2] seats: Option<i64> = "how many seats these subscriptions have; null of a list of users",
    }
}

/// One snapshot of holdings of a customer: all files of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HoldingsSnapshot {
    pub tenant: Guid,
    pub day: Day,
    /// Whether it lists everybody. If so, whoever is not in it holds nothing.
    pub complete: bool,
}

/// Returns the snapshots of holdings by tenant and day. Two exports of a day are one snapshot,
/// their union. It is complete if no record was a reject and its last page (in the natural order of
/// file names) announces no other page.
pub fn holdings_snapshots(files: &[SnapshotFile]) -> Vec<HoldingsSnapshot> {
    let mut snapshots: BTreeMap<(Guid, Day), Vec<&SnapshotFile>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.feed == Feed::LicenseHoldings.name()) {
        snapshots.entry((file.tenant_id, file.day)).or_default().push(file);
    }
    let mut result = Vec::new();
    for ((tenant, day), mut files) in snapshots {
        files.sort_by(|a, b| natural_order(&a.source_file, &b.source_file));
        let unfinished = files.iter().rfind(|file| file.readable).is_some_and(|file| file.announces_next);
        let complete = !unfinished && files.iter().all(|file| !file.rejected);
        if files.iter().any(|file| file.readable) {
            result.push(HoldingsSnapshot { tenant, day, complete });
        }
    }
    result
}

/// Compares names; numbers in them compare as numbers, so that page 10 comes after page 9.
pub fn natural_order(a: &str, b: &str) -> std::cmp::Ordering {
    let (mut left, mut right) = (a.as_bytes(), b.as_bytes());
    while let (Some(x), Some(y)) = (left.first(), right.first()) {
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let (number, rest) = split_number(left);
            let (other, other_rest) = split_number(right);
            let order = number.len().cmp(&other.len()).then_with(|| number.cmp(other));
            if order.is_ne() {
                return order;
            }
            (left, right) = (rest, other_rest);
        } else if x == y {
            (left, right) = (&left[1..], &right[1..]);
        } else {
            return x.cmp(y);
        }
    }
    left.len().cmp(&right.len()).then_with(|| a.cmp(b))
}

/// Splits a text into the digits at its beginning, without leading zeros, and the rest.
fn split_number(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let zeros = text[..end].iter().take_while(|&&byte| byte == b'0').count();
    (&text[zeros..end], &text[end..])
}
