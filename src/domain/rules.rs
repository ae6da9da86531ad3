//! The settings that the numbers depend on. `stages` and `reference` read them; the pipeline file
//! sets them.

use std::collections::BTreeSet;

use crate::domain::catalogue::Catalogue;
use crate::domain::day::{Day, Zone};
use crate::domain::exceptions::Exceptions;
use crate::domain::guid::Guid;
use crate::domain::kinds::Evidence;
use crate::domain::next_steps::{Language, Thresholds};
use crate::domain::subscription::{Seller, State};

/// Everything that a number depends on besides the raw records.
#[derive(Clone)]
pub struct Rules {
    /// The time zone in which days begin and end.
    pub zone: Zone,
    /// The tenant of the partner. Its subscriptions are our own.
    pub partner_tenant: Option<Guid>,
    /// Which kinds of evidence make a day active.
    pub evidence: BTreeSet<Evidence>,
    /// Workloads whose use without a license counts.
    pub unlicensed_use: BTreeSet<String>,
    /// Subscription states whose paid seats count as sold.
    pub sold_states: BTreeSet<State>,
    /// Subscription states whose paid seats are entitlements.
    pub entitled_states: BTreeSet<State>,
    /// A list of subscriptions that is older than this many days is replaced by a younger one of
    /// another source.
    pub snapshot_stale_days: i32,
    /// SKUs, workloads, applications, and products that are out of scope.
    pub catalogue: Catalogue,
    /// What is out of scope for some customers or from some day on, and spare seats.
    pub exceptions: Exceptions,
    /// The thresholds of next steps.
    pub thresholds: Thresholds,
    /// The language of next steps.
    pub language: Language,
}

impl Rules {
    /// Returns the defaults, with an empty catalogue.
    pub fn standard() -> Rules {
        Rules {
            zone: Zone::utc(),
            partner_tenant: None,
            evidence: Evidence::ALL.iter().copied().collect(),
            unlicensed_use: BTreeSet::from(["yammer".to_owned()]),
            sold_states: BTreeSet::from([State::Active, State::Grace]),
            entitled_states: BTreeSet::from([State::Active]),
            snapshot_stale_days: 35,
            catalogue: Catalogue::default(),
            exceptions: Exceptions::default(),
            thresholds: Thresholds::default(),
            language: Language::English,
        }
    }

    /// Returns why a product of a customer is out of scope on a day; `None` where it is in scope.
    pub fn out_of_scope(&self, tenant: Guid, sku: Guid, day: Day) -> Option<&str> {
        let product = self.catalogue.excluded.get(&sku).map(String::as_str);
        product.or_else(|| self.exceptions.of_product(tenant, sku, day))
    }

    /// Returns who sold a subscription of `customer`. `owner` is a tenant id in lower case, or
    /// empty.
    pub fn seller(&self, customer: Guid, owner: &str) -> Seller {
        let owner_id = Guid::parse(owner.as_bytes());
        match owner_id {
            Some(id) if Some(id) == self.partner_tenant => Seller::Own,
            Some(id) if id == customer => Seller::Direct,
            None if owner.is_empty() => Seller::Direct,
            _ => Seller::Other,
        }
    }
}
