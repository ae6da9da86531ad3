//! What changed a number since an earlier day, by user and by subscription. The listed changes add
//! up to the difference exactly, because every user and every subscription is in exactly one group.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::kinds::spelled;
use crate::domain::subscription::State;
use crate::explain::count::differences::row_of;
use crate::explain::count::numbers::{Holder, Numbers, SeatCounts, Subject, holders, numbers};
use crate::explain::facts::{COMPARED_DAYS, Facts};
use crate::stages::licenses::subscriptions::Subscription;

spelled! {
    /// Why a user entered or left the number.
    Cause {
        Assigned = "assigned",
        BecameActive = "became_active",
        UsedAndRemoved = "used_and_removed",
        GivenBack = "given_back",
        Removed = "removed",
        Switched = "switched",
        OtherRemoved = "other_product_removed",
        FellOut = "fell_out_of_window",
        RemovedAndFellOut = "removed_and_fell_out_of_window",
    }
}

/// Whether a user is in a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Membership {
    /// Not active while holding the product.
    Out,
    /// Active, and has the product.
    Current,
    /// Active, and no longer has it.
    Moved,
    /// Active, no longer has it, and has another product with the workload.
    Switched,
}

/// Users with the same cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserChange {
    pub cause: Cause,
    pub users: Vec<String>,
    /// The change of the number of active users, of those of them who have the product, of those
    /// who no longer have it, and of those who were switched to another one.
    pub active: i64,
    pub holders: i64,
    pub moved: i64,
    pub switched: i64,
}

spelled! {
    /// What happened to a subscription.
    SeatCause {
        Added = "subscription_added",
        Gone = "subscription_gone",
        Seats = "seats_changed",
        State = "state_changed",
        Trial = "trial_changed",
    }
}

/// A subscription whose seats count differently than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatChange {
    pub cause: SeatCause,
    pub subscription_id: String,
    /// The state before and now. `None` if the list of that day does not have it.
    pub before: Option<SeatState>,
    pub now: Option<SeatState>,
    /// The change of each count.
    pub sold: i64,
    pub entitled: i64,
    pub trial: i64,
    pub lapsed: i64,
}

/// A subscription as a list has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeatState {
    pub seats: i64,
    pub state: State,
    pub is_trial: bool,
}

/// A number on an earlier day and now.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub since: Day,
    pub before: Numbers,
    /// Whether the window of that day was complete. `None` if the tables have no row of the product
    /// for it.
    pub complete: Option<bool>,
    pub users: Vec<UserChange>,
    /// Users who got or lost the product since then. They explain the difference of assigned seats.
    pub gained: Vec<String>,
    pub lost: Vec<String>,
    /// Empty if one of the days has no snapshot in force, because then nothing can be compared.
    pub seats: Vec<SeatChange>,
}

/// Returns the changes since each of the compared days that the tables have.
pub fn changes(facts: &Facts<'_>, subject: Subject<'_>, now: &Numbers) -> Vec<Change> {
    let since = COMPARED_DAYS.iter().map(|days| facts.day.plus(-days));
    since
        .filter(|since| facts.tables(*since).is_some())
        .map(|since| change(facts, subject, since, now))
        .collect()
}

fn change(facts: &Facts<'_>, subject: Subject<'_>, since: Day, now: &Numbers) -> Change {
    let before = numbers(facts, since, subject);
    let (then, today) = (holders(facts, since, subject), holders(facts, facts.day, subject));
    // Both lists have everybody who ever had the product, in the same order.
    let pairs: Vec<(&Holder<'_>, &Holder<'_>)> = then.iter().zip(&today).collect();
    let of = |wanted: fn(&Holder<'_>, &Holder<'_>) -> bool| -> Vec<String> {
        let users = pairs.iter().filter(|(then, now)| wanted(then, now));
        users.map(|(_, now)| now.user.to_owned()).collect()
    };
    let known = before.seats.is_some() && now.seats.is_some();
    Change {
        since,
        users: user_changes(&pairs),
        gained: of(|then, now| !then.has && now.has),
        lost: of(|then, now| then.has && !now.has),
        seats: if known { seat_changes(facts, subject, since) } else { Vec::new() },
        complete: row_of(facts, since, subject).map(|row| row.window_complete),
        before,
    }
}

