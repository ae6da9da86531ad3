//! `[[exclude]]` and `[[spare]]`: what a pipeline file takes out of sums and advice.
//!
//! A customer can be named by tenant id, domain or name. Only a tenant id says by itself who is
//! meant; a run finds the others in the customer lists.

use std::collections::BTreeMap;

use crate::domain::catalogue::Catalogue;
use crate::domain::day::Day;
use crate::domain::exceptions::{Excepted, Exceptions, Exclusion};
use crate::domain::guid::Guid;
use crate::pipeline::syntax::page::Written;
use crate::pipeline::syntax::section::Section;
use crate::pipeline::syntax::table::squeezed;

/// The most seats that can be spare.
const MOST_SEATS: i64 = 1_000_000_000;

/// One `[[exclude]]`. It names a customer, a product, or both.
#[derive(Clone, Debug, PartialEq)]
pub struct Exclude {
    /// Tenant id, domain or name.
    pub customer: Option<Written<String>>,
    /// GUID or part number.
    pub sku: Option<Written<String>>,
    /// The first day on which it is out of scope; `None`: all days.
    pub from: Option<Day>,
    pub reason: String,
}

/// One `[[spare]]`: so many seats are meant to be unused.
#[derive(Clone, Debug, PartialEq)]
pub struct Spare {
    pub customer: Written<String>,
    pub sku: Written<String>,
    pub seats: i64,
}

/// Exceptions for customers, as they are written, with the products that they are about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomerExceptions {
    /// The customer, the product (`None`: all of them), since when and why.
    pub excluded: Vec<(Written<String>, Option<Guid>, Exclusion)>,
    pub spare: Vec<(Written<String>, Guid, i64)>,
}

impl CustomerExceptions {
    /// Adds those for customers that `tenant_of` knows by what is written.
    pub fn add_to(&self, exceptions: &mut Exceptions, mut tenant_of: impl FnMut(&str) -> Option<Guid>) {
        for (customer, sku, exclusion) in &self.excluded {
            if let Some(tenant) = tenant_of(&customer.value) {
                let excepted = Excepted {
                    tenant: Some(tenant),
                    sku: *sku,
                };
                exceptions.exclude(excepted, exclusion.clone());
            }
        }
        for (customer, sku, seats) in &self.spare {
            if let Some(tenant) = tenant_of(&customer.value) {
                exceptions.spare.insert((tenant, *sku), *seats);
            }
        }
    }

    /// The customers that are named, each once, with the first line.
    pub fn named(&self) -> BTreeMap<&str, usize> {
        let excluded = self.excluded.iter().map(|(customer, ..)| customer);
        let all = excluded.chain(self.spare.iter().map(|(customer, ..)| customer));
        let mut named = BTreeMap::new();
        for customer in all {
            named.entry(customer.value.as_str()).or_insert(customer.line);
        }
        named
    }
}

pub(super) fn excludes(top: &Section<'_>) -> Vec<Exclude> {
    let read = |section: &Section<'_>| {
        let customer = section.text("customer");
        let sku = match section.has("customer") {
            true => section.text("sku"),
            false => section.needed_text("sku", "the GUID or the part number of a product, or `customer`"),
        };
        let reason = section.needed_text("reason", "why the product is left out of portfolio sums");
        let from = section.day("from").map(|day| day.value);
        let is_whole = (customer.is_some() || sku.is_some()) && section.has("customer") == customer.is_some();
        Some(Exclude {
            customer,
            sku,
            from,
            reason: squeezed(&reason.filter(|_| is_whole)?.value),
        })
    };
    let sections = top.tables("exclude", "[[exclude]]").unwrap_or_default();
    sections.iter().filter_map(read).collect()
}

pub(super) fn spares(top: &Section<'_>) -> Vec<Spare> {
    let read = |section: &Section<'_>| {
        let customer = section.needed_text("customer", "the tenant id, the domain or the name of a customer");
        let sku = section.needed_text("sku", "the GUID or the part number of a product");
        let seats = section.needed_whole("seats", 1, MOST_SEATS, "how many seats are meant to be unused");
        Some(Spare {
            customer: customer?,
            sku: sku?,
            seats: seats?,
        })
    };
    let sections = top.tables("spare", "[[spare]]").unwrap_or_default();
    sections.iter().filter_map(read).collect()
}

