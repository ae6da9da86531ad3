//! The closed lists of the domain: feeds, kinds of evidence, actions on licenses.

use crate::domain::day::{Day, Instant, Zone};

/// Defines an enum whose variants have one spelling each. Files, messages and settings all use it.
macro_rules! spelled {
    ($(#[$meta:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name { $($(#[$inner])* $variant),+ }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The spelling in files, messages and settings.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }

            /// The one with this spelling.
            pub fn parse(text: &str) -> Option<$name> {
                match text { $($text => Some($name::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }
    };
}
pub(crate) use spelled;

spelled! {
    /// What a raw source contains.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    Feed {
        Activity = "activity",
        LicenseChanges = "license_changes",
        LicenseHoldings = "license_holdings",
        Subscriptions = "subscriptions",
        Customers = "customers",
        SupportRequests = "support_requests",
    }
}

spelled! {
    /// What shows that a user was active.
    Evidence {
        Interactive = "interactive",
        NonInteractive = "non_interactive",
        Action = "action",
        /// A usage report of Microsoft 365 says so.
        Report = "report",
    }
}

impl Evidence {
    /// Returns the day of an event. Usage reports name a calendar date, which Microsoft counts in
    /// UTC; it is the same in every time zone.
    pub fn day_of(self, at: Instant, zone: &Zone) -> Day {
        match self {
            Evidence::Report => at.day_utc(),
            _ => zone.day_of(at),
        }
    }
}

spelled! {
    /// Where it is known from what users did: from logs of every sign-in and action, or from usage
    /// reports, which know the latest day of a user and not the days between.
    ActivitySource {
        Logs = "logs",
        Reports = "reports",
        Both = "both",
    }
}

impl ActivitySource {
    /// Returns what there is; `None` where there is neither.
    pub fn of(logs: bool, reports: bool) -> Option<ActivitySource> {
        match (logs, reports) {
            (true, false) => Some(ActivitySource::Logs),
            (false, true) => Some(ActivitySource::Reports),
            (true, true) => Some(ActivitySource::Both),
            (false, false) => None,
        }
    }

    pub fn has_logs(self) -> bool {
        self != ActivitySource::Reports
    }

    pub fn has_reports(self) -> bool {
        self != ActivitySource::Logs
    }
}

spelled! {
    /// What lists of users say of an account besides its licenses.
    AccountState {
        /// Nobody can sign in with it.
        Disabled = "disabled",
        /// Its user is meant to have a license, and no seat is left.
        Waiting = "waiting",
    }
}

spelled! {
    /// Whether somebody used a service or configured it.
    ActionMeaning {
        Use = "use",
        Administration = "administration",
    }
}

spelled! {
    /// What happened to a license. `Assigned`, `Removed` and `Held` are about one SKU, the others
    /// about all SKUs of the user.
    Action {
        Assigned = "assigned",
        Removed = "removed",
        Held = "held",
        Deleted = "deleted",
        Restored = "restored",
    }
}

spelled! {
    /// The evidence that opened an assignment: an event, a snapshot of holdings, or none, because
    /// the assignment is older than the data.
    Opened {
        Event = "event",
        Snapshot = "snapshot",
        Before = "before",
    }
}
