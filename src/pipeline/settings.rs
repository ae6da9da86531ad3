//! The settings that follow from a pipeline file and the catalogue.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::alert::{Alert, Observe};
use super::exceptions::{CustomerExceptions, Resolved};
use super::file::PipelineFile;
use super::report::ReportSettings;
use super::source::Source;
use crate::domain::catalogue::{Catalogue, Product};
use crate::domain::day::{Day, Zone};
use crate::domain::exceptions::Exceptions;
use crate::domain::guid::Guid;
use crate::domain::input::Input;
use crate::domain::rules::Rules;
use crate::domain::user_ids::UserIds;
use crate::pipeline::syntax::nearest::nearest;
use crate::pipeline::syntax::page::Written;
use crate::pipeline::syntax::problem::{Problem, SettingsError, hint, listed};

/// The settings of a run. They are valid: nothing has to be checked again.
#[derive(Clone)]
pub struct Settings {
    pub name: String,
    /// The first day of the tables. `None`: the data decides.
    pub first_day: Option<Day>,
    /// The last day of the tables. `None`: yesterday.
    pub last_day: Option<Day>,
    /// 0: every run looks at every raw file. N: runs ignore files whose path day is older than N
    /// days, unless asked.
    pub rescan_days: u32,
    /// In the order of their names. There is at least one, and where there are several, all have names.
    pub inputs: Vec<Input>,
    pub warehouse: PathBuf,
    pub published: PathBuf,
    /// 1 to 999.
    pub shards: u16,
    /// How many releases of the published files are kept; at least 1.
    pub keep_releases: usize,
    /// There is at least one. Their order decides which snapshot of a tenant is in force.
    pub sources: Vec<Source>,
    /// What decides the numbers: zone, partner, evidence, states, thresholds, and the catalogue
    /// together with the pipeline's exclusions.
    pub rules: Rules,
    /// The ids under which users are stored.
    pub user_ids: UserIds,
    /// Who is told of new next steps.
    pub alert: Alert,
    /// What a run tells other programs.
    pub observe: Observe,
    /// The pages that a run writes beside the published files.
    pub report: ReportSettings,
    /// The folder of the Delta tables; `None`: there are none.
    pub delta: Option<PathBuf>,
    /// The exceptions for customers, as the pipeline file names them. Those that it names by tenant
    /// id are in `rules` already; a run adds the others, and the customers who left.
    pub customer_exceptions: CustomerExceptions,
    /// Problems that are only warnings.
    pub warnings: Vec<Problem>,
}

impl Settings {
    /// Returns the time zone in which days begin and end.
    pub fn zone(&self) -> &Zone {
        &self.rules.zone
    }
}

