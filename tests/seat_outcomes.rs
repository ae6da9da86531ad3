//! The published comparison of seats over several nights: what did not change is taken over, what
//! did is made again, and the file is the one that is made from scratch.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use parquet::file::reader::{FileReader, SerializedFileReader};
use uptake::domain::day::{Day, Instant};
use uptake::observe::record;
use uptake::pipeline::settings::Settings;
use uptake::sample::{self, Options};
use uptake::storage;

use crate::workdir;

/// Raw files from the middle of July to the end of September.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            customers: 3,
            days: 75,
            last_day: Day::parse("2026-09-30").unwrap(),
            ..Options::small(folder.path().join("raw"))
        };
        sample::write(&options, &mut |_| {}).unwrap();
        Desk { folder }
    }

    /// Runs and publishes until a day, as `uptake run` does.
    fn run(&self, warehouse: &str, last: &str) -> Settings {
        let settings = workdir::settings_of_sample(self.folder.path(), warehouse, last);
        let report = workdir::run_pipeline(&settings).unwrap();
        if report.published {
            record::write(&*storage::at(&settings.published), &settings, &report, Instant(0)).unwrap();
        }
        settings
    }

    /// The raw sign-ins of a day.
    fn sign_ins(&self, day: &str) -> Vec<PathBuf> {
        let (month, day) = (&day[5..7], &day[8..10]);
        let of_day = format!("m={month}/d={day}/");
        let files = walkdir::WalkDir::new(self.folder.path().join("raw")).into_iter();
        let paths = files.map(|entry| entry.unwrap().into_path());
        paths
            .filter(|path| {
                path.is_file()
                    && path
                        .to_str()
                        .is_some_and(|path| path.contains("signinlogs") && path.contains(&of_day))
            })
            .collect()
    }
}

fn file(settings: &Settings) -> PathBuf {
    settings.published.join("seat_outcomes.parquet")
}

/// What each month of the file was made from, by its first day.
fn months(file: &Path) -> BTreeMap<i64, String> {
    let reader = SerializedFileReader::new(File::open(file).unwrap()).unwrap();
    let pairs = reader.metadata().file_metadata().key_value_metadata().unwrap();
    let parts = pairs.iter().find(|pair| pair.key == "uptake.parts").unwrap().value.clone().unwrap();
    let parts: Vec<serde_json::Value> = serde_json::from_str(&parts).unwrap();
    let month = |part: &serde_json::Value| (part["first"].as_i64().unwrap(), part["made_from"].to_string());
    parts.iter().map(month).collect()
}

/// Which of the three months are made from something else now.
fn changed(before: &BTreeMap<i64, String>, now: &BTreeMap<i64, String>) -> Vec<bool> {
    assert!(before.keys().eq(now.keys()) && now.len() == 3, "{before:?} {now:?}");
    now.iter().map(|(first, made_from)| before[first] != *made_from).collect()
}

#[test]
fn a_month_that_did_not_change_is_not_made_again_and_late_events_change_the_months_in_whose_windows_they_are() {
    let desk = Desk::new();
    // What was to come on this day comes at the end: it is in the window of the end of July, and in the
    // earlier window of the end of August.
    let late = desk.sign_ins("2026-07-20");
    assert!(!late.is_empty());
    let away = |path: &PathBuf| path.with_file_name("away");
    late.iter().for_each(|path| fs::rename(path, away(path)).unwrap());

    let first = months(&file(&desk.run("nights", "2026-09-28")));
    let second = months(&file(&desk.run("nights", "2026-09-29")));
    assert_eq!(changed(&first, &second), [false, false, true]);

    late.iter().for_each(|path| fs::rename(away(path), path).unwrap());
    let nights = desk.run("nights", "2026-09-29");
    let third = months(&file(&nights));
    assert_eq!(changed(&second, &third), [true, true, false]);

    let scratch = desk.run("scratch", "2026-09-29");
    assert!(
        fs::read(file(&nights)).unwrap() == fs::read(file(&scratch)).unwrap(),
        "other bytes than from scratch"
    );

    // Another exception is another scope, also of products that nobody has any more.
    let pipeline = desk.folder.path().join("raw/pipeline.toml");
    let text = fs::read_to_string(&pipeline).unwrap() + "\n[[exclude]]\nsku = \"SPE_E3\"\nfrom = \"2026-08-15\"\nreason = \"a pilot\"\n";
    fs::write(&pipeline, text).unwrap();
    let (nights, scratch) = (desk.run("nights", "2026-09-29"), desk.run("other-scratch", "2026-09-29"));
    assert!(
        fs::read(file(&nights)).unwrap() == fs::read(file(&scratch)).unwrap(),
        "other bytes than from scratch"
    );
}
