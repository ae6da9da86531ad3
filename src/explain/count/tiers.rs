//! The seats of a product that nobody uses, by tier, with their users: what `next_steps` counts.

use crate::domain::kinds::spelled;
use crate::explain::count::numbers::Subject;
use crate::explain::count::people::{People, Person};
use crate::explain::facts::Facts;

spelled! {
    /// Why a seat is one that could be taken back, the most certain tier first.
    Tier {
        Disabled = "disabled",
        NeverActive = "never_active",
        Inactive = "inactive",
        New = "new",
    }
}

/// The users of a product whose seats are not used, by tier, in the order of [`People::inactive`]
/// within one. Where use cannot be seen, only disabled accounts are certain.
pub fn idle<'p>(facts: &Facts<'_>, subject: Subject<'_>, people: &'p People) -> Vec<(Tier, &'p Person)> {
    let is_visible = !subject.workloads(facts.rules).is_empty() && facts.activity_source().is_some();
    // A disabled account may have been active in the window before it was disabled.
    let disabled = people.inactive.iter().chain(&people.current);
    let disabled = disabled.filter(|person| person.disabled_since.is_some());
    let mut idle: Vec<(Tier, &Person)> = disabled.map(|person| (Tier::Disabled, person)).collect();
    let others = people.inactive.iter().filter(|person| person.disabled_since.is_none());
    idle.extend(others.filter(|_| is_visible).map(|person| (tier(facts, person), person)));
    idle.sort_by_key(|(tier, _)| *tier);
    idle
}

/// The tier of a user whose account is not known to be disabled.
fn tier(facts: &Facts<'_>, person: &Person) -> Tier {
    let grace = facts.rules.thresholds.grace_days;
    let is_new = person.license.since.is_some_and(|since| facts.day.0 - since.0 < grace);
    match person.last_active {
        _ if is_new => Tier::New,
        Some(_) => Tier::Inactive,
        None => Tier::NeverActive,
    }
}
