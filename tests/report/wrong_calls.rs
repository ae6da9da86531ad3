//! Wrong calls say what is wrong, with a documented code, and leave nothing behind.

use std::fs;

use super::{sample, uptake};

/// Calls it and gives the exit code and the message.
fn fails(arguments: &[&str]) -> (i32, String) {
    let pipeline = sample().pipeline.to_str().unwrap();
    let output = uptake(&[&["report", pipeline], arguments].concat());
    assert!(output.stdout.is_empty(), "{output:?}");
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn what_is_asked_for_has_to_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("page.html");
    let out = out.to_str().unwrap();
    let (code, message) = fails(&["--out", out, "--customer", "Fjordlis Energi"]);
    assert!(code == 2 && message.contains("Fjordlys Energi AS"), "{message}");
    let (code, message) = fails(&["--out", out, "--day", "2020-01-01"]);
    assert!(code == 2 && message.contains("2026-09-30"), "{message}");
    let (code, message) = fails(&["--out", out, "--language", "fr"]);
    assert!(code == 2 && message.contains("`en` or `de`"), "{message}");
    let nothing = folder.path().join("nothing");
    let (code, message) = fails(&["--out", out, "--published", nothing.to_str().unwrap()]);
    assert!(code == 3 && message.contains("uptake run"), "{message}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_cannot_be_written_is_said_before_anything_is() {
    let folder = tempfile::tempdir().unwrap();
    let (code, message) = fails(&["--out", folder.path().to_str().unwrap()]);
    assert!(code == 2 && message.contains("is a folder"), "{message}");
    let deep = folder.path().join("not/there.html");
    let (code, message) = fails(&["--out", deep.to_str().unwrap()]);
    assert!(code == 2 && message.contains("cannot be written"), "{message}");
    let (code, message) = fails(&["--per-customer", "/proc/pages"]);
    assert!(code == 6 && message.contains("/proc/pages"), "{message}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_unfinished_publication_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("published");
    fs::create_dir(&copy).unwrap();
    for entry in fs::read_dir(&sample().published).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() && path.file_name().unwrap() != "portfolio.parquet" {
            fs::copy(&path, copy.join(path.file_name().unwrap())).unwrap();
        }
    }
    let out = folder.path().join("page.html");
    let (code, message) = fails(&["--published", copy.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert!(code == 3 && message.contains("not all of them") && !out.exists(), "{message}");
}
