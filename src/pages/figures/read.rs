//! Reads the figures of a day from published files.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::subscription::State;
use crate::domain::window::WINDOW_DAYS;
use crate::pages::figures::customer::{CustomerFigures, ProductFigures, Renewal};
use crate::pages::figures::history::History;
use crate::pages::figures::portfolio::PortfolioFigures;
use crate::pages::figures::steps::{self, Step, seats_to_win_back};
use crate::pages::figures::sums::Sums;
use crate::pages::figures::{Figures, RENEWAL_DAYS, TREND_DAYS};
use crate::reports::dimensions::{CustomerEntry, ProductEntry};
use crate::reports::error::ReportError;
use crate::reports::published_reader::{Days, PublishedReader};
use crate::reports::summary::figures::spending;
use crate::stages::licenses::subscriptions::Subscription;
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::customer_adoption::CustomerAdoption;
use crate::stages::measures::portfolio::Portfolio;
use crate::stages::measures::seat_outcomes::SeatOutcome;
use crate::stages::measures::spend::Spend;
use crate::stages::measures::usage::Usage;
use crate::stages::measures::workload_adoption::WorkloadAdoption;

/// Reads what was published about `day`. `first` is the first published day. With `only`, one
/// customer is read and the portfolio stays empty.
pub fn read(reader: &PublishedReader<'_>, (first, day): (Day, Day), stale_days: i32, only: Option<Guid>) -> Result<Figures, ReportError> {
    let before = Some(day.plus(-WINDOW_DAYS)).filter(|before| *before >= first);
    let trend_first = first.max(day.plus(1 - TREND_DAYS));
    let history = History::read(reader, trend_first, day, only)?;
    let products: Vec<ProductEntry> = reader.whole()?;
    let mut customers = customers(reader, day, before, only)?;
    for customer in &mut customers {
        customer.trend = history.of(customer.id());
    }
    customers.sort_by_cached_key(|customer| {
        let name = customer.entry.name.clone().unwrap_or_default();
        (-customer.seats_to_win_back(), name.to_lowercase(), customer.id())
    });
    let portfolio = match only {
        Some(_) => PortfolioFigures::default(),
        None => portfolio(reader, (trend_first, day), before, &history, &customers)?,
    };
    Ok(Figures {
        day,
        before,
        first: trend_first,
        stale_days,
        portfolio,
        customers,
        products: products.into_iter().map(|product| (product.sku_id, product)).collect(),
    })
}

fn portfolio(
    reader: &PublishedReader<'_>,
    (first, day): (Day, Day),
    before: Option<Day>,
    history: &History,
    customers: &[CustomerFigures],
) -> Result<PortfolioFigures, ReportError> {
    let mut trend: Vec<Option<Portfolio>> = vec![None; first.to(day).count()];
    let mut figures = PortfolioFigures {
        incomplete: history.incomplete(),
        ..PortfolioFigures::default()
    };
    for (of, row) in reader.rows::<Portfolio>(&Days::Range(first, day))? {
        let is_all = row.sku_id.is_none() && row.workload.is_none();
        if is_all {
            trend[(of.0 - first.0) as usize] = Some(row.clone());
        } else if of == day && row.sku_id.is_some() {
            figures.products.push(row);
        } else if of == day {
            figures.workloads.push(row);
        }
    }
    figures.all = trend.last().cloned().flatten();
    figures.all_before = before.and_then(|before| trend.get((before.0 - first.0) as usize).cloned().flatten());
    figures.trend = trend;
    let spend: Vec<Spend> = customers.iter().flat_map(|customer| customer.spend.clone()).collect();
    figures.spending = spending(&spend);
    let mut steps: Vec<&Step> = customers.iter().flat_map(|customer| &customer.steps).collect();
    steps::by_seats(&mut steps);
    figures.seats_to_win_back = seats_to_win_back(steps.iter().copied());
    let seats_before = || customers.iter().filter_map(|customer| customer.seats_to_win_back_before).sum();
    figures.seats_to_win_back_before = before.map(|_| seats_before());
    figures.steps = steps.into_iter().cloned().collect();
    Ok(figures)
}

