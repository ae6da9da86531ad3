//! Reads what an explanation is made from: of each table only the partitions that matter, and of
//! these only the customer's rows.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::AsArray;
use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::kinds::ActivitySource;
use crate::domain::window::{self, WINDOW_DAYS};
use crate::engine::error::EngineError;
use crate::engine::query::customers;
use crate::engine::query::name_lookup::Named;
use crate::explain::active_days::ActiveDays;
use crate::explain::facts::{COMPARED_DAYS, CustomerName, Facts, TablesOfDay};
use crate::explain::view::customer_list;
use crate::explain::view::customer_list::CustomerList;
use crate::explain::view::customer_overview;
use crate::explain::view::customer_overview::CustomerOverview;
use crate::pipeline::settings::Settings;
use crate::stages::activity::activity_28d::Activity28d;
use crate::stages::activity::activity_coverage::{ACTIVITY_COVERAGE, ActivityCoverage};
use crate::stages::activity::activity_daily::{ActivityBefore, ActivityDaily};
use crate::stages::licenses::account_states::AccountSpan;
use crate::stages::measures::adoption::{ADOPTION, Adoption};
use crate::stages::next_steps::NextStep;
use crate::stages::received::activity_events::shard_of;
use crate::stages::received::customers::Customer;
use crate::warehouse::contract::Contract;
use crate::warehouse::store::Store;
use crate::warehouse::table::Row;

/// How far back is looked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// The day and its window.
    Day,
    /// The day, the days that it is compared with, and when users were active before.
    Compared,
}

/// The warehouse as somebody reads it who asks about one day.
pub struct Reading<'a> {
    pub settings: &'a Settings,
    pub store: &'a Store,
    pub day: Day,
    /// The days of the tables, in order.
    days: Vec<Day>,
}

