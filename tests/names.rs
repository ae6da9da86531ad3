//! Users whom the audit log of the Management Activity API knows by name only: sign-ins and user
//! lists say who they are, also later.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use uptake::engine::events::{Event, Watch};
use uptake::engine::request::Request;
use uptake::engine::run;
use uptake::pipeline::settings::Settings;
use uptake::stages::activity::activity_coverage::ActivityCoverage;
use uptake::stages::activity::activity_daily::ActivityDaily;
use uptake::stages::people::user_names::UserNameRow;
use uptake::stages::received::activity_events::ACTIVITY_EVENTS;
use uptake::warehouse::store::Store;
use uptake::warehouse::table::Row;

use crate::workdir::{parquet_files, run_pipeline, settings};

const TENANT: &str = "8a4de8b5-095c-47d0-a96f-a75130c61d53";
const ANNA: &str = "6c1d7a51-8a36-4b8f-8a0e-6d5a8f6b1c02";
const BERT: &str = "7d2e8b62-9b47-4c90-9b1f-7e6b907c2d13";

const PIPELINE: &str = r#"
name = "names"
first_day = "2026-09-01"
last_day = "2026-09-05"
[input]
root = "raw"
[warehouse]
path = "warehouse"
published = "published"
[[source]]
feed = "activity"
format = "azure-monitor"
path = "insights-logs-signinlogs/**/PT1H.json"
[[source]]
feed = "activity"
format = "management-api"
path = "audit/**/*.json"
[[source]]
feed = "license_holdings"
format = "graph-users"
path = "graph-users/**/*.json"
"#;

struct Site {
    folder: tempfile::TempDir,
    settings: Settings,
}

impl Site {
    fn new() -> Site {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path(), PIPELINE);
        Site { folder, settings }
    }

    /// The same pipeline in another time zone.
    fn in_zone(&mut self, zone: &str) {
        self.settings = settings(self.folder.path(), &format!("time_zone = \"{zone}\"\n{PIPELINE}"));
    }

    fn write(&self, path: &str, text: &str) {
        let place = self.folder.path().join("raw").join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, text).unwrap();
    }

    /// An audited action in Exchange by somebody known by name.
    fn action(&self, day: &str, name: &str, id: u32) {
        let record = format!(
            r#"{{"CreationTime":"{day}T09:00:00","Id":"a{id:07}-0000-4000-8000-000000000000","Operation":"MailItemsAccessed","OrganizationId":"{TENANT}","RecordType":2,"UserType":0,"UserKey":"10033FFF8A1B2C3D","UserId":"{name}","Workload":"Exchange","ResultStatus":"Succeeded"}}"#
        );
        self.write(&format!("audit/tenantId={TENANT}/{day}/{id}.json"), &format!("{record}\n"));
    }

    /// A sign-in to Teams that says whose name it is.
    fn sign_in(&self, day: &str, name: &str, user: &str) {
        let (month, date) = (&day[5..7], &day[8..10]);
        let record = format!(
            r#"{{"time":"{day}T10:00:00Z","category":"SignInLogs","tenantId":"{TENANT}","resultType":"0","properties":{{"id":"b{date}00000-0000-4000-8000-{}","createdDateTime":"{day}T10:00:00Z","userId":"{user}","userPrincipalName":"{name}","userType":"Member","appId":"1fec8e78-bce4-4aaf-ab1b-5451cc387264","resourceId":"cc15fd57-2c6c-4117-a88c-83b1d56b4bbe","isInteractive":true,"status":{{"errorCode":0}}}}}}"#,
            &user[24..]
        );
        let path = format!("insights-logs-signinlogs/tenantId={TENANT}/y=2026/m={month}/d={date}/h=10/m=00/PT1H.json");
        let before = fs::read_to_string(self.folder.path().join("raw").join(&path)).unwrap_or_default();
        self.write(&path, &format!("{before}{record}\n"));
    }

    /// The copy of that sign-in in the audit log, by somebody known by name.
    fn sign_in_by_name(&self, day: &str, name: &str, user: &str, error: u32) {
        let (date, id) = (&day[8..10], &user[24..]);
        let record = format!(
            r#"{{"CreationTime":"{day}T10:00:00","Id":"b{date}00000-0000-4000-8000-{id}","Operation":"UserLoggedIn","OrganizationId":"{TENANT}","RecordType":15,"UserType":0,"UserKey":"10033FFF8A1B2C3D","UserId":"{name}","Workload":"AzureActiveDirectory","ApplicationId":"1fec8e78-bce4-4aaf-ab1b-5451cc387264","ObjectId":"cc15fd57-2c6c-4117-a88c-83b1d56b4bbe","ErrorNumber":"{error}"}}"#
        );
        self.write(&format!("audit/tenantId={TENANT}/{day}/sign-in-{id}.json"), &format!("{record}\n"));
    }

    fn run(&self) -> uptake::engine::report::RunReport {
        run_pipeline(&self.settings).unwrap()
    }

    /// Runs, and gives the warnings.
    fn warnings(&self) -> Vec<String> {
        let warnings = std::sync::Mutex::new(Vec::new());
        let watch = Watch {
            notify: &|event| {
                if let Event::Warning(text) = event {
                    warnings.lock().unwrap().push(text);
                }
            },
            interrupted: &std::sync::atomic::AtomicBool::new(false),
        };
        let request = Request::new(&self.settings, self.settings.last_day.unwrap());
        let store = Store::at(&self.settings.warehouse);
        let _lock = store.lock("a test").unwrap();
        run::run(&request, &store, &watch).unwrap();
        warnings.into_inner().unwrap()
    }

    /// Who was active in Exchange on a day.
    fn in_exchange(&self, day: &str) -> Vec<String> {
        let rows = self.rows::<ActivityDaily>(day).into_iter();
        rows.filter(|row| row.workload == "exchange").map(|row| row.user_id).collect()
    }

    /// Interactive sign-ins per user and workload of a day, and how many events the day has.
    fn counts(&self, day: &str) -> (Vec<(String, String, u32)>, i64) {
        let daily = self.rows::<ActivityDaily>(day).into_iter();
        let events = self.rows::<ActivityCoverage>(day).iter().map(|row| row.events).sum();
        (
            daily.map(|row| (row.user_id, row.workload, row.interactive_sign_ins)).collect(),
            events,
        )
    }

    fn rows<R: Row>(&self, day: &str) -> Vec<R> {
        let day = uptake::domain::day::Day::parse(day).unwrap();
        Store::at(&self.settings.warehouse).rows((Some(day), 0)).unwrap()
    }

    /// The warehouse is that of one run over all raw files, byte for byte.
    fn hold_to_one_run_from_scratch(&self) {
        let mut scratch = Site::new();
        scratch.in_zone(self.settings.zone().name());
        copy(&self.folder.path().join("raw"), &scratch.folder.path().join("raw"));
        scratch.run();
        assert!(
            bytes(&self.settings.warehouse) == bytes(&scratch.settings.warehouse),
            "other bytes than from scratch"
        );
    }
}

