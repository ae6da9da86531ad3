//! Users of whom only the name is known, joined to the user ids that other logs give for the name.
//!
//! Source: `spec: inputs, management-api`. A name that goes with two user ids joins nobody.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::guid::Guid;

use super::inputs::Inputs;

/// Per tenant and name the one user id that goes with it.
pub(super) struct Known(BTreeMap<(Guid, String), String>);

impl Known {
    pub fn of(inputs: &Inputs) -> Known {
        let mut ids: BTreeMap<(Guid, String), BTreeSet<String>> = BTreeMap::new();
        for (tenant, name, user) in &inputs.names {
            ids.entry((*tenant, name.clone())).or_default().insert(user.clone());
        }
        let mut known = BTreeMap::new();
        for (name, users) in ids {
            if users.len() == 1 {
                known.extend(users.into_iter().map(|user| (name.clone(), user)));
            }
        }
        Known(known)
    }

    /// Whom an id means.
    pub fn user(&self, tenant: Guid, id: &str) -> String {
        self.0.get(&(tenant, id.to_owned())).cloned().unwrap_or_else(|| id.to_owned())
    }

    /// The inputs with the users of license changes joined.
    pub fn joined(&self, inputs: &Inputs) -> Inputs {
        let mut joined = inputs.clone();
        for change in &mut joined.license_changes {
            change.user_id = self.user(change.tenant_id, &change.user_id);
        }
        joined
    }
}
