//! The figures of the whole portfolio.

use crate::pages::figures::steps::Step;
use crate::reports::summary::figures::Spending;
use crate::stages::measures::portfolio::Portfolio;

/// What was published about all customers together.
#[derive(Debug, Default)]
pub struct PortfolioFigures {
    /// Everything; `None` where no customer is in scope.
    pub all: Option<Portfolio>,
    pub all_before: Option<Portfolio>,
    /// Day by day, in the order of [`Figures::days`](super::Figures::days); `None` of a day without
    /// a row.
    pub trend: Vec<Option<Portfolio>>,
    /// On each of these days, how many of how many customers in scope have no complete window.
    pub incomplete: Vec<(usize, usize)>,
    /// One row a product.
    pub products: Vec<Portfolio>,
    /// One row a workload.
    pub workloads: Vec<Portfolio>,
    /// By currency.
    pub spending: Vec<Spending>,
    pub seats_to_win_back: i64,
    pub seats_to_win_back_before: Option<i64>,
    /// Of all customers, those of the most seats first.
    pub steps: Vec<Step>,
}

impl PortfolioFigures {
    /// Whether more than half of the customers have a complete window on a day, by its place in the
    /// trend.
    pub fn is_complete(&self, place: usize) -> bool {
        let known = self.incomplete.get(place);
        known.is_none_or(|(incomplete, of)| *of == 0 || incomplete * 2 < *of)
    }
}
