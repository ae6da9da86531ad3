//! What is made again: on demand, or because files are missing.

use super::*;

#[test]
fn days_are_made_again_from_raw_files_and_recorded_with_the_reason() {
    let site = Site::new();
    site.runs(&[]);
    // Wrong rows with right footers: only making the days again mends them.
    let (from, to) = ("day=2026-09-10", "day=2026-09-11");
    for table in ["activity_28d", "usage"] {
        let folder = site.path("warehouse").join(table);
        let (one, other) = (folder.join(from).join("part-00.parquet"), folder.join(to).join("part-00.parquet"));
        replace_rows_keeping_the_fingerprint(&one, &other);
    }
    let plan = site.plan(&[]);
    let unseen = |step: &serde_json::Value| step["table"] != "activity_28d" && step["table"] != "usage";
    assert!(plan["steps"].as_array().unwrap().iter().all(unseen), "{plan:#}");
    assert_eq!(wrong_days(&site), BTreeSet::from(["2026-09-10".to_owned()]));
    let said = site.uptake(
        "reprocess",
        &["--from", "2026-09-10", "--to", "2026-09-10", "--reason", "a disk went bad"],
    );
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(wrong_days(&site), BTreeSet::new());
    assert_eq!(site.published(), from_scratch().1);
    let run = site.run_json();
    assert_eq!(
        (&run["command"], &run["arguments"]["reason"]),
        (&"reprocess".into(), &"a disk went bad".into())
    );
    let log = fs::read_to_string(site.path("published/runs.jsonl")).unwrap();
    let last: serde_json::Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    assert_eq!(last["arguments"], run["arguments"]);
}

/// Gives a file the rows of another one, and leaves what it says it was made from.
fn replace_rows_keeping_the_fingerprint(path: &Path, rows_of: &Path) {
    use uptake::storage;
    use uptake::warehouse::file::footer::{Described, describe};
    use uptake::warehouse::file::read::read;
    use uptake::warehouse::file::write::write;
    let below = |path: &Path| {
        (
            storage::at(path.parent().unwrap()),
            path.file_name().unwrap().to_str().unwrap().to_owned(),
        )
    };
    let ((storage, name), (other, other_name)) = (below(path), below(rows_of));
    let Described { table, footer, .. } = describe(&storage.open(&name).unwrap()).unwrap().unwrap();
    let contract = uptake::stages::table(&table).unwrap();
    let frame = read(&other.open(&other_name).unwrap(), contract, &[]).unwrap();
    let (staged, _) = write(storage.begin().unwrap(), contract, &frame, footer.fingerprint, &[]).unwrap();
    storage.put(&staged, &name).unwrap();
}

#[test]
fn days_whose_raw_files_are_gone_are_refused_unless_the_warehouse_is_to_do() {
    let site = Site::new();
    site.runs(&[]);
    site.hold_back(CORRECTED);
    let before = site.tables();
    let again = ["--from", "2026-08-01", "--to", "2026-08-31"];
    let refused = site.uptake("reprocess", &again);
    assert_eq!((refused.code, refused.out.as_str()), (3, ""), "{}", refused.err);
    for words in ["received 2026-08-21: 1 file", CORRECTED, "--from-facts"] {
        assert!(refused.err.contains(words), "`{words}` is not in: {}", refused.err);
    }
    assert!(site.tables() == before, "a refusal changed the warehouse");
    let plan = site.uptake("plan", &again);
    assert_eq!((plan.code, &plan.err), (3, &refused.err), "plan refuses likewise");
    // Other days, and another customer's, are there.
    assert_eq!(site.uptake("reprocess", &["--from", "2026-09-20", "--to", "2026-09-21"]).code, 0);
    let other = ["--customer", "294029f2-5c6a-4753-bf12-6a6df101093f"];
    assert_eq!(site.uptake("reprocess", &[again.as_slice(), &other].concat()).code, 0);
    let from_facts = site.uptake("reprocess", &[again.as_slice(), &["--from-facts"]].concat());
    assert_eq!(from_facts.code, 0, "{}", from_facts.err);
    assert_eq!(wrong_days(&site), BTreeSet::new());
}

#[test]
fn what_makes_no_sense_is_refused_with_what_would() {
    let site = Site::new();
    site.runs(&[]);
    let cases: &[(&[&str], &str)] = &[
        (
            &["--from", "2026-09-12", "--to", "2026-09-10"],
            "`--from 2026-09-12` is after `--to 2026-09-10`",
        ),
        (
            &["--from", "2026-09-10", "--to", "2999-01-01"],
            "is after the last day of the tables",
        ),
        (&["--from", "2020-01-01", "--to", "2020-01-31"], "the tables begin on 2026-08-02"),
        (
            &["--from", "2026-09-10", "--to", "2026-09-10", "--tables", "adoptoin"],
            "did you mean `adoption`?",
        ),
        (
            &["--from", "2026-09-10", "--to", "2026-09-10", "--customer", "Contosso"],
            "there is no customer `Contosso`",
        ),
    ];
    for (args, message) in cases {
        for command in ["reprocess", "plan"] {
            let said = site.uptake(command, args);
            assert_eq!(said.code, 2, "{command} {args:?}: {}", said.err);
            assert!(said.err.contains(message), "{command} {args:?}: {}", said.err);
        }
    }
    let said = site.uptake("plan", &["--customer", "Contoso"]);
    assert!(said.code == 2 && said.err.contains("`--from` and `--to`"), "{}", said.err);
}

