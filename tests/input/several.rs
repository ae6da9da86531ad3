//! Several inputs with names, such as a storage account for each customer: the numbers of one input,
//! whatever the order in which they are written, and a name in every path.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::{Said, said};
use crate::workdir::parquet_files;

const LAST: &str = "2026-09-30";

/// A made-up portfolio in one folder, `raw`, and once more in a folder for each of its customers and
/// one for what is of nobody: `home`.
struct Portfolio {
    folder: tempfile::TempDir,
    /// The names of the inputs.
    names: Vec<String>,
}

impl Portfolio {
    fn new() -> Portfolio {
        let folder = tempfile::tempdir().unwrap();
        let raw = folder.path().join("raw");
        let mut sample = Command::new(env!("CARGO_BIN_EXE_uptake"));
        sample
            .args(["sample", "--customers", "3", "--days", "40", "--quiet", "--out"])
            .arg(&raw);
        said(&mut sample).succeeds();
        let mut accounts: BTreeMap<String, String> = BTreeMap::new();
        for file in walkdir::WalkDir::new(&raw).sort_by_file_name().into_iter().map(Result::unwrap) {
            if !file.file_type().is_file() || file.path().extension().is_some_and(|ending| ending == "toml") {
                continue;
            }
            let below = file.path().strip_prefix(&raw).unwrap().to_str().unwrap().to_owned();
            let tenant = below.split('/').find_map(|part| part.strip_prefix("tenantId="));
            let next = format!("customer-{}", accounts.len());
            let account = tenant.map_or("home", |tenant| accounts.entry(tenant.to_owned()).or_insert(next));
            let to = folder.path().join("accounts").join(account).join(below);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(file.path(), to).unwrap();
        }
        let names = accounts.into_values().chain(["home".to_owned()]).collect();
        Portfolio { folder, names }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Writes a pipeline file with these inputs instead of the sample's own.
    fn pipeline(&self, file: &str, inputs: &str) {
        let text = fs::read_to_string(self.path("raw/pipeline.toml")).unwrap();
        let name = file.trim_end_matches(".toml");
        let replaced = [
            ("[input]\nroot = \".\"\n", inputs.to_owned()),
            ("\"warehouse\"", format!("\"{name}/warehouse\"")),
            ("\"published\"", format!("\"{name}/published\"")),
            ("prices = \"", "prices = \"raw/".to_owned()),
        ];
        let text = replaced.iter().fold(text, |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        });
        fs::write(self.path(file), text).unwrap();
    }

    fn several<'n>(&self, file: &str, names: impl Iterator<Item = &'n String>) {
        let input = |name: &String| format!("[[input]]\nname = \"{name}\"\nroot = \"accounts/{name}\"\n");
        self.pipeline(file, &names.map(input).collect::<String>());
    }

    fn uptake(&self, arguments: &[&str]) -> Said {
        said(
            Command::new(env!("CARGO_BIN_EXE_uptake"))
                .args(arguments)
                .current_dir(self.folder.path()),
        )
    }

    /// The answer to a question, row by row.
    fn query(&self, file: &str, question: &str) -> Vec<String> {
        let answer = self.uptake(&["query", question, "--pipeline", file, "--format", "csv"]);
        answer.succeeds().out.lines().skip(1).map(str::to_owned).collect()
    }

    fn published(&self, name: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = parquet_files(&self.path(&format!("{name}/published")));
        // Releases have names of their time.
        files.retain(|(path, _)| !path.starts_with("releases"));
        files
    }

    fn warehouse(&self, name: &str) -> Vec<(PathBuf, Vec<u8>)> {
        parquet_files(&self.path(&format!("{name}/warehouse")))
    }
}

fn are_the_same(found: Vec<(PathBuf, Vec<u8>)>, expected: &[(PathBuf, Vec<u8>)]) {
    let names = |files: &[(PathBuf, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&found), names(expected));
    for ((name, bytes), (_, expected)) in found.iter().zip(expected) {
        assert!(bytes == expected, "{} differs", name.display());
    }
}

#[test]
fn several_inputs_give_the_numbers_of_one_in_any_order_and_with_every_history() {
    let portfolio = Portfolio::new();
    portfolio.pipeline("one.toml", "[input]\nroot = \"raw\"\n");
    portfolio.several("several.toml", portfolio.names.iter());
    portfolio.several("backwards.toml", portfolio.names.iter().rev());
    for file in ["one.toml", "several.toml", "backwards.toml"] {
        portfolio.uptake(&["run", file]).succeeds();
    }
    are_the_same(portfolio.published("several"), &portfolio.published("one"));
    let whole = portfolio.warehouse("several");
    are_the_same(portfolio.warehouse("backwards"), &whole);
    let raw_files = |file| portfolio.query(file, "SELECT source_file FROM raw_files ORDER BY source_file");
    let (of_one, of_several) = (raw_files("one.toml"), raw_files("several.toml"));
    assert!(of_several.iter().any(|path| path.starts_with("home/")) && of_several.iter().any(|path| path.starts_with("customer-0/")));
    let mut below: Vec<&str> = of_several.iter().map(|path| path.split_once('/').unwrap().1).collect();
    below.sort_unstable();
    assert_eq!(below, of_one);
    // Nothing is new to a run whose inputs stand in another order, and days that are made again are
    // what they were.
    portfolio.several("several.toml", portfolio.names.iter().rev());
    let plan = portfolio.uptake(&["plan", "several.toml"]);
    assert!(plan.succeeds().out.contains("Nothing to do"), "{}", plan.out);
    let again = [
        "reprocess",
        "several.toml",
        "--from",
        "2026-09-20",
        "--to",
        LAST,
        "--reason",
        "a test",
    ];
    portfolio.uptake(&again).succeeds();
    are_the_same(portfolio.warehouse("several"), &whole);
    for command in ["status", "check", "customers"] {
        portfolio.uptake(&[command, "several.toml"]).succeeds();
    }
}

