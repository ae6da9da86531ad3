//! What a run says of products, besides their numbers: those that the catalogue lacks, and
//! quantities in scope that nobody can have bought.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::catalogue::Catalogue;
use crate::domain::guid::Guid;
use crate::domain::words::ENGLISH;
use crate::stages::measures::adoption::Adoption;

/// A customer with so many seats of a product has hardly bought them: free products come with
/// quantities like these.
pub const LARGE_QUANTITY: i64 = 500_000;
/// How many quantities a warning names.
const NAMED: usize = 3;

/// A product that customers have and the catalogue lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnknownProduct {
    pub sku_id: String,
    pub customers: u64,
    pub seats_sold: i64,
    pub seats_assigned: i64,
}

/// Returns the products that the catalogue lacks, those of the most customers first. A row is a
/// customer's product: its SKU, the seats sold as far as they are known, the seats assigned.
pub fn unknown_products(rows: impl Iterator<Item = (Guid, Option<i64>, i64)>, catalogue: &Catalogue) -> Vec<UnknownProduct> {
    let mut unknown: BTreeMap<Guid, UnknownProduct> = BTreeMap::new();
    for (sku, sold, assigned) in rows.filter(|(sku, _, _)| !catalogue.products.contains_key(sku)) {
        let product = unknown.entry(sku).or_insert_with(|| UnknownProduct {
            sku_id: sku.to_string(),
            customers: 0,
            seats_sold: 0,
            seats_assigned: 0,
        });
        product.customers += 1;
        product.seats_sold += sold.unwrap_or(0);
        product.seats_assigned += assigned;
    }
    let mut unknown: Vec<UnknownProduct> = unknown.into_values().collect();
    unknown.sort_by_key(|product| Reverse(product.customers));
    unknown
}

/// Returns a warning about quantities that sums count though hardly anybody can have bought them.
pub fn large_quantities(rows: &[Adoption], names: &BTreeMap<Guid, String>, catalogue: &Catalogue) -> Option<String> {
    let is_large = |row: &&Adoption| row.in_scope && row.seats_sold.is_some_and(|sold| sold >= LARGE_QUANTITY);
    let mut large: Vec<&Adoption> = rows.iter().filter(is_large).collect();
    large.sort_by_key(|row| (Reverse(row.seats_sold), row.tenant_id, row.sku_id));
    let text = |row: &&Adoption| {
        let customer = names.get(&row.tenant_id).filter(|name| !name.is_empty());
        let customer = customer.cloned().unwrap_or_else(|| row.tenant_id.to_string());
        let product = catalogue
            .products
            .get(&row.sku_id)
            .filter(|product| !product.part_number.is_empty());
        let product = product.map_or_else(|| row.sku_id.to_string(), |product| product.part_number.clone());
        let seats = ENGLISH.grouped(row.seats_sold.unwrap_or(0));
        format!("{customer} has {seats} of `{product}`")
    };
    let mut some: Vec<String> = large.iter().take(NAMED).map(text).collect();
    if large.len() > NAMED {
        some.push(format!("and {} more", large.len() - NAMED));
    }
    (!large.is_empty()).then(|| {
        format!(
            "seats that hardly anybody can have bought are in the sums: {}; `[[exclude]]` leaves the product out",
            some.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Product;
    use crate::stages::measures::seats::{Seats, adoption_row};
    use crate::stages::measures::usage::ActiveUsers;

    fn row(tenant: u128, sku: u128, sold: i64) -> Adoption {
        let seats = Seats { sold, ..Seats::default() };
        adoption_row(Guid(tenant), Guid(sku), 1, ActiveUsers::default(), Some(sold), Some(seats))
    }

    fn catalogue() -> Catalogue {
        let mut catalogue = Catalogue::default();
        let known = Product {
            part_number: "NEW_FREE".to_owned(),
            ..Product::default()
        };
        catalogue.products.insert(Guid(7), known);
        catalogue
    }

    #[test]
    fn a_product_that_the_catalogue_lacks_is_counted_with_its_seats() {
        let rows = [(7, Some(10), 4), (8, Some(10), 4), (9, Some(10), 4), (9, Some(10), 4), (9, None, 4)];
        let rows = rows.into_iter().map(|(sku, sold, assigned)| (Guid(sku), sold, assigned));
        let found: Vec<(String, u64, i64, i64)> = unknown_products(rows, &catalogue())
            .into_iter()
            .map(|of| (of.sku_id, of.customers, of.seats_sold, of.seats_assigned))
            .collect();
        assert_eq!(found, [(Guid(9).to_string(), 3, 20, 12), (Guid(8).to_string(), 1, 10, 4)]);
    }

    #[test]
    fn a_quantity_in_scope_that_nobody_can_have_bought_is_told() {
        let names = [(Guid(1), "Contoso".to_owned())].into();
        let excluded = Adoption {
            in_scope: false,
            ..row(3, 7, 1_000_000)
        };
        let rows = [
            row(1, 7, LARGE_QUANTITY),
            row(2, 7, LARGE_QUANTITY - 1),
            excluded,
            row(2, 8, 1_000_000),
        ];
        let expected = format!(
            "seats that hardly anybody can have bought are in the sums: {} has 1,000,000 of `{}`, \
             Contoso has 500,000 of `NEW_FREE`; `[[exclude]]` leaves the product out",
            Guid(2),
            Guid(8)
        );
        assert_eq!(large_quantities(&rows, &names, &catalogue()), Some(expected));
        assert_eq!(large_quantities(&rows[1..3], &names, &catalogue()), None);
        let many: Vec<Adoption> = (1..6).map(|tenant| row(tenant, 7, LARGE_QUANTITY)).collect();
        assert!(large_quantities(&many, &names, &catalogue()).is_some_and(|text| text.contains(", and 2 more;")));
    }
}