impl PipelineFile {
    /// Checks the file against the catalogue. Fails with every problem: an excluded product that
    /// does not exist, an unknown workload, a folder that neither the file nor the command line
    /// gives, folders that collide.
    pub fn resolve(self, mut catalogue: Catalogue) -> Result<Settings, SettingsError> {
        let mut notes = SettingsNotes {
            file: self.path.display().to_string(),
            problems: Vec::new(),
            warnings: Vec::new(),
        };
        let unlicensed_use = unlicensed_use(self.unlicensed_use.as_deref(), &catalogue, &mut notes);
        set_purposes(&self, &mut catalogue, &mut notes);
        let (resolved, exceptions) = exceptions(&self, &catalogue, &mut notes);
        catalogue.excluded.extend(resolved.products);
        let inputs = self.inputs.inputs;
        if inputs.is_empty() {
            notes.refuse(0, lacks("`root` in [input]", "--input"));
        }
        let warehouse = folder(self.warehouse, "`path` in [warehouse]", "--warehouse", &mut notes);
        let published = folder(self.published, "`published` in [warehouse]", "--published", &mut notes);
        let mut folders: Vec<(&str, &Path)> = inputs.iter().map(|input| ("input", &*input.root)).collect();
        folders.extend(warehouse.as_deref().map(|path| ("warehouse", path)));
        folders.extend(published.as_deref().map(|path| ("published", path)));
        folders.extend(self.delta.as_deref().map(|path| ("`path` in [export.delta]", path)));
        check_distinct(&folders, &mut notes);
        let user_ids = self.privacy.resolve().unwrap_or_else(|(line, text)| {
            notes.refuse(line, text);
            UserIds::Plain
        });
        match (warehouse, published) {
            (Some(warehouse), Some(published)) if notes.problems.is_empty() => Ok(Settings {
                name: self.name,
                first_day: self.first_day,
                last_day: self.last_day,
                rescan_days: self.rescan_days,
                inputs,
                warehouse,
                published,
                shards: self.shards,
                keep_releases: self.keep_releases,
                sources: self.sources,
                rules: Rules {
                    zone: self.zone,
                    partner_tenant: self.partner_tenant,
                    evidence: self.evidence,
                    unlicensed_use,
                    sold_states: self.sold_states,
                    entitled_states: self.entitled_states,
                    snapshot_stale_days: self.snapshot_stale_days,
                    catalogue,
                    exceptions,
                    thresholds: self.thresholds,
                    language: self.language,
                },
                user_ids,
                customer_exceptions: resolved.of_customers,
                alert: self.alert,
                observe: self.observe,
                report: self.report,
                delta: self.delta,
                warnings: notes.warnings,
            }),
            _ => {
                notes.problems.sort_by_key(|problem| problem.line);
                Err(SettingsError { problems: notes.problems })
            }
        }
    }
}