impl Change {
    /// Returns whether nothing changed.
    pub fn is_nothing(&self) -> bool {
        self.users.is_empty() && self.gained.is_empty() && self.lost.is_empty() && self.seats.is_empty()
    }
}

fn user_changes(pairs: &[(&Holder<'_>, &Holder<'_>)]) -> Vec<UserChange> {
    let mut groups: BTreeMap<(Cause, Membership, Membership), Vec<String>> = BTreeMap::new();
    for (then, now) in pairs {
        let (was, is) = (membership(then), membership(now));
        if was != is {
            groups.entry((cause(then, was, is), was, is)).or_default().push(now.user.to_owned());
        }
    }
    let change = |((cause, was, is), users): ((Cause, Membership, Membership), Vec<String>)| {
        let count = users.len() as i64;
        let by = |wanted: fn(Membership) -> bool| count * (i64::from(wanted(is)) - i64::from(wanted(was)));
        UserChange {
            cause,
            users,
            active: by(|membership| membership != Membership::Out),
            holders: by(|membership| membership == Membership::Current),
            moved: by(|membership| membership == Membership::Moved),
            switched: by(|membership| membership == Membership::Switched),
        }
    };
    groups.into_iter().map(change).collect()
}

fn membership(holder: &Holder<'_>) -> Membership {
    match (holder.is_active(), holder.has) {
        (false, _) => Membership::Out,
        (true, true) => Membership::Current,
        (true, false) if holder.is_switched() => Membership::Switched,
        (true, false) => Membership::Moved,
    }
}

/// Returns the cause. A user who enters the number was active after the earlier day, because that
/// day's window has no active day of the user. A user who leaves it was not.
fn cause(then: &Holder<'_>, was: Membership, is: Membership) -> Cause {
    match (was, is) {
        (Membership::Out, Membership::Moved | Membership::Switched) => Cause::UsedAndRemoved,
        (Membership::Out, _) if then.has => Cause::BecameActive,
        (Membership::Out, _) => Cause::Assigned,
        (Membership::Current, Membership::Moved) => Cause::Removed,
        (Membership::Current | Membership::Moved, Membership::Switched) => Cause::Switched,
        (Membership::Switched, Membership::Moved) => Cause::OtherRemoved,
        (Membership::Moved | Membership::Switched, Membership::Current) => Cause::GivenBack,
        (Membership::Moved | Membership::Switched, _) => Cause::RemovedAndFellOut,
        (Membership::Current, _) => Cause::FellOut,
    }
}

fn seat_changes(facts: &Facts<'_>, subject: Subject<'_>, since: Day) -> Vec<SeatChange> {
    let listed = |day: Day| -> BTreeMap<&str, &Subscription> {
        let rows = facts.tables(day).into_iter().flat_map(|tables| &tables.subscriptions);
        rows.filter(|row| row.sku_id == subject.sku)
            .map(|row| (row.subscription_id.as_str(), row))
            .collect()
    };
    let (then, now) = (listed(since), listed(facts.day));
    let ids: BTreeSet<&str> = then.keys().chain(now.keys()).copied().collect();
    ids.into_iter()
        .filter_map(|id| seat_change(facts, id, then.get(id).copied(), now.get(id).copied()))
        .collect()
}

fn seat_change(facts: &Facts<'_>, id: &str, then: Option<&Subscription>, now: Option<&Subscription>) -> Option<SeatChange> {
    let cause = match (then, now) {
        (None, _) => SeatCause::Added,
        (_, None) => SeatCause::Gone,
        (Some(then), Some(now)) if then.is_trial != now.is_trial => SeatCause::Trial,
        (Some(then), Some(now)) if then.state != now.state => SeatCause::State,
        (Some(then), Some(now)) if then.seats != now.seats => SeatCause::Seats,
        _ => return None,
    };
    let counted = |row: Option<&Subscription>| row.map_or_else(SeatCounts::default, |row| SeatCounts::of(row, facts.rules));
    let state = |row: &Subscription| SeatState {
        seats: row.seats,
        state: row.state,
        is_trial: row.is_trial,
    };
    let (was, is) = (counted(then), counted(now));
    Some(SeatChange {
        cause,
        subscription_id: id.to_owned(),
        before: then.map(state),
        now: now.map(state),
        sold: is.sold - was.sold,
        entitled: is.entitled - was.entitled,
        trial: is.trial - was.trial,
        lapsed: is.lapsed - was.lapsed,
    })
}
