//! The products in scope of one customer on one day, added up as `portfolio` adds up customers.

use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::usage::{Parts, ratio};

/// Sums over the products in scope. A ratio is a sum over a sum.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    /// `None` where no list of subscriptions is in force: then no ratio is known either.
    pub seats: Option<SeatSums>,
    pub seats_assigned: i64,
    pub entitlements_active: i64,
    pub active_current: i64,
    /// Whether the window of every product is complete.
    pub is_complete: bool,
}

/// What a list of subscriptions says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SeatSums {
    pub sold: i64,
    pub entitlements: i64,
}

impl SeatSums {
    /// Those of a row; `None` where no list of subscriptions is in force.
    pub fn of(row: &Adoption) -> Option<SeatSums> {
        row.seats_sold.map(|sold| SeatSums {
            sold,
            entitlements: row.entitlements_total.unwrap_or(0),
        })
    }

    pub fn plus(self, other: SeatSums) -> SeatSums {
        SeatSums {
            sold: self.sold + other.sold,
            entitlements: self.entitlements + other.entitlements,
        }
    }
}

impl Sums {
    /// Adds up the rows of a customer; `None` where no product is in scope.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Adoption>) -> Option<Sums> {
        let mut sums: Option<Sums> = None;
        for row in rows.into_iter().filter(|row| row.in_scope) {
            let of_row = Sums {
                seats: SeatSums::of(row),
                seats_assigned: row.seats_assigned,
                entitlements_active: row.entitlements_active,
                active_current: row.active_current,
                is_complete: row.window_complete,
            };
            sums = Some(sums.map_or(of_row, |sums| sums.plus(of_row)));
        }
        sums
    }

    pub fn plus(self, other: Sums) -> Sums {
        let seats = match (self.seats, other.seats) {
            (Some(one), Some(two)) => Some(one.plus(two)),
            (one, two) => one.or(two),
        };
        Sums {
            seats,
            seats_assigned: self.seats_assigned + other.seats_assigned,
            entitlements_active: self.entitlements_active + other.entitlements_active,
            active_current: self.active_current + other.active_current,
            is_complete: self.is_complete && other.is_complete,
        }
    }

    /// Assigned of sold seats.
    pub fn deployment(&self) -> Option<f64> {
        ratio(self.seats_assigned, self.seats.map(|seats| seats.sold))
    }

    /// Active of all entitlements.
    pub fn usage(&self) -> Option<f64> {
        ratio(self.entitlements_active, self.seats.map(|seats| seats.entitlements))
    }

    /// The same without what distorts usage.
    pub fn usage_adjusted(&self) -> Option<f64> {
        ratio(self.active_current, self.seats.map(|seats| seats.entitlements))
    }
}

/// The parts of active entitlements of some rows, added up.
pub fn parts_of<'a>(rows: impl IntoIterator<Item = &'a Adoption>) -> Parts {
    let mut sum = Parts::default();
    for row in rows {
        let parts = row.parts();
        sum.current += parts.current;
        sum.moved += parts.moved;
        sum.switched += parts.switched;
        sum.lapsed += parts.lapsed;
        sum.trial += parts.trial;
        sum.over_assigned += parts.over_assigned;
    }
    sum
}
