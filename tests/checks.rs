//! The checks before publishing, through the real binary: a wrong number in a file that looks up to
//! date ends the run with exit code 4, names the row, and leaves the published files as they were.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use uptake::domain::day::Day;
use uptake::domain::next_steps::StepCode;
use uptake::stages::activity::activity_28d::Activity28d;
use uptake::stages::licenses::subscriptions::Subscription;
use uptake::stages::measures::adoption::Adoption;
use uptake::stages::measures::portfolio::Portfolio;
use uptake::stages::measures::usage::Usage;
use uptake::stages::measures::workload_adoption::WorkloadAdoption;
use uptake::stages::next_steps::NextStep;
use uptake::warehouse::store::Store;
use uptake::warehouse::table::Row;

/// A warehouse of the sample portfolio that is up to date.
struct Sample {
    folder: tempfile::TempDir,
}

impl Sample {
    fn finished() -> Sample {
        let sample = Sample {
            folder: tempfile::tempdir().unwrap(),
        };
        let output = sample.run(&[]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        sample
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, more: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_uptake"))
            .args(["run", "--quiet"])
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/nightly.toml"))
            .arg("--warehouse")
            .arg(self.path("warehouse"))
            .arg("--published")
            .arg(self.path("published"))
            .args(more)
            .output()
            .unwrap()
    }

    /// Rewrites the rows of a table's file of a day, and says in its footer that it is made from
    /// what it was made from.
    fn plant<R: Row>(&self, day: Day, change: impl FnOnce(&mut Vec<R>)) -> PathBuf {
        let store = Store::at(&self.path("warehouse"));
        let _lock = store.lock("the test that plants").unwrap();
        let place = (Some(day), 0);
        let path = store.path(R::CONTRACT, place);
        let footer = store.footer(R::CONTRACT, place).unwrap().unwrap();
        let mut rows: Vec<R> = store.rows(place).unwrap();
        change(&mut rows);
        let planted = store.replace_rows(place, &rows, footer.fingerprint).unwrap();
        assert_ne!(planted.digest, footer.digest);
        path
    }

    /// The published tables with their bytes.
    fn published(&self) -> Vec<(String, Vec<u8>)> {
        let entries = fs::read_dir(self.path("published")).unwrap().map(Result::unwrap);
        let mut files: Vec<(String, Vec<u8>)> = entries
            .filter(|entry| {
                entry
                    .path()
                    .extension()
                    .is_some_and(|ending| ending == "parquet" || ending == "csv")
            })
            .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
            .collect();
        files.sort();
        assert!(files.len() >= 8);
        files
    }

    /// The run ends with exit code 4 and these words, and nothing is published; without the planted
    /// file the next one mends it.
    #[track_caller]
    fn fails_until_removed(&self, planted: &Path, words: &[&str]) {
        let before = self.published();
        for _ in 0..2 {
            let output = self.run(&[]);
            let message = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(4), "{message}");
            for word in words {
                assert!(message.contains(word), "`{word}` is not in: {message}");
            }
        }
        assert!(self.published() == before, "published files changed");
        fs::remove_file(planted).unwrap();
        let output = self.run(&[]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(self.published() == before);
    }

    /// Makes publishing due, whatever changed.
    fn forget_run_json(&self) {
        fs::remove_file(self.path("published/run.json")).unwrap();
    }
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

#[test]
fn a_wrong_number_in_adoption_stops_the_publication_and_is_named() {
    let sample = Sample::finished();
    let mut customer = String::new();
    let planted = sample.plant(day("2026-09-12"), |rows: &mut Vec<Adoption>| {
        rows[0].seats_assigned += 1000;
        customer = format!("customer `{}`, product `{}`", rows[0].tenant_id, rows[0].sku_id);
    });
    sample.fails_until_removed(
        &planted,
        &[
            "`adoption` of 2026-09-12",
            &customer,
            "`seats_assigned` is `10",
            "`assignments`",
            "hint: ",
        ],
    );
}

#[test]
fn wrong_numbers_in_any_table_of_the_day_are_found() {
    let sample = Sample::finished();
    let planted = sample.plant(day("2026-09-01"), |rows: &mut Vec<Usage>| {
        // The parts still add up, and the ratios are those of the counts.
        let row = rows.iter_mut().find(|row| row.entitlements_total > Some(0)).unwrap();
        row.active_moved += 1;
        row.entitlements_active += 1;
        row.usage_ratio = Some(row.entitlements_active as f64 / row.entitlements_total.unwrap() as f64);
    });
    sample.fails_until_removed(
        &planted,
        &["`usage` of 2026-09-01", "`active_moved`", "`activity_28d` and `assignments`"],
    );

    let planted = sample.plant(day("2026-09-30"), |rows: &mut Vec<Portfolio>| rows[0].customers += 1);
    sample.fails_until_removed(&planted, &["`portfolio` of 2026-09-30", "`customers`"]);

    let planted = sample.plant(day("2026-09-30"), |rows: &mut Vec<WorkloadAdoption>| {
        rows.pop();
    });
    sample.fails_until_removed(&planted, &["`workload_adoption` of 2026-09-30", "there is no row"]);

    let planted = sample.plant(day("2026-09-30"), |rows: &mut Vec<NextStep>| {
        let row = rows
            .iter_mut()
            .find(|row| row.evidence.contains("\"seats_never_active\":8,"))
            .unwrap();
        row.evidence = row.evidence.replace("\"seats_never_active\":8,", "\"seats_never_active\":7,");
        rows.retain(|row| row.code != StepCode::TrialEnding);
    });
    let words = [
        "`next_steps` of 2026-09-30",
        "`seats_never_active` is `7`, and by `activity_28d`, `assignments`, `account_states` and `first_activity` it is `8`",
        "`seats_concerned` is `12`, and by its tiers it is `11`",
        "`trial_ending` is missing, and the numbers call for it",
    ];
    sample.fails_until_removed(&planted, &words);
}

#[test]
fn wrong_numbers_in_tables_that_are_not_published_are_found_when_it_is_due() {
    let sample = Sample::finished();
    let planted = sample.plant(day("2026-08-20"), |rows: &mut Vec<Activity28d>| {
        let row = rows.iter_mut().find(|row| row.active_bits & 0b11 == 0b10).unwrap();
        row.active_bits |= 1;
    });
    sample.forget_run_json();
    sample.fails_until_removed(&planted, &["`activity_28d` of 2026-08-20", "`active_days`", "`active_bits`"]);
    let planted = sample.plant(day("2026-08-20"), |rows: &mut Vec<Subscription>| rows[0].seats += 1);
    sample.forget_run_json();
    sample.fails_until_removed(&planted, &["`adoption` of 2026-08-20", "`subscriptions` in force"]);
}

#[test]
fn more_faults_than_a_person_reads_are_counted() {
    let sample = Sample::finished();
    let planted = sample.plant(day("2026-09-12"), |rows: &mut Vec<Adoption>| {
        rows.iter_mut().for_each(|row| row.seats_assigned += 1);
    });
    sample.fails_until_removed(&planted, &["\n  and ", " more\n"]);
}

#[test]
fn a_first_run_over_more_days_than_one_pass_keeps_every_promise() {
    let work = tempfile::tempdir().unwrap();
    let out = work.path().join("raw");
    let uptake = |args: &[&str]| Command::new(env!("CARGO_BIN_EXE_uptake")).args(args).output().unwrap();
    let size = ["--customers", "2", "--days", "130", "--users", "4", "--seed", "5"];
    assert!(
        uptake(&[&["sample", "--out", &out.display().to_string()], &size[..]].concat())
            .status
            .success()
    );
    let output = uptake(&["run", "--quiet", &out.join("pipeline.toml").display().to_string()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
