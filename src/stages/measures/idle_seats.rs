//! Assigned seats that can be taken back, by tier: those of disabled accounts, and those whose users
//! were not active in the window. `next_steps` advises which of them to reclaim.

use crate::domain::day::Day;

/// Users who have a SKU at the end of the day, and whose account is disabled or who were not active
/// in the window while they held it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IdleSeats {
    /// The account is disabled, whether or not it was active before.
    pub disabled: i64,
    /// Assigned less than `grace_days` ago: it is too early to tell.
    pub new: i64,
    /// Never active in any workload of the SKU, as far back as the data goes.
    pub never_active: i64,
    /// Active in one of them at an earlier time.
    pub inactive: i64,
}

impl IdleSeats {
    /// The seats of all tiers.
    pub fn all(&self) -> i64 {
        self.disabled + self.new + self.never_active + self.inactive
    }

    /// Adds a user with a disabled account.
    pub fn add_disabled(&mut self) {
        self.disabled += 1;
    }

    /// Adds a user with an enabled account who was not active. `assigned` is the first day of the assignment (`None`: before the data).
    /// `first_active` is the user's first active day in any workload of the SKU; a day after `day`
    /// does not count.
    pub fn add(&mut self, day: Day, grace_days: i32, assigned: Option<Day>, first_active: Option<Day>) {
        let tier = if assigned.is_some_and(|assigned| day.0 - assigned.0 < grace_days) {
            &mut self.new
        } else if first_active.is_some_and(|first| first <= day) {
            &mut self.inactive
        } else {
            &mut self.never_active
        };
        *tier += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tier_is_that_of_the_day() {
        let tier = |grace_days, assigned: Option<i32>, first: Option<i32>| {
            let mut idle = IdleSeats::default();
            idle.add(Day(100), grace_days, assigned.map(Day), first.map(Day));
            assert_eq!((idle.disabled, idle.all()), (0, 1));
            (idle.new, idle.never_active, idle.inactive)
        };
        assert_eq!(tier(14, Some(87), None), (1, 0, 0));
        assert_eq!(tier(14, Some(86), None), (0, 1, 0));
        assert_eq!(tier(14, Some(87), Some(50)), (1, 0, 0));
        assert_eq!(tier(0, Some(100), None), (0, 1, 0));
        assert_eq!(tier(14, None, None), (0, 1, 0));
        assert_eq!(tier(14, None, Some(100)), (0, 0, 1));
        assert_eq!(tier(14, None, Some(101)), (0, 1, 0));
    }
}
