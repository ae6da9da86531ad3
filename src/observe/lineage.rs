//! `[observe] openlineage`: events in the form of OpenLineage, one line of JSON each. Every run has
//! one START, and one COMPLETE or FAIL, under the same id. A file in the place of a service: whoever
//! wants the events elsewhere posts the lines.
//!
//! Datasets are what people know: the sources that were read, the tables that were made, the files
//! that were published. Raw files are grouped by their source, since services limit the links of an
//! event.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::domain::day::{Day, Instant};
use crate::domain::digest::Digest;
use crate::domain::store_url::is_url;
use crate::engine::report::RunReport;
use crate::observe::record::RunFailure;
use crate::pipeline::settings::Settings;
use crate::reports::columns::published_files;
use crate::storage;
use crate::storage::error::StorageError;
use crate::warehouse::contract::{Column, Kind};

/// Who writes the events.
const PRODUCER: &str = concat!("urn:uptake:", env!("CARGO_PKG_VERSION"));
/// The form of the events.
const SCHEMA: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";

/// A run, as its events name it.
pub struct LineageRun<'a> {
    pub settings: &'a Settings,
    pub command: &'static str,
    pub began: Instant,
}

/// What became of a run.
pub enum Ending<'a> {
    Complete(&'a RunReport),
    Fail(&'a RunFailure),
}

impl LineageRun<'_> {
    /// The event of its beginning.
    pub fn start(&self) -> Value {
        self.event("START", self.began, Map::new(), (Vec::new(), Vec::new()))
    }

    /// The event of its end.
    pub fn end(&self, now: Instant, ending: &Ending<'_>) -> Value {
        match ending {
            Ending::Complete(report) => {
                let mut facets = Map::new();
                if let Some((first, last)) = day(&report.first_day).zip(day(&report.last_day)) {
                    let (begin, end) = (format!("{first}T00:00:00Z"), format!("{}T00:00:00Z", last.plus(1)));
                    let time = json!({"nominalStartTime": begin, "nominalEndTime": end});
                    facets.insert("nominalTime".to_owned(), facet("1-0-1", "NominalTimeRunFacet", time));
                }
                self.event("COMPLETE", now, facets, (self.inputs(report), self.outputs(report)))
            }
            Ending::Fail(failure) => {
                let why = json!({"message": failure.message, "programmingLanguage": "Rust"});
                let facets = Map::from_iter([("errorMessage".to_owned(), facet("1-0-1", "ErrorMessageRunFacet", why))]);
                self.event("FAIL", now, facets, (Vec::new(), Vec::new()))
            }
        }
    }

    fn event(&self, kind: &str, at: Instant, mut facets: Map<String, Value>, (inputs, outputs): (Vec<Value>, Vec<Value>)) -> Value {
        let engine = json!({"name": "uptake", "version": env!("CARGO_PKG_VERSION")});
        facets.insert("processing_engine".to_owned(), facet("1-1-1", "ProcessingEngineRunFacet", engine));
        let job = json!({"processingType": "BATCH", "integration": "UPTAKE", "jobType": self.command.to_uppercase()});
        json!({
            "eventType": kind,
            "eventTime": at.to_string(),
            "run": {"runId": self.id(), "facets": facets},
            "job": {"namespace": "uptake", "name": self.settings.name, "facets": {"jobType": facet("2-0-4", "JobTypeJobFacet", job)}},
            "inputs": inputs,
            "outputs": outputs,
            "producer": PRODUCER,
            "schemaURL": SCHEMA,
        })
    }

    /// A UUID of version 7: the time at which the run began, and what tells it apart from others.
    fn id(&self) -> String {
        let told = format!("{}\n{}\n{}\n{}", self.settings.name, self.command, self.began, std::process::id());
        let (chance, milliseconds) = (Digest::of(told.as_bytes()).0, (self.began.0.max(0) / 1_000) as u128);
        let bits = (milliseconds << 80) | (chance & ((1 << 80) - 1));
        let version = (bits & !(0xf << 76)) | (0x7 << 76);
        let text = format!("{:032x}", (version & !(0b11 << 62)) | (0b10 << 62));
        let parts = [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]];
        parts.join("-")
    }

    /// The sources of which files were read.
    fn inputs(&self, report: &RunReport) -> Vec<Value> {
        let read = report.sources.iter().filter(|source| source.files_read > 0);
        let input = |source: &crate::engine::report::SourceReport| {
            let path = self
                .settings
                .sources
                .iter()
                .find(|of| of.id == source.id)
                .map_or(source.source.clone(), |of| of.path.clone());
            let (namespace, name) = self.input_place(&path);
            let read = json!({"rowCount": source.records, "size": source.bytes_read, "fileCount": source.files_read});
            json!({
                "namespace": namespace, "name": name, "facets": {},
                "inputFacets": {"inputStatistics": facet("1-0-0", "InputStatisticsInputDatasetFacet", read)},
            })
        };
        read.map(input).collect()
    }

    /// Where the files of a source are. Of a source that reads from several inputs no one place is:
    /// it is called as the pipeline calls it.
    fn input_place(&self, path: &str) -> (String, String) {
        for input in &self.settings.inputs {
            let below = match &input.name {
                None => Some(path),
                Some(name) => path.strip_prefix(name.as_str()).and_then(|rest| rest.strip_prefix('/')),
            };
            if let Some(below) = below {
                return place(&input.root, below);
            }
        }
        ("uptake".to_owned(), path.to_owned())
    }

    /// The tables that were made, and the files that were published with other bytes.
    fn outputs(&self, report: &RunReport) -> Vec<Value> {
        let mut outputs = Vec::new();
        for step in &report.steps {
            let made = json!({"rowCount": step.rows, "size": step.bytes, "fileCount": step.files});
            outputs.push(output(place(&self.settings.warehouse, step.table), step.columns(), made, None));
        }
        let tables = published_files();
        let published = report.published_files.iter().filter(|file| report.published && file.changed);
        for file in published {
            let table = tables.iter().find(|table| table.file_name() == file.name);
            let columns = table.map(|table| table.columns.as_slice()).unwrap_or_default();
            let made = json!({"rowCount": file.rows, "size": file.bytes, "fileCount": 1});
            let version = Some(file.digest.to_string());
            outputs.push(output(place(&self.settings.published, &file.name), columns, made, version));
        }
        outputs
    }
}

