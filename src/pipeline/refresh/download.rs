//! A list of products and service plans with Microsoft's columns: the whole download, or the
//! built-in selection of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::guid::Guid;
use crate::pipeline::syntax::problem::CatalogueError;
use crate::pipeline::syntax::table::{Notes, rows, squeezed};

const COLUMNS: [&str; 6] = [
    "product_display_name",
    "string_id",
    "guid",
    "service_plan_name",
    "service_plan_id",
    "service_plans_included_friendly_names",
];

/// A list of products.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Download {
    pub products: BTreeMap<Guid, ListedProduct>,
    pub plans: BTreeMap<Guid, ListedPlan>,
}

/// A product of the list. Of several names the first in alphabetical order counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedProduct {
    pub name: String,
    pub part_number: String,
    pub plans: BTreeSet<Guid>,
}

/// A service plan of the list. Of several names the most frequent one counts, and of its friendly
/// names the most frequent one that is neither in capitals nor marked as retired.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedPlan {
    pub name: String,
    pub friendly_name: String,
    /// How many products have it.
    pub products: usize,
}

/// Names, each with the number of rows that have it.
type Votes = BTreeMap<String, usize>;

/// Reads a list. Fails with every problem of the file.
pub fn read(file: &str, bytes: &[u8]) -> Result<Download, CatalogueError> {
    let mut notes = Notes::of(file);
    let mut download = Download::default();
    let mut votes: BTreeMap<Guid, (Votes, Votes)> = BTreeMap::new();
    for row in rows(bytes, COLUMNS, &mut notes) {
        let (Some(sku), Some(plan)) = (row.guid(2, &mut notes), row.guid(4, &mut notes)) else {
            continue;
        };
        let [name, part_number, plan_name, friendly_name] = [0, 1, 3, 5].map(|column| squeezed(row.cell(column)));
        let product = download.products.entry(sku).or_insert_with(|| ListedProduct {
            name: name.clone(),
            part_number,
            plans: BTreeSet::new(),
        });
        if !name.is_empty() && (product.name.is_empty() || name < product.name) {
            product.name = name;
        }
        product.plans.insert(plan);
        let (names, friendly_names) = votes.entry(plan).or_default();
        *names.entry(plan_name).or_default() += 1;
        *friendly_names.entry(friendly_name).or_default() += 1;
    }
    if download.products.is_empty() && notes.problems.is_empty() {
        notes.refuse(0, "no product in it".to_owned());
    }
    for (plan, (names, friendly_names)) in votes {
        let listed = ListedPlan {
            name: winner(names.iter()),
            friendly_name: friendly(&friendly_names),
            products: download.products.values().filter(|product| product.plans.contains(&plan)).count(),
        };
        download.plans.insert(plan, listed);
    }
    match notes.problems.is_empty() {
        true => Ok(download),
        false => Err(CatalogueError { problems: notes.problems }),
    }
}

/// The most frequent name, of equally frequent ones the first in alphabetical order.
fn winner<'v>(votes: impl Iterator<Item = (&'v String, &'v usize)>) -> String {
    votes
        .max_by(|(name, votes), (other, others)| votes.cmp(others).then_with(|| other.cmp(name)))
        .map_or_else(String::new, |(name, _)| name.clone())
}

fn friendly(votes: &Votes) -> String {
    let is_good = |name: &str| name != name.to_uppercase() && !name.to_lowercase().contains("retired");
    match winner(votes.iter().filter(|(name, _)| is_good(name))) {
        none if none.is_empty() => winner(votes.iter()),
        name => name,
    }
}
