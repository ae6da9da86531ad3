//! Decides in which order the dates with slashes in a file have day and month: `5/9/2026` is the
//! ninth of May or the fifth of September.
//!
//! An export writes dates as the computer that made it is set up, all dates of a file in one way.
//! So the order is decided for the whole file: a number above 12 in one date decides it for all of
//! them. Where no date decides, the order is the usual one of its spelling: month first, but day
//! first where a browser outside of America wrote it. A file whose dates decide in both ways
//! contradicts itself, and none of its dates with slashes can be read.
//!
//! A file is first read in the usual order. Only if one of its dates said otherwise, the file is
//! read again ([`read_in_order`](crate::sources::read::read_in_order)). So files with other dates
//! pay nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::domain::day::Instant;
use crate::sources::record::Reason;

/// The order in which a file's dates are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum DateOrder {
    /// The usual order of the spelling.
    #[default]
    Usual,
    MonthFirst,
    DayFirst,
    /// Some dates have to be the one, some the other.
    Contradictory,
}

const SAYS_MONTH_FIRST: u8 = 1;
const SAYS_DAY_FIRST: u8 = 2;
/// Some date could mean both, and the usual order had the day first.
const TAKEN_DAY_FIRST: u8 = 4;

/// The order in which the dates of a file are read, and what its dates said about the order. All
/// threads that read parts of the file share it.
#[derive(Clone, Debug, Default)]
pub struct Dates {
    order: DateOrder,
    seen: Arc<AtomicU8>,
}

impl Dates {
    /// The instant that a date with slashes means in this file, of the two that it could mean.
    /// `is_day_usual` says which one is usual.
    pub fn choose(&self, month_first: Option<Instant>, day_first: Option<Instant>, is_day_usual: bool) -> Result<Instant, Reason> {
        match (month_first, day_first) {
            (Some(_), None) => self.seen.fetch_or(SAYS_MONTH_FIRST, Ordering::Relaxed),
            (None, Some(_)) => self.seen.fetch_or(SAYS_DAY_FIRST, Ordering::Relaxed),
            (None, None) => return Err(Reason::UnreadableTime),
            (Some(_), Some(_)) if is_day_usual => self.seen.fetch_or(TAKEN_DAY_FIRST, Ordering::Relaxed),
            (Some(_), Some(_)) => 0,
        };
        match self.order {
            DateOrder::Usual if is_day_usual => day_first.or(month_first).ok_or(Reason::UnreadableTime),
            DateOrder::Usual => month_first.ok_or(Reason::UnreadableTime),
            DateOrder::MonthFirst => month_first.ok_or(Reason::UnreadableTime),
            DateOrder::DayFirst => day_first.ok_or(Reason::UnreadableTime),
            DateOrder::Contradictory => Err(Reason::AmbiguousTime),
        }
    }

    /// The order in which the file has to be read again. `None` where it was read as its dates say.
    pub fn instead(&self) -> Option<Dates> {
        let seen = self.seen.load(Ordering::Relaxed);
        let has = |what: u8| seen & what != 0;
        let order = match (has(SAYS_MONTH_FIRST), has(SAYS_DAY_FIRST)) {
            (true, true) => DateOrder::Contradictory,
            (false, true) => DateOrder::DayFirst,
            (true, false) if has(TAKEN_DAY_FIRST) => DateOrder::MonthFirst,
            _ => DateOrder::Usual,
        };
        (order != self.order).then(|| Dates {
            order,
            seen: self.seen.clone(),
        })
    }
}
