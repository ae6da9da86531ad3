//! In which order a file's dates with slashes have day and month: `5/9/2026` is the ninth of May or
//! the fifth of September.
//!
//! Exports write dates as the computer that made them is set up, and all dates of one file alike.
//! So the order is decided for the file: a number above 12 in one date settles it for all. Where
//! none does, the order is the documented one, month first. A file with dates that settle it in
//! both ways contradicts itself, and none of its dates with slashes can be read.
//!
//! A file is read month first. Only where a date was seen on the way that says otherwise, it is
//! read again ([`read_in_order`](crate::sources::read::read_in_order)): files with other dates pay nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::domain::day::Instant;
use crate::sources::record::Reason;

/// The order in which a file's dates are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum DateOrder {
    #[default]
    MonthFirst,
    DayFirst,
    /// Some dates can only be the one, some only the other.
    Contradictory,
}

const SAYS_MONTH_FIRST: u8 = 1;
const SAYS_DAY_FIRST: u8 = 2;

/// How a file's dates are read, and what they were seen to say. Everybody who reads a part of the
/// file has the same one.
#[derive(Clone, Debug, Default)]
pub struct Dates {
    order: DateOrder,
    seen: Arc<AtomicU8>,
}

impl Dates {
    /// The instant that a date with slashes means in this file, of the two that it could mean.
    pub fn choose(&self, month_first: Option<Instant>, day_first: Option<Instant>) -> Result<Instant, Reason> {
        match (month_first, day_first) {
            (Some(_), None) => self.seen.fetch_or(SAYS_MONTH_FIRST, Ordering::Relaxed),
            (None, Some(_)) => self.seen.fetch_or(SAYS_DAY_FIRST, Ordering::Relaxed),
            (None, None) => return Err(Reason::UnreadableTime),
            (Some(_), Some(_)) => 0,
        };
        match self.order {
            DateOrder::MonthFirst => month_first.ok_or(Reason::UnreadableTime),
            DateOrder::DayFirst => day_first.ok_or(Reason::UnreadableTime),
            DateOrder::Contradictory => Err(Reason::AmbiguousTime),
        }
    }

    /// How the file has to be read instead; `None` where it was read as its dates say.
    pub fn instead(&self) -> Option<Dates> {
        let order = match self.seen.load(Ordering::Relaxed) {
            SAYS_DAY_FIRST => DateOrder::DayFirst,
            0 | SAYS_MONTH_FIRST => DateOrder::MonthFirst,
            _ => DateOrder::Contradictory,
        };
        (order != self.order).then(|| Dates {
            order,
            seen: self.seen.clone(),
        })
    }
}
