//! Reads the price list, `prices` in `[catalogue]`: a CSV text with what a seat costs a month.
//!
//! | column | |
//! |---|---|
//! | sku_id or part_number | the product: a GUID or Microsoft's part number, in either column |
//! | price_per_month | a decimal number of at least 0, read exactly |
//! | currency | the code of ISO 4217 |
//! | tenant_id | optional: the customer whose own price it is; empty: everybody's |
//! | from | optional: the first day on which it counts; empty: it always does |

use std::collections::BTreeMap;

use crate::domain::catalogue::Product;
use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::money::{Currency, NoPrice, Price};
use crate::domain::prices::Prices;
use crate::pipeline::syntax::nearest::nearest;
use crate::pipeline::syntax::problem::hint;
use crate::pipeline::syntax::table::{Notes, Row, rows_with};

const NEEDED: [&str; 2] = ["price_per_month", "currency"];
const OPTIONAL: [&str; 4] = ["sku_id", "part_number", "tenant_id", "from"];
/// Where they stand in a row.
const PRICE: usize = 0;
const CURRENCY: usize = 1;
const SKU_ID: usize = 2;
const PART_NUMBER: usize = 3;
const TENANT_ID: usize = 4;
const FROM: usize = 5;

/// Reads the prices. `products` are those of the catalogue.
pub(in crate::pipeline) fn read(bytes: &[u8], products: &BTreeMap<Guid, Product>, notes: &mut Notes) -> Prices {
    let mut prices = Prices::default();
    let rows = rows_with(bytes, NEEDED, OPTIONAL, notes);
    let has_products = rows.first().is_none_or(|row| row.has(SKU_ID) || row.has(PART_NUMBER));
    if !has_products {
        notes.refuse(
            1,
            "no column `sku_id` or `part_number`; one of them has to name the products".to_owned(),
        );
        return prices;
    }
    for row in &rows {
        // Each is read, so that one run says all that is wrong with a row.
        let (skus, price) = (skus(row, products, notes), price(row, notes));
        let (tenant, from) = (tenant(row, notes), from(row, notes));
        let (Some(skus), Some(price), Some(tenant), Some(from)) = (skus, price, tenant, from) else {
            continue;
        };
        for sku in skus {
            match prices.add((sku, tenant), from, price) {
                None => {}
                Some(first) if first == price => notes.repeated(row.line),
                Some(first) => {
                    let since = from.map_or_else(String::new, |from| format!(" from {from} on"));
                    let whose = if tenant.is_some() {
                        "for the same customer"
                    } else {
                        "for everybody"
                    };
                    let text = format!(
                        "`{}` costs `{price}` here and `{first}` above, {whose}{since}; remove one of the rows",
                        product(row)
                    );
                    notes.refuse(row.line, text);
                }
            }
        }
    }
    notes.sum_up_repeated();
    prices
}

/// How a row names its product.
fn product(row: &Row) -> &str {
    let cells = [row.cell(SKU_ID), row.cell(PART_NUMBER)];
    cells.into_iter().find(|cell| !cell.is_empty()).unwrap_or("")
}

/// The SKUs of a row. There are several if Microsoft gave a part number twice.
fn skus(row: &Row, products: &BTreeMap<Guid, Product>, notes: &mut Notes) -> Option<Vec<Guid>> {
    let name = product(row);
    if name.is_empty() {
        notes.refuse(
            row.line,
            "neither `sku_id` nor `part_number` names a product; fill one in or remove the row".to_owned(),
        );
        return None;
    }
    if let Some(sku) = Guid::parse(name.as_bytes()) {
        if !products.contains_key(&sku) {
            notes.warn(
                row.line,
                format!("`{sku}` is not in the SKU catalogue; check the GUID if it is not a new product"),
            );
        }
        return Some(vec![sku]);
    }
    let folded = name.to_lowercase();
    let of_part_number = products.iter().filter(|(_, product)| product.part_number.to_lowercase() == folded);
    let skus: Vec<Guid> = of_part_number.map(|(sku, _)| *sku).collect();
    if skus.is_empty() {
        let part_numbers = products.values().map(|product| product.part_number.as_str());
        let hint = hint(
            nearest(name, part_numbers),
            "take the GUID or `String_Id` of the SKU catalogue (`skus` in [catalogue])",
        );
        notes.refuse(row.line, format!("`{name}` is neither a GUID nor a known part number{hint}"));
        return None;
    }
    Some(skus)
}

fn price(row: &Row, notes: &mut Notes) -> Option<Price> {
    let (written, code) = (
        row.filled(PRICE, notes).map(str::to_owned),
        row.filled(CURRENCY, notes)?.to_uppercase(),
    );
    let Some(currency) = Currency::of(&code) else {
        let hint = hint(
            nearest(&code, Currency::all().map(Currency::code)),
            "write a code of ISO 4217 such as `EUR`",
        );
        notes.refuse(row.line, format!("unknown `currency` `{code}`{hint}"));
        return None;
    };
    let written = written?;
    let why = match Price::parse(&written, currency) {
        Ok(price) => return Some(price),
        Err(NoPrice::Negative) => "is negative; a credit is no price of a seat, remove the row".to_owned(),
        Err(NoPrice::TooLarge) => "is more than any seat costs; correct it".to_owned(),
        Err(NoPrice::NoNumber) => "is no number; write digits and a point, such as `1234.50`".to_owned(),
        Err(NoPrice::TooFine) => format!(
            "has more digits behind the point than the {} of `{currency}`; round it as you invoice it",
            currency.digits()
        ),
    };
    notes.refuse(row.line, format!("`price_per_month` `{written}` {why}"));
    None
}

/// The customer of a row; `Some(None)` where it is everybody's.
fn tenant(row: &Row, notes: &mut Notes) -> Option<Option<Guid>> {
    match row.cell(TENANT_ID) {
        "" => Some(None),
        _ => row.guid(TENANT_ID, notes).map(Some),
    }
}

/// The first day of a row; `Some(None)` where there is none.
fn from(row: &Row, notes: &mut Notes) -> Option<Option<Day>> {
    let written = row.cell(FROM);
    let day = Day::parse(written);
    if day.is_none() && !written.is_empty() {
        notes.refuse(row.line, format!("`from` `{written}` must be a day such as `2026-01-31`, or empty"));
        return None;
    }
    Some(day)
}

#[cfg(test)]
#[path = "prices_tests.rs"]
mod tests;
