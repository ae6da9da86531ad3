//! Support requests in the window of a day, and which products of the customer are new.
//!
//! Requests belong to a customer, not to a product. Those that were opened in the 28 days up to the
//! day count. For a new product, those of them count that were opened since it was first seen.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::guid::Guid;
use crate::domain::window;
use crate::stages::licenses::subscriptions::Timeline;

/// The requests of a shard's customers, and when their products were first seen.
#[derive(Default)]
pub struct Support(BTreeMap<Guid, RequestHistory>);

struct RequestHistory {
    /// The days on which requests were opened, in order.
    opened: Vec<Day>,
    first_snapshot: Option<Day>,
    first_listed: BTreeMap<Guid, Day>,
}

/// The requests of a customer in the window of a day: at least one.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestsInWindow {
    pub requests: i64,
    /// The day of the customer's first snapshot. Products of that snapshot may be older.
    pub first_snapshot: Option<Day>,
    /// Sorted by id.
    pub new_products: Vec<NewProduct>,
}

/// A product of the snapshot in force that was first seen recently, with requests since then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NewProduct {
    pub sku: Guid,
    pub first_seen: Day,
    pub requests: i64,
}

impl Support {
    /// `opened` has the requests of each customer (see `support_requests::opened_days`).
    pub fn of(opened: BTreeMap<Guid, Vec<Day>>, timeline: &Timeline) -> Support {
        let customer = |(tenant, opened): (Guid, Vec<Day>)| {
            let (first_snapshot, first_listed) = timeline.first_listed(tenant).unzip();
            let first_listed = first_listed.unwrap_or_default();
            let customer = RequestHistory {
                opened,
                first_snapshot,
                first_listed,
            };
            (tenant, customer)
        };
        Support(opened.into_iter().map(customer).collect())
    }

    /// Returns the requests in the window of `day`, or `None` if there are none.
    pub fn on(&self, tenant: Guid, day: Day, timeline: &Timeline, new_product_days: i32) -> Option<RequestsInWindow> {
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
        Some(RequestsInWindow {
            requests,
            first_snapshot: customer.first_snapshot,
            new_products: new.map(new_product).filter(|product| product.requests > 0).collect(),
        })
    }

    /// Returns a digest of all customers' requests in the window of a day.
    pub fn digest(&self, day: Day, timeline: &Timeline, new_product_days: i32) -> Digest {
        let mut hasher = Hasher::new();
        for tenant in self.0.keys() {
            let Some(in_window) = self.on(*tenant, day, timeline, new_product_days) else {
                continue;
            };
            hasher.bytes(&tenant.bytes()).number(in_window.requests);
            hasher.day(in_window.first_snapshot);
            hasher.number(in_window.new_products.len() as i64);
            for product in in_window.new_products {
                hasher
                    .bytes(&product.sku.bytes())
                    .number(i64::from(product.first_seen.0))
                    .number(product.requests);
            }
        }
        hasher.finish()
    }
}

impl RequestHistory {
    fn opened_between(&self, first: Day, last: Day) -> i64 {
        let before = |limit: Day| self.opened.partition_point(|day| *day < limit);
        before(last.plus(1)).saturating_sub(before(first)) as i64
    }
}
