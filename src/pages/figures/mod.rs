//! The figures of a report: what was published about one day, and the days before it.
//!
//! | file | what |
//! |---|---|
//! | `sums` | the products in scope of one customer on one day, added up |
//! | `history` | these sums day by day, for every customer |
//! | `changes` | a change of usage and deployment, taken apart into its causes |
//! | `steps` | next steps, with since when they have been there |
//! | `customer` | one customer |
//! | `portfolio` | all customers |
//! | `seats` | what became of seats, added up |
//! | `outlook` | where usage leads, as a straight line |
//! | `read` | reads all of it |

pub mod changes;
pub mod customer;
pub mod history;
pub mod outlook;
pub mod portfolio;
pub mod read;
pub mod seats;
pub mod steps;
pub mod sums;

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::pages::figures::customer::CustomerFigures;
use crate::pages::figures::portfolio::PortfolioFigures;
use crate::reports::dimensions::ProductEntry;

/// How many days a trend goes back.
pub const TREND_DAYS: i32 = 365;
/// How many days ahead renewals are looked for.
pub const RENEWAL_DAYS: i32 = 90;
/// How many weeks a small line beside a customer shows.
pub const WEEKS: i32 = 26;

/// Everything that a report shows.
#[derive(Debug)]
pub struct Figures {
    pub day: Day,
    /// The day that it is compared with, 28 days before; `None` where it is not published.
    pub before: Option<Day>,
    /// The first day of the trends.
    pub first: Day,
    /// From how many days on a list counts as stale.
    pub stale_days: i32,
    pub portfolio: PortfolioFigures,
    /// Those with the most seats to win back first.
    pub customers: Vec<CustomerFigures>,
    pub products: BTreeMap<Guid, ProductEntry>,
}

impl Figures {
    /// How a product is called: its name, else its part number, else its id.
    pub fn product_name(&self, sku: Guid) -> String {
        let product = self.products.get(&sku);
        let name = product.and_then(|product| product.name.clone().or_else(|| product.part_number.clone()));
        name.unwrap_or_else(|| sku.to_string())
    }

    /// The days of the trends.
    pub fn days(&self) -> impl Iterator<Item = Day> {
        self.first.to(self.day)
    }
}