fn bytes(folder: &Path) -> BTreeSet<(std::path::PathBuf, Vec<u8>)> {
    parquet_files(folder).into_iter().collect()
}

#[test]
fn a_name_is_joined_to_the_user_whose_sign_ins_have_it_and_a_later_join_changes_the_fact() {
    let site = Site::new();
    site.sign_in("2026-09-01", "anna@example.com", ANNA);
    site.action("2026-09-02", "Anna@Example.com", 1);
    site.action("2026-09-03", "bert@example.com", 2);
    let report = site.run();
    assert_eq!(site.in_exchange("2026-09-02"), [ANNA]);
    let unknown = site.in_exchange("2026-09-03");
    assert!(unknown.len() == 1 && unknown[0].starts_with("upn:"), "{unknown:?}");
    assert_eq!(report.users_known_by_name, 1);

    // Later somebody says who that was: a list of users on the 5th.
    site.write(
        &format!("graph-users/tenantId={TENANT}/2026-09-05/users-1.json"),
        &format!(r#"{{"value":[{{"id":"{BERT}","userPrincipalName":"BERT@example.com","assignedLicenses":[]}}]}}"#),
    );
    let report = site.run();
    assert_eq!(site.in_exchange("2026-09-03"), [BERT]);
    assert_eq!(report.users_known_by_name, 0);
    let made = report.steps.iter().find(|step| step.table == "activity_daily").unwrap();
    assert_eq!(
        made.days,
        [("2026-09-03".to_owned(), "2026-09-03".to_owned())],
        "only the day with the name changed"
    );
    assert!(run_pipeline(&site.settings).unwrap().steps.is_empty());

    site.hold_to_one_run_from_scratch();
}

#[test]
fn an_event_that_one_log_has_by_name_and_another_by_id_is_one_event() {
    let site = Site::new();
    let once = |user: &str| (user.to_owned(), "teams".to_owned(), 1);
    site.sign_in("2026-09-01", "anna@example.com", ANNA);
    site.sign_in_by_name("2026-09-01", "Anna@Example.com", ANNA, 0);
    // The copy that failed gives way, also where nobody knows yet that it is one.
    site.sign_in("2026-09-02", "", BERT);
    site.sign_in_by_name("2026-09-02", "bert@example.com", BERT, 50_126);
    site.sign_in("2026-09-03", "", BERT);
    site.sign_in_by_name("2026-09-03", "bert@example.com", BERT, 0);
    site.run();
    assert_eq!(site.counts("2026-09-01"), (vec![once(ANNA)], 1));
    assert_eq!(site.counts("2026-09-02"), (vec![once(BERT)], 2));
    let (users, events) = site.counts("2026-09-03");
    assert_eq!((users.len(), events), (2, 2));

    // Later somebody says who that was.
    site.write(
        &format!("graph-users/tenantId={TENANT}/2026-09-05/users-1.json"),
        &format!(r#"{{"value":[{{"id":"{BERT}","userPrincipalName":"BERT@example.com","assignedLicenses":[]}}]}}"#),
    );
    site.run();
    assert_eq!(site.counts("2026-09-02"), (vec![once(BERT)], 1));
    assert_eq!(site.counts("2026-09-03"), (vec![once(BERT)], 1));
    assert!(site.run().steps.is_empty());
    site.hold_to_one_run_from_scratch();
}

#[test]
fn a_name_that_changes_hands_leaves_the_days_before_with_the_user_who_had_it() {
    let site = Site::new();
    site.sign_in("2026-09-01", "desk@example.com", ANNA);
    for (id, day) in (1..).zip(["2026-09-01", "2026-09-02", "2026-09-03", "2026-09-04", "2026-09-05"]) {
        site.action(day, "desk@example.com", id);
    }
    assert_eq!(site.run().users_known_by_name, 0);
    assert_eq!(site.in_exchange("2026-09-04"), [ANNA]);

    // A list of users gives the name to somebody else: that changes the days from then on and no
    // other.
    site.write(
        &format!("graph-users/tenantId={TENANT}/2026-09-04/users-1.json"),
        &format!(r#"{{"value":[{{"id":"{BERT}","userPrincipalName":"desk@example.com","assignedLicenses":[]}}]}}"#),
    );
    let report = site.run();
    let made = report.steps.iter().find(|step| step.table == "activity_daily").unwrap();
    assert_eq!(made.days, [("2026-09-04".to_owned(), "2026-09-05".to_owned())]);
    for (day, user) in [
        ("2026-09-01", ANNA),
        ("2026-09-03", ANNA),
        ("2026-09-04", BERT),
        ("2026-09-05", BERT),
    ] {
        assert_eq!(site.in_exchange(day), [user], "{day}");
    }

    // Late: both had it on the 3rd. Nobody can say whose that day's events are, and they are
    // counted.
    site.sign_in("2026-09-03", "desk@example.com", ANNA);
    site.sign_in("2026-09-03", "desk@example.com", BERT);
    assert_eq!(site.run().users_known_by_name, 1);
    assert!(site.in_exchange("2026-09-03")[0].starts_with("upn:"));
    assert_eq!(site.in_exchange("2026-09-02"), [ANNA]);
    assert_eq!(site.in_exchange("2026-09-04"), [BERT]);
    assert!(site.run().steps.is_empty());
    site.hold_to_one_run_from_scratch();
}

#[test]
fn the_day_on_which_a_name_changes_hands_is_that_of_the_time_zone() {
    let mut site = Site::new();
    site.sign_in("2026-09-01", "desk@example.com", ANNA);
    site.sign_in("2026-09-03", "desk@example.com", BERT);
    site.action("2026-09-03", "desk@example.com", 1);
    site.run();
    assert_eq!(site.in_exchange("2026-09-03"), [BERT]);

    // There the sign-in is on the next day, and the action, an hour before it, is not.
    site.in_zone("Pacific/Kiritimati");
    site.run();
    assert_eq!(site.in_exchange("2026-09-03"), [ANNA]);
    site.hold_to_one_run_from_scratch();
}

#[test]
fn a_customer_all_of_whose_users_are_unknown_names_is_told_of() {
    let site = Site::new();
    site.action("2026-09-02", "anna@example.com", 1);
    site.action("2026-09-03", "bert@example.com", 2);
    let told = |site: &Site| site.warnings().into_iter().find(|warning| warning.contains("known by name only"));
    let warning = told(&site).unwrap();
    assert!(warning.contains(TENANT) && warning.contains("(2 in all)"), "{warning}");

    // One of them is known: that is the usual case, and only counted.
    site.sign_in("2026-09-04", "anna@example.com", ANNA);
    assert_eq!(told(&site), None);
}

#[test]
fn names_are_not_stored_and_events_keep_what_the_log_said() {
    let site = Site::new();
    site.sign_in("2026-09-01", "anna@example.com", ANNA);
    site.action("2026-09-02", "anna@example.com", 1);
    site.run();
    for (path, content) in parquet_files(&site.settings.warehouse) {
        let has_name = content.windows(5).any(|part| part.eq_ignore_ascii_case(b"anna@"));
        assert!(!has_name, "{}", path.display());
    }
    let store = Store::at(&site.settings.warehouse);
    let day = uptake::domain::day::Day::parse("2026-09-01");
    let names: Vec<UserNameRow> = store.rows((day, 0)).unwrap();
    assert_eq!((names.len(), names[0].user_id.as_str()), (1, ANNA));
    let events = store.read(&ACTIVITY_EVENTS, (day.map(|day| day.plus(1)), 0), &["user_id"]).unwrap();
    let users = arrow::util::display::array_value_to_string(events.column(0), 0).unwrap();
    assert!(users.starts_with("upn:"), "{users}");
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().map(Result::unwrap) {
        let place = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(place).unwrap();
        } else {
            fs::copy(entry.path(), place).unwrap();
        }
    }
}