impl<'a> Reading<'a> {
    /// `days` are those of `adoption`, `day` is one of them.
    pub fn new(settings: &'a Settings, store: &'a Store, days: Vec<Day>, day: Day) -> Result<Reading<'a>, EngineError> {
        let shards = u32::from(settings.shards);
        let has = |shard: u32| store.has(&ADOPTION, (Some(day), shard));
        if !has(shards - 1)? || has(shards)? {
            return Err(EngineError::Usage(format!(
                "the tables of {day} in `{}` are not spread over {shards} shards, as the pipeline file says: `uptake run` brings them up to date",
                store.root().display()
            )));
        }
        Ok(Reading {
            settings,
            store,
            day,
            days,
        })
    }

    fn first_day(&self) -> Day {
        self.days.first().copied().unwrap_or(self.day)
    }

    /// The customer that somebody means.
    pub fn customer(&self, written: &str) -> Result<CustomerName, EngineError> {
        let listed = self.listed_customers()?;
        let mut named = customers::names_of(&listed);
        if named.find(written).is_empty() {
            self.add_tenants(&ADOPTION, self.day, &mut named)?;
        }
        // Where it may be how a tenant id begins, all of these have to be known.
        let is_part_of_id = written.trim().bytes().all(|letter| letter.is_ascii_hexdigit() || letter == b'-');
        if named.find(written).is_empty() && (is_part_of_id || named.beginning(written).is_empty()) {
            // Nobody lists it and it has no product: it may still have logs.
            for day in self.store.partitions(&ACTIVITY_COVERAGE)? {
                self.add_tenants(&ACTIVITY_COVERAGE, day, &mut named)?;
            }
        }
        let tenant_id = customers::pick(&named, written)?;
        let entry = listed.into_iter().find(|customer| customer.tenant_id == tenant_id);
        Ok(entry.map_or_else(|| CustomerName::without_a_name(tenant_id), CustomerName::from))
    }

    /// All customers with their two ratios.
    pub fn customers(&self) -> Result<CustomerList, EngineError> {
        let names = self.listed_customers()?.into_iter().map(CustomerName::from).collect();
        Ok(customer_list::list(self.day, names, self.all_rows::<Adoption>()?))
    }

    /// All customers with their two ratios, how fresh the data behind them are, and their next
    /// steps.
    pub fn overview(&self) -> Result<CustomerOverview, EngineError> {
        let (adoption, people, steps) = (self.all_rows::<Adoption>()?, self.all_rows()?, self.all_rows()?);
        Ok(customer_overview::overview(self.customers()?, &adoption, people, steps))
    }

    /// The rows of the day in a table.
    fn all_rows<R: Row>(&self) -> Result<Vec<R>, EngineError> {
        let mut rows = Vec::new();
        for shard in 0..u32::from(self.settings.shards) {
            let place = (Some(self.day), shard);
            if !self.store.has(R::CONTRACT, place)? {
                return Err(self.lacks(R::CONTRACT, place.0));
            }
            rows.extend(self.store.rows::<R>(place)?);
        }
        Ok(rows)
    }

    /// The customers that the customer lists name, each once.
    fn listed_customers(&self) -> Result<Vec<Customer>, EngineError> {
        customers::listed(self.store)
    }

    /// Adds the tenants that have rows of a day.
    fn add_tenants(&self, contract: &Contract, day: Day, named: &mut Named<Guid>) -> Result<(), EngineError> {
        for shard in 0..u32::from(self.settings.shards) {
            let place = (Some(day), shard);
            if self.store.has(contract, place)? {
                let frame = self.store.read(contract, place, &["tenant_id"])?;
                for id in frame.column(0).as_string::<i32>().iter().flatten() {
                    Guid::parse(id.as_bytes()).into_iter().for_each(|tenant| named.add(id, tenant));
                }
            }
        }
        Ok(())
    }

    /// The customer's rows of a table's file; it has to be there.
    fn rows<R: Row>(&self, day: Option<Day>, tenant: Guid) -> Result<Vec<R>, EngineError> {
        let place = (day, shard_of(tenant, u32::from(self.settings.shards)));
        let rows = self.store.rows_of_tenant(place, tenant)?;
        rows.ok_or_else(|| self.lacks(R::CONTRACT, day))
    }

    fn lacks(&self, contract: &Contract, day: Option<Day>) -> EngineError {
        let of = day.map_or_else(String::new, |day| format!(" of {day}"));
        EngineError::Usage(format!(
            "`{}`{of} has no file in `{}`: `uptake run` makes it",
            contract.name,
            self.store.root().display()
        ))
    }

    /// The same where a file that is not there means that nothing happened.
    fn rows_if_any<R: Row>(&self, day: Day, tenant: Guid) -> Result<Vec<R>, EngineError> {
        let place = (Some(day), shard_of(tenant, u32::from(self.settings.shards)));
        Ok(self.store.rows_of_tenant(place, tenant)?.unwrap_or_default())
    }

    /// Everything about a customer.
    pub fn facts(&self, customer: CustomerName, scope: Scope) -> Result<Facts<'a>, EngineError> {
        let tenant = customer.tenant_id;
        let back: &[i32] = if scope == Scope::Compared { &COMPARED_DAYS } else { &[] };
        let compared = back.iter().map(|days| self.day.plus(-days)).filter(|day| self.days.contains(day));
        let days: BTreeSet<Day> = compared.chain([self.day]).collect();
        let begin = window::first_day(days.first().copied().unwrap_or(self.day));
        let tables = days
            .par_iter()
            .map(|&day| {
                let tables = TablesOfDay {
                    subscriptions: self.rows(Some(day), tenant)?,
                    adoption: self.rows(Some(day), tenant)?,
                    usage: self.rows(Some(day), tenant)?,
                    workload_adoption: self.rows(Some(day), tenant)?,
                };
                Ok((day, tables))
            })
            .collect::<Result<BTreeMap<_, _>, EngineError>>()?;
        let looked_at: Vec<Day> = begin.to(self.day).collect();
        let activity = looked_at
            .into_par_iter()
            .map(|day| Ok((day, self.activity(day, tenant)?)))
            .collect::<Result<BTreeMap<_, _>, EngineError>>()?;
        let (covered, began_before) = self.coverage(tenant)?;
        Ok(Facts {
            rules: &self.settings.rules,
            day: self.day,
            first_day: self.first_day(),
            assignments: self.rows(None, tenant)?,
            accounts: self.accounts(tenant)?,
            active_days: ActiveDays::of(&activity, &self.settings.rules),
            activity,
            earlier: if scope == Scope::Compared {
                self.earlier(tenant)?
            } else {
                Vec::new()
            },
            covered,
            began_before,
            days: tables,
            next_steps: self.next_steps(tenant)?,
            customer,
        })
    }

    /// A day's activity: before the first day of the tables it is in a table of its own, which has
    /// no file for days without events.
    fn activity(&self, day: Day, tenant: Guid) -> Result<Vec<ActivityDaily>, EngineError> {
        if day >= self.first_day() {
            return self.rows(Some(day), tenant);
        }
        let rows: Vec<ActivityBefore> = self.rows_if_any(day, tenant)?;
        Ok(rows.into_iter().map(ActivityDaily::from).collect())
    }

    /// The windows before that of the day, one after the other: together they reach back to the
    /// first activity that the tables know.
    fn earlier(&self, tenant: Guid) -> Result<Vec<Activity28d>, EngineError> {
        let first = self.first_day();
        let steps = (1..).map(|step| self.day.plus(-WINDOW_DAYS * step)).take_while(|day| *day >= first);
        let mut days: Vec<Day> = steps.collect();
        if days.last().is_none_or(|last| *last > first) && self.day > first {
            days.push(first);
        }
        let rows: Vec<Vec<Activity28d>> = days
            .into_par_iter()
            .map(|day| self.rows(Some(day), tenant))
            .collect::<Result<_, _>>()?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// The days of the window with any event, each with where it comes from, and whether there is one
    /// on or before its first day.
    fn coverage(&self, tenant: Guid) -> Result<(BTreeMap<Day, ActivitySource>, bool), EngineError> {
        let first = window::first_day(self.day);
        let source = |day: Day| -> Result<Option<ActivitySource>, EngineError> {
            let rows: Vec<ActivityCoverage> = self.rows_if_any(day, tenant)?;
            Ok(rows.first().map(ActivityCoverage::source))
        };
        let days: Vec<Day> = first.to(self.day).collect();
        let found: Vec<Option<ActivitySource>> = days.par_iter().map(|day| source(*day)).collect::<Result<_, _>>()?;
        let covered: BTreeMap<Day, ActivitySource> = days.into_iter().zip(found).filter_map(|(day, found)| Some((day, found?))).collect();
        if covered.contains_key(&first) {
            return Ok((covered, true));
        }
        let before = self.store.partitions(&ACTIVITY_COVERAGE)?;
        let began = before
            .par_iter()
            .filter(|day| **day < first)
            .map(|day| source(*day))
            .find_any(|found| !matches!(found, Ok(None)))
            .transpose()?;
        Ok((covered, began.flatten().is_some()))
    }

    /// The states of the customer's accounts; none where a warehouse is older than the table.
    fn accounts(&self, tenant: Guid) -> Result<Vec<AccountSpan>, EngineError> {
        let shard = shard_of(tenant, u32::from(self.settings.shards));
        Ok(self.store.rows_of_tenant((None, shard), tenant)?.unwrap_or_default())
    }

    /// The customer's next steps; `None` where the table does not have the day.
    fn next_steps(&self, tenant: Guid) -> Result<Option<Vec<NextStep>>, EngineError> {
        let shard = shard_of(tenant, u32::from(self.settings.shards));
        Ok(self.store.rows_of_tenant((Some(self.day), shard), tenant)?)
    }
}