struct SettingsNotes {
    file: String,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl SettingsNotes {
    fn refuse(&mut self, line: usize, text: String) {
        self.problems.push(Problem {
            file: self.file.clone(),
            line,
            text,
        });
    }

    fn warn(&mut self, line: usize, text: String) {
        self.warnings.push(Problem {
            file: self.file.clone(),
            line,
            text,
        });
    }
}

/// Returns the workloads whose unlicensed use counts. Only written ones are checked: the default
/// may name one that a catalogue does not have.
fn unlicensed_use(written: Option<&[Written<String>]>, catalogue: &Catalogue, notes: &mut SettingsNotes) -> BTreeSet<String> {
    let Some(written) = written else {
        return Rules::standard().unlicensed_use;
    };
    known_workloads(written, "`unlicensed_use`", &workloads_in(catalogue), notes)
}

/// Returns every workload that a product or an application of the catalogue stands for.
fn workloads_in(catalogue: &Catalogue) -> BTreeSet<String> {
    let planned = catalogue
        .products
        .values()
        .flat_map(|product| product.workloads.iter().chain(&product.along));
    planned.chain(catalogue.apps.values()).cloned().collect()
}

/// Returns the workloads of a list, and refuses those that the catalogue lacks.
fn known_workloads(written: &[Written<String>], place: &str, known: &BTreeSet<String>, notes: &mut SettingsNotes) -> BTreeSet<String> {
    let mut workloads = BTreeSet::new();
    for word in written {
        let workload = word.value.to_lowercase();
        if !known.contains(&workload) {
            let names = || known.iter().map(String::as_str);
            let hint = hint(nearest(&workload, names()), &format!("the catalogue has {}", listed(names())));
            notes.refuse(word.line, format!("unknown workload `{}` in {place}{hint}", word.value));
        }
        workloads.insert(workload);
    }
    workloads
}

/// Says what the products of `[[product]]` are bought for.
fn set_purposes(file: &PipelineFile, catalogue: &mut Catalogue, notes: &mut SettingsNotes) {
    let known = workloads_in(catalogue);
    let mut lines: BTreeMap<Guid, usize> = BTreeMap::new();
    for purpose in &file.products {
        let workloads = known_workloads(&purpose.workloads, "[[product]]", &known, notes);
        let along = purpose
            .along
            .as_deref()
            .map(|words| known_workloads(words, "[[product]]", &known, notes));
        for sku in skus_named("[[product]]", &purpose.sku, catalogue, notes) {
            let (name, line) = (&purpose.sku.value, purpose.sku.line);
            if let Some(first) = lines.insert(sku, line) {
                let text = format!("[[product]] `{name}` is `{sku}`, already in line {first}; remove one");
                notes.refuse(line, text);
            }
            let product = catalogue.products.entry(sku).or_insert_with(|| Product {
                name: sku.to_string(),
                ..Product::default()
            });
            product.buy_for(workloads.clone(), along.clone());
        }
    }
}

/// Finds the products of the exceptions, and of those for customers the tenants that are named by
/// id.
fn exceptions(file: &PipelineFile, catalogue: &Catalogue, notes: &mut SettingsNotes) -> (Resolved, Exceptions) {
    let (mut refused, mut warned) = (Vec::new(), Vec::new());
    let resolved = super::exceptions::resolve(
        (&file.exclude, &file.spare),
        catalogue,
        |written, table| skus_named(table, written, catalogue, notes),
        &mut |fault| refused.push(fault),
        &mut |fault| warned.push(fault),
    );
    refused.into_iter().for_each(|(line, text)| notes.refuse(line, text));
    warned.into_iter().for_each(|(line, text)| notes.warn(line, text));
    let mut exceptions = Exceptions::default();
    for (excepted, exclusion) in &resolved.products_from {
        exceptions.exclude(*excepted, exclusion.clone());
    }
    resolved
        .of_customers
        .add_to(&mut exceptions, |written| Guid::parse(written.as_bytes()));
    (resolved, exceptions)
}

/// Returns the SKUs of a GUID or part number (in any case). There are several if Microsoft gave a
/// part number twice.
fn skus_named(table: &str, written: &Written<String>, catalogue: &Catalogue, notes: &mut SettingsNotes) -> Vec<Guid> {
    let name = &written.value;
    if let Some(sku) = Guid::parse(name.as_bytes()) {
        if !catalogue.products.contains_key(&sku) {
            notes.warn(
                written.line,
                format!("{table} `{sku}` is not in the SKU catalogue; check the GUID if it is not a new product"),
            );
        }
        return vec![sku];
    }
    let folded = name.to_lowercase();
    let of_part_number = catalogue
        .products
        .iter()
        .filter(|(_, product)| product.part_number.to_lowercase() == folded);
    let skus: Vec<Guid> = of_part_number.map(|(&sku, _)| sku).collect();
    if skus.is_empty() {
        let part_numbers = catalogue.products.values().map(|product| product.part_number.as_str());
        let hint = hint(
            nearest(name, part_numbers),
            "take the GUID or `String_Id` of the SKU catalogue (`skus` in [catalogue])",
        );
        notes.refuse(
            written.line,
            format!("{table} `{name}` is neither a GUID nor a known part number{hint}"),
        );
    }
    skus
}

fn folder(path: Option<PathBuf>, key: &str, option: &str, notes: &mut SettingsNotes) -> Option<PathBuf> {
    if path.is_none() {
        notes.refuse(0, lacks(key, option));
    }
    path
}

fn lacks(key: &str, option: &str) -> String {
    format!("no {key}; write it, or pass `{option} DIR`")
}

/// Checks that inputs, warehouse, published and the Delta tables are different. Raw input is never written to, and
/// published files are not tables. Whether inputs are different from each other also depends on
/// their options, so it was looked at where these are read.
fn check_distinct(folders: &[(&str, &Path)], notes: &mut SettingsNotes) {
    for (at, (name, path)) in folders.iter().enumerate() {
        for (other, same) in folders.iter().skip(at + 1) {
            if path == same && name != other {
                notes.refuse(
                    0,
                    format!("{name} and {other} are both `{}`; give each its own folder", path.display()),
                );
            }
        }
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
