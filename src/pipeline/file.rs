//! Reads the pipeline file as it is written: fills in defaults and resolves paths. It does not need
//! the catalogue yet.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use toml::de::DeTable;

use super::alert::{self, Alert, Observe};
use super::catalogue::Part;
use super::exceptions::{self, Exclude, Spare};
use super::inputs::{self, Inputs};
use super::privacy::{self, Privacy};
use super::report::{self, ReportSettings};
use super::source::{self, Source};
use super::thresholds;
use crate::domain::day::{Day, Zone};
use crate::domain::guid::Guid;
use crate::domain::kinds::Evidence;
use crate::domain::next_steps::{Language, Thresholds};
use crate::domain::rules::Rules;
use crate::domain::subscription::State;
use crate::pipeline::syntax::nearest::nearest;
use crate::pipeline::syntax::page::{Page, Written};
use crate::pipeline::syntax::problem::{SettingsError, hint};
use crate::pipeline::syntax::section::Section;

/// Maximum number of shards. The number of a shard has at most three digits.
pub const MOST_SHARDS: u16 = 999;

/// How many releases are kept where the pipeline file does not say.
const KEPT_RELEASES: usize = 30;
/// Maximum number of releases.
const MOST_RELEASES: i64 = 10_000;

/// The contents of a pipeline file. The command line may replace folders and days before `resolve`.
#[derive(Clone)]
pub struct PipelineFile {
    /// The path of the file, as the user gave it. Messages begin with it.
    pub path: PathBuf,
    /// Default: the name of the file without its extension.
    pub name: String,
    pub zone: Zone,
    pub first_day: Option<Day>,
    pub last_day: Option<Day>,
    /// 0: every run looks at every raw file.
    pub rescan_days: u32,
    /// A list of subscriptions older than this many days is replaced by a younger one of a later
    /// source.
    pub snapshot_stale_days: i32,
    pub partner_tenant: Option<Guid>,
    pub evidence: BTreeSet<Evidence>,
    /// `None`: not written, the default applies.
    pub unlicensed_use: Option<Vec<Written<String>>>,
    pub sold_states: BTreeSet<State>,
    pub entitled_states: BTreeSet<State>,
    pub language: Language,
    /// None where they are not written; then `--input` must give one.
    pub inputs: Inputs,
    /// `None`: not written; then `--warehouse` must give it.
    pub warehouse: Option<PathBuf>,
    /// `None`: not written; then `--published` must give it.
    pub published: Option<PathBuf>,
    /// 1 to 999.
    pub shards: u16,
    /// How many releases of the published files are kept; at least 1.
    pub keep_releases: usize,
    /// In the order of the file. There is at least one, and ids are unique.
    pub sources: Vec<Source>,
    /// The catalogue files that replace built-in ones.
    pub catalogue: Vec<(Part, PathBuf)>,
    pub products: Vec<Purpose>,
    pub exclude: Vec<Exclude>,
    pub spare: Vec<Spare>,
    pub thresholds: Thresholds,
    pub privacy: Privacy,
    pub alert: Alert,
    pub observe: Observe,
    pub report: ReportSettings,
    /// The folder of the Delta tables.
    pub delta: Option<PathBuf>,
}

/// One `[[product]]`: what a product is bought for.
#[derive(Clone, Debug, PartialEq)]
pub struct Purpose {
    /// GUID or part number.
    pub sku: Written<String>,
    pub workloads: Vec<Written<String>>,
    /// `None`: not written; whatever else its plans carry comes along.
    pub along: Option<Vec<Written<String>>>,
}

impl PipelineFile {
    /// Returns the catalogue files that the caller has to read, each with the built-in part that it
    /// replaces.
    pub fn catalogue_files(&self) -> impl Iterator<Item = (Part, &Path)> {
        self.catalogue.iter().map(|(part, path)| (*part, path.as_path()))
    }
}

/// Parses the text of the pipeline file at `path`. Paths in it are relative to its folder; the file
/// itself is not opened.
///
/// Fails with every problem of the file: unknown keys, wrong types, impossible values. If the text
/// is not TOML, only the syntax errors are reported.
pub fn parse(text: &str, path: &Path) -> Result<PipelineFile, SettingsError> {
    let page = Page::new(path.display().to_string(), text);
    let (table, faults) = DeTable::parse_recoverable(text);
    for fault in &faults {
        let line = fault.span().map_or(0, |span| page.line_at(span.start));
        page.note(line, format!("not valid TOML: {}", fault.message()));
    }
    let file = faults
        .is_empty()
        .then(|| read(&Section::open(&page, "the top of the file", 0, table.get_ref()), path));
    let mut problems = page.into_problems();
    // The parser recovers from errors and may report one twice.
    problems.dedup();
    match file {
        Some(file) if problems.is_empty() => Ok(file),
        _ => Err(SettingsError { problems }),
    }
}

