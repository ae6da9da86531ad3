//! What nobody means to happen and what happens all the same: things in the input folder that are
//! no files, messages that cannot be written, tables that begin on another day than before,
//! snapshots of a day before there was anything.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use uptake::domain::day::Day;
use uptake::stages::received::raw_files::RawFile;
use uptake::stages::received::rejects::{MOST_ROWS, Reject};
use uptake::warehouse::store::Store;

const TENANT: &str = "8a4de8b5-095c-47d0-a96f-a75130c61d53";

/// A folder with raw files and a pipeline file.
struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    /// Two customers' sign-ins and subscriptions as tables; `head` stands at the head of the
    /// pipeline file.
    fn new(head: &str) -> Site {
        let site = Site {
            folder: tempfile::tempdir().unwrap(),
        };
        site.pipeline(head);
        fs::create_dir_all(site.folder.path().join("raw")).unwrap();
        site
    }

    fn pipeline(&self, head: &str) {
        let sources = "[[source]]\nfeed = \"activity\"\nformat = \"csv\"\npath = \"sign-ins*.csv\"\nfail_above = 1.0\n[[source]]\nfeed = \"subscriptions\"\nformat = \"csv\"\npath = \"*/subscriptions.csv\"\n";
        let folders = "[input]\nroot = \"raw\"\n[warehouse]\npath = \"warehouse\"\npublished = \"published\"\n";
        fs::write(self.path("pipeline.toml"), format!("name = \"odd\"\n{head}\n{folders}{sources}")).unwrap();
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// A file of sign-ins to Exchange, one on each of these days.
    fn sign_ins(&self, name: &str, days: &[&str]) {
        let mut text = "event_id,event_time,tenant_id,user_id,app_id,resource_id,interactive,error_code\n".to_owned();
        for day in days {
            text += &format!("e{day},{day}T08:00:00Z,{TENANT},u1,,00000002-0000-0ff1-ce00-000000000000,true,0\n");
        }
        fs::write(self.path("raw").join(name), text).unwrap();
    }

    fn command(&self, command: &str) -> Command {
        let mut run = Command::new(env!("CARGO_BIN_EXE_uptake"));
        run.arg(command).arg(self.path("pipeline.toml"));
        run
    }

    #[track_caller]
    fn run(&self) -> Output {
        let output = self.command("run").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// File, line and reason of each reject of files of which nothing says the day: these are of
    /// day 0.
    fn undated_rejects(&self) -> Vec<(String, i64, String)> {
        let rejects: Vec<Reject> = Store::at(&self.path("warehouse")).rows((Some(Day(0)), 0)).unwrap();
        let told = |row: Reject| (row.source_file, row.source_line, row.reason);
        rejects.into_iter().map(told).collect()
    }

    /// The days of a table in the warehouse.
    fn days(&self, table: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path("warehouse").join(table)) else {
            return Vec::new();
        };
        let mut days: Vec<String> = entries
            .map(|entry| entry.unwrap())
            .filter(|folder| fs::read_dir(folder.path()).unwrap().next().is_some())
            .map(|folder| folder.file_name().into_string().unwrap().replace("day=", ""))
            .collect();
        days.sort();
        days
    }
}

/// A named pipe that nobody writes to.
fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Waits for a command that might never end.
#[track_caller]
fn ends(mut command: Command) -> Output {
    use std::process::Stdio;
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("it waits for ever");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().unwrap()
}

