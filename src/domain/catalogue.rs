//! The catalogue: the workloads of each SKU, the workload of each application, and the products
//! that are out of scope.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::guid::Guid;
use crate::domain::kinds::ActionMeaning;
use crate::domain::prices::Prices;

/// One product as it is sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Microsoft's `String_Id`, such as `SPE_E3`.
    pub part_number: String,
    /// Microsoft's display name.
    pub name: String,
    /// Names of the workloads that the SKU's service plans carry, each once.
    pub workloads: BTreeSet<String>,
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
    /// Partner Center offer id -> SKU id. Shared, because the reader of every raw file needs it.
    pub offers: Arc<BTreeMap<String, Guid>>,
    /// Which audited actions are use and which are administration. Shared for the same reason.
    pub audit_actions: Arc<AuditActions>,
    /// What seats cost. Shared, because a list may be long.
    pub prices: Arc<Prices>,
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

    /// Returns the workloads of a SKU, or nothing for a SKU that the catalogue does not have.
    pub fn workloads_of(&self, sku: Guid) -> impl Iterator<Item = &str> {
        self.products
            .get(&sku)
            .into_iter()
            .flat_map(|product| product.workloads.iter().map(String::as_str))
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
