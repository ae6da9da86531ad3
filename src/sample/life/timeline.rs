//! Lives through the days of a customer: scenes, people at work, snapshots; and writes the files.

use std::rc::Rc;

use crate::domain::day::Day;
use crate::domain::kinds::Feed;
use crate::sample::chance::Chance;
use crate::sample::customer::portfolio;
use crate::sample::customer::portfolio::{Customer, Scene};
use crate::sample::facts::{USES, is_weekend};
use crate::sample::format::{graph_pages, sign_in_records};
use crate::sample::life::arrivals::{Arrival, Arrivals, Container, Entry};
use crate::sample::life::changes::{ChangeKind, Record, Unrelated};
use crate::sample::life::estate::Estate;
use crate::sample::life::user_day::UserDays;
use crate::sample::options::{Options, SampleError};
use crate::sample::output::{Output, RawFile};
use crate::sample::text::Moment;

/// Number of days between snapshots.
const SNAPSHOT_DAYS: i32 = 7;
/// The hour at which administrators begin to work, and the hour at which the nightly backup signs
/// in.
const OFFICE_HOUR: u32 = 7;
const BACKUP_HOUR: u32 = 2;

/// The probability of an audit record that has nothing to do with licenses, per day.
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
            // No log has what happened before the first day.
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
            let mut desk = UserDays {
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
            let line = sign_in_records::principal_sign_in(customer, chance.pick(&USES), at, chance);
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

/// Returns a record about some user, if there is one.
fn unrelated(customer: &Customer, estate: &Estate, day: i32, date: Day, chance: &mut Chance) -> Option<Record> {
    let count = estate.present(customer, day).count();
    if count == 0 {
        return None;
    }
    let (user, _) = estate.present(customer, day).nth(chance.below(count))?;
    let at = Moment::in_hour(date, 9 + chance.below(8) as u32, chance.bits());
    let what = ChangeKind::Unrelated(user, *chance.pick(&Unrelated::ALL));
    Some(Record::new(at, what, chance))
}

/// Writes the snapshots that are due on a day: once a week, and those of subscriptions also when
/// they changed.
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
        let pages = count.div_ceil(graph_pages::PAGE_USERS).max(1);
        for number in 0..pages {
            let rows: Vec<_> = present.by_ref().take(graph_pages::PAGE_USERS).collect();
            let page = graph_pages::users(customer, day, (number, number + 1 == pages), &rows);
            let stem = format!("users-{}", number + 1);
            let path = format!("graph-users/tenantId={}/{date}/{stem}.json", customer.tenant);
            let file = list(Feed::LicenseHoldings, customer, date, (&path, &stem), rows.len());
            output.raw_file(&file, |out| out.write_all(page.as_bytes()))?;
        }
    }
    if due(customer.traits.subscriptions_from, bought) {
        let page = graph_pages::subscriptions(
            customer,
            &estate.subscriptions,
            options.first_day(),
            portfolio::partners(options.seed),
        );
        let path = format!("graph-subscriptions/tenantId={}/{date}.json", customer.tenant);
        let file = list(
            Feed::Subscriptions,
            customer,
            date,
            (&path, "subscriptions"),
            estate.subscriptions.len(),
        );
        output.raw_file(&file, |out| out.write_all(page.as_bytes()))?;
    }
    Ok(())
}

/// A page of a snapshot, which nobody spoils.
fn list<'a>(feed: Feed, customer: &Customer, day: Day, (path, stem): (&'a str, &'a str), records: usize) -> RawFile<'a> {
    RawFile {
        feed,
        tenant: customer.tenant,
        day,
        path,
        stem,
        records: records as u64,
        unreadable_lines: 0,
        unfinished_lines: 0,
    }
}