#[test]
fn old_raw_files_are_looked_at_only_on_demand_where_the_pipeline_says_so() {
    let site = Site::with("rescan_days = 5");
    let late = site.hold_back(CORRECTED);
    site.runs(&[]);
    fs::write(site.raw().join(CORRECTED), late).unwrap();
    assert!(site.runs(&[]).out.starts_with("Nothing to do"), "an old folder was looked at");
    let found = |site: &Site| -> u64 {
        let plan = site.uptake("plan", &["--rescan"]);
        plan.out.matches(CORRECTED).count() as u64
    };
    assert!(found(&site) > 0, "--rescan finds it");
    // A file of the warehouse is missing that only old raw files can give: they are looked at
    // without being asked.
    let folder = site.path("warehouse/activity_events/received=2026-08-21");
    fs::remove_dir_all(&folder).unwrap();
    site.runs(&[]);
    assert_eq!(wrong_days(&site), BTreeSet::new());
}

#[test]
fn missing_files_of_every_table_are_made_again() {
    let site = Site::new();
    site.runs(&[]);
    for table in fs::read_dir(site.path("warehouse")).unwrap().map(|entry| entry.unwrap().path()) {
        if table.file_name().is_some_and(|name| name != ".uptake") {
            let mut files: Vec<PathBuf> = contents(&table).into_keys().collect();
            files.sort();
            fs::remove_file(table.join(&files[files.len() / 2])).unwrap();
        }
    }
    assert!(!wrong_days(&site).is_empty());
    let plan = site.plan(&[]);
    let missing = plan["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|step| step["because"].to_string().contains("missing"));
    // What came in on one day is missing whole there, and is read as new.
    assert!(missing.count() >= 7, "{plan:#}");
    site.runs(&[]);
    assert_eq!(wrong_days(&site), BTreeSet::new());
}

/// The tables of the warehouse that have a file.
fn tables_of(site: &Site) -> BTreeSet<String> {
    let first = |path: &PathBuf| path.iter().next().unwrap().to_str().unwrap().to_owned();
    site.tables().keys().map(first).collect()
}

#[test]
fn steps_in_between_that_no_source_can_fill_have_no_files_until_one_can() {
    let steps = ["snapshots", "subscription_snapshots", "customers", "support_requests", "user_names"].map(str::to_owned);
    let site = Site::new();
    let nightly = nightly();
    // Only the sign-ins.
    let source = |number: usize| nightly.match_indices("[[source]]").nth(number).unwrap().0;
    let sign_ins = format!("{}{}", &nightly[..source(1)], &nightly[nightly.find("[thresholds]").unwrap()..]);
    site.write_pipeline("", &sign_ins);
    site.runs(&[]);
    let found = tables_of(&site);
    assert!(steps.iter().all(|step| !found.contains(step)), "{found:?}");
    // What readers look for is there, with no rows.
    assert!(
        ["license_changes", "license_holdings", "rejects"]
            .iter()
            .all(|table| found.contains(*table))
    );
    let checked = site.uptake("check", &[]);
    assert_eq!(checked.code, 0, "{}{}", checked.out, checked.err);
    assert!(site.uptake("plan", &[]).out.starts_with("Nothing to do"));

    // With sources they are made, also of the days that came in before; nobody says that something
    // was lost.
    site.write_pipeline("", &nightly);
    let plan = site.uptake("plan", &[]);
    let said = plan.out + &plan.err;
    assert!(said.contains("snapshots: ") && !said.contains("missing"), "{said}");
    site.runs(&[]);
    assert_eq!(bytes(site.tables()), from_scratch().0);
    assert_eq!(site.published(), from_scratch().1);

    // A lost one is missed and made again.
    let lost = site.path("warehouse/snapshots/received=2026-08-16/part-00.parquet");
    fs::remove_file(&lost).unwrap();
    assert_eq!(site.uptake("check", &[]).code, 4);
    assert!(
        site.uptake("plan", &[])
            .out
            .contains("snapshots: 2026-08-16 (1 day), because the file was missing")
    );
    site.runs(&[]);
    assert!(lost.exists());
    assert_eq!(site.uptake("check", &[]).code, 0);

    // Without sources what is there stays, and is held to be right.
    site.write_pipeline("", &sign_ins);
    site.runs(&[]);
    assert!(tables_of(&site).contains("snapshots"));
    let checked = site.uptake("check", &[]);
    assert_eq!(checked.code, 0, "{}{}", checked.out, checked.err);
}
