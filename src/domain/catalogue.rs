//! The catalogue: the workloads of each SKU, the workload of each application, and the products
//! that are out of scope.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::guid::Guid;
use crate::domain::kinds::ActionMeaning;
use crate::domain::prices::Prices;

/// One product as it is sold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Product {
    /// Microsoft's `String_Id`, such as `SPE_E3`.
    pub part_number: String,
    /// Microsoft's display name.
    pub name: String,
    /// The workloads that it is bought for, each once: its seats are entitlements there, and its use
    /// is seen there.
    pub workloads: BTreeSet<String>,
    /// The workloads that it only brings along, such as the kiosk mailbox of a Teams product.
    /// Whoever holds it has a license there, and it adds no seats. None of them is in `workloads`.
    pub along: BTreeSet<String>,
}

impl Product {
    /// Says what the product is bought for. Whatever else it has comes along with it, unless
    /// `along` says what does.
    pub fn buy_for(&mut self, workloads: BTreeSet<String>, along: Option<BTreeSet<String>>) {
        let carried = self.workloads.iter().chain(&self.along).cloned().collect();
        self.along = &along.unwrap_or(carried) - &workloads;
        self.workloads = workloads;
    }
}

/// Facts from outside the logs that the numbers depend on. Ids are lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// SKU id -> product.
    pub products: BTreeMap<Guid, Product>,
    /// Resource or client application id -> workload.
    pub apps: BTreeMap<String, String>,
    /// SKU id -> why it is left out of portfolio sums.
    pub excluded: BTreeMap<Guid, String>,
    /// What Partner Center sells. Shared, because the reader of every raw file needs it.
    pub offers: Arc<Offers>,
    /// Which audited actions are use and which are administration. Shared for the same reason.
    pub audit_actions: Arc<AuditActions>,
    /// What seats cost. Shared, because a list may be long.
    pub prices: Arc<Prices>,
}

/// What Partner Center sells: the product of each offer, and in which units. Keys are lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// Offer (a GUID, or `product:sku` of New Commerce) -> SKU id.
    pub by_id: BTreeMap<String, Guid>,
    /// Name of a product -> SKU id, where it is the name of one product only.
    pub by_name: BTreeMap<String, Guid>,
    /// Kind of unit -> whether such units are seats.
    pub unit_kinds: BTreeMap<String, bool>,
}

impl Offers {
    /// Returns the SKU that an offer in lower case sells. The third part of an offer of New
    /// Commerce, its availability, does not matter.
    pub fn sku_of(&self, offer: &str) -> Option<Guid> {
        let product_and_sku = || offer.match_indices(':').nth(1).and_then(|(at, _)| self.by_id.get(&offer[..at]));
        self.by_id.get(offer).or_else(product_and_sku).copied()
    }

    /// Returns the SKU of an offer by its name: only offers of New Commerce have the names of
    /// products. Those before them keep the names of their time.
    pub fn sku_named(&self, offer: &str, name: &str) -> Option<Guid> {
        self.product_named(name).filter(|_| offer.contains(':'))
    }

    /// Returns the SKU of the only product that has this name, in any case.
    pub fn product_named(&self, name: &str) -> Option<Guid> {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        self.by_name.get(&name).copied()
    }
}

/// Sorts audited actions into use of a service and administration of it. Keys are lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditActions {
    /// Record type (as a number and as a name) -> meaning.
    pub record_types: BTreeMap<String, ActionMeaning>,
    /// Operation -> meaning.
    pub operations: BTreeMap<String, ActionMeaning>,
}

impl AuditActions {
    /// Returns whether an action is use of a service. The list must know the record type as use; an
    /// unknown record type is not use. The operation must not be administration. A cmdlet counts as
    /// administration unless the list says otherwise. Case does not matter.
    pub fn is_use(&self, record_type: &str, operation: &str) -> bool {
        let of_type = self.record_types.get(&record_type.to_ascii_lowercase());
        let of_operation = self.operations.get(&operation.to_ascii_lowercase());
        of_type == Some(&ActionMeaning::Use) && of_operation.map_or(!is_cmdlet(operation), |means| *means == ActionMeaning::Use)
    }
}

/// Returns whether an operation looks like a PowerShell cmdlet: `Verb-Noun`.
fn is_cmdlet(operation: &str) -> bool {
    operation.split_once('-').is_some_and(|(verb, noun)| {
        let begins = noun.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
        let is_verb = !verb.is_empty() && verb.bytes().all(|byte| byte.is_ascii_alphabetic());
        is_verb && begins && noun.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

impl Catalogue {
    /// Returns the workload of a sign-in. The resource decides if the map knows it, otherwise the
    /// client application.
    pub fn workload_of(&self, resource_id: &str, app_id: &str) -> Option<&str> {
        self.apps.get(resource_id).or_else(|| self.apps.get(app_id)).map(String::as_str)
    }

    /// Returns the workloads that a SKU is bought for, or nothing for a SKU that the catalogue does
    /// not have.
    pub fn workloads_of(&self, sku: Guid) -> impl Iterator<Item = &str> {
        self.products
            .get(&sku)
            .into_iter()
            .flat_map(|product| product.workloads.iter().map(String::as_str))
    }

    /// Returns the workloads that a SKU only brings along.
    pub fn along_with(&self, sku: Guid) -> impl Iterator<Item = &str> {
        let product = self.products.get(&sku).into_iter();
        product.flat_map(|product| product.along.iter().map(String::as_str))
    }

    /// Returns whether the holder of a SKU may use a workload: it was bought for it, or brings it
    /// along.
    pub fn entitles(&self, sku: Guid, workload: &str) -> bool {
        let has = |product: &Product| product.workloads.contains(workload) || product.along.contains(workload);
        self.products.get(&sku).is_some_and(has)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_one_by_record_type_and_by_operation() {
        let map = |pairs: &[(&str, ActionMeaning)]| pairs.iter().map(|(word, means)| ((*word).to_owned(), *means)).collect();
        let actions = AuditActions {
            record_types: map(&[
                ("25", ActionMeaning::Use),
                ("microsoftteams", ActionMeaning::Use),
                ("57", ActionMeaning::Administration),
            ]),
            operations: map(&[
                ("teamstenantsettingchanged", ActionMeaning::Administration),
                ("send-message", ActionMeaning::Use),
            ]),
        };
        for (record_type, operation) in [
            ("25", "MessageSent"),
            ("MicrosoftTeams", "MeetingDetail"),
            ("25", "Send-Message"),
            ("25", "a-1"),
            ("25", "well - known"),
        ] {
            assert!(actions.is_use(record_type, operation), "{record_type} {operation}");
        }
        for (record_type, operation) in [
            ("57", "MessageSent"),
            ("9999", "MessageSent"),
            ("", "MessageSent"),
            ("25", "TEAMSTenantSettingChanged"),
            ("25", "Get-CsTeamsUpgradeOverridePolicy"),
            ("57", "Send-Message"),
        ] {
            assert!(!actions.is_use(record_type, operation), "{record_type} {operation}");
        }
    }
}
