//! Words for a subscription: its seats, its state, who sold it, and when it ends or renews.

use crate::domain::day::Day;
use crate::domain::subscription::{Seller, State, Term};
use crate::domain::words::{Words, explain as phrases, nouns};
use crate::stages::licenses::subscriptions::Subscription;

/// The state of a subscription.
pub fn state(w: Words, state: State) -> &'static str {
    w.say(match state {
        State::Active => phrases::ACTIVE_STATE,
        State::Grace => phrases::GRACE_STATE,
        State::Disabled => phrases::DISABLED_STATE,
        State::Deprovisioned => phrases::DEPROVISIONED_STATE,
        State::Pending => phrases::PENDING_STATE,
        State::Superseded => phrases::SUPERSEDED_STATE,
    })
}

/// `57 seats, active, sold by us, renews 2027-08-31, bound for a year`.
pub fn subscription(w: Words, row: &Subscription) -> String {
    let trial = if row.is_trial {
        format!(" {}", w.say(phrases::A_TRIAL))
    } else {
        String::new()
    };
    let seller = w.say(match row.seller {
        Seller::Own => phrases::SOLD_BY_US,
        Seller::Other => phrases::SOLD_BY_OTHER,
        Seller::Direct => phrases::SOLD_DIRECTLY,
        Seller::Unknown => phrases::SELLER_UNKNOWN,
    });
    format!(
        "{}, {}{trial}, {seller}, {}",
        w.count(row.seats, nouns::SEAT),
        state(w, row.state),
        end(w, row)
    )
}

/// `renews 2027-08-31, bound for a year`, or when it ends where it does not renew.
fn end(w: Words, row: &Subscription) -> String {
    let on = |phrase, day: Day| w.fill(phrase, &[("day", &day)]);
    let end = match (row.renews_on, row.ends_on) {
        (Some(day), _) if row.auto_renew == Some(false) => on(phrases::ENDS_UNLESS_RENEWED, day),
        (Some(day), _) => on(phrases::RENEWS, day),
        (None, Some(day)) => on(phrases::ENDS, day),
        (None, None) => w.say(phrases::NO_END).to_owned(),
    };
    let bound = row.term.map(|term| match term {
        Term::Month => phrases::FOR_A_MONTH,
        Term::Year => phrases::FOR_A_YEAR,
        Term::ThreeYears => phrases::FOR_THREE_YEARS,
    });
    bound.map_or_else(|| end.clone(), |bound| format!("{end}, {}", w.say(bound)))
}
