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

#[test]
fn a_url_that_names_no_store_or_has_a_secret_is_refused_wherever_it_is_written() {
    let site = Site::new("*.csv");
    let text = fs::read_to_string(site.path("pipeline.toml")).unwrap();
    for (key, folder, option) in [
        ("root", "\"raw\"", "--input"),
        ("path", "\"w/warehouse\"", "--warehouse"),
        ("published", "\"w/published\"", "--published"),
    ] {
        for url in [
            "https://example.com/TOPSECRET",
            "https://a.blob.core.windows.net/c?sig=TOPSECRET",
            "s3://u:TOPSECRET@b/x",
        ] {
            let said = site.uptake("run", &[option, url]);
            said.fails(2, &[option, "it is a URL"]);
            assert!(!said.err.contains("TOPSECRET"), "{}", said.err);
            let with_url = text.replacen(&format!("{key} = {folder}"), &format!("{key} = \"{url}\""), 1);
            fs::write(site.path("pipeline.toml"), with_url).unwrap();
            let said = site.uptake("run", &[]);
            fs::write(site.path("pipeline.toml"), &text).unwrap();
            said.fails(2, &["pipeline.toml:", &format!("`{key}`"), "it is a URL"]);
            assert!(!said.err.contains("TOPSECRET"), "{}", said.err);
        }
    }
    assert_eq!(fs::read_dir(site.path("")).unwrap().count(), 2, "a folder was made");
}

#[test]
fn the_input_folder_is_never_written_to_however_it_is_written() {
    let site = Site::new("**/*.csv");
    site.sign_in("2026-09-01.csv", "u1");
    fs::create_dir(site.path("x")).unwrap();
    std::os::unix::fs::symlink("raw", site.path("link")).unwrap();
    for option in ["--warehouse", "--published"] {
        for same in ["raw", "./raw", "x/../raw", "link", "link/.", "raw/new/../"] {
            let same = site.path("").join(same).display().to_string();
            site.uptake("run", &[option, &same]).fails(2, &["give each its own folder"]);
        }
        for within in ["raw/w", "link/w/v", "x/../raw/w"] {
            let within = site.path("").join(within).display().to_string();
            site.uptake("run", &[option, &within]).fails(2, &["is in the input folder"]);
        }
        site.uptake("run", &[option, &site.path("").display().to_string()])
            .fails(2, &["the input folder", "is in the"]);
    }
    site.uptake("run", &["--warehouse", &site.path("x/../w/published").display().to_string()])
        .fails(2, &["warehouse and published are one folder"]);
    assert_eq!(fs::read_dir(site.raw("")).unwrap().count(), 1);

    // Where no source reads, it is no harm.
    let apart = Site::new("act/*.csv");
    apart.sign_in("act/2026-09-01.csv", "u1");
    let within = apart.raw("w").display().to_string();
    apart.uptake("run", &["--warehouse", &within]).succeeds();
}

#[test]
fn folders_are_printed_without_detours() {
    let site = Site::new("*.csv");
    site.sign_in("2026-09-01.csv", "u1");
    fs::create_dir(site.path("x")).unwrap();
    let detour = site.path("").join("./x/.././w/./warehouse").display().to_string();
    let said = site.uptake("run", &["--warehouse", &detour]);
    let line = format!("Warehouse  {}\n", site.path("w/warehouse").display());
    assert!(said.succeeds().out.contains(&line), "{}", said.out);
}
