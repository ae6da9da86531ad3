//! The list of stories, with the number of accounts of each. `stories.rs` tells them.

use crate::sample::chance::Chance;

/// What a customer is there to show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Story {
    /// Usage of about 107 %: licenses move from leavers to joiners.
    Turnover,
    /// A second subscription of the same product is in grace while all are active.
    Grace,
    /// A trial of a product that is also paid for.
    Trial,
    /// Hardly anybody uses what was bought, partly from another partner.
    Shelfware,
    /// More and more users. After a renewal with fewer seats, more licenses are assigned than sold.
    Growth,
    /// Yammer without a license. Logs begin late, and nobody exports who holds what.
    Social,
    /// The customer list does not have this customer, and its subscriptions are known from a late
    /// day on.
    Newcomer,
    /// No list of subscriptions at all.
    Unknown,
}

impl Story {
    /// All of them, in the order of the first customers.
    pub const ALL: [Story; 8] = [
        Story::Turnover,
        Story::Grace,
        Story::Trial,
        Story::Shelfware,
        Story::Growth,
        Story::Social,
        Story::Newcomer,
        Story::Unknown,
    ];
    /// How often the customers after the eighth tell each story.
    const WEIGHTS: [u32; 8] = [3, 3, 3, 4, 3, 2, 1, 1];
    /// The mean of [`Story::accounts`].
    const MEAN_ACCOUNTS: usize = 19;

    /// Returns how many accounts the customer of this story has in the small sample.
    pub fn accounts(self) -> usize {
        match self {
            Story::Turnover => 40,
            Story::Grace => 24,
            Story::Trial => 18,
            Story::Shelfware => 16,
            Story::Growth => 30,
            Story::Social => 11,
            Story::Newcomer => 8,
            Story::Unknown => 5,
        }
    }

    /// Returns the story and the number of accounts of a customer. Customers have `mean` accounts
    /// on average, and none has more than the first, so that the memory of a run does not grow with
    /// the number of customers.
    pub fn of_customer(number: u32, mean: Option<u32>, chance: &mut Chance) -> (Story, usize) {
        let first = Story::ALL.get(number as usize).copied();
        let story = first.unwrap_or_else(|| Story::ALL[chance.weighted(Story::WEIGHTS.into_iter())]);
        let accounts = story.accounts() * mean.map_or(Story::MEAN_ACCOUNTS, |mean| mean as usize) / Story::MEAN_ACCOUNTS;
        let share = if first.is_some() { 1.0 } else { 0.75 + 0.25 * chance.fraction() };
        (story, ((accounts as f64 * share).round() as usize).max(story.accounts().min(4)))
    }
}
