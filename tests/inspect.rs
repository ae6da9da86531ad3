//! `uptake inspect` on the files of the sample, on exports in other forms, and on what is no log:
//! the real binary, no pipeline anywhere.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;
use uptake::pipeline::file;
use walkdir::WalkDir;

const TENANT: &str = "8a4de8b5-095c-47d0-a96f-a75130c61d53";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The first file of the sample below a folder.
fn sample(folder: &str) -> String {
    let file = WalkDir::new(root().join("data/sample").join(folder))
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .find(|entry| entry.file_type().is_file());
    file.unwrap().path().display().to_string()
}

fn inspect(args: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_uptake"))
        .arg("inspect")
        .args(args)
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// What is said of one file, for programs.
#[track_caller]
fn told(code: i32, args: &[&str]) -> Value {
    let (found, out, err) = inspect(&[args, &["--format", "json"]].concat());
    assert_eq!(found, code, "{err}");
    let value: Value = serde_json::from_str(&out).unwrap();
    for reading in value["files"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|file| file["readings"].as_array().unwrap())
    {
        let number = |key: &str| reading[key].as_u64().unwrap();
        assert_eq!(number("records"), number("accepted") + number("rejected") + number("not_ours"));
        let rejects = reading["rejects"].as_array().unwrap();
        assert_eq!(
            number("rejected"),
            rejects.iter().map(|reject| reject["count"].as_u64().unwrap()).sum::<u64>()
        );
        assert!(reading["sample"].as_array().unwrap().len() <= 3);
    }
    value
}

#[test]
fn sampled_rows_have_the_values_of_the_file() {
    for (folder, keys) in [
        (
            "insights-logs-signinlogs",
            &["tenant_id", "event_id", "user_id", "app_id", "resource_id"][..],
        ),
        ("insights-logs-auditlogs", &["tenant_id", "event_id", "user_id"]),
        ("graph-users", &["user_id", "sku_id"]),
        ("graph-subscriptions", &["subscription_id", "sku_id"]),
        ("customers.csv", &["tenant_id", "name"]),
    ] {
        let path = sample(folder);
        let bytes = fs::read(&path).unwrap();
        let mut text = String::new();
        if path.ends_with(".gz") {
            MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        } else {
            text = String::from_utf8(bytes).unwrap();
        }
        let text = text.to_lowercase();
        let value = told(0, &[&path]);
        let rows = value["files"][0]["readings"][0]["sample"].as_array().unwrap();
        for (row, key) in rows.iter().flat_map(|row| keys.iter().map(move |key| (row, key))) {
            let found = row[key].as_str().unwrap().to_lowercase();
            assert!(!found.is_empty() && text.contains(&found), "{folder}: {key} is {found}");
        }
    }
}

/// A folder with files.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Desk {
        Desk(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path: PathBuf = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path.display().to_string()
    }
}

#[test]
fn every_kind_of_file_of_the_sample_is_known() {
    let kinds = [
        ("insights-logs-signinlogs", "activity", "azure-monitor", "activity_events"),
        (
            "insights-logs-noninteractiveusersigninlogs",
            "activity",
            "azure-monitor",
            "activity_events",
        ),
        ("insights-logs-auditlogs", "license_changes", "azure-monitor", "license_changes"),
        ("graph-users", "license_holdings", "graph-users", "license_holdings"),
        (
            "graph-subscriptions",
            "subscriptions",
            "graph-company-subscriptions",
            "subscription_snapshots",
        ),
        ("customers.csv", "customers", "csv", "customers"),
    ];
    for (folder, feed, format, table) in kinds {
        let path = sample(folder);
        let value = told(0, &[&path]);
        let file = &value["files"][0];
        let readings = file["readings"].as_array().unwrap();
        assert_eq!(readings.len(), 1, "{folder}: {readings:#?}");
        let reading = &readings[0];
        assert_eq!(
            (&reading["feed"], &reading["format"], &reading["table"]),
            (&feed.into(), &format.into(), &table.into())
        );
        assert!(reading["accepted"].as_u64() > Some(0), "{folder}");
        assert!(!reading["sample"].as_array().unwrap().is_empty(), "{folder}");
        assert_eq!(file["compression"], if path.ends_with(".gz") { "gzip" } else { "plain" });
        // What it suggests is a pipeline file that reads the file.
        let source = &reading["source"];
        let text = format!(
            "[[source]]\nfeed = {}\nformat = {}\npath = {}\n",
            source["feed"], source["format"], source["path"]
        );
        let pipeline = file::parse(&text, Path::new("n.toml")).unwrap();
        let below = path.strip_prefix(source["root"].as_str().unwrap()).unwrap();
        assert!(pipeline.sources[0].glob.is_match(below.trim_start_matches('/')), "{text} {below}");
    }
}

