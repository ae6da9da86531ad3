//! What the system does not show is not taken for empty, and names are kept apart.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use uptake::storage::local::reads::{Access, Reads};

use super::{LAST, Site};

#[test]
fn a_folder_that_cannot_be_read_publishes_nothing_unless_that_is_allowed() {
    let site = Site::new("act/**/*.csv");
    site.sign_in("act/2026-09-01/a.csv", "u1");
    site.sign_in("act/2026-09-02/a.csv", "u2");
    site.allow("act/2026-09-02", 0o000);
    for command in ["run", "plan"] {
        site.without_rights(command, &[]).fails(
            3,
            &[
                "`act/2026-09-02`: Permission denied",
                "cannot be read",
                "hint: ",
                "`--allow-unreadable`",
            ],
        );
        assert!(!site.path("w/published/adoption.parquet").exists() && !site.path("w/warehouse/activity_28d").exists());
    }
    let said = site.without_rights("run", &["--allow-unreadable"]);
    said.warns(&["`act/2026-09-02`: Permission denied"]);
    assert_eq!(site.users(), ["u1"]);
    site.allow("act/2026-09-02", 0o755);
    let said = site.without_rights("run", &[]);
    assert!(!said.succeeds().err.contains("cannot be read"), "{}", said.err);
    assert_eq!(site.users(), ["u1", "u2"]);
}

#[test]
fn what_came_from_a_folder_that_cannot_be_read_any_more_stays() {
    let site = Site::new("act/**/*.csv");
    site.sign_in("act/2026-09-01/a.csv", "u1");
    site.sign_in("act/2026-09-02/a.csv", "u2");
    site.age();
    site.run();
    let refuse = |access: Access, path: &std::path::Path| match access {
        Access::List if path.ends_with("2026-09-02") => Err(std::io::Error::from_raw_os_error(5)),
        _ => Ok(()),
    };
    let error = site.run_with(Reads::watched(refuse)).err().unwrap().to_string();
    assert!(error.contains("`act/2026-09-02`: Input/output error"), "{error}");
    let settings = site.settings();
    let report = crate::workdir::ask(&uptake::engine::request::Request {
        reads: Reads::watched(refuse),
        allow_unreadable: true,
        ..uptake::engine::request::Request::new(&settings, settings.last_day.unwrap())
    });
    assert!(report.unwrap().is_idle());
    assert_eq!(site.users(), ["u1", "u2"]);
}

#[test]
fn a_file_that_cannot_be_looked_at_is_told_like_a_folder() {
    let site = Site::new("act/**/*.csv");
    site.sign_in("act/2026-09-01/a.csv", "u1");
    let error = site.run_with(Reads::watched(|access, _| match access {
        Access::Look => Err(std::io::Error::from_raw_os_error(116)),
        _ => Ok(()),
    }));
    assert!(error.err().unwrap().to_string().contains("`act/2026-09-01/a.csv`: "));
}

#[test]
fn names_that_differ_only_in_bytes_that_are_no_text_are_two_files() {
    let site = Site::new("users/**");
    let name = |byte: u8| [b"users/2026-09-01/M", &[byte][..], b"ller.csv"].concat();
    site.sign_in(OsStr::from_bytes(&name(0xfc)), "u1");
    site.sign_in(OsStr::from_bytes(&name(0xf6)), "u2");
    site.sign_in("users/2026-09-01/a\u{1b}[31m.csv", "u3");
    site.age();
    let said = site.run();
    let all = [
        r"users/2026-09-01/M\xF6ller.csv",
        r"users/2026-09-01/M\xFCller.csv",
        r"users/2026-09-01/a\x1B[31m.csv",
    ];
    assert_eq!(site.files(), all);
    assert!(!said.out.contains('\u{1b}') && !said.err.contains('\u{1b}'));
    assert_eq!(site.users(), ["u1", "u2", "u3"]);
    assert!(site.run().out.starts_with("Nothing to do"));
    let show = ["--customer", super::TENANT, "--user", "u2", "--day", LAST, "--show-raw"];
    assert!(site.uptake("explain", &show).succeeds().out.contains("2026-09-01T08:00:00Z"));
    fs::remove_file(site.raw("").join(OsStr::from_bytes(&name(0xf6)))).unwrap();
    site.run();
    assert_eq!(site.users(), ["u1", "u2", "u3"]);
}
