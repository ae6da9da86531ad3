//! What an explanation reads about one customer. `engine/query` fills it from the warehouse.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::kinds::ActivitySource;
use crate::domain::rules::Rules;
use crate::domain::window;
use crate::explain::active_days::ActiveDays;
use crate::stages::activity::activity_28d::Activity28d;
use crate::stages::activity::activity_daily::ActivityDaily;
use crate::stages::licenses::account_states::AccountSpan;
use crate::stages::licenses::assignments::Assignment;
use crate::stages::licenses::subscriptions::Subscription;
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::usage::Usage;
use crate::stages::measures::workload_adoption::WorkloadAdoption;
use crate::stages::next_steps::NextStep;
use crate::stages::received::customers::Customer;

/// Each number is compared with those of this many days before.
pub const COMPARED_DAYS: [i32; 3] = [1, 7, 28];

/// Everything about one customer that the explanation of one day is made from.
pub struct Facts<'a> {
    pub rules: &'a Rules,
    pub customer: CustomerName,
    pub day: Day,
    /// The first day of the tables.
    pub first_day: Day,
    /// All assignments of the customer, sorted by key.
    pub assignments: Vec<Assignment>,
    /// When accounts of the customer were disabled and who waited for what, sorted by key.
    pub accounts: Vec<AccountSpan>,
    /// Every day of the windows of the days in `days`, including days without activity.
    pub activity: BTreeMap<Day, Vec<ActivityDaily>>,
    /// The active days of these, by user.
    pub active_days: ActiveDays,
    /// `activity_28d` of earlier days: one for each 28-day window before that of `day`, latest
    /// first.
    pub earlier: Vec<Activity28d>,
    /// The days of the window with any event, each with where it comes from.
    pub covered: BTreeMap<Day, ActivitySource>,
    /// Whether any event is on or before the first day of the window.
    pub began_before: bool,
    /// `day` and the days that it is compared with, as far as there are tables.
    pub days: BTreeMap<Day, TablesOfDay>,
    /// The customer's rows of `next_steps`. `None` if the warehouse has no such table.
    pub next_steps: Option<Vec<NextStep>>,
}

/// The name of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerName {
    pub tenant_id: Guid,
    /// Empty if no customer list has it.
    pub name: String,
    pub domain: String,
}

impl CustomerName {
    /// Makes the name of a customer that no list has.
    pub fn without_a_name(tenant_id: Guid) -> CustomerName {
        CustomerName {
            tenant_id,
            name: String::new(),
            domain: String::new(),
        }
    }
}

impl From<Customer> for CustomerName {
    fn from(customer: Customer) -> CustomerName {
        CustomerName {
            tenant_id: customer.tenant_id,
            name: customer.name,
            domain: customer.domain,
        }
    }
}

/// Somebody who is meant to have a product and waits for a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting<'a> {
    pub user: &'a str,
    pub sku: Guid,
    /// The list that says so first.
    pub since: Day,
}

/// The name of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductName {
    pub sku_id: Guid,
    /// Empty if the catalogue does not have it.
    pub part_number: String,
    pub name: String,
}

impl ProductName {
    pub fn of(facts: &Facts<'_>, sku_id: Guid) -> ProductName {
        let product = facts.rules.catalogue.products.get(&sku_id);
        ProductName {
            sku_id,
            part_number: product.map_or_else(String::new, |product| product.part_number.clone()),
            name: product.map_or_else(String::new, |product| product.name.clone()),
        }
    }
}

/// The customer's rows of the tables of one day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TablesOfDay {
    pub subscriptions: Vec<Subscription>,
    pub adoption: Vec<Adoption>,
    pub usage: Vec<Usage>,
    pub workload_adoption: Vec<WorkloadAdoption>,
}

impl TablesOfDay {
    /// Returns the day of the snapshot in force. A snapshot that lists nothing has no row in
    /// `subscriptions`, so only `adoption` has its day.
    pub fn snapshot_day(&self) -> Option<Day> {
        let listed = self.subscriptions.first().map(|row| row.snapshot_day);
        listed.or_else(|| self.adoption.iter().find_map(|row| row.seats_snapshot_day))
    }
}

impl Facts<'_> {
    pub fn tenant(&self) -> Guid {
        self.customer.tenant_id
    }

    /// Returns where the events of the window come from, or `None` where there are none.
    pub fn activity_source(&self) -> Option<ActivitySource> {
        let days = self.covered.range(window::first_day(self.day)..=self.day);
        let (logs, reports) = days.fold((false, false), |(logs, reports), (_, source)| {
            (logs | source.has_logs(), reports | source.has_reports())
        });
        ActivitySource::of(logs, reports)
    }

    /// Returns since when a user's account has been disabled on a day, or `None` where it is not.
    pub fn disabled_since(&self, user: &str, day: Day) -> Option<Day> {
        let mut mine = self.accounts.iter().filter(|span| span.user_id == user);
        mine.find(|span| span.is_disabled(day)).map(|span| span.from_day)
    }

    /// Returns who waits for which product on a day.
    pub fn waiting(&self, day: Day) -> impl Iterator<Item = Waiting<'_>> {
        let waiting = self.accounts.iter().filter(move |span| span.waits(day));
        waiting.filter_map(|span| {
            Some(Waiting {
                user: &span.user_id,
                sku: span.sku_id?,
                since: span.from_day,
            })
        })
    }

    /// Returns the tables of a day, or `None` if there are none.
    pub fn tables(&self, day: Day) -> Option<&TablesOfDay> {
        self.days.get(&day)
    }
}
