//! Lists of users and subscriptions that cannot be believed as they stand: ones that lost nearly
//! everything at once, and ones of days that cannot be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use uptake::domain::day::Day;
use uptake::engine::report::RunReport;
use uptake::engine::request::Request;
use uptake::pipeline::settings::Settings;
use uptake::stages::measures::adoption::Adoption;
use uptake::stages::received::rejects::Reject;
use uptake::warehouse::store::Store;
use uptake::warehouse::table::Row;

use crate::workdir::{ask, parquet_files, settings};

const TENANT: &str = "8a4de8b5-095c-47d0-a96f-a75130c61d53";
const E3: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";

fn pipeline(last_day: &str) -> String {
    format!(
        r#"
name = "lists"
last_day = "{last_day}"
[input]
root = "raw"
[warehouse]
path = "warehouse"
published = "published"
[[source]]
feed = "license_holdings"
format = "graph-users"
path = "users/**/*.json"
fail_above = 1.0
[[source]]
feed = "subscriptions"
format = "graph-company-subscriptions"
path = "subscriptions/**/*.json"
fail_above = 1.0
[[source]]
feed = "subscriptions"
format = "csv"
path = "seats/**/*.csv"
fail_above = 1.0
[[source]]
feed = "customers"
format = "csv"
path = "customers.csv"
"#
    )
}

struct Site(tempfile::TempDir);

impl Site {
    fn new() -> Site {
        let site = Site(tempfile::tempdir().unwrap());
        site.write("customers.csv", &format!("tenant_id,name\n{TENANT},Contoso\n"));
        site
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn write(&self, path: &str, text: &str) {
        let place = self.path("raw").join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, text).unwrap();
    }

