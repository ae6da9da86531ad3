//! All files of a project, with their paths below its folder.

use serde_json::{Value, json};

use crate::domain::words::Words;
use crate::powerbi::folder::PublishedFolder;
use crate::powerbi::schemas::schema;
use crate::powerbi::{model, report};

/// The folders of the two halves.
const MODEL: &str = "uptake.SemanticModel";
const REPORT: &str = "uptake.Report";

/// A file of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectFile {
    /// Below the project's folder, with `/`.
    pub path: String,
    pub text: String,
}

/// The files of the project, sorted by their paths. The pages are in one language; measures, tables
/// and columns have captions in every language.
pub fn files(folder: &PublishedFolder, words: Words) -> Vec<ProjectFile> {
    let mut files = vec![
        as_json("uptake.pbip".to_owned(), &pbip()),
        as_json(format!("{MODEL}/definition.pbism"), &pbism()),
        as_json(format!("{REPORT}/definition.pbir"), &pbir()),
    ];
    let model = model::files(folder);
    files.extend(model.into_iter().map(|(path, text)| ProjectFile {
        path: format!("{MODEL}/definition/{path}"),
        text,
    }));
    let report = report::files(words);
    files.extend(
        report
            .iter()
            .map(|(path, value)| as_json(format!("{REPORT}/definition/{path}"), value)),
    );
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn as_json(path: String, value: &Value) -> ProjectFile {
    ProjectFile {
        path,
        text: format!("{value:#}\n"),
    }
}

fn pbip() -> Value {
    json!({
        "$schema": schema("pbip/pbipProperties/1.0.0"),
        "version": "1.0",
        "artifacts": [{"report": {"path": REPORT}}],
        "settings": {"enableAutoRecovery": true},
    })
}

fn pbism() -> Value {
    json!({
        "$schema": schema("item/semanticModel/definitionProperties/1.0.0"),
        "version": "4.2",
        "settings": {},
    })
}

fn pbir() -> Value {
    json!({
        "$schema": schema("item/report/definitionProperties/2.0.0"),
        "version": "4.0",
        "datasetReference": {"byPath": {"path": format!("../{MODEL}")}},
    })
}
