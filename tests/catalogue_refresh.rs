//! `uptake catalogue refresh`: the command line over the comparison of lists.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::command_line::Said;

const SKUS: &str = include_str!("../data/catalogue/skus.csv");
const NEW: &str =
    "Tomorrow,TOMORROW_FREE,00000000-0000-4000-8000-0000000000aa,TEAMS_TOMORROW,00000000-0000-4000-8000-0000000000bb,Tomorrow\n";

fn refresh(arguments: &[&str], folder: &std::path::Path) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_uptake"))
        .args(["catalogue", "refresh"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_newer_list_is_compared_and_written_in_the_form_of_the_built_in_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("new.csv"), format!("{SKUS}{NEW}")).unwrap();
    let said = refresh(&["new.csv"], folder.path());
    let out = &said.succeeds().out;
    assert!(out.contains("620 products"), "{out}");
    assert!(out.contains("New products: 1\n"), "{out}");
    assert!(out.contains("Tomorrow (TOMORROW_FREE); `free`?\n"), "{out}");
    assert!(out.contains("TEAMS_TOMORROW (Tomorrow), in 1 product; `teams`?\n"), "{out}");
    assert!(!out.contains("Gone products") && !out.contains("Renamed"), "{out}");

    let json = refresh(
        &["new.csv", "--format", "json", "--out", "skus.csv", "--plans-out", "plans.csv"],
        folder.path(),
    );
    let found: Value = serde_json::from_str(&json.succeeds().out).unwrap();
    assert_eq!(found["new_products"][0]["part_number"], "TOMORROW_FREE");
    assert_eq!(found["new_plans"][0]["looks_like"], "teams");
    assert_eq!(found["gone_products"].as_array().unwrap().len(), 0);
    let written = fs::read_to_string(folder.path().join("skus.csv")).unwrap();
    let (mut lines, mut expected): (Vec<&str>, Vec<&str>) = (written.lines().collect(), SKUS.lines().collect());
    expected.push(NEW.trim_end());
    lines.sort_unstable();
    expected.sort_unstable();
    assert_eq!(lines, expected);
    let plans = fs::read_to_string(folder.path().join("plans.csv")).unwrap();
    assert_eq!(
        plans.lines().count(),
        include_str!("../data/catalogue/plans.csv").lines().count() + 1
    );
}

#[test]
fn a_file_that_is_no_list_of_products_is_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("page.csv"), "<!DOCTYPE html>\n<html>sign in</html>\n").unwrap();
    let short: String = SKUS.lines().take(200).map(|line| format!("{line}\n")).collect();
    fs::write(folder.path().join("short.csv"), short).unwrap();
    refresh(&["page.csv", "--out", "out.csv"], folder.path()).fails(
        3,
        &[
            "page.csv:1: no column `product_display_name`",
            "hint: take the CSV that \"Product names",
        ],
    );
    refresh(&["short.csv", "--out", "out.csv"], folder.path()).fails(3, &["short.csv: ", "it is not the whole list of"]);
    refresh(&["missing.csv"], folder.path()).fails(2, &["cannot read the list `missing.csv`"]);
    fs::write(folder.path().join("new.csv"), SKUS).unwrap();
    refresh(&["new.csv", "--out", "no/such/folder/out.csv"], folder.path()).fails(6, &["cannot write `no/such/folder/out.csv`"]);
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 3, "{left:?}");
}
