//! Reads the catalogue: its CSV texts become one `Catalogue`.
//!
//! | part | columns that are read | contents |
//! |---|---|---|
//! | skus | Product_Display_Name, String_Id, GUID, Service_Plan_Id | Microsoft's "Product names and service plan identifiers for licensing" |
//! | workloads | workload, service_plan_id | the workloads of each service plan |
//! | products | sku_id, workloads, perhaps along | what a product is bought for, where its plans say more or less |
//! | apps | workload, app_id | the workload of each resource or client application |
//! | offers | offer_id, sku_id | the offers of Partner Center |
//! | nce_offers | offer_id, sku_id, or ProductId, SkuId, ProvisioningId | the same for New Commerce: `product:sku`, or Microsoft's offer matrix |
//! | unit_kinds | unit_kind, is_seat | the units of subscriptions in Partner Center |
//! | excluded | sku_id, reason | products that are out of scope for sums |
//! | audit_actions | kind, name, number, means | which audited actions are use of a service and which its administration |
//! | prices | see [`prices`](crate::pipeline::catalogue_rows::prices) | what a seat of a product costs a month |
//!
//! Columns may stand in any order, next to others. Microsoft's file has flaws that are only
//! warnings here: repeated rows, blanks around values, two names for a SKU (the first one stays),
//! one part number for two SKUs (both keep it).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::catalogue::{Catalogue, Offers};
use crate::domain::kinds::spelled;
use crate::pipeline::catalogue_rows::offer_matrix::read_nce_offers;
use crate::pipeline::catalogue_rows::others::{read_apps, read_audit_actions, read_excluded, read_offers, read_unit_kinds};
use crate::pipeline::catalogue_rows::prices;
use crate::pipeline::catalogue_rows::products::{names_of_one_product, read_products, read_purposes, read_workloads};
use crate::pipeline::syntax::problem::{CatalogueError, Problem};
use crate::pipeline::syntax::table::Notes;

spelled! {
    /// One of the files, named like its key in `[catalogue]`.
    Part {
        Skus = "skus",
        Workloads = "workloads",
        Products = "products",
        Apps = "apps",
        Offers = "offers",
        NceOffers = "nce_offers",
        UnitKinds = "unit_kinds",
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

/// The texts of all catalogue files.
#[derive(Clone, Debug)]
pub struct CatalogueTexts<'a> {
    pub skus: CatalogueText<'a>,
    pub workloads: CatalogueText<'a>,
    pub products: CatalogueText<'a>,
    pub apps: CatalogueText<'a>,
    pub offers: CatalogueText<'a>,
    pub nce_offers: CatalogueText<'a>,
    pub unit_kinds: CatalogueText<'a>,
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
        products: text("built-in products.csv", include_bytes!("../../data/catalogue/products.csv")),
        apps: text("built-in apps.csv", include_bytes!("../../data/catalogue/apps.csv")),
        offers: text("built-in offers.csv", include_bytes!("../../data/catalogue/offers.csv")),
        nce_offers: text("built-in nce_offers.csv", include_bytes!("../../data/catalogue/nce_offers.csv")),
        unit_kinds: text("built-in unit_kinds.csv", include_bytes!("../../data/catalogue/unit_kinds.csv")),
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
            Part::Products => self.products = text,
            Part::Apps => self.apps = text,
            Part::Offers => self.offers = text,
            Part::NceOffers => self.nce_offers = text,
            Part::UnitKinds => self.unit_kinds = text,
            Part::Excluded => self.excluded = text,
            Part::AuditActions => self.audit_actions = text,
            Part::Prices => self.prices = text,
        }
    }

    /// Reads all files. Fails with every problem of every file.
    pub fn parse(&self) -> Result<Loaded, CatalogueError> {
        let mut problems = Vec::new();
        let mut warnings = Vec::new();
        let workloads = part(&self.workloads, &mut problems, &mut warnings, read_workloads);
        let mut products = part(&self.skus, &mut problems, &mut warnings, |bytes, notes| {
            read_products(bytes, &workloads, notes)
        });
        let apps = part(&self.apps, &mut problems, &mut warnings, |bytes, notes| {
            read_apps(bytes, &workloads, notes)
        });
        let known: BTreeSet<&str> = workloads.values().flatten().chain(apps.values()).map(String::as_str).collect();
        part(&self.products, &mut problems, &mut warnings, |bytes, notes| {
            read_purposes(bytes, self.products.built_in, &known, &mut products, notes);
        });
        let mut by_id = part(&self.nce_offers, &mut problems, &mut warnings, read_nce_offers);
        // A pipeline's own offers go before the built-in ones of New Commerce.
        by_id.extend(part(&self.offers, &mut problems, &mut warnings, read_offers));
        let offers = Offers {
            by_id,
            by_name: names_of_one_product(&products),
            unit_kinds: part(&self.unit_kinds, &mut problems, &mut warnings, read_unit_kinds),
        };
        let excluded = part(&self.excluded, &mut problems, &mut warnings, read_excluded);
        let audit_actions = part(&self.audit_actions, &mut problems, &mut warnings, read_audit_actions);
        let prices = part(&self.prices, &mut problems, &mut warnings, |bytes, notes| {
            prices::read(bytes, &products, notes)
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
    read: impl FnOnce(&[u8], &mut Notes) -> T,
) -> T {
    let mut notes = Notes::of(&text.name);
    let value = read(text.bytes, &mut notes);
    problems.append(&mut notes.problems);
    if !text.built_in {
        warnings.append(&mut notes.warnings);
    }
    value
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
