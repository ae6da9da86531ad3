//! Reads the catalogue: seven CSV texts become one `Catalogue`.
//!
//! | part | columns that are read | contents |
//! |---|---|---|
//! | skus | Product_Display_Name, String_Id, GUID, Service_Plan_Id | Microsoft's "Product names and service plan identifiers for licensing" |
//! | workloads | workload, service_plan_id | the workloads of each service plan |
//! | apps | workload, app_id | the workload of each resource or client application |
//! | offers | offer_id, sku_id | the offers of Partner Center |
//! | excluded | sku_id, reason | products that are out of scope for sums |
//! | audit_actions | kind, name, number, means | which audited actions are use of a service and which its administration |
//! | prices | see [`prices`](crate::pipeline::prices) | what a seat of a product costs a month |
//!
//! Columns may stand in any order, next to others. Microsoft's file has flaws that are only
//! warnings here: repeated rows, blanks around values, two names for a SKU (the first one stays),
//! one part number for two SKUs (both keep it).

use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::catalogue::{AuditActions, Catalogue, Product};
use crate::domain::guid::Guid;
use crate::domain::kinds::{ActionMeaning, spelled};
use crate::pipeline::prices;
use crate::pipeline::syntax::problem::{CatalogueError, Problem};
use crate::pipeline::syntax::table::{Notes, Row, rows, squeezed};

spelled! {
    /// One of the seven files, named like its key in `[catalogue]`.
    Part {
        Skus = "skus",
        Workloads = "workloads",
        Apps = "apps",
        Offers = "offers",
        Excluded = "excluded",
        AuditActions = "audit_actions",
        Prices = "prices",
    }
}

/// The text of one catalogue file, and the name that messages use for it.
#[derive(Clone, Debug)]
pub struct CatalogueText<'a> {
    pub name: Cow<'a, str>,
    pub bytes: &'a [u8],
    /// Whether it is part of the program. Nobody can correct its flaws, so they give no warnings.
    pub built_in: bool,
}

/// The texts of all seven catalogue files.
#[derive(Clone, Debug)]
pub struct CatalogueTexts<'a> {
    pub skus: CatalogueText<'a>,
    pub workloads: CatalogueText<'a>,
    pub apps: CatalogueText<'a>,
    pub offers: CatalogueText<'a>,
    pub excluded: CatalogueText<'a>,
    pub audit_actions: CatalogueText<'a>,
    pub prices: CatalogueText<'a>,
}

/// Returns the catalogue that is part of the program (`data/catalogue/`).
pub fn built_in() -> CatalogueTexts<'static> {
    let text = |name, bytes| CatalogueText {
        name: Cow::Borrowed(name),
        bytes,
        built_in: true,
    };
    CatalogueTexts {
        skus: text("built-in skus.csv", include_bytes!("../../data/catalogue/skus.csv")),
        workloads: text("built-in workloads.csv", include_bytes!("../../data/catalogue/workloads.csv")),
        apps: text("built-in apps.csv", include_bytes!("../../data/catalogue/apps.csv")),
        offers: text("built-in offers.csv", include_bytes!("../../data/catalogue/offers.csv")),
        excluded: text("built-in excluded.csv", include_bytes!("../../data/catalogue/excluded.csv")),
        audit_actions: text(
            "built-in audit_actions.csv",
            include_bytes!("../../data/catalogue/audit_actions.csv"),
        ),
        // Nobody's prices are part of the program.
        prices: text("built-in prices", b"sku_id,price_per_month,currency\n"),
    }
}

/// A catalogue, with warnings about its files.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    pub catalogue: Catalogue,
    pub warnings: Vec<Problem>,
}

impl<'a> CatalogueTexts<'a> {
    /// Replaces a built-in file by one that the pipeline file names.
    pub fn replace(&mut self, part: Part, name: impl Into<Cow<'a, str>>, bytes: &'a [u8]) {
        let text = CatalogueText {
            name: name.into(),
            bytes,
            built_in: false,
        };
        match part {
            Part::Skus => self.skus = text,
            Part::Workloads => self.workloads = text,
            Part::Apps => self.apps = text,
            Part::Offers => self.offers = text,
            Part::Excluded => self.excluded = text,
            Part::AuditActions => self.audit_actions = text,
            Part::Prices => self.prices = text,
        }
    }

    /// Reads all seven files. Fails with every problem of every file.
    pub fn parse(&self) -> Result<Loaded, CatalogueError> {
        let mut problems = Vec::new();
        let mut warnings = Vec::new();
        let workloads = part(&self.workloads, &mut problems, &mut warnings, read_workloads);
        let products = part(&self.skus, &mut problems, &mut warnings, |text, notes| {
            read_products(text, &workloads, notes)
        });
        let apps = part(&self.apps, &mut problems, &mut warnings, |text, notes| {
            read_apps(text, &workloads, notes)
        });
        let offers = part(&self.offers, &mut problems, &mut warnings, read_offers);
        let excluded = part(&self.excluded, &mut problems, &mut warnings, read_excluded);
        let audit_actions = part(&self.audit_actions, &mut problems, &mut warnings, read_audit_actions);
        let prices = part(&self.prices, &mut problems, &mut warnings, |text, notes| {
            prices::read(text.bytes, &products, notes)
        });
        match problems.is_empty() {
            true => Ok(Loaded {
                catalogue: Catalogue {
                    products,
                    apps,
                    excluded,
                    offers: Arc::new(offers),
                    audit_actions: Arc::new(audit_actions),
                    prices: Arc::new(prices),
                },
                warnings,
            }),
            false => Err(CatalogueError { problems }),
        }
    }
}

