//! The built-in lists, written anew from Microsoft's newest list: `skus.csv` and `plans.csv`.

use std::collections::BTreeSet;

use csv::{Terminator, WriterBuilder};

use crate::domain::guid::Guid;
use crate::pipeline::refresh::comparison::Known;
use crate::pipeline::refresh::download::{Download, ListedProduct};

/// Microsoft's names of the columns.
const COLUMNS: [&str; 6] = [
    "Product_Display_Name",
    "String_Id",
    "GUID",
    "Service_Plan_Name",
    "Service_Plan_Id",
    "Service_Plans_Included_Friendly_Names",
];

/// Returns the text of `skus.csv`: of every product the plans that carry a workload, and those that
/// were kept so far; of one without any, the plan that is most its own. A product that Microsoft
/// lists no more stays, because customers may still have it.
pub fn skus(known: &Known, listed: &Download) -> Result<String, csv::Error> {
    let mut all = listed.products.clone();
    for (sku, gone) in &known.products.products {
        all.entry(*sku).or_insert_with(|| gone.clone());
    }
    let rows = all.iter().flat_map(|(sku, product)| {
        let rows = kept(*sku, product, known, listed).into_iter();
        rows.map(move |plan| {
            let of_plan = listed.plans.get(&plan).or_else(|| known.products.plans.get(&plan));
            let [name, friendly_name] = of_plan.map_or_else(Default::default, |plan| [plan.name.clone(), plan.friendly_name.clone()]);
            [
                product.name.clone(),
                product.part_number.clone(),
                sku.to_string(),
                name,
                plan.to_string(),
                friendly_name,
            ]
        })
    });
    text(&COLUMNS, rows)
}

/// Returns the text of `plans.csv`: every plan that is listed, or was.
pub fn plans(known: &Known, listed: &Download) -> Result<String, csv::Error> {
    let ids: BTreeSet<&Guid> = known.plans.keys().chain(listed.plans.keys()).collect();
    let rows = ids.into_iter().map(|plan| {
        let now = listed.plans.get(plan).map(|plan| plan.name.clone());
        let name = now.or_else(|| known.plans.get(plan).cloned());
        [plan.to_string(), name.unwrap_or_default()]
    });
    text(&["service_plan_id", "service_plan_name"], rows)
}

/// The plans of a product that the selection keeps.
fn kept(sku: Guid, product: &ListedProduct, known: &Known, listed: &Download) -> BTreeSet<Guid> {
    let before = known.products.products.get(&sku);
    let was_kept = |plan: &Guid| before.is_some_and(|before| before.plans.contains(plan));
    let is_kept = |plan: &&Guid| known.workloads.contains_key(plan) || was_kept(plan);
    let kept: BTreeSet<Guid> = product.plans.iter().filter(is_kept).copied().collect();
    if !kept.is_empty() {
        return kept;
    }
    // Most its own is the plan that is called like the product, or else the one of the fewest
    // products.
    let rank = |plan: &&Guid| {
        let listed = listed.plans.get(plan);
        let has_its_name = listed.is_some_and(|plan| plan.name.eq_ignore_ascii_case(&product.part_number));
        (!has_its_name, listed.map_or(usize::MAX, |plan| plan.products), **plan)
    };
    product.plans.iter().min_by_key(rank).copied().into_iter().collect()
}

fn text<const N: usize>(columns: &[&str; N], rows: impl Iterator<Item = [String; N]>) -> Result<String, csv::Error> {
    let mut writer = WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(Vec::new());
    writer.write_record(columns)?;
    for row in rows {
        writer.write_record(&row)?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
