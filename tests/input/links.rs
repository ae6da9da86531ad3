//! Links: each real file counts once, each real folder is walked once, and nothing outside of the
//! input folder is read.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use uptake::storage::local::reads::{Access, Reads};

use super::{Site, sign_in};

#[test]
fn folders_that_link_to_each_other_are_walked_once() {
    const FOLDERS: usize = 9;
    let site = Site::new("**/*.csv");
    for folder in 1..=FOLDERS {
        site.sign_in(format!("d{folder}/2026-09-01/a.csv"), &format!("u{folder}"));
        for other in (1..=FOLDERS).filter(|other| *other != folder) {
            symlink(format!("../d{other}"), site.raw(&format!("d{folder}/l{other}"))).unwrap();
        }
    }
    let lists = Arc::new(AtomicUsize::new(0));
    let counted = lists.clone();
    let reads = Reads::watched(move |access, _| {
        counted.fetch_add(usize::from(access == Access::List), Ordering::Relaxed);
        Ok(())
    });
    site.run_with(reads).unwrap();
    let own: Vec<String> = (1..=FOLDERS).map(|folder| format!("d{folder}/2026-09-01/a.csv")).collect();
    assert_eq!(site.files(), own);
    // The folders themselves, and each once more on the way of links.
    assert!(lists.load(Ordering::Relaxed) <= 1 + 4 * FOLDERS, "{lists:?}");
    site.run();
    site.uptake("check", &["--customers", "all"]).succeeds();
}

#[test]
fn a_link_to_a_file_or_folder_that_is_read_anyway_adds_nothing() {
    let site = Site::new("**/*.csv");
    site.sign_in("a/2026-09-01.csv", "u1");
    symlink("2026-09-01.csv", site.raw("a/2026-09-02.csv")).unwrap();
    symlink("a", site.raw("2026-09-03")).unwrap();
    symlink("..", site.raw("a/up")).unwrap();
    assert!(!site.run().err.contains("leads"));
    assert_eq!(site.files(), ["a/2026-09-01.csv"]);
}

#[test]
fn what_only_a_link_brings_below_a_glob_counts_by_the_least_path() {
    let site = Site::new("current*/*.csv");
    site.sign_in("old/2026-09-01.csv", "u1");
    site.sign_in("old/2026-09-02.csv", "u2");
    symlink("old", site.raw("current-b")).unwrap();
    symlink("old", site.raw("current-a")).unwrap();
    symlink("old", site.raw("another")).unwrap();
    fs::create_dir(site.raw("current")).unwrap();
    symlink("../old/2026-09-02.csv", site.raw("current/2026-09-02.csv")).unwrap();
    site.run();
    // `-` comes before `/`.
    assert_eq!(site.files(), ["current-a/2026-09-01.csv", "current-a/2026-09-02.csv"]);
    fs::remove_file(site.raw("current-a")).unwrap();
    let request_is_read = site.run();
    assert!(request_is_read.out.contains("Read"), "{}", request_is_read.out);
}

#[test]
fn a_link_out_of_the_input_folder_is_not_followed_wherever_it_is_met() {
    let site = Site::new("**/*.csv");
    site.sign_in("a/2026-09-01.csv", "u1");
    fs::create_dir(site.path("elsewhere")).unwrap();
    fs::write(site.path("elsewhere/2026-09-02.csv"), sign_in("u2")).unwrap();
    symlink(site.path("elsewhere"), site.raw("a/folder")).unwrap();
    symlink(site.path("elsewhere/2026-09-02.csv"), site.raw("a/2026-09-02.csv")).unwrap();
    symlink("a", site.raw("b")).unwrap();
    symlink("nowhere.csv", site.raw("a/2026-09-03.csv")).unwrap();
    let said = site.uptake("run", &[]);
    // One of two records is a reject.
    said.fails(
        3,
        &[
            "`a/folder` leads out of the input folder",
            "the link `a/2026-09-03.csv` leads nowhere",
            "1 of 2 records are rejects",
        ],
    );
    assert_eq!(site.rejects(), [("a/2026-09-02.csv".to_owned(), "link_out_of_input".to_owned())]);
}

#[test]
fn a_link_that_is_put_in_the_place_of_a_file_while_it_is_opened_is_not_followed() {
    for is_folder in [false, true] {
        let site = Site::new("**/*.csv");
        site.sign_in("a/2026-09-01.csv", "u1");
        site.sign_in("b/2026-09-02.csv", "u2");
        fs::create_dir(site.path("elsewhere")).unwrap();
        fs::write(site.path("elsewhere/2026-09-02.csv"), sign_in("secret")).unwrap();
        let (place, target) = match is_folder {
            true => (site.raw("b"), site.path("elsewhere")),
            false => (site.raw("b/2026-09-02.csv"), site.path("elsewhere/2026-09-02.csv")),
        };
        let kept = site.path("kept");
        let reads = Reads::watched(move |access, path| {
            if access == Access::Open && path.ends_with("b/2026-09-02.csv") && !kept.exists() {
                fs::rename(&place, &kept)?;
                symlink(&target, &place)?;
            }
            Ok(())
        });
        assert!(site.run_with(reads).is_err(), "the reject is above the limit");
        assert!(
            site.rejects()
                .contains(&("b/2026-09-02.csv".to_owned(), "link_out_of_input".to_owned()))
        );
        assert!(
            !site
                .rows::<uptake::stages::received::raw_files::RawFile>(&uptake::stages::received::raw_files::RAW_FILES)
                .iter()
                .any(|row| row.source_file.starts_with('b') && row.rows > 0)
        );
    }
}

#[test]
fn a_raw_record_is_not_shown_through_a_link_out_of_the_input_folder() {
    let site = Site::new("**/*.csv");
    site.sign_in("a/2026-09-01.csv", "u1");
    site.run();
    let show = ["--customer", super::TENANT, "--user", "u1", "--day", super::LAST, "--show-raw"];
    assert!(site.uptake("explain", &show).succeeds().out.contains("2026-09-01T08:00:00Z"));
    fs::rename(site.raw("a"), site.path("elsewhere")).unwrap();
    symlink(site.path("elsewhere"), site.raw("a")).unwrap();
    let said = site.uptake("explain", &show);
    assert!(
        said.succeeds().out.contains("the file is a link out of the input folder"),
        "{}",
        said.out
    );
}
