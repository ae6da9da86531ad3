//! The catalogue: which SKU has which workloads, which application means which workload, which
//! products are out of scope.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::guid::Guid;
use crate::domain::kinds::ActionMeaning;

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

/// What the numbers need to know of the world outside the logs. Ids are lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// SKU id -> product.
    pub products: BTreeMap<Guid, Product>,
    /// Resource or client application id -> workload.
    pub apps: BTreeMap<String, String>,
    /// SKU id -> why it is left out of portfolio sums.
    pub excluded: BTreeMap<Guid, String>,
    /// Partner Center offer id -> SKU id. Shared, since every raw file is read with it.
    pub offers: Arc<BTreeMap<String, Guid>>,
    /// Which audited actions are a use of the workload that they name. Shared likewise.
    pub audit_actions: Arc<AuditActions>,
}

/// Which audited actions are a use of a service, and which ones are its administration. Words are
/// lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditActions {
    /// By the record type, as a number and as its name.
    pub record_types: BTreeMap<String, ActionMeaning>,
    /// By the operation.
    pub operations: BTreeMap<String, ActionMeaning>,
}

impl AuditActions {
    /// Whether an action is a use: its record type has to be one of using a service (one that
    /// nobody knows is none), and its operation none by which a service is configured. A cmdlet is
    /// administration, unless the list says otherwise. Words in any case.
    pub fn is_use(&self, record_type: &str, operation: &str) -> bool {
        let of_type = self.record_types.get(&record_type.to_ascii_lowercase());
        let of_operation = self.operations.get(&operation.to_ascii_lowercase());
        of_type == Some(&ActionMeaning::Use) && of_operation.map_or(!is_cmdlet(operation), |means| *means == ActionMeaning::Use)
    }
}

/// Whether an operation has the form of a cmdlet of PowerShell: `Verb-Noun`.
fn is_cmdlet(operation: &str) -> bool {
    operation.split_once('-').is_some_and(|(verb, noun)| {
        let begins = noun.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
        let is_verb = !verb.is_empty() && verb.bytes().all(|byte| byte.is_ascii_alphabetic());
        is_verb && begins && noun.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

impl Catalogue {
    /// The workload of a sign-in: the resource decides where the map knows it, else the client
    /// application, else nobody.
    pub fn workload_of(&self, resource_id: &str, app_id: &str) -> Option<&str> {
        self.apps.get(resource_id).or_else(|| self.apps.get(app_id)).map(String::as_str)
    }

    /// The workloads of a SKU; none for one that the catalogue lacks.
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
