//! A user's day: which sign-ins it leaves, how they went, and how they arrive.

use super::arrivals::{Arrival, Arrivals, Container, Entry};
use super::chance::Chance;
use super::facts::{INTERRUPTED, UNKNOWN_USER, USES, WRONG_PASSWORD, is_weekend};
use super::portfolio::{Customer, Kind};
use super::text::Moment;
use super::{Options, records};
use crate::domain::guid::Guid;

/// How much less happens on a Saturday or Sunday.
const WEEKEND: f64 = 0.12;
/// Sign-ins of a user on a day with any: one of these.
const SIGN_INS: [usize; 7] = [1, 2, 2, 3, 3, 4, 5];
const INTERACTIVE: f64 = 0.38;
const FAILED: f64 = 0.04;
const INTERRUPTED_FIRST: f64 = 0.06;
/// A sign-in with a name that nobody has.
const NOBODY: f64 = 0.004;
/// `isInteractive` is missing, or false although the category says otherwise.
const FLAG_MISSING: f64 = 0.01;
const FLAG_FALSE: f64 = 0.012;
/// One id on tokens for several resources.
const SEVERAL_RESOURCES: f64 = 0.03;
const FOREIGN_RESOURCE: f64 = 0.006;
/// After the end of the working day; late in the evening and written by a clock two hours east.
const EVENING: f64 = 0.04;
const EAST: f64 = 0.012;
const ONE_DAY_LATE: f64 = 0.01;
const TWO_DAYS_LATE: f64 = 0.003;
const TWICE_AT_ONCE: f64 = 0.012;
const TWICE_NEXT_DAY: f64 = 0.008;

/// How a sign-in went.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Success,
    Interrupted,
    WrongPassword,
    UnknownUser,
}

/// A sign-in that waits for its file: in a few bytes, since a large customer has millions on a day.
/// The line, twenty times as long, is made when the file is written.
#[derive(Clone)]
pub struct SignIn {
    pub at: Moment,
    id: Guid,
    correlation: Guid,
    user: u32,
    /// The place in [`USES`].
    deed: u8,
    outcome: Outcome,
    category_is_interactive: bool,
    interactive: Option<bool>,
    /// The resource is one of another tenant.
    foreign: bool,
    upper_case: bool,
    east: bool,
}

impl SignIn {
    /// All that its record says. `elsewhere` is another tenant, in which some users are guests.
    pub fn shown<'a>(&self, customer: &'a Customer, elsewhere: Guid) -> records::SignIn<'a> {
        let (error, reason) = match self.outcome {
            Outcome::Success => (0, ""),
            Outcome::Interrupted => INTERRUPTED,
            Outcome::WrongPassword => WRONG_PASSWORD,
            Outcome::UnknownUser => UNKNOWN_USER,
        };
        records::SignIn {
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

/// Where sign-ins go.
pub struct Desk<'a> {
    pub options: &'a Options,
    pub customer: &'a Customer,
    pub arrivals: &'a mut Arrivals,
}

impl Desk<'_> {
    /// Lets a user have a day: none, or a few sign-ins.
    pub fn work(&mut self, user: usize, day: i32, chance: &mut Chance) {
        let date = self.options.first_day().plus(day);
        let quiet = if is_weekend(date) { WEEKEND } else { 1.0 };
        if !chance.happens(self.customer.users[user].habit * quiet) {
            return;
        }
        for _ in 0..*chance.pick(&SIGN_INS) {
            self.sign_in(user, day, chance);
        }
    }

    fn sign_in(&mut self, user: usize, day: i32, chance: &mut Chance) {
        let customer = self.customer;
        let date = self.options.first_day().plus(day);
        let account = &customer.users[user];
        let category_is_interactive = account.locked_out || chance.happens(INTERACTIVE);
        let east = chance.happens(EAST);
        let hour = match east {
            true => 22 + chance.below(2),
            false if chance.happens(EVENING) => 18 + chance.below(4),
            false => 6 + chance.below(12),
        };
        let nobody = category_is_interactive && chance.happens(NOBODY);
        let failed = account.locked_out || chance.happens(FAILED);
        let outcome = match (nobody, failed) {
            (true, _) => Outcome::UnknownUser,
            (false, true) => Outcome::WrongPassword,
            (false, false) => Outcome::Success,
        };
        let foreign = account.kind == Kind::Member && chance.happens(FOREIGN_RESOURCE);
        let upper_share = if customer.traits.upper_case { 0.4 } else { 0.006 };
        let flag = chance.fraction();
        let mut event = SignIn {
            user: user as u32,
            deed: deed(account.persona as usize, chance),
            at: Moment::in_hour(date, hour as u32, chance.bits()),
            id: chance.guid(),
            correlation: chance.guid(),
            outcome,
            category_is_interactive,
            interactive: match flag {
                flag if flag < FLAG_MISSING => None,
                flag if flag < FLAG_MISSING + FLAG_FALSE => Some(false),
                _ => Some(category_is_interactive),
            },
            foreign,
            upper_case: chance.happens(upper_share),
            east,
        };
        if category_is_interactive && outcome == Outcome::Success && chance.happens(INTERRUPTED_FIRST) {
            event.outcome = Outcome::Interrupted;
            self.send(&event, day, chance);
            event.outcome = Outcome::Success;
            (event.at, event.id) = (event.at.plus(6), chance.guid());
        }
        self.send(&event, day, chance);
        if !category_is_interactive && chance.happens(SEVERAL_RESOURCES) {
            for _ in 0..2 {
                event.deed = deed(account.persona as usize, chance);
                self.send(&event, day, chance);
            }
        }
    }

    fn send(&mut self, event: &SignIn, day: i32, chance: &mut Chance) {
        let container = if event.category_is_interactive {
            Container::Interactive
        } else {
            Container::NonInteractive
        };
        let (late, twice) = (chance.fraction(), chance.fraction());
        let arrival = Arrival {
            days_late: i32::from(late < ONE_DAY_LATE) + i32::from(late < TWO_DAYS_LATE),
            copy_after: (twice < TWICE_AT_ONCE + TWICE_NEXT_DAY).then_some(i32::from(twice < TWICE_NEXT_DAY)),
        };
        self.arrivals
            .receive(self.options, day, container, Entry::SignIn(event.clone()), arrival);
    }
}

/// What a persona does next: the place in [`USES`].
fn deed(persona: usize, chance: &mut Chance) -> u8 {
    chance.weighted(USES.iter().map(move |choice| choice.weights[persona])) as u8
}
