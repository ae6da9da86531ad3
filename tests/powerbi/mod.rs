//! `uptake powerbi`: Microsoft's own parser reads the model, Microsoft's schemas take the report, every
//! measure gives the numbers of `portfolio` on every day, and nobody's work is written over.
//!
//! `schemas/` is a part of github.com/microsoft/json-schemas (folder `fabric`) under its licence.
//! Nothing here runs DAX or opens Power BI.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::report::uptake;
use crate::stores::emulators::installed;
use crate::workdir::{cannot_run, parquet_files};

/// Rises when what is in a virtual environment that is there already does not do any more.
const ENVIRONMENT: &str = "powerbi-1";
/// `pbi-cli-tool` brings the libraries of Analysis Services, `dotnetcore2` what runs them.
const JUDGES: &[&str] = &["pbi-cli-tool==3.12.0", "dotnetcore2==3.1.23", "jsonschema", "duckdb"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Writes a project for the pipeline of the repository; its published files may be missing.
fn write(out: &Path, more: &[&str]) -> Output {
    let pipeline = root().join("pipelines/nightly.toml");
    let mut arguments = vec!["powerbi", pipeline.to_str().unwrap(), "--out", out.to_str().unwrap()];
    arguments.extend(more);
    uptake(&arguments)
}

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            (
                entry.path().strip_prefix(folder).unwrap().to_path_buf(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn judge(python: &Path, script: &str, arguments: &[&Path]) -> Result<String, String> {
    let mut command = Command::new(python);
    // The runtime has no tables of languages here, and none are needed.
    command.env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
    let output = command
        .arg(root().join("tests/powerbi").join(script))
        .args(arguments)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.success() {
        true => Ok(text),
        false => Err(format!("{text}{}", said(&output))),
    }
}

/// A project as Microsoft's parser reads its model.
struct Read {
    folder: TempDir,
    python: PathBuf,
    model: Value,
}

impl Read {
    fn project(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    /// Where the model is written down for the other judges.
    fn model_file(&self) -> PathBuf {
        self.folder.path().join("model.json")
    }

    fn tables(&self) -> &[Value] {
        self.model["tables"].as_array().unwrap()
    }
}

/// Read once for all tests; `None` where the judges cannot be installed.
fn read() -> Option<&'static Read> {
    static READ: OnceLock<Result<Read, String>> = OnceLock::new();
    let read = READ.get_or_init(|| {
        let python = installed::python(ENVIRONMENT, JUDGES)?;
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("project");
        let written = write(&project, &["--folder", r"C:\up\published", "--language", "de"]);
        assert!(written.status.success(), "{written:?}");
        let model = project.join("uptake.SemanticModel/definition");
        let text = judge(&python, "model.py", &[&model, &folder.path().join("runtime.json")]).unwrap();
        fs::write(folder.path().join("model.json"), &text).unwrap();
        Ok(Read {
            model: serde_json::from_str(&text).unwrap(),
            python,
            folder,
        })
    });
    match read {
        Ok(read) => Some(read),
        Err(reason) => {
            cannot_run(reason);
            None
        }
    }
}

#[test]
fn microsofts_parser_reads_the_model_with_every_published_column_and_its_meaning() {
    let Some(read) = read() else { return };
    let described = uptake(&["describe", "--format", "json"]);
    let described: Value = serde_json::from_slice(&described.stdout).unwrap();
    let types = |column: &Value| match column["type"].as_str().unwrap() {
        "int64" => "Int64",
        "float64" => "Double",
        "string" => "String",
        "boolean" => "Boolean",
        "date" => "DateTime",
        "decimal(18, 4)" => "Decimal",
        other => panic!("{other}"),
    };
    let mut tables = 0;
    let mut tags = Vec::new();
    for file in described.as_array().unwrap().iter().filter(|entry| entry["in"] == "published") {
        let Some(name) = file["name"].as_str().unwrap().strip_suffix(".parquet") else {
            continue;
        };
        let table = read.tables().iter().find(|table| table["name"] == name).expect(name);
        assert_eq!(table["about"], file["about"], "{name}");
        let source = table["sources"][0].as_str().unwrap();
        assert!(
            source.contains(&format!(r#"Parquet.Document ( File.Contents ( Folder & "\{name}.parquet" ) )"#)),
            "{source}"
        );
        let columns = table["columns"].as_array().unwrap();
        let published: Vec<&Value> = columns.iter().filter(|column| column["computed"] == false).collect();
        for (column, wanted) in published.iter().zip(file["columns"].as_array().unwrap()) {
            assert_eq!(
                (&column["name"], &column["about"], &column["type"]),
                (&wanted["name"], &wanted["about"], &Value::from(types(wanted))),
                "{name}"
            );
            assert_eq!(column["summed"], "None", "a column is summed by a measure only: {name} {column}");
        }
        assert_eq!(published.len(), file["columns"].as_array().unwrap().len(), "{name}");
        tags.extend(columns.iter().chain([table]).map(|thing| thing["tag"].to_string()));
        tags.extend(
            table["measures"]
                .as_array()
                .unwrap()
                .iter()
                .map(|measure| measure["tag"].to_string()),
        );
        tables += 1;
    }
    assert_eq!(tables, read.tables().len());
    let count = tags.len();
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), count, "each thing has an id of its own");
    assert_eq!(
        read.model["expressions"]["Folder"].as_str().unwrap().split(" meta").next().unwrap(),
        r#""C:\up\published""#
    );
}

#[test]
fn facts_belong_to_dimensions_by_hidden_keys_and_portfolio_to_days_only() {
    let Some(read) = read() else { return };
    let facts = read
        .tables()
        .iter()
        .filter(|table| !["customers", "products", "calendar"].contains(&table["name"].as_str().unwrap()));
    let mut expected = Vec::new();
    for table in facts {
        let name = table["name"].as_str().unwrap();
        let has = |column: &str| table["columns"].as_array().unwrap().iter().any(|known| known["name"] == column);
        for (column, dimension) in [("day", "calendar"), ("tenant_id", "customers"), ("sku_id", "products")] {
            if has(column) && (name != "portfolio" || dimension == "calendar") {
                expected.push(serde_json::json!([name, column, dimension, column]));
            }
        }
    }
    let mut found: Vec<Value> = read.model["relationships"].as_array().unwrap().clone();
    for list in [&mut expected, &mut found] {
        list.sort_by_key(Value::to_string);
    }
    assert_eq!(found, expected);
    for relationship in &found {
        let end = |table: &Value, column: &Value| {
            let table = read.tables().iter().find(|known| known["name"] == *table).unwrap();
            let columns = table["columns"].as_array().unwrap();
            columns.iter().find(|known| known["name"] == *column).unwrap()
        };
        assert_eq!(end(&relationship[0], &relationship[1])["hidden"], true, "{relationship}");
        assert_eq!(end(&relationship[2], &relationship[3])["key"], true, "{relationship}");
    }
}

#[test]
fn measures_and_tables_have_german_captions() {
    let Some(read) = read() else { return };
    let german = &read.model["german"];
    for table in read.tables() {
        let name = table["name"].as_str().unwrap();
        assert!(german[name].is_string(), "{name}");
        for measure in table["measures"].as_array().unwrap() {
            let key = format!("{name}.{}", measure["name"].as_str().unwrap());
            assert!(german[&key].is_string() && german[&key] != measure["name"], "{key}");
            assert!(!measure["about"].as_str().unwrap().is_empty() && !measure["format"].as_str().unwrap().is_empty());
        }
    }
    assert_eq!(german["adoption.Deployment"], "Bereitstellung");
}

#[test]
fn the_report_is_as_microsofts_schemas_have_it_and_shows_fields_of_the_model() {
    let Some(read) = read() else { return };
    let arguments = [&*read.project(), &root().join("tests/powerbi/schemas"), &read.model_file()];
    let count = judge(&read.python, "report.py", &arguments).unwrap();
    assert!(count.trim().parse::<usize>().unwrap() > 20, "{count}");
    let page = read.project().join("uptake.Report/definition/pages/overview/page.json");
    let page: Value = serde_json::from_slice(&fs::read(page).unwrap()).unwrap();
    assert_eq!(page["displayName"], "Überblick");
}

#[test]
fn every_measure_gives_the_numbers_of_portfolio_on_every_day() {
    let Some(read) = read() else { return };
    let work = tempfile::tempdir().unwrap();
    let published = work.path().join("published");
    let pipeline = root().join("pipelines/nightly.toml");
    let ran = uptake(&[
        "run",
        "--quiet",
        pipeline.to_str().unwrap(),
        "--warehouse",
        work.path().join("warehouse").to_str().unwrap(),
        "--published",
        published.to_str().unwrap(),
    ]);
    assert!(ran.status.success(), "{}", said(&ran));
    assert!(!parquet_files(&published).is_empty());
    let measured = judge(&read.python, "measures.py", &[&published, &read.model_file()]);
    assert!(measured.is_ok(), "{}", measured.unwrap_err());
    // A measure that sums something else is found.
    let spoiled = fs::read_to_string(read.model_file()).unwrap();
    let spoiled = spoiled.replacen("SUM ( 'adoption'[active_current] )", "SUM ( 'adoption'[entitlements_active] )", 1);
    let spoiled_file = work.path().join("spoiled.json");
    fs::write(&spoiled_file, spoiled).unwrap();
    let found = judge(&read.python, "measures.py", &[&published, &spoiled_file]).unwrap_err();
    assert!(found.contains("Usage by today's holders"), "{found}");
}

#[test]
fn the_same_call_gives_the_same_bytes_and_another_one_replaces_them() {
    let work = tempfile::tempdir().unwrap();
    let [one, two] = ["one", "two"].map(|name| work.path().join(name));
    for folder in [&one, &two] {
        let written = write(folder, &["--folder", "/p"]);
        assert!(written.status.success(), "{written:?}");
    }
    assert_eq!(files(&one), files(&two));
    let printed = String::from_utf8(write(&one, &["--folder", "/p"]).stdout).unwrap();
    assert!(printed.contains("uptake.pbip"), "{printed}");
    assert_eq!(files(&one), files(&two));
    // What Power BI Desktop puts beside a project is nobody's work; a file of an older version goes.
    fs::create_dir_all(one.join("uptake.SemanticModel/.pbi")).unwrap();
    fs::write(one.join("uptake.SemanticModel/.pbi/cache.abf"), "data").unwrap();
    let old = one.join("uptake.SemanticModel/definition/tables/old.tmdl");
    fs::write(&old, "table old\n").unwrap();
    let written = one.join("uptake-files.json");
    let mut digests: Value = serde_json::from_slice(&fs::read(&written).unwrap()).unwrap();
    let digest = uptake::domain::digest::Digest::of(b"table old\n").to_string();
    digests["uptake.SemanticModel/definition/tables/old.tmdl"] = digest.into();
    fs::write(&written, digests.to_string()).unwrap();
    assert!(write(&one, &["--folder", "/q", "--quiet"]).status.success());
    assert!(!old.exists() && one.join("uptake.SemanticModel/.pbi/cache.abf").exists());
    let (new, before) = (files(&one), files(&two));
    let path = Path::new("uptake.SemanticModel/definition/expressions.tmdl");
    assert_ne!(new[path], before[path]);
}

#[test]
fn a_project_that_was_written_in_part_is_written_whole_by_the_next_call() {
    let work = tempfile::tempdir().unwrap();
    let out = work.path().join("out");
    assert!(write(&out, &["--folder", "/p"]).status.success());
    let whole = files(&out);
    // The call died before it said what it had written, and before the last file.
    fs::remove_file(out.join("uptake-files.json")).unwrap();
    fs::remove_file(out.join("uptake.pbip")).unwrap();
    assert!(write(&out, &["--folder", "/p"]).status.success());
    assert_eq!(files(&out), whole);
}

/// A call that is refused with these words, and leaves the folder as it is.
fn is_refused(out: &Path, more: &[&str], words: &str) {
    let before = files(out);
    let refused = write(out, more);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(said(&refused).contains(words), "{}", said(&refused));
    assert_eq!(files(out), before);
}

#[test]
fn what_somebody_else_put_there_or_changed_is_never_touched() {
    let work = tempfile::tempdir().unwrap();
    let out = work.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("thesis.docx"), "years of work").unwrap();
    is_refused(&out, &[], "has something else in it: `thesis.docx`");
    fs::remove_file(out.join("thesis.docx")).unwrap();
    assert!(write(&out, &[]).status.success());
    let page = out.join("uptake.Report/definition/pages/overview/page.json");
    fs::write(&page, fs::read_to_string(&page).unwrap().replace("Overview", "Mine")).unwrap();
    is_refused(&out, &["--folder", "/q"], "is not as uptake wrote it");
    let file = work.path().join("file");
    fs::write(&file, "").unwrap();
    let refused = write(&file, &[]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(said(&refused).contains("is no folder"), "{}", said(&refused));
}

#[test]
fn a_folder_that_power_bi_cannot_read_is_refused() {
    let work = tempfile::tempdir().unwrap();
    let out = work.path().join("out");
    for (folder, words) in [
        ("", "`--folder` is no folder"),
        ("s3://bucket/bi", "in another store"),
        ("az://box/bi", "does not say the storage account"),
    ] {
        let refused = write(&out, &["--folder", folder]);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        assert!(said(&refused).contains(words), "{}", said(&refused));
    }
    let refused = write(&out, &["--published", "s3://bucket/bi"]);
    assert!(said(&refused).contains("in another store"), "{}", said(&refused));
    assert!(!out.exists());
    let written = write(&out, &["--folder", "https://acc.blob.core.windows.net/box/bi"]);
    assert!(written.status.success(), "{written:?}");
    let table = fs::read_to_string(out.join("uptake.SemanticModel/definition/tables/usage.tmdl")).unwrap();
    assert!(
        table.contains(r#"AzureStorage.DataLakeContents ( Folder & "/usage.parquet" )"#),
        "{table}"
    );
}
