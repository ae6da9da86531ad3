//! Reads the products, the workloads of their service plans, and what a product is bought for.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::catalogue::Product;
use crate::domain::guid::Guid;
use crate::pipeline::catalogue_rows::cells::{put_once, workload};
use crate::pipeline::syntax::nearest::nearest;
use crate::pipeline::syntax::problem::{hint, listed};
use crate::pipeline::syntax::table::{Notes, Row, rows, rows_with, squeezed};

/// Service plan -> its workloads.
pub(in crate::pipeline) type PlanWorkloads = BTreeMap<Guid, BTreeSet<String>>;

pub(in crate::pipeline) fn read_workloads(bytes: &[u8], notes: &mut Notes) -> PlanWorkloads {
    let mut plans = PlanWorkloads::new();
    for row in rows(bytes, ["workload", "service_plan_id"], notes) {
        if let (Some(workload), Some(plan)) = (workload(&row, 0, notes), row.guid(1, notes))
            && !plans.entry(plan).or_default().insert(workload)
        {
            notes.repeated(row.line);
        }
    }
    notes.sum_up_repeated();
    plans
}

/// Reads the products; a product has one row per service plan.
pub(in crate::pipeline) fn read_products(bytes: &[u8], workloads: &PlanWorkloads, notes: &mut Notes) -> BTreeMap<Guid, Product> {
    let mut products: BTreeMap<Guid, Product> = BTreeMap::new();
    let mut pairs: BTreeSet<(Guid, Option<Guid>)> = BTreeSet::new();
    let mut renamed: BTreeSet<(Guid, String)> = BTreeSet::new();
    for row in rows(bytes, ["product_display_name", "string_id", "guid", "service_plan_id"], notes) {
        // A product that somebody added by hand may have no plan.
        let plan = if row.cell(3).is_empty() {
            Some(None)
        } else {
            row.guid(3, notes).map(Some)
        };
        let (Some(sku), Some(plan)) = (row.guid(2, notes), plan) else {
            continue;
        };
        let (name, part_number) = (squeezed(row.cell(0)), squeezed(row.cell(1)));
        let product = products.entry(sku).or_insert_with(|| Product {
            part_number: part_number.clone(),
            name: [&name, &part_number]
                .into_iter()
                .find(|name| !name.is_empty())
                .cloned()
                .unwrap_or_else(|| sku.to_string()),
            ..Product::default()
        });
        for (kept, other, what) in [(&product.name, &name, "name"), (&product.part_number, &part_number, "part number")] {
            if !other.is_empty() && kept != other && renamed.insert((sku, other.clone())) {
                notes.warn(
                    row.line,
                    format!("SKU `{sku}` has a second {what} `{other}`; the first, `{kept}`, stays"),
                );
            }
        }
        if !pairs.insert((sku, plan)) {
            notes.repeated(row.line);
        }
        product
            .workloads
            .extend(plan.and_then(|plan| workloads.get(&plan)).into_iter().flatten().cloned());
    }
    notes.sum_up_repeated();
    if products.is_empty() && notes.problems.is_empty() {
        notes.refuse(
            0,
            "no product in it; fill in Microsoft's rows or remove `skus` from [catalogue]".to_owned(),
        );
    }
    warn_of_shared_part_numbers(&products, notes);
    products
}

fn warn_of_shared_part_numbers(products: &BTreeMap<Guid, Product>, notes: &mut Notes) {
    let mut holders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (sku, product) in products.iter().filter(|(_, product)| !product.part_number.is_empty()) {
        holders
            .entry(product.part_number.to_uppercase())
            .or_default()
            .push(format!("`{sku}`"));
    }
    for (part_number, skus) in holders.iter().filter(|(_, skus)| skus.len() > 1) {
        notes.warn(
            0,
            format!(
                "part number `{part_number}` belongs to several SKUs and means all of them: {}",
                skus.join(", ")
            ),
        );
    }
}

/// Returns the names that belong to one product only, in lower case, each with its product.
pub(in crate::pipeline) fn names_of_one_product(products: &BTreeMap<Guid, Product>) -> BTreeMap<String, Guid> {
    let mut holders: BTreeMap<String, Vec<Guid>> = BTreeMap::new();
    for (sku, product) in products {
        holders.entry(product.name.to_lowercase()).or_default().push(*sku);
    }
    let one = |(name, skus): (String, Vec<Guid>)| match skus[..] {
        [sku] => Some((name, sku)),
        _ => None,
    };
    holders.into_iter().filter_map(one).collect()
}

/// Reads what products are bought for, and changes these products. Names of workloads stand in one
/// cell, separated by blanks, commas or semicolons; an empty cell says that the use of the product
/// cannot be seen. Where the file has no column `along`, whatever else the plans carry comes along.
///
/// The built-in file fits the built-in products and workloads. Where a pipeline has others, a word
/// is left out that no plan of the product carries, and a row without any other word changes
/// nothing.
pub(in crate::pipeline) fn read_purposes(
    bytes: &[u8],
    is_built_in: bool,
    known: &BTreeSet<&str>,
    products: &mut BTreeMap<Guid, Product>,
    notes: &mut Notes,
) {
    let mut lines: BTreeMap<Guid, String> = BTreeMap::new();
    for row in rows_with(bytes, ["sku_id", "workloads"], ["along"], notes) {
        let Some(sku) = row.guid(0, notes) else { continue };
        let refuse = !is_built_in;
        let (Some(mut workloads), Some(along)) = (words(&row, 1, known, refuse, notes), words(&row, 2, known, refuse, notes)) else {
            continue;
        };
        put_once(
            &mut lines,
            sku,
            format!("{} | {}", row.cell(1), row.cell(2)),
            "SKU",
            row.line,
            notes,
        );
        let Some(product) = products.get_mut(&sku) else {
            notes.warn(
                row.line,
                format!("SKU `{sku}` is not in the SKU catalogue; the row changes nothing"),
            );
            continue;
        };
        workloads.retain(|workload| !is_built_in || product.workloads.contains(workload));
        if !workloads.is_empty() || row.cell(1).is_empty() {
            product.buy_for(workloads, row.has(2).then_some(along));
        }
    }
    notes.sum_up_repeated();
}

/// Returns the workloads of a cell. One that nothing knows is a problem, or is left out.
fn words(row: &Row, column: usize, known: &BTreeSet<&str>, refuse: bool, notes: &mut Notes) -> Option<BTreeSet<String>> {
    let mut words = BTreeSet::new();
    let mut is_whole = true;
    let cell = row.cell(column).to_lowercase();
    for word in cell.split([',', ';', ' ']).filter(|word| !word.is_empty()) {
        if known.contains(word) {
            words.insert(word.to_owned());
        } else if refuse {
            let hint = hint(
                nearest(word, known.iter().copied()),
                &format!("the catalogue has {}", listed(known.iter().copied())),
            );
            notes.refuse(row.line, format!("unknown workload `{word}`{hint}"));
            is_whole = false;
        }
    }
    is_whole.then_some(words)
}