    /// A list of so many users with a license.
    fn users(&self, day: &str, count: usize) {
        let user = |number: usize| {
            format!(r#"{{"id":"6c1d7a51-8a36-4b8f-8a0e-6d5a8f6b{number:04}","assignedLicenses":[{{"skuId":"{E3}","disabledPlans":[]}}]}}"#)
        };
        let users: Vec<String> = (0..count).map(user).collect();
        let path = format!("users/tenantId={TENANT}/{day}/users-1.json");
        self.write(&path, &format!(r#"{{"value":[{}]}}"#, users.join(",")));
    }

    /// A list of one subscription with so many seats, or of none.
    fn subscription(&self, day: &str, seats: Option<u32>) {
        let listed = seats.map_or_else(String::new, |seats| {
            format!(r#"{{"id":"5d1d7a51-8a36-4b8f-8a0e-6d5a8f6b0001","skuId":"{E3}","status":"Enabled","totalLicenses":{seats},"isTrial":false}}"#)
        });
        let path = format!("subscriptions/tenantId={TENANT}/{day}/subscriptions-1.json");
        self.write(&path, &format!(r#"{{"value":[{listed}]}}"#));
    }

    fn settings(&self, last_day: &str) -> Settings {
        settings(self.0.path(), &pipeline(last_day))
    }

    /// Runs in this process on a day.
    fn run_on(&self, today: &str, last_day: &str) -> RunReport {
        let settings = self.settings(last_day);
        let request = Request {
            today: Day::parse(today),
            ..Request::new(&settings, settings.last_day.unwrap())
        };
        ask(&request).unwrap()
    }

    /// Rows of all files of a table.
    fn rows<R: Row>(&self) -> Vec<R> {
        let store = Store::at(&self.path("warehouse"));
        let places = store.places(R::CONTRACT).unwrap();
        places.into_iter().flat_map(|place| store.rows::<R>(place).unwrap()).collect()
    }

    /// How many records were rejects, by reason.
    fn rejects(&self) -> BTreeMap<String, usize> {
        let mut reasons = BTreeMap::new();
        for row in self.rows::<Reject>() {
            *reasons.entry(row.reason).or_default() += 1;
        }
        reasons
    }

    /// Calls the program with the pipeline of a last day; what it printed.
    fn call(&self, command: &[&str], last_day: &str) -> String {
        fs::write(self.path("pipeline.toml"), pipeline(last_day)).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_uptake"))
            .args(command)
            .arg(self.path("pipeline.toml"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn run_json(&self) -> Value {
        serde_json::from_slice(&fs::read(self.path("published/run.json")).unwrap()).unwrap()
    }
}

#[test]
fn lists_that_are_empty_at_once_are_a_warning_once_and_stand_in_the_records_until_they_are_whole_again() {
    let site = Site::new();
    site.users("2026-08-17", 4);
    site.subscription("2026-08-17", Some(4));
    site.call(&["run"], "2026-08-17");
    assert_eq!(site.run_json()["collapsed_lists"], Value::Array(Vec::new()));

    site.users("2026-08-24", 0);
    site.subscription("2026-08-24", None);
    let said = site.call(&["run"], "2026-08-24");
    let told = [
        "`license_holdings:users/**/*.json` lists 0 users of Contoso since 2026-08-24, after 4 users on 2026-08-17: was a permission lost?",
        "`subscriptions:subscriptions/**/*.json` lists 0 subscriptions with 0 seats of Contoso since 2026-08-24, \
         after 1 subscription with 4 seats on 2026-08-17: was a permission lost?",
    ];
    let record = site.run_json();
    for text in told {
        assert!(said.contains(text), "{said}");
        let warnings = record["warnings"].as_array().unwrap();
        assert!(warnings.iter().any(|warning| warning == text), "{warnings:#?}");
    }
    assert_eq!(record["collapsed_lists"].as_array().unwrap().len(), 2);

    // The next night brings another empty list: nothing is new, and nothing is mended.
    site.users("2026-08-25", 0);
    let said = site.call(&["run"], "2026-08-25");
    let record = site.run_json();
    assert!(!record["warnings"].to_string().contains("lists 0"), "{record:#}");
    assert_eq!(record["collapsed_lists"].as_array().unwrap().len(), 2);
    assert!(said.contains(told[0]), "{said}");
    let status: Value = serde_json::from_str(&site.call(&["status", "--format", "json"], "2026-08-25")).unwrap();
    assert_eq!(status["collapsed_lists"], record["collapsed_lists"]);
    assert!(status["attention"].to_string().contains("list_collapsed"), "{status:#}");

    site.users("2026-08-26", 4);
    site.subscription("2026-08-26", Some(4));
    site.call(&["run"], "2026-08-26");
    assert_eq!(site.run_json()["collapsed_lists"], Value::Array(Vec::new()));
}

#[test]
fn seats_by_an_old_list_are_told_with_its_age() {
    let site = Site::new();
    site.subscription("2026-06-10", Some(5));
    let said = site.call(&["run"], "2026-09-10");
    let old = said.lines().find(|line| line.contains("days old")).unwrap_or_default();
    assert!(
        old.contains("Contoso") && old.contains("2026-06-10") && old.contains(" 92 days old"),
        "{said}"
    );
    let status: Value = serde_json::from_str(&site.call(&["status", "--format", "json"], "2026-09-10")).unwrap();
    assert_eq!(status["customers"][0]["seats_snapshot_age_days"], 92);
    let stale = "the list of subscriptions in force is older than 35 days for 1 customer: Contoso (92 days)";
    assert!(status["attention"].to_string().contains(stale), "{status:#}");
}

fn bytes(folder: &Path) -> BTreeSet<(PathBuf, Vec<u8>)> {
    parquet_files(folder).into_iter().collect()
}

#[test]
fn a_snapshot_of_a_day_that_has_not_come_is_a_reject_until_it_comes() {
    let site = Site::new();
    site.subscription("2026-09-01", Some(5));
    site.subscription("2026-09-04", Some(6));
    let line = |day, seats| format!("{day},{TENANT},s-1,{E3},{seats},Enabled,false,own,\n");
    let header = "snapshot_day,tenant_id,subscription_id,sku_id,seats,status,is_trial,seller,ends_on\n";
    // Of two days after its receipt a list can be, of three it cannot.
    site.write(
        "seats/2026-09-01/seats.csv",
        &format!("{header}{}{}", line("2026-09-03", 7), line("2026-09-04", 8)),
    );
    site.run_on("2026-09-02", "2026-09-01");
    assert_eq!(site.rejects(), BTreeMap::from([("day_in_the_future".to_owned(), 3)]));
    assert!(site.run_on("2026-09-02", "2026-09-01").steps.is_empty(), "nothing has come since");

    // No raw file changed, the day did.
    site.run_on("2026-09-03", "2026-09-01");
    assert_eq!(site.rejects().get("day_in_the_future"), Some(&2));
    site.run_on("2026-09-05", "2026-09-04");
    assert_eq!(
        site.rejects().get("day_in_the_future"),
        Some(&1),
        "one is of a day too long after its receipt"
    );
    let seats: Vec<Option<i64>> = site.rows::<Adoption>().iter().map(|row| row.seats_sold).collect();
    assert_eq!(seats, [Some(5), Some(5), Some(5), Some(6)]);

    let scratch = Site::new();
    for path in ["subscriptions", "seats"] {
        copy(&site.path("raw").join(path), &scratch.path("raw").join(path));
    }
    scratch.run_on("2026-09-05", "2026-09-04");
    assert!(
        bytes(&site.path("warehouse")) == bytes(&scratch.path("warehouse")),
        "other bytes than from scratch"
    );
}

#[test]
fn snapshots_of_impossible_days_are_rejects_and_make_no_days() {
    let site = Site::new();
    site.subscription("2026-09-01", Some(5));
    site.users("2026-09-01", 2);
    let before = site.run_on("2026-09-02", "2026-09-01");
    for day in ["0202-09-01", "9999-12-31"] {
        site.subscription(day, Some(9));
        site.users(day, 2);
    }
    let report = site.run_on("2026-09-02", "2026-09-01");
    assert_eq!((&report.first_day, &report.last_day), (&before.first_day, &before.last_day));
    let expected = [("day_in_the_future".to_owned(), 3), ("time_before_2010".to_owned(), 3)];
    assert_eq!(site.rejects(), BTreeMap::from(expected));
    let latest = |report: &RunReport| report.freshness.iter().map(|source| source.latest_day.clone()).collect::<Vec<_>>();
    assert_eq!(
        latest(&report),
        latest(&before),
        "a day that has not come is not how far a source has come"
    );

    let scratch = Site::new();
    for path in ["subscriptions", "users"] {
        copy(&site.path("raw").join(path), &scratch.path("raw").join(path));
    }
    let again = scratch.run_on("2026-09-02", "2026-09-01");
    assert_eq!((again.first_day, again.last_day), (before.first_day, before.last_day));
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().map(Result::unwrap) {
        let place = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(place).unwrap();
        } else {
            fs::copy(entry.path(), place).unwrap();
        }
    }
}