#[test]
fn text_has_what_the_file_is_and_of_several_files_the_sum() {
    let (code, out, err) = inspect(&[&sample("insights-logs-signinlogs"), &sample("graph-users")]);
    assert_eq!((code, err.as_str()), (0, ""));
    for words in [
        "activity in the format azure-monitor, because its first record has `category`, `properties`",
        "compressed with gzip",
        "path     tenant ",
        " for the table activity_events",
        "\"event_id\":",
        "path = \"insights-logs-signinlogs/**/PT1H.json*\"",
        "\nAll files\n",
        "license_holdings in the format graph-users: 1 file, ",
    ] {
        assert!(out.contains(words), "`{words}` is not in {out}");
    }
    assert!(!out.contains("All files\n  activity in the format azure-monitor: 2"));
    let (_, one, _) = inspect(&[&sample("customers.csv")]);
    assert!(!one.contains("All files"));
}

#[test]
fn an_export_in_another_form_is_known_without_a_word_about_it() {
    let desk = Desk::new();
    let users = format!("tenantId={TENANT}/2026-09-01/users.json");
    let users = desk.file(
        &users,
        r#"{"value":[{"id":"d9b2f5a0-0000-4000-8000-000000000001","userPrincipalName":"a@b.example","assignedLicenses":[]}]}"#,
    );
    let reading = &told(0, &[&users])["files"][0]["readings"][0];
    assert_eq!((&reading["feed"], &reading["accepted"]), (&"license_holdings".into(), &1.into()));
    assert_eq!((&reading["first_day"], &reading["days"]), (&"2026-09-01".into(), &1.into()));
    assert_eq!(reading["tenants"][0]["tenant_id"], TENANT);
    let table = desk.file(
        "logins.csv",
        format!("event_id,event_time,tenant_id,user_id,app_id,resource_id,interactive,error_code\ne1,2026-09-01T08:00:00Z,{TENANT},u1,,,true,0\n"),
    );
    let value = told(0, &[&table]);
    assert_eq!(
        value["files"][0]["readings"].as_array().unwrap().len(),
        1,
        "a list of customers needs no more columns, but this is none"
    );
    assert_eq!(value["files"][0]["readings"][0]["feed"], "activity");
    // Of one file with records of two feeds both are told.
    let action = |operation: &str, more: &str| {
        format!(
            r#"{{"CreationTime":"2026-09-01T08:00:00","Id":"{operation}","Operation":"{operation}","OrganizationId":"{TENANT}","RecordType":8,"UserType":0,"UserKey":"d9b2f5a0-0000-4000-8000-000000000001","UserId":"a@b.example","Workload":"Exchange","ResultStatus":"Success"{more}}}"#
        )
    };
    let mixed = desk.file(
        "audit.json",
        format!(
            "{}\n{}\n",
            action("Send", ""),
            action(
                "Delete user.",
                r#","ObjectId":"x","Target":[{"ID":"User_d9b2f5a0-0000-4000-8000-000000000002","Type":2}]"#
            )
        ),
    );
    let value = told(0, &[&mixed]);
    let readings = value["files"][0]["readings"].as_array().unwrap();
    assert!(readings.iter().all(|reading| reading["format"] == "management-api") && readings[0]["accepted"].as_u64() > Some(0));
}

