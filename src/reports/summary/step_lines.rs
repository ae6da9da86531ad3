//! One next step as a line of the closing summary.

use std::collections::BTreeMap;

use crate::domain::catalogue::Catalogue;
use crate::domain::guid::Guid;
use crate::domain::next_steps::StepCode;
use crate::domain::words::Words;
use crate::reports::summary::text::{WIDTH, padded};
use crate::stages::next_steps::advice::title;

/// A line such as `   1,200  low usage                 Contoso, SPE_E3`. It begins with the value of
/// the step in so many columns.
pub(super) fn line(words: Words, (value, columns): (&str, usize), code: StepCode, about: &str) -> String {
    let begin = format!("  {value:>columns$}  {:<24}  ", title(words.0, code));
    let room = WIDTH.saturating_sub(begin.chars().count()).max(1);
    format!("{}\n", format!("{begin}{}", padded(about, room)).trim_end())
}

/// What a step is about: the customer, and the product or workload where it is about one.
pub(super) fn about(
    (tenant_id, sku_id, workload): (Guid, Option<Guid>, Option<&str>),
    customers: &BTreeMap<Guid, String>,
    catalogue: &Catalogue,
) -> String {
    let name = customers.get(&tenant_id).filter(|name| !name.is_empty());
    let customer = name.cloned().unwrap_or_else(|| tenant_id.to_string());
    let product = |sku: Guid| {
        let product = catalogue.products.get(&sku).filter(|product| !product.part_number.is_empty());
        product.map_or_else(|| sku.to_string(), |product| product.part_number.clone())
    };
    match sku_id.map(product).or_else(|| workload.map(str::to_owned)) {
        Some(what) => format!("{customer}, {what}"),
        None => customer,
    }
}