fn read(top: &Section<'_>, path: &Path) -> PipelineFile {
    let folder = path.parent().unwrap_or(Path::new(""));
    let standard = Rules::standard();
    let (first_day, last_day) = days(top);
    let inputs = inputs::read(top, folder);
    let warehouse = top.table("warehouse", "[warehouse]");
    let thresholds = top.table("thresholds", "[thresholds]");
    let privacy = top.table("privacy", "[privacy]");
    let alert = top.table("alert", "[alert]");
    let observe = top.table("observe", "[observe]");
    let report = top.table("report", "[report]");
    PipelineFile {
        path: path.to_owned(),
        name: top.text("name").map_or_else(|| stem(path), |name| name.value),
        zone: zone(top).unwrap_or_else(Zone::utc),
        first_day,
        last_day,
        rescan_days: top
            .whole("rescan_days", 0, 36_500)
            .and_then(|days| u32::try_from(days).ok())
            .unwrap_or(0),
        snapshot_stale_days: top
            .whole("snapshot_stale_days", 1, 36_500)
            .and_then(|days| i32::try_from(days).ok())
            .unwrap_or(standard.snapshot_stale_days),
        partner_tenant: top.guid("partner_tenant_id"),
        evidence: set(top.words("evidence", Evidence::ALL, Evidence::name)).unwrap_or(standard.evidence),
        unlicensed_use: top.texts("unlicensed_use"),
        sold_states: set(top.words("sold_states", State::ALL, State::name)).unwrap_or(standard.sold_states),
        entitled_states: set(top.words("entitled_states", State::ALL, State::name)).unwrap_or(standard.entitled_states),
        language: top.word("language", Language::ALL, Language::name).unwrap_or(Language::English),
        warehouse: warehouse.as_ref().and_then(|warehouse| warehouse.folder("path", folder)),
        published: warehouse.as_ref().and_then(|warehouse| warehouse.folder("published", folder)),
        shards: warehouse.as_ref().and_then(shards).unwrap_or(1),
        keep_releases: warehouse.as_ref().and_then(keep_releases).unwrap_or(KEPT_RELEASES),
        sources: source::read_all(top, &inputs),
        inputs,
        catalogue: catalogue(top, folder),
        products: purposes(top),
        exclude: exceptions::excludes(top),
        spare: exceptions::spares(top),
        thresholds: thresholds.as_ref().map_or_else(Thresholds::default, thresholds::read),
        privacy: privacy
            .as_ref()
            .map_or_else(Privacy::default, |section| privacy::read(section, folder)),
        observe: observe
            .as_ref()
            .map_or_else(Observe::default, |section| alert::read_observe(section, folder)),
        alert: alert.as_ref().map_or_else(Alert::default, alert::read),
        report: report.as_ref().map_or_else(ReportSettings::default, report::read),
        delta: delta(top).and_then(|delta| delta.folder("path", folder)),
    }
}

/// The table `[export.delta]`, with a path.
fn delta<'t>(top: &Section<'t>) -> Option<Section<'t>> {
    let delta = top.table("export", "[export]")?.table("delta", "[export.delta]")?;
    if !delta.has("path") {
        delta.needed_text("path", "the folder of the Delta tables, or the URL of one");
    }
    Some(delta)
}

fn set<T: Ord>(words: Option<Vec<T>>) -> Option<BTreeSet<T>> {
    words.map(|words| words.into_iter().collect())
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .map_or_else(|| "pipeline".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

fn shards(warehouse: &Section<'_>) -> Option<u16> {
    warehouse
        .whole("shards", 1, i64::from(MOST_SHARDS))
        .and_then(|shards| u16::try_from(shards).ok())
}

fn keep_releases(warehouse: &Section<'_>) -> Option<usize> {
    warehouse
        .whole("keep_releases", 1, MOST_RELEASES)
        .and_then(|releases| usize::try_from(releases).ok())
}

/// Returns the time zone under its canonical name (`europe/berlin` is `Europe/Berlin`).
fn zone(top: &Section<'_>) -> Option<Zone> {
    let written = top.text("time_zone")?;
    let found = TimeZone::get(&written.value).ok();
    let zone = found.as_ref().and_then(TimeZone::iana_name).and_then(Zone::named);
    if zone.is_none() {
        let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        let hint = hint(
            nearest(&written.value, names.iter().map(String::as_str)),
            "write an IANA name such as `Europe/Berlin` or `UTC`",
        );
        top.note(written.line, format!("unknown time zone `{}`{hint}", written.value));
    }
    zone
}

fn days(top: &Section<'_>) -> (Option<Day>, Option<Day>) {
    let (first, last) = (top.day("first_day"), top.day("last_day"));
    if let (Some(first), Some(last)) = (&first, &last)
        && last.value < first.value
    {
        let text = format!(
            "`last_day` `{}` is before `first_day` `{}`; swap or correct them",
            last.value, first.value
        );
        top.note(last.line, text);
    }
    (first.map(|day| day.value), last.map(|day| day.value))
}

fn catalogue(top: &Section<'_>, folder: &Path) -> Vec<(Part, PathBuf)> {
    let Some(section) = top.table("catalogue", "[catalogue]") else {
        return Vec::new();
    };
    Part::ALL
        .iter()
        .filter_map(|&part| Some((part, folder.join(section.text(part.name())?.value))))
        .collect()
}

fn purposes(top: &Section<'_>) -> Vec<Purpose> {
    let read = |section: &Section<'_>| {
        let sku = section.needed_text("sku", "the GUID or the part number of a product");
        if !section.has("workloads") {
            let text = "[[product]] lacks `workloads`; add `workloads = [\"...\"]`, what the product is bought for";
            section.note(section.line, text.to_owned());
        }
        Some(Purpose {
            sku: sku?,
            workloads: section.texts("workloads")?,
            along: section.texts("along"),
        })
    };
    let sections = top.tables("product", "[[product]]").unwrap_or_default();
    sections.iter().filter_map(read).collect()
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