/// The customers with a row in `customer_adoption`, by their id.
fn customers(reader: &PublishedReader<'_>, day: Day, before: Option<Day>, only: Option<Guid>) -> Result<Vec<CustomerFigures>, ReportError> {
    let entries: Vec<CustomerEntry> = reader.whole()?;
    let mut entries: BTreeMap<Guid, CustomerEntry> = entries.into_iter().map(|entry| (entry.tenant_id, entry)).collect();
    let wanted = |tenant: Guid| only.is_none_or(|only| only == tenant);
    let mut customers: BTreeMap<Guid, CustomerFigures> = BTreeMap::new();
    for people in reader.rows_of_day::<CustomerAdoption>(day)? {
        let id = people.tenant_id;
        let entry = entries.remove(&id).unwrap_or_else(|| unlisted(id));
        // Who left before the day is in no sum; the tables keep its rows.
        let has_left = entry.left_on.is_some_and(|left| left <= day);
        if wanted(id) && !has_left {
            customers.insert(id, empty(entry, people));
        }
    }
    for row in reader.rows_of_day::<Adoption>(day)? {
        if let Some(customer) = customers.get_mut(&row.tenant_id) {
            customer.products.push(ProductFigures {
                row,
                before: None,
                usage: Vec::new(),
            });
        }
    }
    for row in reader.rows_of_day::<Usage>(day)? {
        let customer = customers.get_mut(&row.tenant_id);
        let mut products = customer.into_iter().flat_map(|customer| &mut customer.products);
        if let Some(product) = products.find(|product| product.row.sku_id == row.sku_id) {
            product.usage.push(row);
        }
    }
    for row in reader.rows_of_day::<WorkloadAdoption>(day)? {
        if let Some(customer) = customers.get_mut(&row.tenant_id) {
            customer.workloads.push(row);
        }
    }
    for step in steps::read(reader, day)? {
        if let Some(customer) = customers.get_mut(&step.row.tenant_id) {
            customer.steps.push(step);
        }
    }
    // Prices, seats of two days and subscriptions are published for the last day of each month and the latest day.
    for row in reader.rows_of_day::<Spend>(day)? {
        if let Some(customer) = customers.get_mut(&row.tenant_id) {
            customer.spend.push(row);
        }
    }
    for row in reader.rows_of_day::<SeatOutcome>(day)? {
        if let Some(customer) = customers.get_mut(&row.tenant_id) {
            customer.outcomes.push(row);
        }
    }
    for row in reader.rows_of_day::<Subscription>(day)? {
        let Some(customer) = customers.get_mut(&row.tenant_id) else {
            continue;
        };
        let soon = row.renews_on.filter(|on| *on > day && *on <= day.plus(RENEWAL_DAYS));
        if let Some(on) = soon.filter(|_| row.state == State::Active && !row.is_trial) {
            customer.renewals.push(Renewal { on, row });
        }
    }
    if let Some(before) = before {
        compare(reader, before, &mut customers)?;
    }
    for customer in customers.values_mut() {
        customer.sums = Sums::of(customer.products.iter().map(|product| &product.row));
        customer.renewals.sort_by(|one, two| {
            let key = |renewal: &Renewal| (renewal.on, renewal.row.sku_id, renewal.row.subscription_id.clone());
            key(one).cmp(&key(two))
        });
    }
    Ok(customers.into_values().collect())
}

/// Adds what was published about the day that all are compared with.
fn compare(reader: &PublishedReader<'_>, before: Day, customers: &mut BTreeMap<Guid, CustomerFigures>) -> Result<(), ReportError> {
    let mut rows: BTreeMap<Guid, Vec<Adoption>> = BTreeMap::new();
    for row in reader.rows_of_day::<Adoption>(before)? {
        rows.entry(row.tenant_id).or_default().push(row);
    }
    for (id, customer) in customers.iter_mut() {
        let of_customer = rows.remove(id).unwrap_or_default();
        customer.sums_before = Sums::of(&of_customer);
        for row in of_customer {
            match customer.products.iter_mut().find(|product| product.row.sku_id == row.sku_id) {
                Some(product) => product.before = Some(row),
                None => customer.gone.push(row),
            }
        }
        customer.seats_to_win_back_before = Some(0);
    }
    for row in reader.rows_of_day::<CustomerAdoption>(before)? {
        if let Some(customer) = customers.get_mut(&row.tenant_id) {
            customer.people_before = Some(row);
        }
    }
    for step in steps::read(reader, before)? {
        if let Some(customer) = customers.get_mut(&step.row.tenant_id) {
            let seats = seats_to_win_back([&step]);
            customer.seats_to_win_back_before = customer.seats_to_win_back_before.map(|sum| sum + seats);
        }
    }
    Ok(())
}

fn unlisted(tenant_id: Guid) -> CustomerEntry {
    CustomerEntry {
        tenant_id,
        name: None,
        domain: None,
        country: None,
        segment: None,
        left_on: None,
    }
}

fn empty(entry: CustomerEntry, people: CustomerAdoption) -> CustomerFigures {
    CustomerFigures {
        entry,
        people,
        people_before: None,
        sums: None,
        sums_before: None,
        trend: Vec::new(),
        products: Vec::new(),
        gone: Vec::new(),
        workloads: Vec::new(),
        steps: Vec::new(),
        seats_to_win_back_before: None,
        renewals: Vec::new(),
        spend: Vec::new(),
        outcomes: Vec::new(),
    }
}
