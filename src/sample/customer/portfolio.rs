//! The customers: their users, what they bought, and the script of what will happen to them.

use std::net::Ipv4Addr;

use crate::domain::guid::Guid;
use crate::sample::chance::Chance;
use crate::sample::customer::story::Story;
use crate::sample::facts::{City, FIRST_NAMES, LAST_NAMES, Persona};

/// Before the data. Scenes on this day happen, but no log has them.
pub const BEFORE: i32 = -1000;
/// The random stream of the partner. Customer k has stream k + 1.
const PARTNER_STREAM: u64 = 0;

/// A customer and everything that will happen to it. Days count from 0, the first day of the
/// sample.
pub struct Customer {
    pub number: u32,
    pub tenant: Guid,
    pub name: String,
    /// The mail domain, and the name of the tenant in `.onmicrosoft.com`.
    pub domain: String,
    pub tenant_name: String,
    pub country: &'static str,
    pub segment: &'static str,
    pub story: Story,
    pub users: Vec<User>,
    /// What happens, by day. Within a day the order of the list counts.
    pub script: Vec<(i32, Scene)>,
    pub traits: Traits,
    /// Conditional access policies as JSON, as many as a record of the wanted size can need.
    pub policies: Vec<String>,
    /// The service principal of the resources in this tenant, and the application of the nightly
    /// backup.
    pub resource_principal: Guid,
    pub backup: Guid,
    pub group: Guid,
    /// The user id of the administrator who changes licenses.
    pub admin: Guid,
}

/// What the customer's logs look like, and their faults.
#[derive(Clone, Default)]
pub struct Traits {
    /// The day of the first sign-in in the logs. Diagnostic settings may have been switched on
    /// late.
    pub sign_ins_from: i32,
    /// The first day of the weekly snapshots. `None` if nobody exports them.
    pub holdings_from: Option<i32>,
    pub subscriptions_from: Option<i32>,
    /// Whether the user list has `licenseAssignmentStates`.
    pub assignment_states: bool,
    /// Whether the partner's customer list has this tenant.
    pub listed: bool,
    /// Whether `properties` is JSON text in a string.
    pub properties_as_text: bool,
    /// Whether ids are often in upper case.
    pub upper_case: bool,
    /// `Level` as JSON. It differs between exports.
    pub level: &'static str,
    pub service_principals: bool,
    /// The days on which a line of the interactive sign-ins is unreadable, and how.
    pub faults: Vec<(i32, LineFault)>,
    /// Whether the file of the last day is still growing: its last line is cut off.
    pub unfinished: bool,
}

/// What is wrong with an unreadable line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineFault {
    /// The line ends in the middle of the record.
    BrokenJson,
    /// The sign-in has no `id`.
    MissingId,
}

/// The kind of an account, and how a sign-in shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AccountKind {
    Member,
    Guest,
    /// A guest whose records have no `userType`. Only `#EXT#` in the name tells.
    UntypedGuest,
}

/// A user of a customer. It has what the names are made from and not the names, because there may
/// be a million users.
pub struct User {
    pub id: Guid,
    /// Indices into the lists of names.
    pub first_name: u8,
    pub last_name: u8,
    /// The number at the end of the account name, if another account has the same name.
    pub number: Option<u32>,
    pub kind: AccountKind,
    pub home: Guid,
    pub persona: Persona,
    /// The probability of being active on a working day.
    pub habit: f64,
    /// The first and the last day on which the account exists, both included.
    pub from: i32,
    pub until: i32,
    /// Whether all sign-ins fail, because the user forgot the password.
    pub locked_out: bool,
    /// The first day on which lists say that the account is disabled.
    pub disabled_from: i32,
    pub address: Ipv4Addr,
    pub agent: &'static str,
    pub device: Guid,
    pub city: &'static City,
}

impl User {
    /// Returns the display name.
    pub fn name(&self) -> String {
        let (first, last) = self.names();
        format!("{} {}", first.0, last.0)
    }

    /// Returns the user principal name.
    pub fn principal(&self, customer: &Customer) -> String {
        let (first, last) = self.names();
        let number = self.number.map_or_else(String::new, |number| number.to_string());
        let account = format!("{}.{}{number}", first.1, last.1);
        match self.kind {
            AccountKind::Member => format!("{account}@{}", customer.domain),
            AccountKind::Guest | AccountKind::UntypedGuest => format!(
                "{account}_brightpath-consulting.example#EXT#@{}.onmicrosoft.com",
                customer.tenant_name
            ),
        }
    }

    /// Returns first and last name, each as displayed and as in the account name.
    fn names(&self) -> (&'static (&'static str, &'static str), &'static (&'static str, &'static str)) {
        (&FIRST_NAMES[usize::from(self.first_name)], &LAST_NAMES[usize::from(self.last_name)])
    }
}

/// How a user holds a product.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grant {
    Direct,
    Group,
    Both,
    /// A group grants it, and one of its plans has an error. It is held all the same.
    GroupWithError,
    /// A group would grant it, but no seats were left. It is not held.
    Failed,
}

/// Who sold a subscription.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Owner {
    Partner,
    AnotherPartner,
    Nobody,
    Customer,
}

/// A subscription as the page of a day shows it.
#[derive(Clone)]
pub struct Subscription {
    pub id: Guid,
    pub commerce: Guid,
    pub sku: usize,
    pub seats: u32,
    pub status: &'static str,
    pub is_trial: bool,
    pub owner: Owner,
    /// Days, counted from the first day of the sample.
    pub created: i32,
    pub next_step: Option<i32>,
}

/// Something that happens on a day. Users, products and subscriptions are given by index.
#[derive(Clone)]
pub enum Scene {
    /// A new account.
    Hire(usize),
    Assign(usize, usize, Grant),
    Remove(usize, usize),
    /// The product stays, but its grant changes.
    Regrant(usize, usize, Grant),
    /// Only disabled plans change.
    Replan(usize, usize),
    /// An assignment that fails because no seats are left.
    Refuse(usize, usize),
    /// A change of the user that has nothing to do with licenses.
    Rename(usize),
    Delete(usize),
    HardDelete(usize),
    Restore(usize),
    /// A scene whose audit record was lost. Only a snapshot can show it.
    Unlogged(Box<Scene>),
    Subscribe(Box<Subscription>),
    /// New seats, status and next step of the subscription with this id.
    Renew(Box<(Guid, u32, &'static str, Option<i32>)>),
}

/// Returns the tenant of the partner who owns the portfolio, and that of another partner.
pub fn partners(seed: u64) -> (Guid, Guid) {
    let mut chance = Chance::new(seed, PARTNER_STREAM);
    (chance.guid(), chance.guid())
}
