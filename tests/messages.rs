//! Whether messages help: names of sources, hints that fit the command, wrong ways to call the
//! program.

use std::fs;

use serde_json::Value;
use uptake::warehouse::store::Store;

use crate::command_line::{Desk, SCENARIO, standard_sources, uptake};

fn status(desk: &Desk) -> Value {
    serde_json::from_str(&desk.uptake("status", &["--format", "json"]).succeeds().out).unwrap()
}

#[test]
fn a_run_that_found_another_one_at_work_is_no_failed_run() {
    let desk = Desk::small();
    desk.uptake("run", &[]).succeeds();
    let held = Store::at(&desk.path("warehouse")).lock("the test that holds it").unwrap();
    desk.uptake("run", &[]).fails(5, &["the test that holds it"]);
    drop(held);
    let standing = status(&desk);
    let codes: Vec<&str> = standing["attention"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|of| of["code"].as_str())
        .collect();
    assert!(!codes.contains(&"run_failed"), "{codes:?}");
    assert_eq!(standing["runs"][0]["outcome"], "refused");
    // A run that failed before that stays the last one that did anything.
    let log = fs::read_to_string(desk.path("published/runs.jsonl")).unwrap();
    let refused = log.lines().find(|line| line.contains("\"exit_code\":5")).unwrap();
    let failed = r#"{"began": "2026-09-13T04:30:00Z", "outcome": "failed", "exit_code": 3, "message": "too many rejects"}"#;
    fs::write(desk.path("published/runs.jsonl"), format!("{failed}\n{refused}\n")).unwrap();
    let attention = status(&desk)["attention"].to_string();
    assert!(
        attention.contains("run_failed") && attention.contains("too many rejects"),
        "{attention}"
    );
}

#[test]
fn a_source_is_called_by_its_name_and_naming_it_changes_no_table() {
    let path = "path = \"insights-logs-*signinlogs/**/PT1H.json*\"";
    let sources = standard_sources();
    assert!(sources.contains(path));
    let named = |name: &str| sources.replacen(path, &format!("{path}\nname = \"{name}\""), 1);
    let desk = Desk::with(SCENARIO, "last_day = \"2026-09-12\"", &sources);
    desk.uptake("run", &[]).succeeds();
    for name in ["sign-ins of Azure", "Azure"] {
        let other = Desk::with(SCENARIO, "last_day = \"2026-09-12\"", &named(name));
        fs::copy(other.path("pipeline.toml"), desk.path("pipeline.toml")).unwrap();
        let again = desk.uptake("run", &[]);
        assert!(again.succeeds().out.starts_with("Nothing to do"), "{}", again.out);
        assert_eq!(status(&desk)["sources"][0]["source"], name);
        let fresh = other.uptake("run", &[]);
        assert!(fresh.succeeds().out.contains(&format!("Read       {name}: ")), "{}", fresh.out);
        let record: Value = serde_json::from_slice(&fs::read(other.path("published/run.json")).unwrap()).unwrap();
        assert_eq!([&record["sources"][0]["source"], &record["freshness"][0]["source"]], [name, name]);
        let metrics = fs::read_to_string(other.path("published/metrics.prom")).unwrap();
        assert!(metrics.contains(&format!("source=\"{name}\"")), "{metrics}");
    }
    let required = named("Azure").replacen("fail_above = 1.0", "required = true", 1);
    let without = Desk::with(SCENARIO, "last_day = \"2026-09-12\"", &required);
    fs::create_dir(without.path("empty")).unwrap();
    let empty = without.path("empty").display().to_string();
    without.uptake("run", &["--input", &empty]).fails(3, &["source `Azure`"]);
}

#[test]
fn a_percentage_in_place_of_a_ratio_names_file_line_and_key() {
    let desk = Desk::with(
        SCENARIO,
        "last_day = \"2026-09-12\"",
        &(standard_sources() + "\n[thresholds]\nlow_usage = 50\n"),
    );
    desk.uptake("run", &[]).fails(
        2,
        &["pipeline.toml:", "`low_usage` in [thresholds]", "not `50`", "did you mean 0.5?"],
    );
    uptake(&["plan", &desk.pipeline()]).fails(2, &["did you mean 0.5?"]);
}

/// Words of the English forms that no German form may have.
const ENGLISH: [&str; 16] = [
    " of ",
    " and ",
    " the ",
    " with ",
    "seats",
    "customers",
    "Customers",
    "Usage",
    "usage",
    "Deployment",
    "Nothing",
    "latest",
    "Window",
    "since",
    "users",
    "days",
];

