//! Subscription states and sellers: what a raw status means and who sold the seats.

use super::kinds::spelled;

spelled! {
    /// The state of a subscription, as `spec: Subscription states` maps raw statuses to it.
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
    /// The state that a raw status (any case, blanks around it ignored) stands for; `None` for a status nobody has told us of.
    pub fn of_status(status: &str) -> Option<State> {
        Some(match status.trim().to_ascii_lowercase().as_str() {
            "active" | "enabled" => State::Active,
            "expired" | "warning" | "in grace period" => State::Grace,
            "suspended" | "disabled" | "lockedout" => State::Disabled,
            "deleted" | "deprovisioned" => State::Deprovisioned,
            "pending" | "none" => State::Pending,
            "upgraded" | "converted" => State::Superseded,
            _ => return None,
        })
    }

    /// Paid seats in these states are lapsed: listed, but no longer usable as they were.
    pub fn is_lapsed(self) -> bool {
        matches!(self, State::Grace | State::Disabled | State::Deprovisioned)
    }

    /// Trial seats count in `seats_trial` in these states.
    pub fn is_running(self) -> bool {
        matches!(self, State::Active | State::Grace)
    }
}

spelled! {
    /// Who sold a subscription, seen from the partner whose portfolio it is.
    Seller {
        Own = "own",
        Other = "other",
        Direct = "direct",
        Unknown = "unknown",
    }
}
