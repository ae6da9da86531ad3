//! What happens at a customer, day by day: scenes, people at work, snapshots; and the files that
//! this leaves.

use std::rc::Rc;

use super::arrivals::{Arrival, Arrivals, Container, Entry};
use super::chance::Chance;
use super::changes::{Record, Unrelated, What};
use super::deeds::Desk;
use super::estate::Estate;
use super::facts::{USES, is_weekend};
use super::portfolio::{Customer, Scene};
use super::text::Moment;
use super::write::Output;
use super::{Options, SampleError, pages, portfolio, records};
use crate::domain::day::Day;

/// Every how many days the snapshots are taken.
const SNAPSHOT_DAYS: i32 = 7;
/// The hour at which administrators begin to work, and the one at which the nightly backup signs
/// in.
const OFFICE_HOUR: u32 = 7;
const BACKUP_HOUR: u32 = 2;

/// The probability of an audit record on a day that has nothing to do with licenses.
const UNRELATED: f64 = 0.12;

/// Writes all files of a customer.
pub fn live(options: &Options, customer: &Customer, chance: &mut Chance, output: &mut Output<'_>) -> Result<(), SampleError> {
    let mut estate = Estate::new(customer.users.len());
    let mut arrivals = Arrivals::new(portfolio::partners(options.seed).1);
    let mut faults = customer.traits.faults.clone();
    let mut script = customer.script.iter().peekable();
    let days = options.days as i32;
    for day in 0..days {
        let date = options.first_day().plus(day);
        let mut at = Moment::in_hour(date, OFFICE_HOUR, chance.bits());
        let mut bought = false;
        while let Some((due, scene)) = script.next_if(|&&(due, _)| due <= day) {
            bought |= matches!(scene, Scene::Subscribe(_) | Scene::Renew(..));
            at = at.plus(60 + chance.below(1200) as u64);
            // What happened before the first day was logged by nobody.
            if let (Some(record), true) = (estate.play(scene, at, chance), *due == day) {
                arrivals.receive(options, day, Container::Audit, Entry::Audit(Rc::new(record)), Arrival::default());
            }
        }
        if chance.happens(UNRELATED)
            && !is_weekend(date)
            && let Some(record) = unrelated(customer, &estate, day, date, chance)
        {
            arrivals.receive(options, day, Container::Audit, Entry::Audit(Rc::new(record)), Arrival::default());
        }
        if day >= customer.traits.sign_ins_from {
            let mut desk = Desk {
                options,
                customer,
                arrivals: &mut arrivals,
            };
            for user in 0..customer.users.len() {
                if estate.is_there(customer, user, day) && customer.users[user].until >= day {
                    desk.work(user, day, chance);
                }
            }
        }
        if customer.traits.service_principals && day % SNAPSHOT_DAYS == 0 {
            let at = Moment::in_hour(date, BACKUP_HOUR, chance.bits());
            let line = records::principal_sign_in(customer, chance.pick(&USES), at, chance);
            arrivals.receive(
                options,
                day,
                Container::Principals,
                Entry::Line(Rc::new((at, line))),
                Arrival::default(),
            );
        }
        arrivals.deliver(options, customer, day, output, &mut faults)?;
        snapshots(options, customer, &estate, day, bought, output)?;
    }
    Ok(())
}

/// A record about some user who is there, or none where nobody is.
fn unrelated(customer: &Customer, estate: &Estate, day: i32, date: Day, chance: &mut Chance) -> Option<Record> {
    let count = estate.present(customer, day).count();
    if count == 0 {
        return None;
    }
    let (user, _) = estate.present(customer, day).nth(chance.below(count))?;
    let at = Moment::in_hour(date, 9 + chance.below(8) as u32, chance.bits());
    let what = What::Unrelated(user, *chance.pick(&Unrelated::ALL));
    Some(Record::new(at, what, chance))
}

/// Writes the snapshots that are due on a day: once a week, and of the subscriptions also when they
/// changed.
fn snapshots(
    options: &Options,
    customer: &Customer,
    estate: &Estate,
    day: i32,
    bought: bool,
    output: &mut Output<'_>,
) -> Result<(), SampleError> {
    let date = options.first_day().plus(day);
    let due = |from: Option<i32>, extra: bool| from.is_some_and(|from| day >= from && (extra || (day - from) % SNAPSHOT_DAYS == 0));
    if due(customer.traits.holdings_from, false) {
        let count = estate.present(customer, day).count();
        let mut present = estate.present(customer, day);
        let pages = count.div_ceil(pages::PAGE_USERS).max(1);
        output.summary.records += count as u64;
        for number in 0..pages {
            let rows: Vec<_> = present.by_ref().take(pages::PAGE_USERS).collect();
            let page = pages::users(customer, number, number + 1 == pages, &rows);
            output.file(
                &format!("graph-users/tenantId={}/{date}/users-{}.json", customer.tenant, number + 1),
                |out| out.write_all(page.as_bytes()),
            )?;
        }
    }
    if due(customer.traits.subscriptions_from, bought) {
        let page = pages::subscriptions(
            customer,
            &estate.subscriptions,
            options.first_day(),
            portfolio::partners(options.seed),
        );
        output.summary.records += estate.subscriptions.len() as u64;
        output.file(&format!("graph-subscriptions/tenantId={}/{date}.json", customer.tenant), |out| {
            out.write_all(page.as_bytes())
        })?;
    }
    Ok(())
}
