//! How a number became what it is since an earlier day, user by user and subscription by
//! subscription. What is listed adds up to the difference exactly, because every user and every
//! subscription is in one group, and the group is where it was and where it is.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::kinds::spelled;
use crate::domain::subscription::State;
use crate::explain::compare::row_of;
use crate::explain::counts::{Holder, Numbers, Seats, Subject, holders, numbers};
use crate::explain::facts::{COMPARED_DAYS, Facts};
use crate::stages::licenses::subscriptions::Subscription;

spelled! {
    /// What happened to a user's place in the number.
    Cause {
        Assigned = "assigned",
        BecameActive = "became_active",
        UsedAndRemoved = "used_and_removed",
        GivenBack = "given_back",
        Removed = "removed",
        FellOut = "fell_out_of_window",
        RemovedAndFellOut = "removed_and_fell_out_of_window",
    }
}

/// Where a user is in a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Standing {
    /// Not active on a day on which the product was held.
    Out,
    /// Active, and has the product.
    Current,
    /// Active, and no longer has it.
    Moved,
}

/// Users to whom the same happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserChange {
    pub cause: Cause,
    pub users: Vec<String>,
    /// By how much they change the active users, those of them who have the product, and those who
    /// no longer have it.
    pub active: i64,
    pub holders: i64,
    pub moved: i64,
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

/// A subscription whose seats count otherwise than they did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatChange {
    pub cause: SeatCause,
    pub subscription_id: String,
    /// What it was and what it is; `None` where it was not or is not listed.
    pub before: Option<SeatState>,
    pub now: Option<SeatState>,
    /// By how much it changes what counts.
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

/// A number then and now.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub since: Day,
    pub before: Numbers,
    /// Whether the window of that day was complete; `None` where the tables have no row of the
    /// product on it.
    pub complete: Option<bool>,
    pub users: Vec<UserChange>,
    /// Who got the product since, and who lost it: the difference of the assigned seats.
    pub gained: Vec<String>,
    pub lost: Vec<String>,
    /// Empty where a side has no snapshot in force: then nothing can be compared.
    pub seats: Vec<SeatChange>,
}

/// The changes since each of the compared days that the tables have.
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
    /// Whether everything is as it was.
    pub fn is_nothing(&self) -> bool {
        self.users.is_empty() && self.gained.is_empty() && self.lost.is_empty() && self.seats.is_empty()
    }
}

fn user_changes(pairs: &[(&Holder<'_>, &Holder<'_>)]) -> Vec<UserChange> {
    let mut groups: BTreeMap<(Cause, Standing, Standing), Vec<String>> = BTreeMap::new();
    for (then, now) in pairs {
        let (was, is) = (standing(then), standing(now));
        if was != is {
            groups.entry((cause(then, was, is), was, is)).or_default().push(now.user.to_owned());
        }
    }
    let change = |((cause, was, is), users): ((Cause, Standing, Standing), Vec<String>)| {
        let count = users.len() as i64;
        let by = |wanted: fn(Standing) -> bool| count * (i64::from(wanted(is)) - i64::from(wanted(was)));
        UserChange {
            cause,
            users,
            active: by(|standing| standing != Standing::Out),
            holders: by(|standing| standing == Standing::Current),
            moved: by(|standing| standing == Standing::Moved),
        }
    };
    groups.into_iter().map(change).collect()
}

fn standing(holder: &Holder<'_>) -> Standing {
    match (holder.is_active(), holder.has) {
        (false, _) => Standing::Out,
        (true, true) => Standing::Current,
        (true, false) => Standing::Moved,
    }
}

/// Why somebody stands elsewhere. Whoever comes in was active since the earlier day, since that
/// day's window has no day of theirs; whoever goes out was not.
fn cause(then: &Holder<'_>, was: Standing, is: Standing) -> Cause {
    match (was, is) {
        (Standing::Out, Standing::Moved) => Cause::UsedAndRemoved,
        (Standing::Out, _) if then.has => Cause::BecameActive,
        (Standing::Out, _) => Cause::Assigned,
        (Standing::Current, Standing::Moved) => Cause::Removed,
        (Standing::Moved, Standing::Current) => Cause::GivenBack,
        (Standing::Moved, _) => Cause::RemovedAndFellOut,
        (Standing::Current, _) => Cause::FellOut,
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
    let counted = |row: Option<&Subscription>| row.map_or_else(Seats::default, |row| Seats::of(row, facts.rules));
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
