//! A change of usage and of deployment taken apart into its causes. A share is a numerator by a
//! denominator. Each part of the numerator moves it by what it changed, by the denominator of
//! before; what is left over is the effect of the denominator. So the causes add up to the change.

use crate::pages::figures::sums::{SeatSums, parts_of};
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::portfolio::Portfolio;
use crate::stages::measures::usage::{Parts, ratio};

/// What usage and deployment of a product, or of several, are made of on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Standing {
    /// `None` where no list of subscriptions is in force: then no share is known either.
    pub seats: Option<SeatSums>,
    pub assigned: i64,
    pub parts: Parts,
    /// Whether all windows are complete.
    pub is_complete: bool,
}

impl Standing {
    /// The sums over the rows in scope; `None` where there is none.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Adoption>) -> Option<Standing> {
        let rows: Vec<&Adoption> = rows.into_iter().filter(|row| row.in_scope).collect();
        let known: Vec<SeatSums> = rows.iter().filter_map(|row| SeatSums::of(row)).collect();
        (!rows.is_empty()).then(|| Standing {
            seats: known.into_iter().reduce(SeatSums::plus),
            assigned: rows.iter().map(|row| row.seats_assigned).sum(),
            parts: parts_of(rows.iter().copied()),
            is_complete: rows.iter().all(|row| row.window_complete),
        })
    }

    /// The sums over all customers; `None` for a row of something else. `is_complete` says whether
    /// their windows are.
    pub fn of_portfolio(row: &Portfolio, is_complete: bool) -> Option<Standing> {
        Some(Standing {
            seats: row
                .seats_sold
                .zip(row.entitlements_total)
                .map(|(sold, entitlements)| SeatSums { sold, entitlements }),
            assigned: row.seats_assigned?,
            parts: row.parts()?,
            is_complete,
        })
    }

    fn usage(&self) -> Option<f64> {
        ratio(self.parts.all().iter().sum(), self.seats.map(|seats| seats.entitlements))
    }

    fn deployment(&self) -> Option<f64> {
        ratio(self.assigned, self.seats.map(|seats| seats.sold))
    }
}

/// What can move a share: the parts of its numerator, and its denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Active users, by the place of the part in [`Parts::all`].
    Part(usize),
    Entitled,
    Assigned,
    Sold,
}

/// A count that changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Count {
    pub cause: Cause,
    pub before: i64,
    pub now: i64,
    /// By how much that moved the share; `None` where the share is not known on both days.
    pub effect: Option<f64>,
    /// The same in tenths of a point, as it is shown.
    pub tenths: Option<i64>,
}

/// A share on two days, and all counts that changed it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Split {
    pub before: Option<f64>,
    pub now: Option<f64>,
    /// By how many tenths of a point it changed, as both days are shown.
    pub tenths: Option<i64>,
    pub counts: Vec<Count>,
}

/// What changed between two days.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    pub usage: Split,
    pub deployment: Split,
    /// Windows were not complete on the first day: part of a rise is data that began.
    pub began: bool,
}

impl Changes {
    pub fn between(before: &Standing, now: &Standing) -> Changes {
        let parts = before.parts.all().into_iter().zip(now.parts.all()).enumerate();
        let parts: Vec<(Cause, i64, i64)> = parts.map(|(at, (before, now))| (Cause::Part(at), before, now)).collect();
        let seats = |of: fn(&SeatSums) -> i64| (before.seats.as_ref().map(of), now.seats.as_ref().map(of));
        let usage = Split::of(
            (before.usage(), now.usage()),
            &parts,
            (Cause::Entitled, seats(|seats| seats.entitlements)),
        );
        let deployment = Split::of(
            (before.deployment(), now.deployment()),
            &[(Cause::Assigned, before.assigned, now.assigned)],
            (Cause::Sold, seats(|seats| seats.sold)),
        );
        Changes {
            began: !before.is_complete && usage.counts.iter().any(|count| matches!(count.cause, Cause::Part(_))),
            usage,
            deployment,
        }
    }

    pub fn is_nothing(&self) -> bool {
        self.usage.counts.is_empty() && self.deployment.counts.is_empty()
    }
}

/// A cause, and its count on both days.
type OfTwoDays<T> = (Cause, (Option<T>, Option<T>));

