//! `uptake status`, through the real program: a healthy portfolio, one with each flaw that it tells
//! of, and the sample.

mod runs;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

use serde_json::Value;
use uptake::domain::day::Day;
use uptake::warehouse::store::Store;

const CONTOSO: &str = "a0000000-0000-4000-8000-00000000000a";
const FABRIKAM: &str = "b0000000-0000-4000-8000-00000000000b";
const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
const TEAMS: &str = "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe";
/// Exchange Online (Plan 1).
const PRODUCT: &str = "4b9405b0-7788-4568-add1-99614e613b69";

/// Of a file of sign-ins.
const COLUMNS: &str = "event_id,event_time,tenant_id,user_id,app_id,resource_id,interactive,error_code";

const PIPELINE: &str = r#"
name = "morning"
last_day = "2026-09-30"
[input]
root = "raw"
[warehouse]
path = "warehouse"
published = "published"
[[source]]
feed = "activity"
format = "csv"
path = "activity/*.csv"
required = true
[[source]]
feed = "license_holdings"
format = "csv"
path = "holdings/*.csv"
[[source]]
feed = "subscriptions"
format = "csv"
path = "subscriptions/*.csv"
[[source]]
feed = "customers"
format = "csv"
path = "customers.csv"
"#;

/// Two customers with eight sign-ins each on every day from 22 August to 30 September.
struct Site {
    folder: tempfile::TempDir,
    /// The sign-ins of each day: customer, user, resource.
    sign_ins: BTreeMap<Day, Vec<(&'static str, u32, &'static str)>>,
    products: Vec<&'static str>,
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

impl Site {
    fn healthy() -> Site {
        let mut site = Site {
            folder: tempfile::tempdir().unwrap(),
            sign_ins: BTreeMap::new(),
            products: vec![PRODUCT],
        };
        for day in day("2026-08-22").to(day("2026-09-30")) {
            let of = |tenant| (1..=8).map(move |user| (tenant, user, EXCHANGE));
            site.sign_ins.insert(day, of(CONTOSO).chain(of(FABRIKAM)).collect());
        }
        site.write("pipeline.toml", PIPELINE);
        site.write(
            "raw/customers.csv",
            &format!("tenant_id,name\n{CONTOSO},Contoso\n{FABRIKAM},Fabrikam\n"),
        );
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Takes the sign-ins of a customer on some days away.
    fn without(mut self, tenant: &str, first: &str, last: &str) -> Site {
        for day in day(first).to(day(last)) {
            self.sign_ins.get_mut(&day).unwrap().retain(|(of, ..)| *of != tenant);
        }
        self
    }

    fn uptake(&self, command: &str, more: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_uptake"))
            .arg(command)
            .arg(self.path("pipeline.toml"))
            .args(more)
            .output()
            .unwrap()
    }

    /// Writes the raw files and runs the pipeline.
    fn run(self) -> Site {
        for (day, sign_ins) in &self.sign_ins {
            let mut text = format!("{COLUMNS}\n");
            for (tenant, user, resource) in sign_ins {
                let event = format!("{}-{user}-{}", &tenant[..1], &resource[..8]);
                writeln!(
                    text,
                    "{event},{day}T09:00:00Z,{tenant},{user:08}-0000-4000-8000-000000000000,,{resource},true,0"
                )
                .unwrap();
            }
            self.write(&format!("raw/activity/{day}.csv"), &text);
        }
        for day in ["2026-08-22", "2026-09-05", "2026-09-12", "2026-09-19", "2026-09-26"] {
            let mut subscriptions = "snapshot_day,tenant_id,subscription_id,sku_id,seats,status,is_trial,seller,ends_on\n".to_owned();
            let mut holdings = "snapshot_day,tenant_id,user_id,sku_id\n".to_owned();
            for tenant in [CONTOSO, FABRIKAM] {
                for (number, product) in self.products.iter().enumerate() {
                    writeln!(subscriptions, "{day},{tenant},s{number},{product},10,active,false,own,2027-09-30").unwrap();
                    writeln!(holdings, "{day},{tenant},00000001-0000-4000-8000-000000000000,{product}").unwrap();
                }
            }
            self.write(&format!("raw/subscriptions/{day}.csv"), &subscriptions);
            self.write(&format!("raw/holdings/{day}.csv"), &holdings);
        }
        let output = self.uptake("run", &["--quiet"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self
    }

    #[track_caller]
    fn text(&self) -> String {
        let output = self.uptake("status", &[]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    fn json(&self) -> Value {
        let output = self.uptake("status", &["--format", "json"]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The one thing that needs attention, which the text tells too, in these words.
    #[track_caller]
    fn needs(&self, code: &str, words: &[&str]) -> Value {
        let json = self.json();
        let attention = json["attention"].as_array().unwrap();
        let codes: Vec<&str> = attention.iter().map(|of| of["code"].as_str().unwrap()).collect();
        assert_eq!(codes, [code], "{attention:#?}");
        let message = attention[0]["message"].as_str().unwrap();
        let text = self.text().split_whitespace().collect::<Vec<_>>().join(" ");
        for words in words {
            assert!(message.contains(words), "`{words}` is not in: {message}");
            assert!(text.contains(words), "`{words}` is not in: {text}");
        }
        json
    }
}

/// Every file and folder with its time of change and its bytes.
fn everything(folder: &Path) -> BTreeMap<PathBuf, (SystemTime, Option<Vec<u8>>)> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let look = |entry: walkdir::DirEntry| {
        let changed = entry.metadata().unwrap().modified().unwrap();
        let bytes = entry.file_type().is_file().then(|| fs::read(entry.path()).unwrap());
        (entry.into_path(), (changed, bytes))
    };
    entries.map(look).collect()
}

#[test]
fn a_healthy_portfolio_needs_no_attention_and_a_look_changes_nothing() {
    let site = Site::healthy().run();
    let before = everything(site.folder.path());
    let text = site.text();
    assert!(
        text.starts_with("morning: 2026-08-22 to 2026-09-30\nNothing needs attention.\n"),
        "{text}"
    );
    assert!(text.lines().count() <= 40, "one screen: {text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let json = site.json();
    assert_eq!(json["attention"], serde_json::json!([]));
    assert_eq!((&json["days_behind"], &json["holes"]), (&0.into(), &serde_json::json!([])));
    assert_eq!(
        (&json["runs"][0]["outcome"], &json["runs"][0]["files_read"]),
        (&"published".into(), &51.into())
    );
    let contoso = &json["customers"][0];
    assert_eq!((&contoso["name"], &contoso["window_complete"]), (&"Contoso".into(), &true.into()));
    let lags = serde_json::json!({"activity": 0, "license_changes": null, "license_holdings": 4, "subscriptions": 4});
    assert_eq!(contoso["lag_days"], lags);
    assert!(everything(site.folder.path()) == before, "something was written");
}

#[test]
fn a_hole_in_the_logs_is_told_as_a_range_with_the_customer() {
    let site = Site::healthy().without(CONTOSO, "2026-09-10", "2026-09-12").run();
    let json = site.needs("holes", &["1 hole in the logs of 1 customer: 2026-09-10..2026-09-12 (Contoso)"]);
    assert_eq!(json["holes"][0]["customers"], serde_json::json!([CONTOSO]));
    assert_eq!(
        (&json["holes"][0]["days"], &json["holes"][0]["is_open"]),
        (&3.into(), &false.into())
    );
    assert_eq!(json["customers"][0]["window_days_covered"], 25);
}

#[test]
fn a_hole_that_no_window_sees_any_more_is_kept_and_needs_no_attention() {
    let site = Site::healthy().without(FABRIKAM, "2026-08-30", "2026-08-31").run();
    let json = site.json();
    assert_eq!(json["attention"], serde_json::json!([]));
    assert_eq!(
        (&json["holes"][0]["first_day"], &json["holes"][0]["is_in_window"]),
        (&"2026-08-30".into(), &false.into())
    );
}

#[test]
fn a_customer_whose_logs_stopped_is_silent() {
    let site = Site::healthy().without(FABRIKAM, "2026-09-26", "2026-09-30").run();
    let words = "1 customer without events up to the last day: 2026-09-26..2026-09-30 (Fabrikam)";
    let json = site.needs("customers_silent", &[words]);
    assert_eq!(
        (&json["customers"][1]["lag_days"]["activity"], &json["sources"][0]["lag_days"]),
        (&5.into(), &0.into())
    );
}

#[test]
fn a_source_without_files_of_the_last_days_is_late() {
    let mut site = Site::healthy();
    site.sign_ins.retain(|of, _| *of <= day("2026-09-28"));
    let json = site.run().json();
    let codes: Vec<&str> = json["attention"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| of["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["source_late", "customers_silent"]);
    let message = json["attention"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("`activity:activity/*.csv` has nothing after 2026-09-28: 2 days behind"),
        "{message}"
    );
    let message = json["attention"][1]["message"].as_str().unwrap();
    assert!(message.contains("(every customer)"), "{message}");
}

#[test]
fn a_customer_with_less_than_28_days_is_listed_with_its_days() {
    let site = Site::healthy().without(FABRIKAM, "2026-08-22", "2026-09-19").run();
    let (text, json) = (site.text(), site.json());
    assert!(text.contains("1  with less than 28 days of data"), "{text}");
    let line = text.lines().find(|line| line.contains("Fabrikam")).unwrap();
    assert!(line.ends_with(" 2026-09-30       11"), "{line}");
    assert_eq!(json["customers"][1]["window_complete"], false);
}

#[test]
fn a_tenant_that_no_list_names_and_a_product_that_the_catalogue_lacks_are_told() {
    let site = Site::healthy();
    site.write("raw/customers.csv", &format!("tenant_id,name\n{CONTOSO},Contoso\n"));
    site.run().needs("customers_unlisted", &["1 tenant in no customer list", FABRIKAM]);

    let mut site = Site::healthy();
    site.products.push("99999999-7a2b-4c1d-9e3f-0b8d6a4c2e10");
    let json = site.run().needs(
        "products_unknown",
        &["1 product not in the catalogue", "99999999-7a2b-4c1d-9e3f-0b8d6a4c2e10"],
    );
    let product = &json["unknown_products"][0];
    assert_eq!(
        (&product["customers"], &product["seats_sold"], &product["seats_assigned"]),
        (&2.into(), &20.into(), &2.into())
    );
}

#[test]
fn a_workload_that_lost_its_users_everywhere_is_told_with_its_last_day() {
    let mut site = Site::healthy();
    site.sign_ins.get_mut(&day("2026-08-30")).unwrap().push((CONTOSO, 1, TEAMS));
    let json = site
        .run()
        .needs("workload_stopped", &["nobody used teams in the last 28 days", "2026-08-30"]);
    let of = |name: &str| {
        json["workloads"]
            .as_array()
            .unwrap()
            .iter()
            .find(|of| of["workload"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(
        (&of("exchange")["state"], &of("exchange")["active_users"]),
        (&"active".into(), &16.into())
    );
    assert_eq!(
        (&of("teams")["state"], &of("teams")["latest_day"]),
        (&"stopped".into(), &"2026-08-30".into())
    );
    assert_eq!(of("yammer")["state"], "never");

    let mut used = Site::healthy();
    used.sign_ins.get_mut(&day("2026-09-03")).unwrap().push((CONTOSO, 1, TEAMS));
    assert_eq!(
        used.run().json()["attention"],
        serde_json::json!([]),
        "the 3rd is the first day of the window"
    );
}

#[test]
fn users_known_by_name_only_are_counted_at_their_customer() {
    let site = Site::healthy();
    let audit = "[[source]]\nfeed = \"activity\"\nformat = \"management-api\"\npath = \"audit/*.json\"\n";
    site.write("pipeline.toml", &format!("{PIPELINE}{audit}"));
    let mut text = String::new();
    for (number, name) in ["anna", "bert", "anna"].iter().enumerate() {
        let day = 29 + number / 2;
        writeln!(
            text,
            r#"{{"CreationTime":"2026-09-{day}T09:00:00","Id":"a{number:07}-0000-4000-8000-000000000000","Operation":"MailItemsAccessed","OrganizationId":"{FABRIKAM}","RecordType":2,"UserType":0,"UserKey":"10033FFF8A1B2C3D","UserId":"{name}@fabrikam.example","Workload":"Exchange","ResultStatus":"Succeeded"}}"#
        )
        .unwrap();
    }
    site.write("raw/audit/2026-09-30.json", &text);
    let site = site.run();
    let json = site.needs("users_known_by_name", &["2 users of 1 customer known by name only", "Fabrikam"]);
    assert_eq!(json["customers"][1]["users_known_by_name"], 2);
    assert!(
        !site.text().contains("fabrikam.example") && !json.to_string().contains("upn:"),
        "no user is named"
    );
}

#[test]
fn rejects_are_told_by_source_and_reason_and_need_attention_above_the_limit() {
    let site = Site::healthy();
    site.write("pipeline.toml", &PIPELINE.replace("required = true", "fail_above = 1.0"));
    site.write(
        "raw/activity/2026-09-30-more.csv",
        &format!("{COLUMNS}\nx,yesterday,{CONTOSO},somebody,,{EXCHANGE},true,0\n"),
    );
    let site = site.run();
    assert_eq!(site.json()["attention"], serde_json::json!([]));
    let source = site.json()["sources"][0].clone();
    assert_eq!(source["rejected"], 1);
    let (reason, count) = source["reasons"].as_object().unwrap().iter().next().unwrap();
    assert_eq!(count, 1);
    assert!(site.text().contains(&format!("1 {reason}")), "{}", site.text());

    site.write("pipeline.toml", &PIPELINE.replace("required = true", "fail_above = 0.001"));
    site.needs("rejects", &["1 of 641 records", "(0.16 %)", "`fail_above` allows a run (0.10 %)"]);
}