fn day(text: &Option<String>) -> Option<Day> {
    Day::parse(text.as_deref()?)
}

fn facet(version: &str, name: &str, value: Value) -> Value {
    let mut facet = json!({
        "_producer": PRODUCER,
        "_schemaURL": format!("https://openlineage.io/spec/facets/{version}/{name}.json#/$defs/{name}"),
    });
    if let (Value::Object(facet), Value::Object(value)) = (&mut facet, value) {
        facet.extend(value);
    }
    facet
}

fn output((namespace, name): (String, String), columns: &[Column], made: Value, version: Option<String>) -> Value {
    let mut facets = Map::new();
    if !columns.is_empty() {
        let fields: Vec<Value> = columns
            .iter()
            .map(|column| json!({"name": column.name, "type": type_name(column.kind), "description": column.about.trim()}))
            .collect();
        facets.insert("schema".to_owned(), facet("1-2-0", "SchemaDatasetFacet", json!({"fields": fields})));
    }
    if let Some(version) = version {
        facets.insert(
            "version".to_owned(),
            facet("1-0-1", "DatasetVersionDatasetFacet", json!({"datasetVersion": version})),
        );
    }
    json!({
        "namespace": namespace, "name": name, "facets": facets,
        "outputFacets": {"outputStatistics": facet("1-0-2", "OutputStatisticsOutputDatasetFacet", made)},
    })
}

/// The type of a column as the data dictionary calls it.
fn type_name(kind: Kind) -> String {
    kind.name().to_owned()
}

/// Namespace and name of something below a folder or a place in a store.
fn place(root: &Path, below: &str) -> (String, String) {
    let text = root.to_string_lossy();
    if is_url(&text) {
        let at = text.find("://").map_or(0, |at| at + 3);
        let (container, prefix) = text[at..].split_once('/').unwrap_or((&text[at..], ""));
        let name = format!("{}/{below}", prefix.trim_end_matches('/'));
        return (format!("{}{container}", &text[..at]), name.trim_start_matches('/').to_owned());
    }
    let root = std::path::absolute(root).unwrap_or_else(|_| root.to_path_buf());
    ("file".to_owned(), root.join(below).display().to_string())
}

/// Adds an event to the file.
pub fn append(file: &Path, event: &Value) -> Result<(), StorageError> {
    let folder = file.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    storage::at(&folder).append(&name, format!("{event}\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datasets_are_named_as_openlineage_names_them() {
        let of = |root: &str| place(Path::new(root), "adoption.parquet");
        let named = |namespace: &str, name: &str| (namespace.to_owned(), name.to_owned());
        assert_eq!(of("/srv/published"), named("file", "/srv/published/adoption.parquet"));
        assert_eq!(of("s3://bucket"), named("s3://bucket", "adoption.parquet"));
        assert_eq!(of("s3://bucket/a/b/"), named("s3://bucket", "a/b/adoption.parquet"));
        assert_eq!(
            of("abfss://logs@account.dfs.core.windows.net/up"),
            named("abfss://logs@account.dfs.core.windows.net", "up/adoption.parquet")
        );
    }
}
