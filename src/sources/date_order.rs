//! Decides in which order the dates with slashes in a file have day and month: `5/9/2026` is the
//! ninth of May or the fifth of September.
//!
//! An export writes dates as the computer that made it is set up, all dates of a file in one way.
//! So the order is decided for the whole file: a number above 12 in one date decides it for all of
//! them. Where no date decides, the order is the documented one, month first. A file whose dates
//! decide in both ways contradicts itself, and none of its dates with slashes can be read.
//!
//! A file is first read with the month first. Only if one of its dates said otherwise, the file is
//! read again ([`read_in_order`](crate::sources::read::read_in_order)). So files with other dates
//! pay nothing.

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
    /// Some dates have to be the one, some the other.
    Contradictory,
}

const SAYS_MONTH_FIRST: u8 = 1;
const SAYS_DAY_FIRST: u8 = 2;

/// The order in which the dates of a file are read, and what its dates said about the order. All
/// threads that read parts of the file share it.
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

    /// The order in which the file has to be read again. `None` where it was read as its dates say.
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
