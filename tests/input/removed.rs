//! Files with too many rejects: the message says why and where, and every way out that it names is
//! one.

use std::fs;

use super::{HEADER, Site, sign_in};

const BAD: &str = "act/2026-09-01-bad.csv";

/// Three good files, and one of which not one record can be used.
fn site() -> Site {
    let site = Site::new("act/*.csv");
    for user in ["u1", "u2", "u3"] {
        site.sign_in(format!("act/2026-09-01-{user}.csv"), user);
    }
    fs::write(
        site.raw(BAD),
        format!("{HEADER}x,y\nx,y\n{}", sign_in("bad").lines().nth(1).unwrap()),
    )
    .unwrap();
    site
}

fn run(site: &Site, way: &[&str]) -> super::Said {
    site.uptake(way[0], &way[1..])
}

const WAYS: [&[&str]; 3] = [
    &["run"],
    &["run", "--rescan"],
    &["reprocess", "--from", "2026-09-01", "--to", "2026-09-01"],
];

#[test]
fn the_message_has_the_reasons_and_the_first_place_of_each() {
    let site = site();
    for way in WAYS {
        run(&site, way).fails(
            3,
            &[
                "2 of 6 records are rejects (33.33 %, `fail_above` allows 1.00 %)",
                "\n  2 missing_tenant, the first in `act/2026-09-01-bad.csv`, line 2",
                "mend the files that are named or remove them, or raise `fail_above`",
            ],
        );
    }
    assert!(!site.path("w/published/adoption.parquet").exists());
}

#[test]
fn a_bad_file_that_is_removed_before_it_was_published_is_as_if_it_had_never_come() {
    for way in WAYS {
        let site = site();
        site.run_fails();
        fs::remove_file(site.raw(BAD)).unwrap();
        run(&site, way).warns(&[BAD, "as if it had never come"]);
        assert_eq!(site.users(), ["u1", "u2", "u3"], "{way:?}");
        assert_eq!((site.rejects(), site.files().len()), (vec![], 3));
        site.sign_in("act/2026-09-02-u4.csv", "u4");
        site.run();
        assert_eq!(site.users().len(), 4);
        site.uptake("check", &["--customers", "all"]).succeeds();
    }
}

#[test]
fn a_bad_file_that_is_mended_or_allowed_is_published() {
    let mended = site();
    mended.run_fails();
    fs::write(mended.raw(BAD), sign_in("bad")).unwrap();
    mended.run();
    assert_eq!(mended.users(), ["bad", "u1", "u2", "u3"]);

    let allowed = site();
    allowed.run_fails();
    let text = fs::read_to_string(allowed.path("pipeline.toml")).unwrap();
    fs::write(allowed.path("pipeline.toml"), text + "fail_above = 0.5\n").unwrap();
    allowed.run();
    assert_eq!(allowed.users(), ["bad", "u1", "u2", "u3"]);
    // What was published stays when its file goes.
    fs::remove_file(allowed.raw(BAD)).unwrap();
    allowed.run();
    assert_eq!((allowed.users().len(), allowed.rejects().len()), (4, 2));
}

#[test]
fn a_file_that_is_good_for_something_keeps_its_rows_when_it_goes_unpublished() {
    let site = site();
    site.run_fails();
    // An archive that is pruned while nothing can be published loses nothing.
    fs::remove_file(site.raw("act/2026-09-01-u1.csv")).unwrap();
    site.run_fails();
    fs::remove_file(site.raw(BAD)).unwrap();
    site.run();
    assert_eq!(site.users(), ["u1", "u2", "u3"]);
}

#[test]
fn counts_that_are_damaged_or_gone_let_nothing_through() {
    let path = "w/warehouse/.uptake/since-publication.json";
    let damages: [fn(&str) -> Option<String>; 4] = [
        |_| None,
        |_| Some(String::new()),
        |text| Some(text.replace("[3,2]", "[3,0]")),
        |text| Some(text[..text.len() / 2].to_owned()),
    ];
    for damage in damages {
        let site = site();
        site.run_fails();
        let text = fs::read_to_string(site.path(path)).unwrap();
        assert!(text.contains("[3,2]"), "{text}");
        match damage(&text) {
            Some(damaged) => fs::write(site.path(path), damaged).unwrap(),
            None => fs::remove_file(site.path(path)).unwrap(),
        }
        let said = site.uptake("run", &[]);
        said.fails(
            3,
            &["missing or damaged: they were counted again", "2 of 6 records are rejects", BAD],
        );
        fs::remove_file(site.raw(BAD)).unwrap();
        site.run();
        assert_eq!(site.users(), ["u1", "u2", "u3"]);

        // After a publication only what came in since then counts.
        fs::remove_file(site.path(path)).unwrap();
        site.run();
        site.sign_in("act/2026-09-02-u4.csv", "u4");
        site.run();
    }
}

#[test]
fn counts_without_a_digest_as_an_older_version_kept_them_are_believed() {
    let site = site();
    site.run_fails();
    let path = site.path("w/warehouse/.uptake/since-publication.json");
    let kept: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    fs::write(&path, kept["files"].to_string()).unwrap();
    let said = site.uptake("run", &[]);
    said.fails(3, &["2 of 6 records are rejects"]);
    assert!(!said.err.contains("missing or damaged"), "{}", said.err);
}
