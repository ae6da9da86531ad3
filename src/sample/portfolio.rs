//! Who the customers are: their users, what they bought, and the script of what will happen to
//! them.

use std::net::Ipv4Addr;

use super::chance::Chance;
use super::facts::{City, FIRST_NAMES, LAST_NAMES, Persona};
use super::story::Story;
use crate::domain::guid::Guid;

/// Before the data: scenes on this day happen, but nobody logs them.
pub const BEFORE: i32 = -1000;
/// The stream of chance that belongs to the partner; customer k has stream k + 1.
const PARTNER_STREAM: u64 = 0;

/// A customer and all that will happen to it. Days are numbers from 0, the first day of the sample.
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
    /// What happens, by day; within a day in the order of the list.
    pub script: Vec<(i32, Scene)>,
    pub traits: Traits,
    /// Conditional access policies as JSON, as many as a record of the wished size can need.
    pub policies: Vec<String>,
    /// The service principal of the resources in this tenant, and the application of the nightly
    /// backup.
    pub resource_principal: Guid,
    pub backup: Guid,
    pub group: Guid,
    /// The user id of the administrator who changes licenses.
    pub admin: Guid,
}

/// How a customer's logs look and which faults they have.
#[derive(Clone, Default)]
pub struct Traits {
    /// The day of the first sign-in that was logged: diagnostic settings may be switched on late.
    pub sign_ins_from: i32,
    /// The days of the week's snapshots: the first one and its repetition; `None` where nobody
    /// exports.
    pub holdings_from: Option<i32>,
    pub subscriptions_from: Option<i32>,
    /// Whether the user list carries `licenseAssignmentStates`.
    pub assignment_states: bool,
    /// Whether the partner's customer list knows this tenant.
    pub listed: bool,
    /// `properties` is JSON text in a string.
    pub properties_as_text: bool,
    /// Ids are often written in upper case.
    pub upper_case: bool,
    /// `Level` as JSON, which differs between exports.
    pub level: &'static str,
    pub service_principals: bool,
    /// The days on which a line of the interactive sign-ins is unreadable, and how.
    pub faults: Vec<(i32, Fault)>,
    /// The file of the last day is still growing: its last line is cut.
    pub unfinished: bool,
}

/// What is wrong with an unreadable line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The line ends in the middle of the record.
    BrokenJson,
    /// The sign-in has no `id`.
    MissingId,
}

/// What kind of account a user is, and how a sign-in shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Member,
    Guest,
    /// A guest whose records have no `userType`: only `#EXT#` in the name tells.
    UntypedGuest,
}

/// A user of a customer: what the names are made of instead of the names, since there may be a
/// million.
pub struct User {
    pub id: Guid,
    /// Places in the lists of names.
    pub first_name: u8,
    pub last_name: u8,
    /// The number behind the name of the account, where another account has that name.
    pub number: Option<u32>,
    pub kind: Kind,
    pub home: Guid,
    pub persona: Persona,
    /// The probability of being active on a working day.
    pub habit: f64,
    /// The first and the last day on which the user is there, both inclusive.
    pub from: i32,
    pub until: i32,
    /// All sign-ins fail: somebody who forgot the password long ago.
    pub locked_out: bool,
    pub address: Ipv4Addr,
    pub agent: &'static str,
    pub device: Guid,
    pub city: &'static City,
}

impl User {
    /// The name that is displayed.
    pub fn name(&self) -> String {
        let (first, last) = self.names();
        format!("{} {}", first.0, last.0)
    }

    /// The user principal name.
    pub fn principal(&self, customer: &Customer) -> String {
        let (first, last) = self.names();
        let number = self.number.map_or_else(String::new, |number| number.to_string());
        let account = format!("{}.{}{number}", first.1, last.1);
        match self.kind {
            Kind::Member => format!("{account}@{}", customer.domain),
            Kind::Guest | Kind::UntypedGuest => format!(
                "{account}_brightpath-consulting.example#EXT#@{}.onmicrosoft.com",
                customer.tenant_name
            ),
        }
    }

    /// First and last name, each as displayed and as in the account.
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
    /// A group gives it, and something is wrong with one of its plans: it is held all the same.
    GroupWithError,
    /// A group would give it, but there were no seats left: it is not held.
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
    /// Days, counted from the sample's first.
    pub created: i32,
    pub next_step: Option<i32>,
}

/// Something that happens on a day. Users, products and subscriptions by their place in their
/// lists.
#[derive(Clone)]
pub enum Scene {
    /// A new account.
    Hire(usize),
    Assign(usize, usize, Grant),
    Remove(usize, usize),
    /// The product stays, the way in which it is held changes.
    Regrant(usize, usize, Grant),
    /// Only disabled plans change.
    Replan(usize, usize),
    /// An assignment that fails for want of seats.
    Refuse(usize, usize),
    /// A change of the user that has nothing to do with licenses.
    Rename(usize),
    Delete(usize),
    HardDelete(usize),
    Restore(usize),
    /// A scene whose audit record was lost: only a snapshot can show it.
    Unlogged(Box<Scene>),
    Subscribe(Box<Subscription>),
    /// New seats, status and next step of the subscription with this id.
    Renew(Box<(Guid, u32, &'static str, Option<i32>)>),
}

/// The tenant of the partner who owns the portfolio, and the one of another partner.
pub fn partners(seed: u64) -> (Guid, Guid) {
    let mut chance = Chance::new(seed, PARTNER_STREAM);
    (chance.guid(), chance.guid())
}