#[test]
fn an_input_that_is_not_there_is_named_and_its_rows_stay() {
    let portfolio = Portfolio::new();
    portfolio.several("several.toml", portfolio.names.iter());
    portfolio.uptake(&["run", "several.toml"]).succeeds();
    let whole = portfolio.warehouse("several");
    fs::rename(portfolio.path("accounts/customer-1"), portfolio.path("away")).unwrap();
    let run = portfolio.uptake(&["run", "several.toml"]);
    run.fails(
        3,
        &[
            "`customer-1`: cannot open the input folder `accounts/customer-1`",
            "--allow-unreadable",
        ],
    );
    portfolio
        .uptake(&["run", "several.toml", "--allow-unreadable"])
        .warns(&["`customer-1`"]);
    are_the_same(portfolio.warehouse("several"), &whole);
    fs::rename(portfolio.path("away"), portfolio.path("accounts/customer-1")).unwrap();
    portfolio.uptake(&["run", "several.toml"]).succeeds();
    are_the_same(portfolio.warehouse("several"), &whole);
}

#[test]
fn a_number_is_explained_down_to_the_raw_line_of_its_input() {
    let portfolio = Portfolio::new();
    portfolio.several("several.toml", portfolio.names.iter());
    portfolio.uptake(&["run", "several.toml"]).succeeds();
    let customers = portfolio.uptake(&["customers", "several.toml", "--format", "json"]);
    let customers: serde_json::Value = serde_json::from_str(&customers.succeeds().out).unwrap();
    let mut excerpts = 0;
    for customer in customers["customers"].as_array().unwrap() {
        let tenant = customer["tenant_id"].as_str().unwrap();
        let question = format!("SELECT user_id FROM activity_events WHERE tenant_id = '{tenant}' ORDER BY day DESC LIMIT 1");
        let user = portfolio.query("several.toml", &question).remove(0);
        let explained = portfolio.uptake(&["explain", "several.toml", "--customer", tenant, "--user", &user, "--show-raw"]);
        explained.succeeds();
        assert!(explained.out.contains("customer-"), "{}", explained.out);
        assert!(!explained.out.contains("is gone"), "{}", explained.out);
        excerpts += explained.out.matches("{\"").count();
    }
    assert!(excerpts > 0);
}

#[test]
fn several_folders_become_a_pipeline_whose_inputs_have_names() {
    let portfolio = Portfolio::new();
    let folders: Vec<String> = portfolio.names.iter().map(|name| format!("accounts/{name}")).collect();
    let mut arguments = vec!["init", "--out", "made.toml"];
    arguments.extend(folders.iter().map(String::as_str));
    portfolio.uptake(&arguments).succeeds();
    let text = fs::read_to_string(portfolio.path("made.toml")).unwrap();
    assert!(
        text.contains("[[input]]\nname = \"customer-0\"\nroot = \"accounts/customer-0\"\n"),
        "{text}"
    );
    assert_eq!(text.matches("insights-logs-signinlogs").count(), 1, "{text}");
    let run = portfolio.uptake(&["run", "made.toml", "--until", LAST]);
    run.succeeds();
    assert!(portfolio.path("published/adoption.parquet").exists());
}

#[test]
fn no_other_folder_takes_the_place_of_inputs_that_have_names_and_none_is_in_another() {
    let portfolio = Portfolio::new();
    portfolio.several("several.toml", portfolio.names.iter());
    portfolio
        .uptake(&["plan", "several.toml", "--input", "raw"])
        .fails(2, &["`--input` names one folder", "`several.toml`"]);
    portfolio.pipeline(
        "within.toml",
        "[[input]]\nname = \"all\"\nroot = \"accounts\"\n[[input]]\nname = \"home\"\nroot = \"accounts/home\"\n",
    );
    portfolio
        .uptake(&["plan", "within.toml"])
        .fails(2, &["a file would be read twice: of the inputs `all` (`accounts`) and `home`"]);
    portfolio.pipeline("written.toml", "[[input]]\nname = \"w\"\nroot = \"written/warehouse\"\n");
    portfolio
        .uptake(&["plan", "written.toml"])
        .fails(2, &["input and warehouse are both `written/warehouse`"]);
}
