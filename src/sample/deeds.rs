//! A user's day: which sign-ins it leaves, how they went, and how they arrive.

use super::Options;
use super::arrivals::{Arrival, Arrivals, Container};
use super::chance::Chance;
use super::facts::{INTERRUPTED, UNKNOWN_USER, USES, Use, WRONG_PASSWORD, is_weekend};
use super::portfolio::{Customer, Kind};
use super::records::{SignIn, Writer};
use super::text::Moment;
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

/// Where sign-ins are written.
pub struct Desk {
    writer: Writer,
    /// Another tenant, in which some users are guests.
    elsewhere: Guid,
}

impl Desk {
    pub fn new(elsewhere: Guid) -> Desk {
        Desk {
            writer: Writer::default(),
            elsewhere,
        }
    }

    /// Lets a user have a day: none, or a few sign-ins.
    pub fn work(&mut self, options: &Options, customer: &Customer, user: usize, day: i32, chance: &mut Chance, arrivals: &mut Arrivals) {
        let date = options.first_day().plus(day);
        let quiet = if is_weekend(date) { WEEKEND } else { 1.0 };
        if !chance.happens(customer.users[user].habit * quiet) {
            return;
        }
        for _ in 0..*chance.pick(&SIGN_INS) {
            self.sign_in(options, customer, user, day, chance, arrivals);
        }
    }

    fn sign_in(&mut self, options: &Options, customer: &Customer, user: usize, day: i32, chance: &mut Chance, arrivals: &mut Arrivals) {
        let date = options.first_day().plus(day);
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
        let (error, reason) = match (nobody, failed) {
            (true, _) => UNKNOWN_USER,
            (false, true) => WRONG_PASSWORD,
            (false, false) => (0, ""),
        };
        let foreign = account.kind == Kind::Member && chance.happens(FOREIGN_RESOURCE);
        let upper_share = if customer.traits.upper_case { 0.4 } else { 0.006 };
        let flag = chance.fraction();
        let mut event = SignIn {
            customer,
            user: account,
            deed: deed(account.persona as usize, chance),
            at: Moment::in_hour(date, hour as u32, chance.bits()),
            id: chance.guid(),
            correlation: chance.guid(),
            error,
            reason,
            category_is_interactive,
            interactive: match flag {
                flag if flag < FLAG_MISSING => None,
                flag if flag < FLAG_MISSING + FLAG_FALSE => Some(false),
                _ => Some(category_is_interactive),
            },
            resource_tenant: if foreign { self.elsewhere } else { customer.tenant },
            upper_case: chance.happens(upper_share),
            east,
            nobody,
        };
        if category_is_interactive && error == 0 && chance.happens(INTERRUPTED_FIRST) {
            (event.error, event.reason) = INTERRUPTED;
            self.send(options, &event, day, chance, arrivals);
            (event.error, event.reason) = (0, "");
            (event.at, event.id) = (event.at.plus(6), chance.guid());
        }
        self.send(options, &event, day, chance, arrivals);
        if !category_is_interactive && chance.happens(SEVERAL_RESOURCES) {
            for _ in 0..2 {
                event.deed = deed(account.persona as usize, chance);
                self.send(options, &event, day, chance, arrivals);
            }
        }
    }

    fn send(&mut self, options: &Options, event: &SignIn<'_>, day: i32, chance: &mut Chance, arrivals: &mut Arrivals) {
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
        let line = self.writer.sign_in(event, options.record_bytes as usize);
        arrivals.receive(options, day, container, event.at, line, arrival);
    }
}

/// What a persona does next.
fn deed(persona: usize, chance: &mut Chance) -> &'static Use {
    &USES[chance.weighted(USES.iter().map(move |choice| choice.weights[persona]))]
}
