//! The settings that decide what the numbers are: what `stages` and `reference` read of a pipeline
//! file.

use std::collections::BTreeSet;

use crate::domain::catalogue::Catalogue;
use crate::domain::day::Zone;
use crate::domain::guid::Guid;
use crate::domain::kinds::Evidence;
use crate::domain::next_steps::{Language, Thresholds};
use crate::domain::subscription::{Seller, State};

/// Everything besides the raw records that a number depends on.
#[derive(Clone)]
pub struct Rules {
    /// Whose midnight ends a day.
    pub zone: Zone,
    /// The partner: its subscriptions are ours.
    pub partner_tenant: Option<Guid>,
    /// Which kinds of evidence make a day active.
    pub evidence: BTreeSet<Evidence>,
    /// Workloads whose use without a license counts.
    pub unlicensed_use: BTreeSet<String>,
    /// States whose paid seats count as sold.
    pub sold_states: BTreeSet<State>,
    /// States whose paid seats are entitlements.
    pub entitled_states: BTreeSet<State>,
    /// After how many days a list of subscriptions gives way to a younger one of a later source.
    pub snapshot_stale_days: i32,
    /// SKUs, workloads, applications, products out of scope.
    pub catalogue: Catalogue,
    /// From when on a number becomes a next step.
    pub thresholds: Thresholds,
    /// In which language next steps are said.
    pub language: Language,
}

impl Rules {
    /// The rules of a pipeline that sets nothing, with an empty catalogue.
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
            thresholds: Thresholds::default(),
            language: Language::English,
        }
    }

    /// Who sold a subscription of `customer` that belongs to `owner` (a tenant id in lower case, or
    /// empty).
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