/// What the exceptions of a pipeline file come to.
#[derive(Default)]
pub(super) struct Resolved {
    /// Products that are out of scope for every customer on all days.
    pub products: BTreeMap<Guid, String>,
    /// The same from a day on.
    pub products_from: Vec<(Excepted, Exclusion)>,
    pub of_customers: CustomerExceptions,
}

/// What is wrong with a line.
pub(super) type FaultyLine = (usize, String);

/// Finds the products that are meant, by `skus_named`, which reports those that it does not know.
/// Reports what is excepted twice.
pub(super) fn resolve(
    (excludes, spares): (&[Exclude], &[Spare]),
    catalogue: &Catalogue,
    mut skus_named: impl FnMut(&Written<String>, &str) -> Vec<Guid>,
    refuse: &mut dyn FnMut(FaultyLine),
    warn: &mut dyn FnMut(FaultyLine),
) -> Resolved {
    let mut resolved = Resolved::default();
    let mut lines: BTreeMap<(Option<String>, Option<Guid>), usize> = BTreeMap::new();
    for exclude in excludes {
        let folded = exclude.customer.as_ref().map(|customer| customer.value.to_lowercase());
        let Some(line) = exclude.customer.as_ref().or(exclude.sku.as_ref()).map(|written| written.line) else {
            continue;
        };
        let skus: Vec<Option<Guid>> = match &exclude.sku {
            Some(written) => skus_named(written, "[[exclude]]").into_iter().map(Some).collect(),
            None => vec![None],
        };
        for sku in skus {
            if let Some(first) = lines.insert((folded.clone(), sku), line) {
                refuse((
                    line,
                    twice("[[exclude]]", exclude.customer.as_ref(), exclude.sku.as_ref(), sku, first),
                ));
            }
            let exclusion = Exclusion {
                from: exclude.from,
                reason: exclude.reason.clone(),
            };
            match (&exclude.customer, sku, exclude.from) {
                (Some(customer), ..) => resolved.of_customers.excluded.push((customer.clone(), sku, exclusion)),
                (None, Some(sku), None) => drop(resolved.products.insert(sku, exclusion.reason)),
                (None, ..) => resolved.products_from.push((Excepted { tenant: None, sku }, exclusion)),
            }
        }
    }
    let mut lines: BTreeMap<(String, Guid), usize> = BTreeMap::new();
    for spare in spares {
        let line = spare.customer.line;
        for sku in skus_named(&spare.sku, "[[spare]]") {
            if let Some(first) = lines.insert((spare.customer.value.to_lowercase(), sku), line) {
                refuse((line, twice("[[spare]]", Some(&spare.customer), Some(&spare.sku), Some(sku), first)));
            }
            if catalogue.excluded.contains_key(&sku) || resolved.products.contains_key(&sku) {
                let name = &spare.sku.value;
                warn((
                    line,
                    format!("[[spare]] `{name}` is out of scope and gets no advice anyway; remove the one or the other"),
                ));
            }
            resolved.of_customers.spare.push((spare.customer.clone(), sku, spare.seats));
        }
    }
    resolved
}

fn twice(table: &str, customer: Option<&Written<String>>, written: Option<&Written<String>>, sku: Option<Guid>, first: usize) -> String {
    let of = customer.map_or(String::new(), |customer| format!(" of customer `{}`", customer.value));
    let verb = if table == "[[spare]]" { "in" } else { "excluded in" };
    match (written, sku) {
        (Some(written), Some(sku)) => format!(
            "{table} `{}`{of} is `{sku}`, already {verb} line {first}; remove one",
            written.value
        ),
        _ => format!(
            "{table} customer `{}` is already {verb} line {first}; remove one",
            customer.map_or("", |customer| customer.value.as_str())
        ),
    }
}