#[test]
fn what_is_forced_is_read_so() {
    let path = sample("insights-logs-auditlogs");
    let value = told(3, &[&path, "--feed", "activity"]);
    let reading = &value["files"][0]["readings"][0];
    assert_eq!(
        (&reading["feed"], &reading["accepted"], &reading["source"]),
        (&"activity".into(), &0.into(), &Value::Null),
        "audit records are not ours here"
    );
    let value = told(3, &[&path, "--as", "graph-users"]);
    let reading = &value["files"][0]["readings"][0];
    assert_eq!(
        (&reading["format"], &reading["why"], &reading["accepted"]),
        (&"graph-users".into(), &"you said so".into(), &0.into())
    );
    let (code, _, err) = inspect(&[&path, "--feed", "customers", "--as", "graph-users"]);
    assert_eq!(code, 2);
    assert!(err.contains("feed `customers` does not come in the format `graph-users`"), "{err}");
    for wrong in [["--feed", "users"], ["--as", "xml"]] {
        let (code, _, err) = inspect(&[&[path.as_str()], &wrong[..]].concat());
        assert_eq!(code, 2);
        assert!(err.contains("it must be one of"), "{err}");
    }
}

#[test]
fn a_form_that_accepts_no_record_is_told_as_tried_and_never_as_what_the_file_is() {
    let desk = Desk::new();
    let sign_in = |status: &str, time: &str| {
        format!(
            r#"{{"id":"e1","createdDateTime":"{time}","userPrincipalName":"alice@contoso.example","userId":"u1","appId":"a1","status":{status}}}"#
        )
    };
    let name = |file: &str| format!("tenantId={TENANT}/2026-09-01/{file}");
    let good = "{\"errorCode\":0}";
    let cut = desk.file(
        &name("cut.json"),
        sign_in("\"System.Collections.Hashtable\"", "2026-09-01T08:00:00Z"),
    );
    let in_words = desk.file(&name("dates.json"), sign_in(good, "1 September 2026"));
    for (path, reason, words) in [
        (&cut, "cut_by_powershell", "`ConvertTo-Json -Depth 10`"),
        (
            &in_words,
            "unreadable_time",
            "`createdDateTime` is a text, and no time in a spelling that is known",
        ),
    ] {
        let value = told(3, &[path]);
        let tried = value["files"][0]["readings"].as_array().unwrap();
        // License changes call it a record of another feed, which is no reason to take it for one
        // of theirs.
        assert!(tried.iter().any(|reading| reading["feed"] == "license_changes"));
        assert_eq!(
            (&tried[0]["feed"], &tried[0]["rejects"][0]["reason"]),
            (&"activity".into(), &reason.into())
        );
        assert!(tried[0]["rejects"][0]["detail"].as_str().unwrap().contains(words), "{tried:?}");
        let (code, out, _) = inspect(&[path]);
        assert_eq!(code, 3);
        assert!(
            out.contains("not one record of it could be used") && out.contains("tried    activity in the format graph"),
            "{out}"
        );
        assert!(!out.contains("[[source]]") && !out.contains("alice"), "{out}");
    }
    // Of several files those of which nothing is of use are in no sum.
    let whole = desk.file(&name("whole.json"), sign_in(good, "2026-09-01T08:00:00Z"));
    let sums = &told(3, &[&cut, &whole])["sums"];
    assert_eq!((sums.as_array().unwrap().len(), &sums[0]["files"]), (1, &1.into()), "{sums}");
}

#[test]
fn a_table_of_no_known_form_shows_the_names_of_its_columns_and_says_which_are_missing() {
    let desk = Desk::new();
    let french = "\u{feff}Date (UTC),ID de la demande,Utilisateur\n2026-09-01T08:00:00Z,e1,Alice Smith\n";
    let (code, out, _) = inspect(&[&desk.file("InteractiveSignIns.csv", french)]);
    assert_eq!(code, 3);
    for words in [
        "read as portal-csv: no column `Request ID`, `User ID`; there are `Date (UTC)`, `ID de la demande`, `Utilisateur`",
        "begins   \"Date (UTC),ID de la demande,Utilisateur\"",
    ] {
        assert!(out.contains(words), "`{words}` is not in {out}");
    }
    assert!(!out.contains("Alice"), "{out}");
    let people = desk.file("people.csv", "Alice Smith,Contoso\nBob Jones,Contoso\n");
    let (_, out, _) = inspect(&[&people]);
    assert!(out.contains("begins   \"***,***") && !out.contains("Smith"), "{out}");
    let zip = desk.file("export.zip", b"PK\x03\x04\x14\x00mimetype");
    assert!(inspect(&[&zip]).1.contains("it is a zip file that cannot be unpacked here"));
}

