//! What versions there are, and what is in them.

use std::fs;

use serde_json::Value;

use super::{Site, commits, data_files, judge, readers, said};
use crate::workdir::cannot_run;

#[test]
fn each_release_that_changed_a_table_is_a_version_of_it() {
    let mut site = Site::new();
    for until in ["2026-09-28", "2026-09-29", "2026-09-30"] {
        site.run(until);
    }
    let delta = site.path("delta");
    assert_eq!(site.versions.len(), 12);
    assert!(
        site.versions["adoption"].len() == 3 && site.versions["customers"].len() == 1,
        "{:?}",
        site.versions
    );
    for (table, versions) in &site.versions {
        assert_eq!(commits(&delta, table), versions.len(), "{table}");
    }
    // Nothing new is no version, and nothing is written.
    let before = commits(&delta, "adoption");
    let ran = site.uptake("run", &[]);
    assert!(ran.status.success() && !said(&ran).contains("Delta table"), "{}", said(&ran));
    assert_eq!(commits(&delta, "adoption"), before);
    match readers() {
        Ok(python) => {
            let looked_at = judge(&python, &[site.expected(&delta)]);
            assert_eq!(looked_at, site.versions.values().map(Vec::len).sum::<usize>());
        }
        Err(reason) => cannot_run(&reason),
    }
}

#[test]
fn a_data_file_is_the_released_file_under_another_name() {
    let mut site = Site::new();
    site.run("2026-09-30");
    for (table, released) in site.released() {
        let name = released.file_name().unwrap();
        let exported = site.path("delta").join(&table).join(name);
        assert_eq!(fs::read(&exported).unwrap(), fs::read(&released).unwrap(), "{table}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let inode = |path| fs::metadata(path).unwrap().ino();
            assert_eq!(inode(&exported), inode(&released), "{table}: no byte is there twice");
        }
    }
}

#[test]
fn a_commit_says_which_release_it_is_and_a_reader_of_the_folder_above_sees_no_more() {
    let mut site = Site::new();
    site.run("2026-09-29");
    site.run("2026-09-30");
    let log = site.path("delta/adoption/_delta_log");
    let commit = fs::read_to_string(log.join("00000000000000000001.json")).unwrap();
    let lines: Vec<Value> = commit.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let current: Value = serde_json::from_slice(&fs::read(site.path("raw/published/current.json")).unwrap()).unwrap();
    assert_eq!(lines[0]["commitInfo"]["release"], current["release"]);
    let action = |name: &str| lines.iter().filter_map(|line| line.get(name)).collect::<Vec<_>>();
    assert_eq!(
        (action("metaData").len(), action("protocol").len()),
        (0, 0),
        "columns are said once"
    );
    assert_eq!((action("add").len(), action("remove").len()), (1, 1));
    assert_eq!(action("txn")[0]["appId"], "uptake/sample");
    let run: Value = serde_json::from_slice(&fs::read(site.path("raw/published/run.json")).unwrap()).unwrap();
    let of_adoption = run["delta"]
        .as_array()
        .unwrap()
        .iter()
        .find(|version| version["table"] == "adoption");
    assert_eq!(of_adoption.unwrap()["version"], 1);
}

#[test]
fn tables_that_somebody_lost_are_made_again_by_a_run_with_nothing_else_to_do() {
    let mut site = Site::new();
    site.run("2026-09-30");
    let delta = site.path("delta");
    fs::remove_dir_all(delta.join("usage")).unwrap();
    let name = data_files(&delta, "adoption").into_iter().next().unwrap();
    fs::remove_file(delta.join("adoption").join(&name)).unwrap();
    let ran = site.uptake("run", &[]);
    assert!(ran.status.success(), "{}", said(&ran));
    assert_eq!((commits(&delta, "usage"), commits(&delta, "adoption")), (1, 1));
    assert!(delta.join("adoption").join(&name).exists());
    match readers() {
        Ok(python) => drop(judge(&python, &[site.expected(&delta)])),
        Err(reason) => cannot_run(&reason),
    }
}