/// Reads one file and collects its problems and warnings.
fn part<T>(
    text: &CatalogueText<'_>,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<Problem>,
    read: impl FnOnce(&CatalogueText<'_>, &mut Notes) -> T,
) -> T {
    let mut notes = Notes::of(&text.name);
    let value = read(text, &mut notes);
    problems.append(&mut notes.problems);
    if !text.built_in {
        warnings.append(&mut notes.warnings);
    }
    value
}

/// Service plan -> its workloads.
type PlanWorkloads = BTreeMap<Guid, BTreeSet<String>>;

fn read_workloads(text: &CatalogueText<'_>, notes: &mut Notes) -> PlanWorkloads {
    let mut plans = PlanWorkloads::new();
    for row in rows(text.bytes, ["workload", "service_plan_id"], notes) {
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
fn read_products(text: &CatalogueText<'_>, workloads: &PlanWorkloads, notes: &mut Notes) -> BTreeMap<Guid, Product> {
    let mut products: BTreeMap<Guid, Product> = BTreeMap::new();
    let mut pairs: BTreeSet<(Guid, Option<Guid>)> = BTreeSet::new();
    let mut renamed: BTreeSet<(Guid, String)> = BTreeSet::new();
    for row in rows(text.bytes, ["product_display_name", "string_id", "guid", "service_plan_id"], notes) {
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
            workloads: BTreeSet::new(),
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

fn read_apps(text: &CatalogueText<'_>, workloads: &PlanWorkloads, notes: &mut Notes) -> BTreeMap<String, String> {
    let licensed: BTreeSet<&String> = workloads.values().flatten().collect();
    let mut apps: BTreeMap<String, String> = BTreeMap::new();
    let mut unlicensed: BTreeSet<String> = BTreeSet::new();
    for row in rows(text.bytes, ["workload", "app_id"], notes) {
        let (Some(workload), Some(app)) = (workload(&row, 0, notes), row.guid(1, notes)) else {
            continue;
        };
        if !licensed.contains(&workload) && unlicensed.insert(workload.clone()) {
            notes.warn(
                row.line,
                format!("no service plan carries workload `{workload}`; check its spelling in both files"),
            );
        }
        put_once(&mut apps, app.to_string(), workload, "application", row.line, notes);
    }
    notes.sum_up_repeated();
    apps
}

fn read_offers(text: &CatalogueText<'_>, notes: &mut Notes) -> BTreeMap<String, Guid> {
    let mut offers = BTreeMap::new();
    for row in rows(text.bytes, ["offer_id", "sku_id"], notes) {
        if let (Some(offer), Some(sku)) = (row.filled(0, notes), row.guid(1, notes)) {
            put_once(&mut offers, squeezed(offer).to_lowercase(), sku, "offer", row.line, notes);
        }
    }
    notes.sum_up_repeated();
    offers
}

fn read_excluded(text: &CatalogueText<'_>, notes: &mut Notes) -> BTreeMap<Guid, String> {
    let mut excluded = BTreeMap::new();
    for row in rows(text.bytes, ["sku_id", "reason"], notes) {
        if let (Some(sku), Some(reason)) = (row.guid(0, notes), row.filled(1, notes)) {
            put_once(&mut excluded, sku, squeezed(reason), "SKU", row.line, notes);
        }
    }
    notes.sum_up_repeated();
    excluded
}

fn read_audit_actions(text: &CatalogueText<'_>, notes: &mut Notes) -> AuditActions {
    let mut actions = AuditActions::default();
    for row in rows(text.bytes, ["kind", "name", "number", "means"], notes) {
        let name = row.filled(1, notes).map(str::to_lowercase);
        let (Some(name), Some(means)) = (name, row.filled(3, notes).map(str::to_lowercase)) else {
            continue;
        };
        let Some(means) = ActionMeaning::parse(&means) else {
            notes.refuse(row.line, format!("`means` `{means}` must be `use` or `administration`"));
            continue;
        };
        let number = row.cell(2);
        match row.cell(0).to_lowercase().as_str() {
            "operation" => put_once(&mut actions.operations, name, means, "operation", row.line, notes),
            "record_type" if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                put_once(&mut actions.record_types, name, means, "record type", row.line, notes);
                let known = actions.record_types.get(number);
                // A record type that has two names has one number.
                if !number.is_empty() && known != Some(&means) {
                    put_once(&mut actions.record_types, number.to_owned(), means, "record type", row.line, notes);
                }
            }
            "record_type" => notes.refuse(row.line, format!("`number` `{number}` is no number; correct it or remove it")),
            kind => notes.refuse(row.line, format!("`kind` `{kind}` must be `record_type` or `operation`")),
        }
    }
    notes.sum_up_repeated();
    actions
}

/// Inserts a pair. The same pair again is a repetition, another value for the same key a
/// contradiction.
fn put_once<K: Ord + std::fmt::Display, V: PartialEq + std::fmt::Display>(
    map: &mut BTreeMap<K, V>,
    key: K,
    value: V,
    what: &str,
    line: usize,
    notes: &mut Notes,
) {
    match map.entry(key) {
        Entry::Vacant(place) => {
            place.insert(value);
        }
        Entry::Occupied(place) if *place.get() == value => notes.repeated(line),
        Entry::Occupied(place) => {
            let (key, first) = (place.key(), place.get());
            notes.refuse(
                line,
                format!("{what} `{key}` is `{value}` here and `{first}` above; remove one of the rows"),
            );
        }
    }
}

/// Returns the name of a workload. It is a value in tables and settings, so it must be one lower
/// case word.
fn workload(row: &Row, column: usize, notes: &mut Notes) -> Option<String> {
    let name = row.filled(column, notes)?.to_lowercase();
    if name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
        return Some(name);
    }
    notes.refuse(
        row.line,
        format!("workload `{name}` must consist of letters, digits and `_`, such as `office_apps`"),
    );
    None
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
