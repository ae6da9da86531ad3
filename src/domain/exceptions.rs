//! What is excepted from sums and advice: customers and products that are out of scope, from a day
//! on or on all days, and spare seats that are meant to be unused.
//!
//! Products that are out of scope for every customer on all days are in the catalogue
//! ([`Catalogue::excluded`](crate::domain::catalogue::Catalogue)).

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::guid::Guid;

/// The reason of a customer whom the customer list gives as having left.
pub const LEFT: &str = "left";

/// What is out of scope: a customer with all products, a product of all customers, or a product of
/// one customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excepted {
    /// `None`: every customer.
    pub tenant: Option<Guid>,
    /// `None`: every product.
    pub sku: Option<Guid>,
}

/// Since when and why something is out of scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exclusion {
    /// The first day; `None`: all days.
    pub from: Option<Day>,
    pub reason: String,
}

impl Exclusion {
    pub fn is_in_force(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day)
    }
}

/// The exceptions of a pipeline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exceptions {
    excluded: BTreeMap<Excepted, Exclusion>,
    /// Customer and product -> how many seats are meant to be unused.
    pub spare: BTreeMap<(Guid, Guid), i64>,
}

impl Exceptions {
    /// Takes something out of scope. Where it is already, the earlier day counts.
    pub fn exclude(&mut self, excepted: Excepted, exclusion: Exclusion) {
        match self.excluded.get_mut(&excepted) {
            Some(known) if *known <= exclusion => {}
            Some(known) => *known = exclusion,
            None => drop(self.excluded.insert(excepted, exclusion)),
        }
    }

    /// Everything that is out of scope on some day, in order.
    pub fn excluded(&self) -> impl Iterator<Item = (&Excepted, &Exclusion)> {
        self.excluded.iter()
    }

    /// Returns why a customer is out of scope on a day with all products.
    pub fn of_customer(&self, tenant: Guid, day: Day) -> Option<&str> {
        self.in_force(Some(tenant), None, day)
    }

    /// Returns why a product of a customer is out of scope on a day: because the customer is, or
    /// the product of this customer, or the product of all of them.
    pub fn of_product(&self, tenant: Guid, sku: Guid, day: Day) -> Option<&str> {
        if self.excluded.is_empty() {
            return None;
        }
        self.of_customer(tenant, day)
            .or_else(|| self.in_force(Some(tenant), Some(sku), day))
            .or_else(|| self.in_force(None, Some(sku), day))
    }

    fn in_force(&self, tenant: Option<Guid>, sku: Option<Guid>, day: Day) -> Option<&str> {
        let exclusion = self.excluded.get(&Excepted { tenant, sku })?;
        exclusion.is_in_force(day).then_some(exclusion.reason.as_str())
    }

    /// Returns how many seats of a product are meant to be unused.
    pub fn spare_seats(&self, tenant: Guid, sku: Guid) -> i64 {
        self.spare.get(&(tenant, sku)).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exclusion_holds_from_its_day_on_and_the_earlier_of_two_counts() {
        let (tenant, other, sku) = (Guid(1), Guid(2), Guid(7));
        let mut exceptions = Exceptions::default();
        let mut exclude = |tenant, sku, from: Option<i32>, reason: &str| {
            let exclusion = Exclusion {
                from: from.map(Day),
                reason: reason.to_owned(),
            };
            exceptions.exclude(Excepted { tenant, sku }, exclusion);
        };
        exclude(Some(tenant), None, Some(20), "late");
        exclude(Some(tenant), None, Some(10), "left");
        exclude(Some(tenant), Some(sku), None, "test");
        exclude(None, Some(sku), Some(5), "old");
        let of = |tenant, day| exceptions.of_product(tenant, sku, Day(day));
        assert_eq!([of(tenant, 9), of(tenant, 10)], [Some("test"), Some("left")]);
        assert_eq!([of(other, 4), of(other, 5)], [None, Some("old")]);
        assert_eq!(exceptions.of_product(tenant, Guid(8), Day(9)), None);
        assert_eq!(
            [exceptions.of_customer(tenant, Day(9)), exceptions.of_customer(tenant, Day(10))],
            [None, Some("left")]
        );
    }
}
