//! Days that the tables do not have any more are neither published nor held, and are removed where
//! somebody asks for it.

use std::fs;

use super::{HEADER, Site, TENANT};

const SOURCES: &str = "[[source]]\nfeed = \"activity\"\npath = \"act/*.csv\"\n[[source]]\nfeed = \"subscriptions\"\npath = \"sub/**\"\n";

/// A customer with one user, who signs in by himself, and ten seats.
fn site() -> Site {
    let site = Site::new("act/*.csv");
    for folder in ["act", "sub/2026-09-01"] {
        fs::create_dir_all(site.raw(folder)).unwrap();
    }
    let event = format!("e1,2026-09-01T08:00:00Z,{TENANT},u1,,00000002-0000-0ff1-ce00-000000000000,false,0\n");
    fs::write(site.raw("act/2026-09-01.csv"), format!("{HEADER}{event}")).unwrap();
    let seats = format!("subscription_id,sku_id,seats,status,tenant_id\ns1,05e9a617-0261-4cee-bb44-138d3ef5d965,10,active,{TENANT}\n");
    fs::write(site.raw("sub/2026-09-01/s.csv"), seats).unwrap();
    site
}

/// Every published file but what a run writes down of itself.
fn published(site: &Site) -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(site.path("w/published")).unwrap().map(Result::unwrap);
    let mut files: Vec<(String, Vec<u8>)> = files
        .filter(|file| file.file_type().unwrap().is_file())
        .map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap()))
        .filter(|(name, _)| !["run.json", "runs.jsonl", "metrics.prom", "current.json"].contains(&name.as_str()))
        .collect();
    files.sort();
    files
}

fn from_scratch(head: &str) -> Vec<(String, Vec<u8>)> {
    let site = site();
    site.pipeline(head, SOURCES);
    site.run();
    published(&site)
}

/// The days of which a table has files.
fn days(site: &Site, table: &str) -> Vec<String> {
    let folders = fs::read_dir(site.path("w/warehouse").join(table)).unwrap().map(Result::unwrap);
    let mut days: Vec<String> = folders
        .map(|folder| folder.file_name().into_string().unwrap().replace("day=2026-09-", ""))
        .collect();
    days.sort();
    days
}

#[test]
fn days_after_a_last_day_that_is_lowered_are_not_published_any_more() {
    let site = site();
    site.pipeline("last_day = \"2026-09-06\"", SOURCES);
    site.run();
    let lowered = "last_day = \"2026-09-03\"\nevidence = [\"interactive\"]";
    site.pipeline(lowered, SOURCES);
    let told = [
        "of 3 days from 2026-09-04 to 2026-09-06, which the tables do not have",
        "`uptake run --prune`",
    ];
    site.uptake("run", &[]).warns(&told);
    assert!(published(&site) == from_scratch(lowered), "published files differ");
    assert_eq!(days(&site, "adoption"), ["01", "02", "03", "04", "05", "06"]);
    let said = site.uptake("run", &[]);
    said.warns(&told);
    assert!(
        said.out.starts_with("Nothing to do: everything is up to date until 2026-09-03"),
        "{}",
        said.out
    );
    let said = site.uptake("check", &["--customers", "all"]);
    assert!(said.succeeds().out.contains(told[0]), "{}", said.out);
    let status: serde_json::Value = serde_json::from_str(&site.uptake("status", &["--format", "json"]).out).unwrap();
    assert_eq!(status["last_day"], "2026-09-03");
    assert!(
        site.uptake("explain", &["--customer", TENANT])
            .succeeds()
            .out
            .contains("2026-09-03")
    );
    site.uptake("explain", &["--customer", TENANT, "--day", "2026-09-05"])
        .fails(2, &["the tables have no 2026-09-05"]);

    assert!(
        site.uptake("plan", &["--prune"])
            .succeeds()
            .out
            .contains("of days that the tables do not have removed")
    );
    assert_eq!(days(&site, "adoption").len(), 6);
    assert!(site.uptake("run", &["--prune"]).succeeds().out.contains("Removed"));
    for table in [
        "adoption",
        "usage",
        "activity_28d",
        "activity_daily",
        "activity_coverage",
        "portfolio",
        "next_steps",
    ] {
        assert!(days(&site, table).iter().all(|day| day.as_str() <= "03"), "{table}");
    }
    assert!(published(&site) == from_scratch(lowered), "published files differ");
    let said = site.uptake("run", &["--prune"]);
    assert!(
        said.succeeds().out.starts_with("Nothing to do") && !said.err.contains("warning: the warehouse"),
        "{}",
        said.err
    );
    site.uptake("check", &["--customers", "all"]).succeeds();

    let raised = "last_day = \"2026-09-07\"";
    site.pipeline(raised, SOURCES);
    site.run();
    assert!(published(&site) == from_scratch(raised), "published files differ");
}

#[test]
fn days_before_a_first_day_that_is_raised_are_not_published_any_more() {
    let site = site();
    site.pipeline("last_day = \"2026-09-06\"", SOURCES);
    site.run();
    let raised = "first_day = \"2026-09-04\"\nlast_day = \"2026-09-06\"";
    site.pipeline(raised, SOURCES);
    site.uptake("run", &[])
        .warns(&["of 3 days from 2026-09-01 to 2026-09-03, which the tables do not have"]);
    assert!(published(&site) == from_scratch(raised), "published files differ");
    site.uptake("check", &["--customers", "all"]).succeeds();
    site.uptake("run", &["--prune"]).succeeds();
    assert_eq!(days(&site, "adoption"), ["04", "05", "06"]);
    site.pipeline("last_day = \"2026-09-06\"", SOURCES);
    site.run();
    assert!(
        published(&site) == from_scratch("last_day = \"2026-09-06\""),
        "published files differ"
    );
}

#[test]
fn a_run_until_an_earlier_day_publishes_until_that_day_and_the_next_one_goes_on() {
    let site = site();
    site.pipeline("last_day = \"2026-09-06\"", SOURCES);
    site.run();
    let whole = published(&site);
    site.uptake("run", &["--until", "2026-09-03"]).succeeds();
    assert!(
        published(&site) == from_scratch("last_day = \"2026-09-03\""),
        "published files differ"
    );
    site.uptake("check", &["--customers", "all"]).succeeds();
    site.uptake("run", &["--until", "2026-09-03", "--prune"])
        .fails(2, &["--until", "--prune"]);
    site.run();
    assert!(published(&site) == whole, "published files differ");
    site.uptake("check", &["--customers", "all"]).succeeds();
}
