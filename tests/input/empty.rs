//! No input is not success.

use std::fs;

use super::{LAST, Site};

#[test]
fn an_input_folder_that_does_not_exist_is_no_input() {
    let site = Site::new("*.csv");
    fs::remove_dir(site.raw("")).unwrap();
    for command in ["run", "plan"] {
        site.uptake(command, &["--allow-empty"])
            .fails(3, &["open the input folder", "raw", "--input"]);
    }
}

#[test]
fn days_of_which_nobody_delivered_anything_are_not_published_as_quiet_ones() {
    let site = Site::new("*.csv");
    site.uptake("run", &[])
        .fails(3, &["no source has a file", "nothing can be made", "--allow-empty"]);
    site.sign_in("2026-09-01.csv", "u1");
    site.run();
    let published = fs::read(site.path("w/published/adoption.parquet")).unwrap();

    // Files that were read may go.
    fs::remove_file(site.raw("2026-09-01.csv")).unwrap();
    site.run();
    assert_eq!(fs::read(site.path("w/published/adoption.parquet")).unwrap(), published);
    assert_eq!(site.users(), ["u1"]);

    let sources = "[[source]]\nfeed = \"activity\"\npath = \"*.csv\"\n";
    site.pipeline("last_day = \"2026-09-07\"", sources);
    for command in ["run", "plan"] {
        site.uptake(command, &[]).fails(
            3,
            &["no source has a file", "the days from 2026-09-06 to 2026-09-07 would look quiet"],
        );
    }
    assert_eq!(fs::read(site.path("w/published/adoption.parquet")).unwrap(), published);
    assert!(!site.path("w/warehouse/adoption/day=2026-09-06").exists());
    site.uptake("reprocess", &["--from", LAST, "--to", LAST, "--from-facts"])
        .fails(3, &["would look quiet"]);
    site.uptake("run", &["--allow-empty"]).succeeds();
    assert!(site.path("w/warehouse/adoption/day=2026-09-07").exists());
}
