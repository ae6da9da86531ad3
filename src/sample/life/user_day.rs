//! One day of a user: which sign-ins there are, whether they succeed, and how they arrive.

use crate::sample::chance::Chance;
use crate::sample::customer::portfolio::{AccountKind, Customer};
use crate::sample::facts::{USES, is_weekend};
use crate::sample::life::arrivals::{Arrival, Arrivals, Container, Entry};
use crate::sample::life::sign_in::{Outcome, PendingSignIn};
use crate::sample::options::Options;
use crate::sample::text::Moment;

/// How much less happens on a Saturday or Sunday.
const WEEKEND: f64 = 0.12;
/// The number of sign-ins of a user on an active day is one of these.
const SIGN_INS: [usize; 7] = [1, 2, 2, 3, 3, 4, 5];
const INTERACTIVE: f64 = 0.38;
const FAILED: f64 = 0.04;
const INTERRUPTED_FIRST: f64 = 0.06;
/// A sign-in with a name that no user has.
const NOBODY: f64 = 0.004;
/// `isInteractive` is missing, or it is false although the category says otherwise.
const FLAG_MISSING: f64 = 0.01;
const FLAG_FALSE: f64 = 0.012;
/// Tokens for several resources have one id.
const SEVERAL_RESOURCES: f64 = 0.03;
const FOREIGN_RESOURCE: f64 = 0.006;
/// After the end of the working day; and late in the evening, written by a clock two hours east.
const EVENING: f64 = 0.04;
const EAST: f64 = 0.012;
const ONE_DAY_LATE: f64 = 0.01;
const TWO_DAYS_LATE: f64 = 0.003;
const TWICE_AT_ONCE: f64 = 0.012;
const TWICE_NEXT_DAY: f64 = 0.008;

/// Creates sign-ins of a customer.
pub struct UserDays<'a> {
    pub options: &'a Options,
    pub customer: &'a Customer,
    pub arrivals: &'a mut Arrivals,
}

impl UserDays<'_> {
    /// Creates the sign-ins of a user on a day: none or a few.
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
        let foreign = account.kind == AccountKind::Member && chance.happens(FOREIGN_RESOURCE);
        let upper_share = if customer.traits.upper_case { 0.4 } else { 0.006 };
        let flag = chance.fraction();
        let mut event = PendingSignIn {
            user: user as u32,
            deed: next_use(account.persona as usize, chance),
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
                event.deed = next_use(account.persona as usize, chance);
                self.send(&event, day, chance);
            }
        }
    }

    fn send(&mut self, event: &PendingSignIn, day: i32, chance: &mut Chance) {
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

/// Returns what a persona does next, as an index into [`USES`].
fn next_use(persona: usize, chance: &mut Chance) -> u8 {
    chance.weighted(USES.iter().map(move |choice| choice.weights[persona])) as u8
}
