//! What the warehouse says about one customer, as far as an explanation needs it. Whoever reads it
//! fills this in.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::rules::Rules;
use crate::explain::uses::Uses;
use crate::stages::activity::activity_28d::Activity28d;
use crate::stages::activity::activity_daily::ActivityDaily;
use crate::stages::licenses::assignments::Assignment;
use crate::stages::licenses::subscriptions::Subscription;
use crate::stages::next_steps::NextStep;
use crate::stages::received::customers::Customer;
use crate::stages::usage::adoption::Adoption;
use crate::stages::usage::usage::Usage;
use crate::stages::usage::workload_adoption::WorkloadAdoption;

/// How many days back a number is compared with itself.
pub const COMPARED_DAYS: [i32; 3] = [1, 7, 28];

/// Everything about one customer that an explanation of one day is made from.
pub struct Facts<'a> {
    pub rules: &'a Rules,
    pub customer: CustomerName,
    pub day: Day,
    /// The first day of the tables.
    pub first_day: Day,
    /// All of the customer's, sorted by the key.
    pub assignments: Vec<Assignment>,
    /// Every day of the windows of the days in `days`, also those without activity.
    pub activity: BTreeMap<Day, Vec<ActivityDaily>>,
    /// The active days of these, by user.
    pub uses: Uses,
    /// `activity_28d` of earlier days, one for each window of 28 days before that of `day`, the
    /// latest first.
    pub earlier: Vec<Activity28d>,
    /// The days of the window with any event.
    pub covered: BTreeSet<Day>,
    /// Whether there is any event on or before the first day of the window.
    pub began_before: bool,
    /// `day` and the days that it is compared with, as far as the tables reach.
    pub days: BTreeMap<Day, TablesOfDay>,
    /// What the table `next_steps` says about the customer; `None` where the warehouse has no such
    /// table.
    pub next_steps: Option<Vec<NextStep>>,
}

/// A customer as people call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerName {
    pub tenant_id: Guid,
    /// Empty where no customer list has it.
    pub name: String,
    pub domain: String,
}

impl CustomerName {
    /// A customer that no list has.
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

/// The customer's rows of the tables of one day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TablesOfDay {
    pub subscriptions: Vec<Subscription>,
    pub adoption: Vec<Adoption>,
    pub usage: Vec<Usage>,
    pub workload_adoption: Vec<WorkloadAdoption>,
}

impl TablesOfDay {
    /// The snapshot in force. A snapshot that lists nothing has no row in `subscriptions`: then
    /// only `adoption` knows of it.
    pub fn snapshot_day(&self) -> Option<Day> {
        let listed = self.subscriptions.first().map(|row| row.snapshot_day);
        listed.or_else(|| self.adoption.iter().find_map(|row| row.seats_snapshot_day))
    }
}

impl Facts<'_> {
    pub fn tenant(&self) -> Guid {
        self.customer.tenant_id
    }

    /// The tables of a day; `None` where they do not reach so far.
    pub fn tables(&self, day: Day) -> Option<&TablesOfDay> {
        self.days.get(&day)
    }
}
