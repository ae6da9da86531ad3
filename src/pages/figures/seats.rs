//! What became of seats since 28 days before, added up over products in scope.
//!
//! A product is compared where its use is known of both days. Products that are not are left out of
//! the sums, with the number of their seats; so the groups of a sum are the seats of both days.

use crate::stages::measures::seat_outcomes::SeatOutcome;

/// Sums over compared products in scope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeatGroups {
    pub active_earlier: i64,
    pub retained: i64,
    pub reactivated: i64,
    pub stopped: i64,
    pub unused: i64,
    pub new: i64,
    pub new_active: i64,
    pub reclaimed: i64,
    pub reclaimed_unused: i64,
    /// The active seats of the day, and those that were active in each of the four weeks.
    pub active: i64,
    pub every_week: i64,
    /// Assigned seats of products that are not compared.
    pub not_compared: i64,
    /// How many products are.
    pub products: usize,
}

impl SeatGroups {
    /// The groups of one product; `None` where it is not compared.
    pub fn of_product(row: &SeatOutcome) -> Option<SeatGroups> {
        Some(SeatGroups {
            active_earlier: row.seats_active_earlier?,
            retained: row.seats_retained?,
            reactivated: row.seats_reactivated?,
            stopped: row.seats_stopped?,
            unused: row.seats_unused?,
            new: row.seats_new?,
            new_active: row.seats_new_active?,
            reclaimed: row.seats_reclaimed?,
            reclaimed_unused: row.seats_reclaimed_unused?,
            active: row.seats_active?,
            every_week: row.seats_active_every_week?,
            not_compared: 0,
            products: 1,
        })
    }

    /// Adds up rows.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a SeatOutcome>) -> SeatGroups {
        let in_scope = rows.into_iter().filter(|row| row.in_scope);
        let groups = in_scope.map(|row| {
            SeatGroups::of_product(row).unwrap_or(SeatGroups {
                not_compared: row.seats_assigned,
                ..SeatGroups::default()
            })
        });
        groups.fold(SeatGroups::default(), SeatGroups::plus)
    }

    pub fn plus(self, other: SeatGroups) -> SeatGroups {
        SeatGroups {
            active_earlier: self.active_earlier + other.active_earlier,
            retained: self.retained + other.retained,
            reactivated: self.reactivated + other.reactivated,
            stopped: self.stopped + other.stopped,
            unused: self.unused + other.unused,
            new: self.new + other.new,
            new_active: self.new_active + other.new_active,
            reclaimed: self.reclaimed + other.reclaimed,
            reclaimed_unused: self.reclaimed_unused + other.reclaimed_unused,
            active: self.active + other.active,
            every_week: self.every_week + other.every_week,
            not_compared: self.not_compared + other.not_compared,
            products: self.products + other.products,
        }
    }
}
