//! `uptake init`: from a folder of raw files to a pipeline file that runs.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use walkdir::WalkDir;

use crate::input::zipped::zip;
use crate::workdir::parquet_files;

fn uptake(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_uptake"))
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A folder with the raw files of a made-up portfolio in `raw`, and no pipeline file.
fn site() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, err) = uptake(
        folder.path(),
        &["sample", "--out", "raw", "--customers", "3", "--days", "40", "--quiet"],
    );
    assert_eq!(code, 0, "{err}");
    fs::rename(folder.path().join("raw/pipeline.toml"), folder.path().join("own.toml")).unwrap();
    folder
}

/// The rows of a published file, and what a run said of the portfolio.
fn published(folder: &Path) -> Vec<(String, u64)> {
    let record: Value = serde_json::from_slice(&fs::read(folder.join("run.json")).unwrap()).unwrap();
    let files = record["published"].as_array().unwrap().iter();
    let rows = files.map(|file| (file["name"].as_str().unwrap().to_owned(), file["rows"].as_u64().unwrap()));
    rows.collect()
}

#[test]
fn a_folder_of_raw_files_becomes_a_pipeline_that_publishes_what_its_own_would() {
    let site = site();
    let (code, out, err) = uptake(site.path(), &["init", "raw"]);
    assert_eq!(code, 0, "{err}");
    for words in [
        "pipelines/nightly.toml: 6 sources",
        "activity in the format azure-monitor: insights-logs-signinlogs/**/PT1H.json*",
        "missing\n  no support requests",
        "next\n",
        "\n  uptake plan ",
    ] {
        assert!(out.contains(words), "`{words}` is not in: {out}");
    }
    let written = site.path().join("pipelines/nightly.toml");
    let text = fs::read_to_string(&written).unwrap();
    assert!(
        text.contains("root = \"../raw\"\n") && text.contains("path = \"../warehouse\"\n"),
        "{text}"
    );
    // The sample is a fixed archive: as the file says, its last day is to be set.
    let line = text.lines().find(|line| line.starts_with("# last_day = ")).unwrap();
    let own = fs::read_to_string(site.path().join("own.toml")).unwrap();
    let day = |text: &str| text.split('"').nth(1).unwrap().to_owned();
    let last = own.lines().find(|line| line.starts_with("last_day")).unwrap();
    let first = own.lines().find(|line| line.starts_with("first_day")).unwrap();
    assert_eq!(day(line), day(last));
    fs::write(&written, text.replace(line, &format!("{first}\n{last}"))).unwrap();
    let (code, _, err) = uptake(site.path(), &["run", "--quiet"]);
    assert_eq!(code, 0, "{err}");
    // Nobody but the owner knows what is a price list.
    let own = own.replace("[catalogue]\nprices = \"prices.csv\"\n", "");
    let own = own.replace("root = \".\"", "root = \"raw\"");
    let own = own
        .replace("\"warehouse\"", "\"own/warehouse\"")
        .replace("\"published\"", "\"own/published\"");
    fs::write(site.path().join("own.toml"), own).unwrap();
    let (code, _, err) = uptake(site.path(), &["run", "own.toml", "--quiet"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(
        published(&site.path().join("published")),
        published(&site.path().join("own/published"))
    );
}

/// Packs every file below a folder into an archive, named from there, and takes the folder away.
/// What is compressed already is unpacked first.
fn pack(folder: &Path, archive: &Path) {
    let mut entries: Vec<(String, Vec<u8>)> = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        if path.is_file() {
            let bytes = fs::read(&path).unwrap();
            let mut plain = Vec::new();
            match flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain) {
                Ok(_) => {}
                Err(_) => plain = bytes,
            }
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
            entries.push((name.trim_end_matches(".gz").to_owned(), plain));
        }
    }
    let members: Vec<(&str, &[u8])> = entries.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    fs::write(archive, zip(&members)).unwrap();
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn members_of_archives_are_read_as_a_pipeline_written_by_hand_would() {
    let site = site();
    let raw = site.path().join("raw");
    let own = fs::read_to_string(site.path().join("own.toml")).unwrap();
    // An archive in the folder of each tenant, and one that has the folders of all tenants.
    let tenants: Vec<_> = fs::read_dir(raw.join("graph-users"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    for tenant in &tenants {
        pack(tenant, &tenant.with_extension("zip"));
        let (name, folder) = (tenant.with_extension("zip"), raw.join("users").join(tenant.file_name().unwrap()));
        fs::create_dir_all(&folder).unwrap();
        fs::rename(&name, folder.join("2026-09.zip")).unwrap();
    }
    fs::remove_dir_all(raw.join("graph-users")).unwrap();
    pack(&raw.join("graph-subscriptions"), &raw.join("lists-2026.zip"));
    // A price list is no raw file: `init` does not look for one.
    let by_hand = own
        .replace("[catalogue]\nprices = \"prices.csv\"\n", "")
        .replace("root = \".\"", "root = \"raw\"")
        .replace("\"graph-users/**/*.json*\"", "\"users/**/*.zip\"")
        .replace("\"graph-subscriptions/**/*.json*\"", "\"lists-2026.zip\"")
        .replace("\"warehouse\"", "\"own/warehouse\"")
        .replace("\"published\"", "\"own/published\"");
    fs::write(site.path().join("own.toml"), &by_hand).unwrap();
    let (code, _, err) = uptake(site.path(), &["run", "own.toml", "--quiet"]);
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = uptake(site.path(), &["init", "raw", "--out", "found.toml"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("license_holdings in the format graph-users: users/**/"), "{out}");
    assert!(
        out.contains("subscriptions in the format graph-company-subscriptions: lists-*.zip/**/"),
        "{out}"
    );
    let line = |start: &str| by_hand.lines().find(|line| line.starts_with(start)).unwrap().to_owned();
    let found = fs::read_to_string(site.path().join("found.toml")).unwrap();
    let found: String = found
        .lines()
        .filter(|line| !line.starts_with("time_zone = "))
        .map(|text| match text.starts_with("# last_day = ") {
            true => ["first_day", "last_day", "partner_tenant_id", "time_zone"]
                .map(|key| line(key) + "\n")
                .concat(),
            false => format!("{text}\n"),
        })
        .collect();
    fs::write(site.path().join("found.toml"), found).unwrap();
    let (code, _, err) = uptake(site.path(), &["run", "found.toml", "--quiet"]);
    assert_eq!(code, 0, "{err}");
    let files = |root: &str, table: &str| {
        let files = parquet_files(&site.path().join(root).join(table));
        assert!(!files.is_empty(), "{root} {table}");
        files
    };
    for table in ["activity_daily", "assignments", "subscriptions", "usage", "adoption", "next_steps"] {
        assert!(files("warehouse", table) == files("own/warehouse", table), "{table}");
    }
}

#[test]
fn a_file_that_is_there_stays_and_nothing_else_is_written() {
    let site = site();
    fs::create_dir(site.path().join("pipelines")).unwrap();
    fs::write(site.path().join("pipelines/nightly.toml"), "mine").unwrap();
    let names = || {
        let entries = WalkDir::new(site.path()).sort_by_file_name().into_iter();
        entries.map(|entry| entry.unwrap().path().to_path_buf()).collect::<Vec<_>>()
    };
    let before = names();
    let (code, out, err) = uptake(site.path(), &["init", "raw"]);
    assert!(code == 2 && out.is_empty() && err.contains("is there already"), "{err}");
    assert_eq!(fs::read(site.path().join("pipelines/nightly.toml")).unwrap(), b"mine");
    assert_eq!(names(), before);
    let (code, out, err) = uptake(site.path(), &["init", "raw", "--out", "second.toml"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("uptake run second.toml"), "{out}");
    assert_eq!(names().len(), before.len() + 1, "the file, and nothing besides");
}

#[test]
fn what_is_missing_and_what_nothing_reads_is_said_there_and_in_the_file() {
    let site = site();
    let raw = site.path().join("raw");
    fs::remove_dir_all(raw.join("graph-subscriptions")).unwrap();
    fs::remove_file(raw.join("customers.csv")).unwrap();
    fs::write(raw.join("notes.txt"), "nothing that anybody reads\n").unwrap();
    let (code, out, err) = uptake(site.path(), &["init", "raw", "--out", "own-2.toml"]);
    assert_eq!(code, 0, "{err}");
    let text = fs::read_to_string(site.path().join("own-2.toml")).unwrap();
    for words in [
        "no subscriptions: how many seats were sold is unknown",
        "no list of customers",
        "notes.txt",
    ] {
        assert!(out.contains(words) && text.contains(words), "`{words}` is not in:\n{out}\n{text}");
    }
    assert!(!text.contains("feed = \"subscriptions\""), "{text}");
}

#[test]
fn a_folder_without_raw_files_is_no_pipeline() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    fs::create_dir(folder.path().join("other")).unwrap();
    fs::write(folder.path().join("other/notes.txt"), "nothing that anybody reads\n").unwrap();
    for (args, expected, words) in [
        (["init", "empty"], 3, "`empty` has no files"),
        (["init", "other"], 3, "`other` has no file that can be read"),
        (["init", "nowhere"], 2, "cannot read the folder `nowhere`"),
        (["init", "other/notes.txt"], 2, "is no folder"),
    ] {
        let (code, out, err) = uptake(folder.path(), &args);
        assert!(code == expected && out.is_empty() && err.contains(words), "{code}: {err}");
    }
    assert!(!folder.path().join("pipelines").exists());
}

#[test]
fn every_line_of_the_file_that_is_commented_out_is_one_that_could_be_used() {
    let site = site();
    let (code, _, err) = uptake(site.path(), &["init", "raw", "--out", "all.toml"]);
    assert_eq!(code, 0, "{err}");
    let path = site.path().join("all.toml");
    let is_toml = |line: &str| line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '));
    let used: String = fs::read_to_string(&path)
        .unwrap()
        .lines()
        .map(|line| match line.strip_prefix("# ").filter(|line| is_toml(line)) {
            Some(line) => format!("{line}\n"),
            None => format!("{line}\n"),
        })
        .collect();
    fs::write(&path, used).unwrap();
    fs::write(site.path().join("secret.key"), "0123456789abcdef0123456789abcdef").unwrap();
    let (code, _, err) = uptake(site.path(), &["plan", "all.toml", "--quiet"]);
    assert_eq!(code, 0, "{err}");
}
