//! Subscription states and sellers.

use serde::{Deserialize, Serialize};

use super::kinds::spelled;

spelled! {
    /// The state of a subscription. [`State::of_status`] maps raw statuses to it.
    #[derive(Serialize, Deserialize)]
    State {
        Active = "active",
        Grace = "grace",
        Disabled = "disabled",
        Deprovisioned = "deprovisioned",
        Pending = "pending",
        Superseded = "superseded",
    }
}

impl State {
    /// Returns the state of a raw status, or `None` for an unknown status. Case and surrounding
    /// blanks do not matter.
    pub fn of_status(status: &str) -> Option<State> {
        const WORDS: [(&str, State); 14] = [
            ("enabled", State::Active),
            ("active", State::Active),
            ("warning", State::Grace),
            ("suspended", State::Disabled),
            ("deleted", State::Deprovisioned),
            ("lockedout", State::Disabled),
            ("expired", State::Grace),
            ("in grace period", State::Grace),
            ("disabled", State::Disabled),
            ("deprovisioned", State::Deprovisioned),
            ("pending", State::Pending),
            ("none", State::Pending),
            ("upgraded", State::Superseded),
            ("converted", State::Superseded),
        ];
        let state_of = |status: &str| {
            let known = WORDS.iter().find(|(word, _)| status.eq_ignore_ascii_case(word));
            known.map(|(_, state)| *state)
        };
        state_of(status).or_else(|| state_of(status.trim()))
    }

    /// Paid seats in these states have lapsed: the list still has them, but they cannot be used as
    /// before.
    pub fn is_lapsed(self) -> bool {
        matches!(self, State::Grace | State::Disabled | State::Deprovisioned)
    }

    /// Trial seats count in `seats_trial` in these states.
    pub fn is_running(self) -> bool {
        matches!(self, State::Active | State::Grace)
    }
}

spelled! {
    /// Who sold a subscription, from the point of view of the partner.
    #[derive(Serialize, Deserialize)]
    Seller {
        Own = "own",
        Other = "other",
        Direct = "direct",
        Unknown = "unknown",
    }
}