#[test]
fn german_is_german_from_the_first_word_to_the_last_and_json_is_the_same() {
    let english = Desk::with(SCENARIO, "name = \"nacht\"\nlast_day = \"2026-09-12\"", &standard_sources());
    let german = Desk::with(
        SCENARIO,
        "name = \"nacht\"\nlast_day = \"2026-09-12\"\nlanguage = \"de\"",
        &standard_sources(),
    );
    let mut told = vec![german.uptake("run", &[]).succeeds().out.clone()];
    english.uptake("run", &[]).succeeds();
    told.push(german.uptake("run", &[]).succeeds().out.clone());
    let customer = ["--customer", "North"];
    let forms: [(&str, &[&str]); 5] = [
        ("status", &[]),
        ("explain", &[]),
        ("explain", &customer),
        ("explain", &["--customer", "North", "--product", "EXCHANGESTANDARD"]),
        (
            "explain",
            &["--customer", "North", "--product", "EXCHANGESTANDARD", "--format", "markdown"],
        ),
    ];
    for (command, more) in forms {
        told.push(german.uptake(command, more).succeeds().out.clone());
    }
    for text in &told {
        // Warnings are for whoever operates the program, and English in every language; what
        // sources and files are called is not ours.
        let is_name = |word: &&str| word.contains('/') || word.contains('*') || word.contains(".csv");
        let lines = text.lines().filter(|line| !line.starts_with("Warnung"));
        let words: Vec<&str> = lines.flat_map(str::split_whitespace).filter(|word| !is_name(word)).collect();
        let words = words.join(" ");
        for word in ENGLISH {
            assert!(!words.contains(word), "`{word}` is in: {text}");
        }
    }
    assert!(
        told[0].contains("Portfolio am 2026-09-12") && told[0].contains("25,0 %"),
        "{}",
        told[0]
    );
    assert!(told[1].starts_with("Nichts zu tun"), "{}", told[1]);
    for more in [&[][..], &customer] {
        let with_json = [more, &["--format", "json"]].concat();
        let of = |desk: &Desk| -> Value { serde_json::from_str(&desk.uptake("explain", &with_json).succeeds().out).unwrap() };
        let (one, mut other) = (of(&english), of(&german));
        // The two columns of words are the warehouse's, which is in the pipeline's language.
        let mut one = one;
        for value in [&mut one, &mut other] {
            without_words(value);
        }
        assert_eq!(one, other);
    }
}

/// Takes the columns `cause` and `strategies` out of next steps.
fn without_words(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(without_words),
        Value::Object(members) => {
            members.remove("cause");
            members.remove("strategies");
            members.values_mut().for_each(without_words);
        }
        _ => {}
    }
}

#[test]
fn every_warning_is_told_once() {
    let desk = Desk::small();
    fs::create_dir(desk.path("empty")).unwrap();
    let empty = desk.path("empty").display().to_string();
    desk.uptake("run", &[]).succeeds();
    let said = desk.uptake("run", &["--input", &empty, "--allow-empty"]);
    let all = format!("{}{}", said.out, said.err);
    let warnings: Vec<&str> = all
        .lines()
        .filter_map(|line| line.strip_prefix("warning: ").or_else(|| line.strip_prefix("Warning    ")))
        .collect();
    assert!(!warnings.is_empty(), "{all}");
    for warning in &warnings {
        assert_eq!(warnings.iter().filter(|other| *other == warning).count(), 1, "{all}");
    }
}

#[test]
fn one_of_something_is_not_several() {
    let desk = Desk::small();
    let said = desk.uptake("run", &[]);
    for text in [said.succeeds().out.clone(), desk.uptake("status", &[]).succeeds().out.clone()] {
        for wrong in [" 1 files", " 1 records", " 1 rows", " 1 days", " 1 rejects", " 1 customers", "(s)"] {
            assert!(!text.contains(wrong), "`{wrong}` is in: {text}");
        }
    }
    assert!(said.out.contains("customers.csv: 1 file, "), "{}", said.out);
}

#[test]
fn paths_are_printed_without_detours() {
    let desk = Desk::small();
    fs::create_dir(desk.path("x")).unwrap();
    let there = desk.path("x/../warehouse").display().to_string();
    let said = desk.uptake("run", &["--warehouse", &there]);
    assert!(
        said.succeeds()
            .out
            .contains(&format!("Warehouse  {}\n", desk.path("warehouse").display())),
        "{}",
        said.out
    );
}

#[test]
fn wrong_ways_to_name_a_pipeline_file_are_answered_with_a_right_one() {
    let desk = Desk::small();
    let folder = desk.path("").display().to_string();
    uptake(&["run", &folder]).fails(2, &["is a folder", "did you mean `", "pipeline.toml`?"]);
    fs::create_dir(desk.path("nothing")).unwrap();
    uptake(&["status", &desk.path("nothing").display().to_string()]).fails(2, &["is a folder", "there is none in this folder"]);
    uptake(&["plan", &desk.path("gone.toml").display().to_string()]).fails(2, &["cannot read the pipeline file", "uptake sample"]);
    fs::write(desk.path("export.csv.gz"), [0x1f, 0x8b, 0x08, 0xff, 0xfe]).unwrap();
    uptake(&["check", &desk.path("export.csv.gz").display().to_string()]).fails(2, &["TOML", "`uptake inspect "]);
}