#[test]
fn what_is_no_log_is_told_with_exit_code_3_and_what_is_no_file_with_2() {
    let desk = Desk::new();
    let letter = desk.file("letter.txt", "Dear Alice Smith,\nwrite to alice@contoso.example.\n");
    let binary = desk.file("picture.png", [0x89, b'P', b'N', b'G', 0, 0xff, 0xfe, b'\n', 1, 2, 3]);
    let empty = desk.file("empty.json", "");
    let (code, out, err) = inspect(&[&letter, &binary, &empty]);
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("no log that can be read") && out.contains("an empty file"), "{out}");
    assert!(err.contains("nothing can be read in 3 files"), "{err}");
    assert!(!out.contains("Smith") && !out.contains('@'), "{out}");
    // Files that can be read are told all the same.
    let (code, out, err) = inspect(&[&sample("customers.csv"), &letter]);
    assert_eq!(code, 3);
    assert!(
        out.contains("customers in the format csv") && err.contains("letter.txt"),
        "{out}{err}"
    );
    let missing = desk.0.path().join("nowhere.json").display().to_string();
    let folder = desk.0.path().display().to_string();
    for (path, words) in [(&missing, "cannot be read"), (&folder, "is a folder")] {
        let (code, out, err) = inspect(&[&sample("customers.csv"), path]);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(words), "{err}");
    }
    assert_eq!(inspect(&[]).0, 2, "no file at all");
}

#[test]
fn of_a_file_that_is_cut_what_comes_before_is_read() {
    let desk = Desk::new();
    let mut text = String::new();
    for number in 0..400 {
        text.push_str(&format!(
            "{{\"time\":\"2026-09-01T08:00:00Z\",\"category\":\"SignInLogs\",\"tenantId\":\"{TENANT}\",\"properties\":{{\"id\":\"e{number}\",\"createdDateTime\":\"2026-09-01T08:00:{:02}Z\",\"userId\":\"u{number}\",\"userDisplayName\":\"Alice Smith\",\"status\":{{\"errorCode\":0}}}}}}\n",
            number % 60
        ));
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let cut = desk.file("PT1H.json.gz", &gzip[..gzip.len() * 2 / 3]);
    let value = told(0, &[&cut]);
    let reading = &value["files"][0]["readings"][0];
    assert!(reading["accepted"].as_u64() > Some(0) && reading["rejected"] == 1, "{reading}");
    assert_eq!(reading["rejects"][0]["reason"], "corrupt_compression");
    assert!(reading["rejects"][0]["first_line"].as_u64() > Some(1));
    assert!(!value.to_string().contains("Alice"));
    let nothing = desk.file("short.gz", &gzip[..12]);
    told(3, &[&nothing]);
}

#[test]
fn a_download_of_several_tenants_is_told_of_and_one_of_one_tenant_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let other = "0f0f0f0f-0000-4000-8000-000000000001";
    let sign_in = |home: &str, resource: &str| {
        format!(
            r#"{{"id":"{home}-{resource}","createdDateTime":"2026-09-01T10:11:12Z","userId":"u","userType":"member","homeTenantId":"{home}","resourceTenantId":"{resource}","status":{{"errorCode":0}}}}"#
        )
    };
    let write = |name: &str, records: &[String]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("[{}]", records.join(","))).unwrap();
        path.display().to_string()
    };
    let warnings = |path: &str| told(0, &[path])["files"][0]["readings"][0]["warnings"].clone();
    // What somebody does in another tenant is theirs at home.
    let outbound = write("outbound.json", &[sign_in(TENANT, TENANT), sign_in(TENANT, other)]);
    assert_eq!(warnings(&outbound), serde_json::json!([]));
    let two = [sign_in(TENANT, TENANT), sign_in(other, other)];
    let mixed = write("mixed.json", &two);
    let words = "2 tenants; a download is of one: put it below tenantId=<GUID>/";
    assert_eq!(warnings(&mixed), serde_json::json!([words]));
    assert!(inspect(&[&mixed]).1.contains(&format!("\n  warning  {words}\n")));
    let below = write(&format!("tenantId={TENANT}/mixed.json"), &two);
    assert_eq!(warnings(&below), serde_json::json!([]));
}
