//! The price list: what a seat of a product costs a month, for everybody or for one customer, from
//! a day on.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::guid::Guid;
use crate::domain::money::Price;

/// Whose price it is: a product's, for one customer or (`None`) for everybody.
pub type PriceOf = (Guid, Option<Guid>);

/// All prices that a pipeline has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices(BTreeMap<PriceOf, BTreeMap<Option<Day>, Price>>);

impl Prices {
    /// Adds a price that counts from a day on, or (`None`) always. Returns the price that is there
    /// already for the same day; then nothing is added.
    pub fn add(&mut self, of: PriceOf, from: Option<Day>, price: Price) -> Option<Price> {
        let known = self.0.entry(of).or_default();
        let there = known.get(&from).copied();
        if there.is_none() {
            known.insert(from, price);
        }
        there
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The price of a product for a customer on a day: the customer's own, else everybody's.
    pub fn of(&self, tenant: Guid, sku: Guid, day: Day) -> Option<Price> {
        let of = |of: PriceOf| self.0.get(&of).and_then(|known| on(known, day));
        of((sku, Some(tenant))).or_else(|| of((sku, None)))
    }

    /// The prices that count on a day, in order.
    pub fn in_force(&self, day: Day) -> impl Iterator<Item = (PriceOf, Price)> {
        self.0.iter().filter_map(move |(of, known)| Some((*of, on(known, day)?)))
    }

    /// A digest of the prices that count on a day; `None` where there is none.
    pub fn digest(&self, day: Day) -> Option<Digest> {
        let mut in_force = self.in_force(day).peekable();
        in_force.peek()?;
        let mut hasher = Hasher::new();
        for ((sku, tenant), price) in in_force {
            hasher.bytes(&sku.bytes()).bytes(&tenant.unwrap_or(Guid(0)).bytes());
            hasher.number(price.smallest_units).text(price.currency.code());
        }
        Some(hasher.finish())
    }

    /// All of them: whose, from which day on, how much.
    pub fn iter(&self) -> impl Iterator<Item = (PriceOf, Option<Day>, Price)> {
        let prices = self.0.iter();
        prices.flat_map(|(of, known)| known.iter().map(move |(from, price)| (*of, *from, *price)))
    }
}

/// The latest price that begins on the day or before.
fn on(known: &BTreeMap<Option<Day>, Price>, day: Day) -> Option<Price> {
    known.range(..=Some(day)).next_back().map(|(_, price)| *price)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;

    fn price(cents: i64) -> Price {
        Price {
            smallest_units: cents,
            currency: Currency::of("EUR").unwrap(),
        }
    }

    #[test]
    fn the_latest_price_counts_and_a_customer_s_own_before_everybody_s() {
        let (sku, own, other) = (Guid(1), Guid(7), Guid(8));
        let mut prices = Prices::default();
        assert_eq!(prices.add((sku, None), None, price(100)), None);
        prices.add((sku, None), Some(Day(10)), price(110));
        prices.add((sku, Some(own)), Some(Day(20)), price(90));
        let of = |tenant, day| prices.of(tenant, sku, Day(day)).map(|price| price.smallest_units);
        assert_eq!(
            [of(own, 9), of(own, 10), of(own, 19), of(own, 20)],
            [Some(100), Some(110), Some(110), Some(90)]
        );
        assert_eq!([of(other, 9), of(other, 30)], [Some(100), Some(110)]);
        assert_eq!(prices.of(own, Guid(2), Day(30)), None);
        assert_eq!(prices.clone().add((sku, None), Some(Day(10)), price(5)), Some(price(110)));
    }

    #[test]
    fn a_digest_changes_on_the_days_on_which_another_price_counts() {
        let mut prices = Prices::default();
        prices.add((Guid(1), None), Some(Day(5)), price(100));
        let before: Vec<Option<Digest>> = (3..12).map(|day| prices.digest(Day(day))).collect();
        assert_eq!(before[..2], [None, None]);
        prices.add((Guid(1), None), Some(Day(9)), price(101));
        let changed: Vec<i32> = (3..12)
            .filter(|day| prices.digest(Day(*day)) != before[*day as usize - 3])
            .collect();
        assert_eq!(changed, [9, 10, 11]);
    }
}
