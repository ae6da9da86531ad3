//! The figures of one customer.

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::pages::figures::steps::{Step, seats_to_win_back};
use crate::pages::figures::sums::Sums;
use crate::reports::dimensions::CustomerEntry;
use crate::stages::licenses::subscriptions::Subscription;
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::customer_adoption::CustomerAdoption;
use crate::stages::measures::seat_outcomes::SeatOutcome;
use crate::stages::measures::spend::Spend;
use crate::stages::measures::usage::Usage;
use crate::stages::measures::workload_adoption::WorkloadAdoption;

/// What was published about a customer.
#[derive(Clone, Debug)]
pub struct CustomerFigures {
    pub entry: CustomerEntry,
    /// People, and how old the lists are.
    pub people: CustomerAdoption,
    pub people_before: Option<CustomerAdoption>,
    /// Sums over the products in scope; `None` where there is none.
    pub sums: Option<Sums>,
    pub sums_before: Option<Sums>,
    /// Day by day, in the order of [`Figures::days`](super::Figures::days).
    pub trend: Vec<Option<Sums>>,
    pub products: Vec<ProductFigures>,
    /// Products that had a row on the day before which is compared, and have none any more.
    pub gone: Vec<Adoption>,
    pub workloads: Vec<WorkloadAdoption>,
    /// In the order of the file.
    pub steps: Vec<Step>,
    pub seats_to_win_back_before: Option<i64>,
    /// Those that renew within the next days, in the order of the days.
    pub renewals: Vec<Renewal>,
    pub spend: Vec<Spend>,
    /// What became of the seats of each product.
    pub outcomes: Vec<SeatOutcome>,
}

/// A product of a customer.
#[derive(Clone, Debug)]
pub struct ProductFigures {
    pub row: Adoption,
    pub before: Option<Adoption>,
    /// One row a workload.
    pub usage: Vec<Usage>,
}

/// A subscription that renews soon.
#[derive(Clone, Debug)]
pub struct Renewal {
    pub on: Day,
    pub row: Subscription,
}

impl CustomerFigures {
    pub fn id(&self) -> Guid {
        self.people.tenant_id
    }

    /// Its name; its tenant id where no customer list has it.
    pub fn name(&self) -> String {
        self.entry.name.clone().unwrap_or_else(|| self.id().to_string())
    }

    pub fn seats_to_win_back(&self) -> i64 {
        seats_to_win_back(&self.steps)
    }

    /// The products that count.
    pub fn in_scope(&self) -> impl Iterator<Item = &ProductFigures> {
        self.products.iter().filter(|product| product.row.in_scope)
    }
}
