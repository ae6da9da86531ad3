//! What is new, gone and changed in Microsoft's newest list.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::domain::guid::Guid;
use crate::pipeline::catalogue::built_in;
use crate::pipeline::catalogue_rows::products::{PlanWorkloads, read_workloads};
use crate::pipeline::refresh::download::{Download, ListedPlan, read};
use crate::pipeline::syntax::problem::{CatalogueError, Problem};
use crate::pipeline::syntax::table::{Notes, rows};

/// What the program knows: the products that are built in, and every plan that somebody looked at.
pub struct Known {
    pub products: Download,
    pub plans: BTreeMap<Guid, String>,
    pub workloads: PlanWorkloads,
}

impl Known {
    /// Reads the built-in lists.
    pub fn built_in() -> Result<Known, CatalogueError> {
        let texts = built_in();
        let mut notes = Notes::of("built-in plans.csv");
        let plans = include_bytes!("../../../data/catalogue/plans.csv");
        let plans = rows(plans, ["service_plan_id", "service_plan_name"], &mut notes).into_iter();
        let plans = plans.filter_map(|row| Some((Guid::parse(row.cell(0).as_bytes())?, row.cell(1).to_owned())));
        Ok(Known {
            plans: plans.collect(),
            workloads: read_workloads(texts.workloads.bytes, &mut notes),
            products: read(&texts.skus.name, texts.skus.bytes)?,
        })
    }

    fn workloads_of(&self, plans: &BTreeSet<Guid>) -> BTreeSet<String> {
        plans
            .iter()
            .filter_map(|plan| self.workloads.get(plan))
            .flatten()
            .cloned()
            .collect()
    }
}

/// A product that is new or gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProductLine {
    pub sku_id: String,
    pub part_number: String,
    pub name: String,
    /// The workloads of its plans.
    pub workloads: BTreeSet<String>,
    /// The reason for which it may be out of scope, as far as its names say.
    pub looks_like: Option<&'static str>,
}

/// A product or plan that has another name now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Renamed {
    pub id: String,
    /// Which name: `name` or `part_number`.
    pub what: &'static str,
    pub was: String,
    pub is: String,
}

/// A product whose plans give it other workloads now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OtherWorkloads {
    pub sku_id: String,
    pub name: String,
    pub gained: BTreeSet<String>,
    pub lost: BTreeSet<String>,
}

/// A plan that is new or gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanLine {
    pub service_plan_id: String,
    pub name: String,
    pub friendly_name: String,
    /// How many products of the newest list have it.
    pub products: usize,
    /// The workload that its name suggests.
    pub looks_like: Option<&'static str>,
}

/// What is new, gone and changed. Every list is sorted by id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    pub products_known: usize,
    pub products_listed: usize,
    pub plans_known: usize,
    pub plans_listed: usize,
    pub new_products: Vec<ProductLine>,
    pub gone_products: Vec<ProductLine>,
    pub renamed_products: Vec<Renamed>,
    pub other_workloads: Vec<OtherWorkloads>,
    pub new_plans: Vec<PlanLine>,
    pub gone_plans: Vec<PlanLine>,
    pub renamed_plans: Vec<Renamed>,
}

impl Comparison {
    /// Returns whether nothing changed.
    pub fn is_same(&self) -> bool {
        self.new_products.is_empty()
            && self.gone_products.is_empty()
            && self.renamed_products.is_empty()
            && self.other_workloads.is_empty()
            && self.new_plans.is_empty()
            && self.gone_plans.is_empty()
            && self.renamed_plans.is_empty()
    }
}

/// Of the products that are known, a whole list lacks hardly any: at most one in ten.
const MOST_GONE: usize = 10;

/// Compares a list with what is known. Fails where so many known products are missing that it
/// cannot be the whole download.
pub fn compare(file: &str, known: &Known, listed: &Download) -> Result<Comparison, CatalogueError> {
    let gone: Vec<Guid> = missing(&known.products.products, &listed.products);
    let total = known.products.products.len();
    if gone.len() * MOST_GONE > total {
        let text = format!(
            "{} of the {total} products that uptake knows are not in it: it is not the whole list of \
             \"Product names and service plan identifiers for licensing\"; download it again",
            gone.len()
        );
        let problem = Problem {
            file: file.to_owned(),
            line: 0,
            text,
        };
        return Err(CatalogueError { problems: vec![problem] });
    }
    let line = |of: &Download, sku: Guid| {
        let product = of.products.get(&sku).cloned().unwrap_or_default();
        ProductLine {
            sku_id: sku.to_string(),
            workloads: known.workloads_of(&product.plans),
            looks_like: out_of_scope(&format!("{} {}", product.name, product.part_number)),
            part_number: product.part_number,
            name: product.name,
        }
    };
    let new = missing(&listed.products, &known.products.products);
    let gone_plans = known.plans.iter().filter(|(plan, _)| !listed.plans.contains_key(plan));
    Ok(Comparison {
        products_known: total,
        products_listed: listed.products.len(),
        plans_known: known.plans.len(),
        plans_listed: listed.plans.len(),
        new_products: new.into_iter().map(|sku| line(listed, sku)).collect(),
        gone_products: gone.into_iter().map(|sku| line(&known.products, sku)).collect(),
        renamed_products: renamed_products(&known.products, listed),
        other_workloads: other_workloads(known, listed),
        new_plans: listed
            .plans
            .iter()
            .filter(|(plan, _)| !known.plans.contains_key(plan))
            .map(|(plan, listed)| plan_line(*plan, listed))
            .collect(),
        gone_plans: gone_plans
            .map(|(plan, name)| {
                let gone = ListedPlan {
                    name: name.clone(),
                    ..ListedPlan::default()
                };
                plan_line(*plan, &gone)
            })
            .collect(),
        renamed_plans: renamed_plans(known, listed),
    })
}