#[test]
fn a_pipe_among_the_raw_files_is_one_reject_and_is_not_opened() {
    let site = Site::new("last_day = \"2026-09-02\"");
    site.sign_ins("sign-ins-1.csv", &["2026-09-01"]);
    pipe(&site.path("raw/sign-ins-2.csv"));
    for _ in 0..2 {
        let output = ends(site.command("run"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(
        site.undated_rejects(),
        [("sign-ins-2.csv".to_owned(), 0, "unreadable_file".to_owned())]
    );

    let mut inspect = Command::new(env!("CARGO_BIN_EXE_uptake"));
    inspect.arg("inspect").arg(site.path("raw/sign-ins-2.csv"));
    let output = ends(inspect);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && told.contains("is not a file"), "{told}");
}

#[test]
fn a_link_out_of_the_input_folder_is_one_reject_and_is_not_followed() {
    let site = Site::new("last_day = \"2026-09-02\"");
    site.sign_ins("sign-ins-1.csv", &["2026-09-01"]);
    site.sign_ins("elsewhere.csv", &["2026-09-02"]);
    fs::rename(site.path("raw/elsewhere.csv"), site.path("elsewhere.csv")).unwrap();
    std::os::unix::fs::symlink(site.path("elsewhere.csv"), site.path("raw/sign-ins-2.csv")).unwrap();
    site.run();
    assert_eq!(
        site.undated_rejects(),
        [("sign-ins-2.csv".to_owned(), 0, "link_out_of_input".to_owned())]
    );
    // Its one event would have made a partition of its own day.
    assert_eq!(site.days("activity_events"), ["received=1970-01-01", "received=2026-09-01"]);

    // Nor is it looked at again when something else is new.
    site.sign_ins("sign-ins-3.csv", &["2026-09-01"]);
    site.run();
    let report: serde_json::Value = serde_json::from_slice(&fs::read(site.path("published/run.json")).unwrap()).unwrap();
    assert_eq!(report["sources"][0]["files_read"], 1, "{}", report["sources"]);
}

#[test]
fn of_a_file_of_nothing_but_rejects_the_first_are_rows_and_the_rest_is_counted() {
    let site = Site::new("last_day = \"2026-09-02\"");
    let header = "event_id,event_time,tenant_id,user_id,app_id,resource_id,interactive,error_code\n";
    let text = header.to_owned()
        + &format!("e,never,{TENANT},u1,,,true,0\n").repeat(MOST_ROWS as usize + 1)
        + &format!(",2026-09-01T08:00:00Z,{TENANT},u1,,,true,0\ne,never,{TENANT},u1,,,true,0\n");
    fs::write(site.path("raw/sign-ins-1.csv"), text).unwrap();
    site.run();
    let store = Store::at(&site.path("warehouse"));
    let rejects: Vec<Reject> = store.rows((Some(Day(0)), 0)).unwrap();
    let most = MOST_ROWS as i64;
    let (first, rest) = rejects.split_at(MOST_ROWS as usize);
    assert!(first.iter().map(|row| row.source_line).eq(2..most + 2), "a row is missing");
    assert!(
        first
            .iter()
            .all(|row| row.reason == "unreadable_time" && row.more == 0 && !row.excerpt.is_empty())
    );
    let rest: Vec<(i64, &str, i64, &str)> = rest
        .iter()
        .map(|row| (row.source_line, row.reason.as_str(), row.more, row.excerpt.as_str()))
        .collect();
    assert_eq!(rest, [(most + 2, "unreadable_time", 1, ""), (most + 3, "missing_id", 0, "")]);
    let files: Vec<RawFile> = store.rows((Some(Day(0)), 0)).unwrap();
    assert_eq!(files[0].rejected, rejects.iter().map(|row| 1 + row.more).sum::<i64>());
    assert_eq!(files[0].records, files[0].accepted + files[0].rejected + files[0].not_ours);
}

#[test]
fn a_message_that_cannot_be_written_ends_nothing() {
    let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
    for format in ["text", "json"] {
        let site = Site::new("last_day = \"2026-09-02\"");
        site.sign_ins("sign-ins-1.csv", &["2026-09-01"]);
        let run = site.command("run").args(["--log-format", format]).stderr(full()).status().unwrap();
        assert_eq!(run.code(), Some(0), "{format}");
        assert!(site.path("published/run.json").exists(), "{format}");
        fs::write(site.path("pipeline.toml"), "nonsense").unwrap();
        let run = site.command("run").args(["--log-format", format]).stderr(full()).status().unwrap();
        assert_eq!(run.code(), Some(2), "{format}");
    }
}

#[test]
fn tables_that_begin_on_another_day_leave_no_facts_of_a_day_in_two_tables() {
    let site = Site::new("first_day = \"2026-09-01\"\nlast_day = \"2026-09-02\"");
    site.sign_ins("sign-ins-1.csv", &["2026-08-20", "2026-08-31", "2026-09-01"]);
    site.run();
    let before = site.days("activity_before");
    assert!(before.contains(&"2026-08-31".to_owned()), "{before:?}");
    assert_eq!(site.days("activity_daily"), ["2026-09-01", "2026-09-02"]);

    site.pipeline("first_day = \"2026-08-30\"\nlast_day = \"2026-09-02\"");
    site.run();
    let before = site.days("activity_before");
    assert!(
        before.contains(&"2026-08-20".to_owned()) && !before.contains(&"2026-08-31".to_owned()),
        "{before:?}"
    );
    assert_eq!(
        site.days("activity_daily"),
        ["2026-08-30", "2026-08-31", "2026-09-01", "2026-09-02"]
    );

    site.pipeline("first_day = \"2026-09-01\"\nlast_day = \"2026-09-02\"");
    site.run();
    let before = site.days("activity_before");
    assert!(before.contains(&"2026-08-31".to_owned()), "{before:?}");
    assert_eq!(site.days("activity_daily"), ["2026-09-01", "2026-09-02"]);
    let again = site.run();
    assert!(String::from_utf8_lossy(&again.stdout).contains("Nothing to do"));
}

#[test]
fn tables_do_not_begin_before_2010_whatever_a_path_says() {
    let site = Site::new("last_day = \"2010-01-02\"");
    fs::create_dir_all(site.path("raw/2009-12-25")).unwrap();
    let table = format!("subscription_id,sku_id,seats,status,tenant_id\ns1,05e9a617-0261-4cee-bb44-138d3ef5d965,5,active,{TENANT}\n");
    fs::write(site.path("raw/2009-12-25/subscriptions.csv"), table).unwrap();
    let output = site.command("run").output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("1 time_before_2010"), "{told}");
    assert!(site.days("adoption").is_empty());
}
