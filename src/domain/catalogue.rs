//! The catalogue: which SKU has which workloads, which application means which workload, which products are out of scope.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::guid::Guid;

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
}

impl Catalogue {
    /// The workload of a sign-in: the resource decides where the map knows it, else the client application, else nobody.
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
