//! A sign-in that waits to be written.

use crate::domain::guid::Guid;
use crate::sample::customer::portfolio::Customer;
use crate::sample::facts::{INTERRUPTED, UNKNOWN_USER, USES, WRONG_PASSWORD};
use crate::sample::format::sign_in_records;
use crate::sample::text::Moment;

/// The result of a sign-in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Success,
    Interrupted,
    WrongPassword,
    UnknownUser,
}

/// A sign-in that waits to be written, in a few bytes, because a large customer has millions on a
/// day. The line, which is twenty times as long, is made when the file is written.
#[derive(Clone)]
pub struct PendingSignIn {
    pub at: Moment,
    pub id: Guid,
    pub correlation: Guid,
    pub user: u32,
    /// Index into [`USES`].
    pub deed: u8,
    pub outcome: Outcome,
    pub category_is_interactive: bool,
    pub interactive: Option<bool>,
    /// Whether the resource belongs to another tenant.
    pub foreign: bool,
    pub upper_case: bool,
    pub east: bool,
}

impl PendingSignIn {
    /// Returns everything that its record says. `elsewhere` is another tenant, in which some users
    /// are guests.
    pub fn shown<'a>(&self, customer: &'a Customer, elsewhere: Guid) -> sign_in_records::SignIn<'a> {
        let (error, reason) = match self.outcome {
            Outcome::Success => (0, ""),
            Outcome::Interrupted => INTERRUPTED,
            Outcome::WrongPassword => WRONG_PASSWORD,
            Outcome::UnknownUser => UNKNOWN_USER,
        };
        sign_in_records::SignIn {
            customer,
            user: &customer.users[self.user as usize],
            deed: &USES[usize::from(self.deed)],
            at: self.at,
            id: self.id,
            correlation: self.correlation,
            error,
            reason,
            category_is_interactive: self.category_is_interactive,
            interactive: self.interactive,
            resource_tenant: if self.foreign { elsewhere } else { customer.tenant },
            upper_case: self.upper_case,
            east: self.east,
            nobody: self.outcome == Outcome::UnknownUser,
        }
    }
}