fn missing<T, U>(of: &BTreeMap<Guid, T>, from: &BTreeMap<Guid, U>) -> Vec<Guid> {
    of.keys().filter(|id| !from.contains_key(id)).copied().collect()
}

fn renamed_products(known: &Download, listed: &Download) -> Vec<Renamed> {
    let both = known
        .products
        .iter()
        .filter_map(|(sku, was)| Some((sku, was, listed.products.get(sku)?)));
    let names = both.flat_map(|(sku, was, is)| {
        let names = [("name", &was.name, &is.name), ("part_number", &was.part_number, &is.part_number)];
        names.map(|(what, was, is)| (sku, what, was, is))
    });
    let other = names.filter(|(_, _, was, is)| was != is);
    other.map(|(sku, what, was, is)| renamed(*sku, what, was, is)).collect()
}

fn renamed_plans(known: &Known, listed: &Download) -> Vec<Renamed> {
    let both = known
        .plans
        .iter()
        .filter_map(|(plan, was)| Some((plan, was, &listed.plans.get(plan)?.name)));
    let other = both.filter(|(_, was, is)| was != is);
    other.map(|(plan, was, is)| renamed(*plan, "name", was, is)).collect()
}

fn renamed(id: Guid, what: &'static str, was: &str, is: &str) -> Renamed {
    Renamed {
        id: id.to_string(),
        what,
        was: was.to_owned(),
        is: is.to_owned(),
    }
}

fn other_workloads(known: &Known, listed: &Download) -> Vec<OtherWorkloads> {
    let both = listed.products.iter();
    let both = both.filter_map(|(sku, is)| Some((sku, known.products.products.get(sku)?, is)));
    let changed = both.filter_map(|(sku, was, is)| {
        let (before, after) = (known.workloads_of(&was.plans), known.workloads_of(&is.plans));
        (before != after).then(|| OtherWorkloads {
            sku_id: sku.to_string(),
            name: is.name.clone(),
            gained: &after - &before,
            lost: &before - &after,
        })
    });
    changed.collect()
}

fn plan_line(plan: Guid, listed: &ListedPlan) -> PlanLine {
    PlanLine {
        service_plan_id: plan.to_string(),
        name: listed.name.clone(),
        friendly_name: listed.friendly_name.clone(),
        products: listed.products,
        looks_like: workload_of_name(&listed.name),
    }
}

/// The workload that the name of a plan suggests. Many of those names only look alike.
fn workload_of_name(name: &str) -> Option<&'static str> {
    const SIGNS: [(&str, &str); 14] = [
        ("EXCHANGE", "exchange"),
        ("SHAREPOINT", "sharepoint"),
        ("ONEDRIVE", "sharepoint"),
        ("TEAMS", "teams"),
        ("YAMMER", "yammer"),
        ("ENGAGE", "yammer"),
        ("OFFICE", "office_apps"),
        ("BI_AZURE", "power_bi"),
        ("COPILOT", "copilot"),
        ("DYN365", "dynamics"),
        ("DYNAMICS", "dynamics"),
        ("D365", "dynamics"),
        ("CRM", "dynamics"),
        ("BUSCENTRAL", "dynamics"),
    ];
    first_sign(&name.to_uppercase(), &SIGNS)
}

/// The reason for which a product may be out of scope, by its names.
fn out_of_scope(names: &str) -> Option<&'static str> {
    const SIGNS: [(&str, &str); 14] = [
        ("VIRAL", "viral"),
        ("TRIAL", "trial"),
        ("PREVIEW", "preview"),
        ("FREE", "free"),
        ("USE BENEFIT", "free"),
        ("STUUSEBNFT", "free"),
        ("DEVELOPER", "developer"),
        ("SANDBOX", "test"),
        ("SERVER", "device"),
        ("DEVICE", "device"),
        ("ROOMS", "device"),
        ("UNATTENDED", "device"),
        ("STORAGE", "storage"),
        ("CAPACITY", "capacity"),
    ];
    first_sign(&names.to_uppercase(), &SIGNS)
}

fn first_sign(text: &str, signs: &[(&str, &'static str)]) -> Option<&'static str> {
    signs.iter().find(|(sign, _)| text.contains(sign)).map(|(_, meaning)| *meaning)
}
