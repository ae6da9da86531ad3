//! What holds in every portfolio, checked on a generated one.

use std::collections::BTreeMap;

use super::world::{FREE, OFFICE, SOCIAL, TEAMS, VISIO, World, at, day, ours, sign_in};
use crate::domain::guid::Guid;
use crate::domain::kinds::{Action, Evidence};
use crate::domain::subscription::State;
use crate::sources::record::{Activity, Subscription};

/// A small generator of numbers (xorshift), so that the portfolio is the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }
}

fn made_up(tenants: u128, users: u64, days: u64) -> World {
    let mut world = World::new();
    let mut dice = Dice(42);
    let skus = [OFFICE, TEAMS, FREE, VISIO, SOCIAL];
    let actions = [
        Action::Assigned,
        Action::Assigned,
        Action::Removed,
        Action::Held,
        Action::Deleted,
        Action::Restored,
    ];
    for tenant in (1..=tenants).map(Guid) {
        for number in (dice.below(9)..days).step_by(20) {
            let listed: Vec<Subscription<'_>> = (["a", "b", "c", "d", "e", "f"].iter())
                .map(|id| {
                    let row = ours(id, dice.of(&skus), dice.below(8) as i64, dice.of(State::ALL));
                    Subscription {
                        is_trial: dice.below(4) == 0,
                        ..row
                    }
                })
                .collect();
            world.subscriptions(dice.below(2) as usize, tenant, number as i32, &listed);
        }
        for user in (0..users).map(|user| format!("user-{user}")) {
            for _ in 0..6 {
                let moment = at(dice.below(days) as i32, dice.below(24) as i64);
                world.change_of(tenant, &user, dice.of(&skus), dice.of(&actions), moment);
            }
            for number in 0..days {
                if dice.below(3) > 0 {
                    continue;
                }
                let (id, app) = (
                    format!("{number}-{}", dice.below(2)),
                    format!("{}-app", dice.of(&["teams", "exchange", "yammer", "none"])),
                );
                let interactive = dice.below(2) == 0;
                world.activity(Activity {
                    tenant,
                    interactive: Some(interactive),
                    evidence: if interactive {
                        Evidence::Interactive
                    } else {
                        Evidence::NonInteractive
                    },
                    guest: dice.below(20) == 0,
                    succeeded: dice.below(5) > 0,
                    ..sign_in(&id, &user, &app, at(number as i32, dice.below(24) as i64))
                });
            }
        }
    }
    world
}

#[test]
fn parts_add_up_and_bits_stay_in_the_window() {
    let tables = made_up(3, 12, 60).tables(1, 60);
    assert!(
        tables
            .usage
            .values()
            .any(|row| row.active_moved > 0 && row.active_over_assigned > 0)
    );
    assert!(tables.usage.values().any(|row| row.active_lapsed > 0) && tables.usage.values().any(|row| row.active_trial > 0));
    assert!(tables.workload_adoption.values().any(|row| row.active_unlicensed > 0));
    let mut most_used: BTreeMap<_, i64> = BTreeMap::new();
    for (key, row) in &tables.usage {
        let parts =
            row.active_current + row.active_moved + row.active_switched + row.active_lapsed + row.active_trial + row.active_over_assigned;
        assert_eq!(parts, row.entitlements_active, "{key:?}");
        assert!(row.usage_ratio_adjusted.is_none_or(|ratio| ratio <= 1.0), "{key:?}");
        let most = most_used.entry((key.day, key.tenant_id, key.sku_id)).or_default();
        *most = row.entitlements_active.max(*most);
    }
    for (key, row) in &tables.adoption {
        let parts =
            row.active_current + row.active_moved + row.active_switched + row.active_lapsed + row.active_trial + row.active_over_assigned;
        assert_eq!(parts, row.entitlements_active, "{key:?}");
        // Usage of any workload is at least that of the most used one.
        assert!(
            most_used
                .get(&(key.day, key.tenant_id, key.sku_id))
                .is_none_or(|&most| most <= row.entitlements_active),
            "{key:?}"
        );
    }
    for (key, row) in &tables.activity_28d {
        assert_eq!(row.active_bits >> 28, 0, "{key:?}");
        assert_eq!(row.active_bits.count_ones() as i64, row.active_days, "{key:?}");
        assert!(
            row.last_active_day.is_some_and(|last| key.day.plus(-27) <= last && last <= key.day),
            "{key:?}"
        );
    }
}

#[test]
fn the_last_day_is_the_same_from_any_first_day() {
    let world = made_up(2, 8, 50);
    let (whole, alone) = (world.tables(0, 50), world.tables(50, 50));
    assert_eq!(
        whole.usage.range(alone.usage.keys().next().unwrap().clone()..).count(),
        alone.usage.len()
    );
    assert!(
        alone
            .usage
            .iter()
            .all(|(key, row)| key.day == day(50) && whole.usage.get(key) == Some(row))
    );
    assert!(alone.portfolio.iter().all(|(key, row)| whole.portfolio.get(key) == Some(row)));
    assert_eq!(alone.assignments, whole.assignments);
}