impl Split {
    fn of((before, now): (Option<f64>, Option<f64>), parts: &[(Cause, i64, i64)], whole: OfTwoDays<i64>) -> Split {
        let (cause, (whole_before, whole_now)) = whole;
        let by = whole_before.filter(|_| before.is_some() && now.is_some());
        let effect = |change: i64| by.map(|whole| change as f64 / whole as f64);
        let changed = parts.iter().filter(|(_, before, now)| before != now);
        let mut counts: Vec<Count> = changed
            .map(|(cause, before, now)| Count {
                cause: *cause,
                before: *before,
                now: *now,
                effect: effect(now - before),
                tenths: None,
            })
            .collect();
        if let (Some(whole_before), Some(whole_now)) = (whole_before, whole_now)
            && whole_before != whole_now
        {
            let by_parts: f64 = counts.iter().filter_map(|count| count.effect).sum();
            let rise = now.zip(before).map(|(now, before)| now - before);
            counts.push(Count {
                cause,
                before: whole_before,
                now: whole_now,
                effect: rise.map(|rise| rise - by_parts),
                tenths: None,
            });
        }
        let tenths = before.zip(now).map(|(before, now)| tenths_of(now) - tenths_of(before));
        if let Some(tenths) = tenths {
            let effects: Vec<f64> = counts.iter().filter_map(|count| count.effect).collect();
            for (count, share) in counts.iter_mut().zip(apportioned(tenths, &effects)) {
                count.tenths = Some(share);
            }
        }
        Split {
            before,
            now,
            tenths,
            counts,
        }
    }
}

/// A share in tenths of a point, rounded as it is written.
fn tenths_of(share: f64) -> i64 {
    let written = format!("{:.1}", share * 100.0);
    written.replace('.', "").parse().unwrap_or(0)
}

/// The effects in tenths of a point, so that they add up to the whole as it is shown: each is
/// rounded, and those that rounding bent the most the other way take what is left over.
fn apportioned(whole: i64, effects: &[f64]) -> Vec<i64> {
    let mut tenths: Vec<i64> = effects.iter().map(|effect| (effect * 1000.0).round() as i64).collect();
    let mut left = whole - tenths.iter().sum::<i64>();
    while left != 0 && !tenths.is_empty() {
        let step = left.signum();
        let bent = |at: &usize| (effects[*at] * 1000.0 - tenths[*at] as f64) * step as f64;
        let most = (0..tenths.len()).reduce(|best, at| if bent(&at) > bent(&best) { at } else { best });
        if let Some(at) = most {
            tenths[at] += step;
        }
        left -= step;
    }
    tenths
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn standing() -> impl Strategy<Value = Standing> {
        let seats = proptest::option::of((0..2000_i64, 0..2000_i64));
        (seats, 0..2000_i64, proptest::array::uniform6(0..500_i64), any::<bool>()).prop_map(|(seats, assigned, parts, is_complete)| {
            let [current, moved, switched, lapsed, trial, over_assigned] = parts;
            Standing {
                seats: seats.map(|(sold, entitlements)| SeatSums { sold, entitlements }),
                assigned,
                parts: Parts {
                    current,
                    moved,
                    switched,
                    lapsed,
                    trial,
                    over_assigned,
                },
                is_complete,
            }
        })
    }

    /// The effects of all counts are the change, exactly as it is shown and but for rounding of
    /// fractions as it is.
    fn adds_up(split: &Split) {
        let Some((before, now)) = split.before.zip(split.now) else {
            assert!(split.counts.iter().all(|count| count.effect.is_none() && count.tenths.is_none()));
            return;
        };
        let effects: f64 = split.counts.iter().filter_map(|count| count.effect).sum();
        assert!((effects - (now - before)).abs() < 1e-9, "{split:?}");
        let tenths: i64 = split.counts.iter().filter_map(|count| count.tenths).sum();
        assert_eq!(Some(tenths), split.tenths, "{split:?}");
        for count in &split.counts {
            let exact = count.effect.unwrap_or_default() * 1000.0;
            let shown = count.tenths.unwrap_or_default() as f64;
            assert!((exact - shown).abs() < 2.0, "{split:?}: what is shown is near to what is");
        }
    }

    proptest! {
        #[test]
        fn the_causes_add_up_to_the_change(before in standing(), now in standing()) {
            let changes = Changes::between(&before, &now);
            adds_up(&changes.usage);
            adds_up(&changes.deployment);
            let parts = changes.usage.counts.iter().filter(|count| matches!(count.cause, Cause::Part(_)));
            let active = |standing: &Standing| standing.parts.all().iter().sum::<i64>();
            prop_assert_eq!(parts.map(|count| count.now - count.before).sum::<i64>(), active(&now) - active(&before));
            prop_assert_eq!(changes.is_nothing(), (before.seats.is_none() || now.seats.is_none() || before.seats == now.seats)
                && before.assigned == now.assigned && before.parts == now.parts);
        }
    }

    #[test]
    fn rounded_effects_add_up_to_what_is_shown() {
        assert_eq!(apportioned(1, &[0.0004, 0.0004]), [1, 0]);
        assert_eq!(apportioned(-1, &[-0.0006, -0.0006]), [0, -1]);
        assert_eq!(apportioned(0, &[]), [0; 0]);
        assert_eq!(tenths_of(0.82749), 827);
        assert_eq!(tenths_of(1.0), 1000);
    }
}
