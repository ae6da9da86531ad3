//! `uptake customers`: all customers of the sample, as text, CSV and JSON.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

static SITE: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, err) = uptake(folder.path(), &["run", "--quiet"]);
    assert_eq!(code, 0, "{err}");
    folder
});

fn uptake(site: &Path, args: &[&str]) -> (i32, String, String) {
    let (command, rest) = args.split_first().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_uptake"))
        .arg(command)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/nightly.toml"))
        .args(rest)
        .arg("--warehouse")
        .arg(site.join("warehouse"))
        .arg("--published")
        .arg(site.join("published"))
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[track_caller]
fn customers(more: &[&str]) -> String {
    let (code, out, err) = uptake(SITE.path(), &[&["customers"], more].concat());
    assert_eq!(code, 0, "{err}");
    out
}

#[test]
fn every_customer_has_a_line_with_ratios_freshness_and_steps() {
    let out = customers(&[]);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "Customers on 2026-09-30");
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(lines[1]), words("seats sold deployment usage days seen list age next steps"));
    let of = |name: &str| words(lines.iter().find(|line| line.trim_start().starts_with(name)).unwrap());
    let alpenblick = of("Alpenblick Hotels AG");
    assert!(alpenblick.contains(&"116.7".to_owned()), "{alpenblick:?}");
    assert_eq!(lines.len(), 2 + 8 + 2, "{out}");
}

#[test]
fn json_and_csv_have_the_same_customers_and_their_numbers_are_those_of_the_published_files() {
    let json: Value = serde_json::from_str(&customers(&["--format", "json"])).unwrap();
    let csv = customers(&["--format", "csv"]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let customers = json["customers"].as_array().unwrap();
    assert_eq!((rows.len(), customers.len()), (8, 8));
    let (mut sold, mut active, mut steps) = (0, 0, 0);
    for (row, customer) in rows.iter().zip(customers) {
        assert_eq!(&row[0], json["day"].as_str().unwrap());
        for (name, cell) in header.iter().zip(row).skip(1) {
            match (name.as_str(), &customer[name]) {
                ("steps", list) => assert_eq!(cell, list.as_array().unwrap().len().to_string()),
                ("step_codes", _) => {
                    let codes = customer["steps"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|step| step["code"].as_str().unwrap());
                    assert_eq!(cell, codes.collect::<Vec<_>>().join(" "));
                }
                (_, Value::Null) => assert_eq!(cell, ""),
                (_, Value::String(text)) => assert_eq!(cell, text),
                (_, Value::Bool(flag)) => assert_eq!(cell, flag.to_string()),
                // A number that is read from JSON can differ in the last bit.
                (_, value) => assert!(
                    (cell.parse::<f64>().unwrap() - value.as_f64().unwrap()).abs() < 1e-12,
                    "{name}: {cell}, {value}"
                ),
            }
        }
        sold += customer["seats_sold"].as_i64().unwrap_or(0);
        active += customer["entitlements_active"].as_i64().unwrap_or(0);
        steps += customer["steps"].as_array().unwrap().len();
        let concerned: Vec<i64> = customer["steps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|step| step["seats_concerned"].as_i64().unwrap())
            .collect();
        assert!(concerned.is_sorted_by(|one, next| one >= next), "{concerned:?}");
    }
    assert_eq!((sold, active), (149, 125), "the portfolio of the summary");
    let sql = "SELECT COUNT(*) AS n FROM next_steps WHERE day = '2026-09-30'";
    let counted = Command::new(env!("CARGO_BIN_EXE_uptake"))
        .args(["query", sql, "--format", "csv", "--pipeline"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/nightly.toml"))
        .arg("--published")
        .arg(SITE.path().join("published"))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(counted.stdout).unwrap(), format!("n\n{steps}\n"));
}

#[test]
fn a_day_can_be_named_and_one_that_is_not_there_is_refused() {
    let earlier: Value = serde_json::from_str(&customers(&["--day", "2026-09-02", "--format", "json"])).unwrap();
    assert_eq!(earlier["day"], "2026-09-02");
    let (code, out, err) = uptake(SITE.path(), &["customers", "--day", "2027-01-01"]);
    assert!(
        code == 2 && out.is_empty() && err.contains("the tables have no 2027-01-01"),
        "{err}"
    );
    let nowhere = tempfile::tempdir().unwrap();
    let (code, _, err) = uptake(nowhere.path(), &["customers"]);
    assert!(code == 2 && err.contains("there are no tables"), "{err}");
    assert_eq!(fs::read_dir(nowhere.path()).unwrap().count(), 0, "nothing is written");
}
