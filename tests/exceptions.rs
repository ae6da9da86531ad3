//! Customers and products that a pipeline takes out of sums and advice: what a run says of them, and
//! that exactly the days are made again that come out different.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const CONTOSO: &str = "8a4de8b5-095c-47d0-a96f-a75130c61d53";
const GONE: &str = "1b2de8b5-095c-47d0-a96f-a75130c61d53";
const E3: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";

/// Two customers with seats from 2026-09-01 on; `exceptions` are lines of the pipeline file.
fn site(exceptions: &str, customers: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let seats = |tenant: &str| format!("2026-09-01,{tenant},{tenant},{E3},10,active,own\n");
    let header = "snapshot_day,tenant_id,subscription_id,sku_id,seats,status,seller\n";
    write(folder.path(), "raw/seats.csv", &[header, &seats(CONTOSO), &seats(GONE)].concat());
    write(folder.path(), "raw/customers.csv", customers);
    set(folder.path(), exceptions);
    folder
}

fn set(folder: &Path, exceptions: &str) {
    let text = format!(
        r#"
last_day = "2026-09-10"
[input]
root = "raw"
[warehouse]
path = "warehouse"
published = "published"
[[source]]
feed = "subscriptions"
format = "csv"
path = "seats.csv"
[[source]]
feed = "customers"
format = "csv"
path = "customers.csv"
{exceptions}"#
    );
    write(folder, "pipeline.toml", &text);
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::create_dir_all(folder.join("raw")).unwrap();
    fs::write(folder.join(name), text).unwrap();
}

fn customers(left_on: &str) -> String {
    format!("tenant_id,name,domain,left_on\n{CONTOSO},Contoso,contoso.example,\n{GONE},Gone AG,gone.example,{left_on}\n")
}

/// What a command that succeeds says on standard output and on standard error.
#[track_caller]
fn said(folder: &Path, arguments: &[&str]) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uptake"));
    let output = command.args(arguments).arg(folder.join("pipeline.toml")).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    (text(&output.stdout), text(&output.stderr))
}

/// All that a run says.
fn told_by_a_run(folder: &Path) -> String {
    let (output, error) = said(folder, &["run"]);
    output + &error
}

/// Why `adoption` is made again: the days and the causes.
fn planned(folder: &Path) -> Vec<(String, String, Value, String)> {
    let plan: Value = serde_json::from_str(&said(folder, &["plan", "--format", "json"]).0).unwrap();
    let steps = plan["steps"].as_array().unwrap().clone();
    let adoption = steps.into_iter().find(|step| step["table"] == "adoption");
    let because = adoption.map(|step| step["because"].as_array().unwrap().clone()).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    because
        .into_iter()
        .map(|one| (text(&one["first"]), text(&one["last"]), one["causes"].clone(), text(&one["why"])))
        .collect()
}

#[test]
fn a_customer_who_leaves_changes_the_days_from_then_on_and_a_plan_says_so() {
    let folder = site("", &customers(""));
    said(folder.path(), &["run"]);
    assert_eq!(planned(folder.path()), []);
    write(folder.path(), "raw/customers.csv", &customers("2026-09-06"));
    let because = planned(folder.path());
    let why = format!("exceptions 2026-09-06..2026-09-10 changed: customer `{GONE}` is out of scope (`left`)");
    let causes = serde_json::json!(["exceptions"]);
    assert_eq!(because, [("2026-09-06".to_owned(), "2026-09-10".to_owned(), causes.clone(), why)]);
    assert!(said(folder.path(), &["status"]).0.contains("Gone AG"));
    said(folder.path(), &["run"]);
    assert!(said(folder.path(), &["run"]).0.contains("Nothing to do"));
    let status = said(folder.path(), &["status"]).0;
    assert!(status.contains("Contoso") && !status.contains("Gone AG"), "{status}");
    said(folder.path(), &["check", "--customers", "all"]);

    // The pipeline file says the same of a product, by the name of the customer.
    set(
        folder.path(),
        "[[exclude]]\ncustomer = \"contoso\"\nsku = \"SPE_E3\"\nfrom = \"2026-09-09\"\nreason = \"pilot\"\n",
    );
    let because = planned(folder.path());
    let why = format!("exceptions 2026-09-09..2026-09-10 changed: product `{E3}` of customer `{CONTOSO}` is out of scope (`pilot`)");
    assert_eq!(because, [("2026-09-09".to_owned(), "2026-09-10".to_owned(), causes, why)]);
    said(folder.path(), &["run"]);
    said(folder.path(), &["check", "--customers", "all"]);
}

#[test]
fn exceptions_for_nobody_and_days_before_all_days_are_warned_of() {
    let exceptions = "[[exclude]]\ncustomer = \"Gone GmbH\"\nreason = \"left\"\n[[spare]]\ncustomer = \"77777777-095c-47d0-a96f-a75130c61d53\"\nsku = \"SPE_E3\"\nseats = 1\n";
    let folder = site(exceptions, &customers("2026-08-31"));
    let told = told_by_a_run(folder.path());
    for expected in [
        "exception for `Gone GmbH` in line 17 of the pipeline file: no customer is known by this tenant id, domain or name, so the exception \
         has no effect: did you mean `Gone AG`",
        "exception for `77777777-095c-47d0-a96f-a75130c61d53` in line 20 of the pipeline file: no customer is known",
        "left on 2026-08-31, before the first day of the tables (2026-09-01): it counts on no day",
    ] {
        assert!(told.contains(expected), "{expected}\n{told}");
    }
    // A customer that no list names, but data.
    set(folder.path(), &format!("[[exclude]]\ncustomer = \"{GONE}\"\nreason = \"left\"\n"));
    write(folder.path(), "raw/customers.csv", &format!("tenant_id,name\n{CONTOSO},Contoso\n"));
    let told = told_by_a_run(folder.path());
    assert!(!told.contains("exception for"), "{told}");
}

#[test]
fn a_name_that_two_customers_have_is_none() {
    let both = format!("tenant_id,name\n{CONTOSO},Contoso\n{GONE},contoso\n");
    let folder = site("[[exclude]]\ncustomer = \"Contoso\"\nreason = \"left\"\n", &both);
    let told = told_by_a_run(folder.path());
    let ids = format!("2 customers have this name, so the exception has no effect: say which by tenant id ({GONE}, {CONTOSO})");
    assert!(told.contains(&ids), "{told}");
}
