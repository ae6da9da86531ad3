//! The names of the products that the portfolio has, for forms that tell products by name only.
//! Names that several products share, such as Visio Plan 2, are not here: no reader could tell which
//! one is meant.

use serde_json::Value;

use crate::sample::forms::text::text;

/// SKUs, and how Microsoft calls them.
const NAMES: [(&str, &str); 8] = [
    ("18181a46-0d4e-45cd-891e-60aabd171b4e", "Office 365 E1"),
    ("05e9a617-0261-4cee-bb44-138d3ef5d965", "Microsoft 365 E3"),
    ("06ebc4ee-1bb5-47dd-8120-11324bc54e06", "Microsoft 365 E5"),
    ("66b55226-6b4f-492c-910c-a3b7a3c9d993", "Microsoft 365 F3"),
    ("6fd2c87f-b296-42f0-b197-1e91e994b900", "Office 365 E3"),
    ("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", "Microsoft 365 Business Premium"),
    ("f245ecc8-75af-4f8e-b61f-27d8114de5f3", "Microsoft 365 Business Standard"),
    ("4b9405b0-7788-4568-add1-99614e613b69", "Exchange Online (Plan 1)"),
];

/// The name of the product whose SKU a record has; `None` where it has none of these.
pub fn of(record: &Value) -> Option<&'static str> {
    let sku = text(record, &["skuId"]);
    let named = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(&sku));
    named.map(|(_, name)| *name)
}
