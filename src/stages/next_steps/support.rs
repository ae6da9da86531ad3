//! What customers asked the support in the window of a day, and which of their products are new.
//!
//! Requests are a customer's, not a product's. Those that were opened in the 28 days that end on
//! the day count; for a product that is new, those of them that were opened since it was first
//! seen.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::guid::Guid;
use crate::domain::window;
use crate::stages::licenses::subscriptions::Timeline;

/// The requests of a shard's customers, and since when they have what.
#[derive(Default)]
pub struct Support(BTreeMap<Guid, Customer>);

struct Customer {
    /// When requests were opened, in order.
    opened: Vec<Day>,
    first_snapshot: Option<Day>,
    first_listed: BTreeMap<Guid, Day>,
}

/// What a customer asked in the window of a day; at least one request.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub requests: i64,
    /// The day of the customer's first snapshot: what that one lists may be older.
    pub first_snapshot: Option<Day>,
    /// In the order of their ids.
    pub new_products: Vec<NewProduct>,
}

/// A product that the snapshot in force lists, first seen less than so many days ago, with requests
/// since then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NewProduct {
    pub sku: Guid,
    pub first_seen: Day,
    pub requests: i64,
}

impl Support {
    /// `opened` are the requests of these customers (see `support_requests::opened_days`).
    pub fn of(opened: BTreeMap<Guid, Vec<Day>>, timeline: &Timeline) -> Support {
        let customer = |(tenant, opened): (Guid, Vec<Day>)| {
            let (first_snapshot, first_listed) = timeline.first_listed(tenant).unzip();
            let first_listed = first_listed.unwrap_or_default();
            let customer = Customer {
                opened,
                first_snapshot,
                first_listed,
            };
            (tenant, customer)
        };
        Support(opened.into_iter().map(customer).collect())
    }

    /// What a customer asked in the window of `day`; `None`: nothing.
    pub fn on(&self, tenant: Guid, day: Day, timeline: &Timeline, new_product_days: i32) -> Option<Asked> {
        let customer = self.0.get(&tenant)?;
        let requests = customer.opened_between(window::first_day(day), day);
        if requests == 0 {
            return None;
        }
        let is_listed = |sku: &Guid| {
            let in_force = timeline.on(tenant, day);
            in_force.is_some_and(|in_force| in_force.subscriptions.iter().any(|subscription| subscription.sku_id == *sku))
        };
        let new_product = |(sku, first_seen): (&Guid, &Day)| {
            let since = window::first_day(day).max(*first_seen);
            NewProduct {
                sku: *sku,
                first_seen: *first_seen,
                requests: customer.opened_between(since, day),
            }
        };
        let is_new = |first_seen: Day| first_seen <= day && day.0 - first_seen.0 < new_product_days;
        let new = customer
            .first_listed
            .iter()
            .filter(|(sku, first_seen)| is_new(**first_seen) && is_listed(sku));
        Some(Asked {
            requests,
            first_snapshot: customer.first_snapshot,
            new_products: new.map(new_product).filter(|product| product.requests > 0).collect(),
        })
    }

    /// A digest of what all customers asked in the window of a day.
    pub fn digest(&self, day: Day, timeline: &Timeline, new_product_days: i32) -> Digest {
        let mut hasher = Hasher::new();
        for tenant in self.0.keys() {
            let Some(asked) = self.on(*tenant, day, timeline, new_product_days) else {
                continue;
            };
            hasher.bytes(&tenant.bytes()).number(asked.requests);
            hasher.day(asked.first_snapshot);
            hasher.number(asked.new_products.len() as i64);
            for product in asked.new_products {
                hasher
                    .bytes(&product.sku.bytes())
                    .number(i64::from(product.first_seen.0))
                    .number(product.requests);
            }
        }
        hasher.finish()
    }
}

impl Customer {
    fn opened_between(&self, first: Day, last: Day) -> i64 {
        let before = |limit: Day| self.opened.partition_point(|day| *day < limit);
        before(last.plus(1)).saturating_sub(before(first)) as i64
    }
}
