//! The laws of the room, and that every story happens in the small sample.

#![allow(clippy::unwrap_used, reason = "a test ends by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::sync::LazyLock;

use flate2::read::GzDecoder;
use serde_json::Value;

use super::*;

/// All files below a folder, by relative path.
fn files(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(out)
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file());
    let relative = |path: &Path| path.strip_prefix(out).unwrap().to_string_lossy().into_owned();
    entries
        .map(|entry| (relative(entry.path()), std::fs::read(entry.path()).unwrap()))
        .collect()
}

/// Writes a portfolio; returns its files.
fn written(change: impl FnOnce(&mut Options)) -> (BTreeMap<String, Vec<u8>>, Summary) {
    let folder = tempfile::tempdir().unwrap();
    let mut options = Options::small(folder.path().join("out"));
    change(&mut options);
    let summary = write(&options, &mut |_| {}).unwrap();
    let files = files(&options.out);
    assert_eq!(summary.files, files.len() as u64);
    assert_eq!(summary.file_bytes, files.values().map(|bytes| bytes.len() as u64).sum::<u64>());
    (files, summary)
}

fn text(bytes: &[u8]) -> String {
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    } else {
        text.push_str(std::str::from_utf8(bytes).unwrap());
    }
    text
}

/// The small sample: the records of logs and pages with their paths, and what its run said.
struct Small {
    sign_ins: Vec<(String, Value)>,
    audits: Vec<(String, Value)>,
    users: Vec<(String, Value)>,
    subscriptions: Vec<(String, Value)>,
    customers: String,
    unreadable: usize,
    summary: Summary,
    tenants: Vec<String>,
}

static SMALL: LazyLock<Small> = LazyLock::new(|| {
    let (files, summary) = written(|_| {});
    let (mut sign_ins, mut audits, mut users, mut subscriptions) = (vec![], vec![], vec![], vec![]);
    let mut unreadable = 0;
    for (path, bytes) in files.iter().filter(|(path, _)| path.contains("tenantId=")) {
        for line in text(bytes).lines() {
            let Ok(mut record) = serde_json::from_str::<Value>(line) else {
                unreadable += 1;
                continue;
            };
            if let Some(properties) = record["properties"].as_str().map(|text| serde_json::from_str(text).unwrap()) {
                record["properties"] = properties;
            }
            let list = match path {
                path if path.contains("auditlogs") => &mut audits,
                path if path.contains("graph-users") => &mut users,
                path if path.contains("graph-subscriptions") => &mut subscriptions,
                _ => &mut sign_ins,
            };
            list.push((path.clone(), record));
        }
    }
    let options = Options::small("unused".into());
    let tenants = (0..8)
        .map(|number| stories::customer(&options, number).0.tenant.to_string())
        .collect();
    Small {
        sign_ins,
        audits,
        users,
        subscriptions,
        customers: text(&files["customers.csv"]),
        unreadable,
        summary,
        tenants,
    }
});

impl Small {
    /// How many sign-ins a rule holds for.
    fn sign_ins(&self, rule: impl Fn(&Value) -> bool) -> usize {
        self.sign_ins.iter().filter(|(_, record)| rule(record)).count()
    }

    /// The (user, product) pairs that the last page of a tenant's users lists.
    fn holders(&self, tenant: usize, sku: usize) -> BTreeSet<String> {
        let of_tenant = || self.users.iter().filter(|(path, _)| path.contains(&self.tenants[tenant]));
        let last = of_tenant().map(|(path, _)| path.rsplit('/').nth(1).unwrap()).max().unwrap();
        let rows = of_tenant()
            .filter(|(path, _)| path.contains(last))
            .flat_map(|(_, page)| page["value"].as_array().unwrap());
        let sku = facts::SKUS[sku].id.to_string();
        let holds = |user: &&Value| {
            user["assignedLicenses"]
                .as_array()
                .unwrap()
                .iter()
                .any(|held| held["skuId"].as_str().unwrap().eq_ignore_ascii_case(&sku))
        };
        rows.filter(holds).map(|user| user["id"].as_str().unwrap().to_owned()).collect()
    }

    /// The users with a sign-in that counts in the window of the last day.
    fn active(&self, tenant: usize) -> BTreeSet<String> {
        let from = self.summary.last_day.plus(-27).to_string();
        let counts = |record: &&Value| {
            let properties = &record["properties"];
            record["category"] != "ServicePrincipalSignInLogs"
                && record["tenantId"].as_str().unwrap().eq_ignore_ascii_case(&self.tenants[tenant])
                && properties["status"]["errorCode"] == 0
                && record["time"].as_str().unwrap() >= from.as_str()
        };
        let records = self.sign_ins.iter().map(|(_, record)| record).filter(counts);
        records
            .map(|record| record["properties"]["userId"].as_str().unwrap().to_ascii_lowercase())
            .collect()
    }

    /// The seats of a product on the last day, by status and trial.
    fn seats(&self, tenant: usize, sku: usize, status: &str, is_trial: bool) -> u64 {
        let last = self
            .subscriptions
            .iter()
            .filter(|(path, _)| path.contains(&self.tenants[tenant]))
            .max_by_key(|(path, _)| path.clone());
        let listed = last.unwrap().1["value"].as_array().unwrap().clone();
        let sku = facts::SKUS[sku].id.to_string();
        let these = listed
            .iter()
            .filter(|one| one["skuId"] == sku.as_str() && one["status"] == status && one["isTrial"] == is_trial);
        these.map(|one| one["totalLicenses"].as_u64().unwrap()).sum()
    }

    fn audits(&self, activity: &str) -> Vec<&Value> {
        let records = self.audits.iter().map(|(_, record)| record);
        records
            .filter(|record| record["properties"]["activityDisplayName"] == activity)
            .collect()
    }
}

#[test]
fn the_same_options_give_the_same_bytes() {
    let small = |options: &mut Options| (options.customers, options.days, options.users) = (3, 12, Some(6));
    assert_eq!(written(small), written(small));
    let other_seed = |options: &mut Options| (options.customers, options.days, options.users, options.seed) = (3, 12, Some(6), 8);
    assert_ne!(written(small).0, written(other_seed).0);
}

/// Whoever compares two versions by a sample needs the same one from both.
#[test]
fn the_small_sample_is_still_the_one_in_the_repository() {
    let kept = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample"));
    let (mut made, _) = written(|_| {});
    // The repository has a pipeline file of its own.
    assert!(made.remove("pipeline.toml").is_some());
    assert!(made.keys().eq(kept.keys()));
    for (path, bytes) in &made {
        assert!(kept[path] == *bytes, "{path}");
    }
}

#[test]
fn a_file_that_is_packed_in_parts_has_all_its_lines() {
    let large = |options: &mut Options| {
        (options.customers, options.days, options.users, options.record_bytes, options.gzip) = (1, 1, Some(100), 100_000, false);
    };
    let (plain, _) = written(large);
    let (packed, summary) = written(|options| {
        large(options);
        options.gzip = true;
    });
    assert!(plain.values().any(|content| content.len() > super::write::PACKED_AT_ONCE));
    for (path, content) in plain.iter().filter(|(path, _)| path.contains("tenantId=")) {
        assert!(text(&packed[&format!("{path}.gz")]).as_bytes() == content, "{path}");
    }
    assert_eq!(summary.raw_bytes, plain.values().map(|content| content.len() as u64).sum::<u64>());
}

#[test]
fn a_customer_does_not_depend_on_how_many_there_are() {
    let (few, _) = written(|options| (options.customers, options.days) = (3, 20));
    let (many, _) = written(|options| (options.customers, options.days) = (12, 20));
    for (path, bytes) in few.iter().filter(|(path, _)| path.contains("tenantId=")) {
        assert_eq!(many.get(path), Some(bytes), "{path}");
    }
    assert!(text(&many["customers.csv"]).starts_with(&text(&few["customers.csv"])));
}

#[test]
fn all_lines_but_the_planned_ones_are_json() {
    let small = &*SMALL;
    // The broken lines and the one that is cut; a sign-in without an id is JSON.
    let without_id = small.sign_ins(|record| record["properties"]["id"].is_null());
    assert_eq!(without_id, 1);
    assert_eq!(
        small.unreadable + without_id,
        (small.summary.unreadable_lines + small.summary.unfinished_lines) as usize
    );
    assert_eq!((small.summary.unreadable_lines, small.summary.unfinished_lines), (3, 1));
    assert!(small.sign_ins.len() > 300 * small.unreadable);
}

#[test]
fn the_small_sample_is_small() {
    let summary = &SMALL.summary;
    assert!(summary.files < 2000, "{} files", summary.files);
    assert!(summary.file_bytes < 4_000_000, "{} bytes", summary.file_bytes);
}

#[test]
fn usage_of_the_first_customer_is_about_107_percent_by_licenses_that_moved_on() {
    let small = &*SMALL;
    let (active, holders) = (small.active(0), small.holders(0, facts::E3));
    let seats = small.seats(0, facts::E3, "Enabled", false);
    let current = holders.intersection(&active).count() as u64;
    assert_eq!((holders.len() as u64, current), (seats, seats));
    let removed: Vec<_> = small
        .audits("Change user license")
        .into_iter()
        .chain(small.audits("Update user"))
        .filter(|record| {
            let changes = &record["properties"]["targetResources"][0]["modifiedProperties"][0];
            let has = |side: &str| changes[side].as_str().unwrap_or_default().contains("SkuName=SPE_E3");
            record["tenantId"] == small.tenants[0].as_str() && has("oldValue") && !has("newValue")
        })
        .collect();
    let moved = removed
        .iter()
        .filter(|record| active.contains(record["properties"]["targetResources"][0]["id"].as_str().unwrap()))
        .count();
    let ratio = (current + moved as u64) as f64 / seats as f64;
    assert!((1.06..1.09).contains(&ratio), "{current} + {moved} of {seats}");
}

#[test]
fn more_are_active_than_entitled_by_grace_by_trial_and_by_over_assignment() {
    let small = &*SMALL;
    let current = |tenant: usize, sku: usize| small.holders(tenant, sku).intersection(&small.active(tenant)).count() as u64;
    let grace = small.seats(1, facts::BUSINESS_STANDARD, "Warning", false);
    assert!(grace > 0 && current(1, facts::BUSINESS_STANDARD) > small.seats(1, facts::BUSINESS_STANDARD, "Enabled", false));
    let trial = small.seats(2, facts::BUSINESS_PREMIUM, "Enabled", true);
    assert!(trial > 0 && current(2, facts::BUSINESS_PREMIUM) > small.seats(2, facts::BUSINESS_PREMIUM, "Enabled", false));
    assert!(current(4, facts::E5) > small.seats(4, facts::E5, "Enabled", false));
    assert!(small.seats(3, facts::EXCHANGE_PLAN_1, "Suspended", false) > 0);
    // And hardly anybody at the one that bought too much.
    assert!(current(3, facts::OFFICE_E3) * 3 < small.seats(3, facts::OFFICE_E3, "Enabled", false));
}

#[test]
fn yammer_is_used_without_a_license_and_users_join_over_time() {
    let small = &*SMALL;
    let licensed: BTreeSet<&str> = small
        .audits("Change user license")
        .into_iter()
        .chain(small.audits("Update user"))
        .filter(|record| {
            record["properties"]["targetResources"][0]["modifiedProperties"][0]["newValue"]
                .as_str()
                .is_some_and(|value| value.contains("SkuId"))
        })
        .map(|record| record["properties"]["targetResources"][0]["id"].as_str().unwrap())
        .collect();
    let unlicensed = small.sign_ins(|record| {
        record["tenantId"] == small.tenants[5].as_str()
            && record["properties"]["resourceId"] == "00000005-0000-0ff1-ce00-000000000000"
            && record["properties"]["userId"].as_str().is_some_and(|user| !licensed.contains(user))
    });
    assert!(unlicensed > 5, "{unlicensed}");
    let hired = small
        .audits("Add user")
        .iter()
        .filter(|record| record["tenantId"] == small.tenants[4].as_str())
        .count();
    assert!(hired >= 8, "{hired}");
}

#[test]
fn users_are_deleted_restored_and_deleted_for_good() {
    let small = &*SMALL;
    for activity in ["Delete user", "Restore user", "Hard Delete user", "Add member to group"] {
        assert!(!small.audits(activity).is_empty(), "{activity}");
    }
    let refused = small.audits("Change user license").into_iter().chain(small.audits("Update user"));
    assert_eq!(refused.filter(|record| record["properties"]["result"] == "failure").count(), 1);
}

#[test]
fn some_changes_are_seen_in_snapshots_only() {
    let small = &*SMALL;
    let has_audit = |tenant: usize| {
        small
            .audits("Change user license")
            .iter()
            .any(|record| record["tenantId"] == small.tenants[tenant].as_str())
    };
    assert!(!has_audit(6) && !has_audit(7));
    assert_eq!(
        (
            small.holders(6, facts::BUSINESS_STANDARD).len(),
            small.holders(7, facts::BUSINESS_BASIC).len()
        ),
        (8, 3)
    );
}

#[test]
fn snapshots_are_paged_missing_and_late() {
    let small = &*SMALL;
    let has = |list: &[(String, Value)], tenant: usize| list.iter().any(|(path, _)| path.contains(&small.tenants[tenant]));
    let lists: Vec<(bool, bool)> = (0..8)
        .map(|tenant| (has(&small.users, tenant), has(&small.subscriptions, tenant)))
        .collect();
    assert_eq!(lists[5], (false, true));
    assert_eq!(lists[7], (true, false));
    assert!([0, 1, 2, 3, 4, 6].iter().all(|&tenant| lists[tenant] == (true, true)));
    assert!(
        small
            .users
            .iter()
            .any(|(path, page)| path.contains("users-1") && page["@odata.nextLink"].is_string())
    );
    assert!(
        small
            .users
            .iter()
            .all(|(path, page)| path.contains("users-1") || page["@odata.nextLink"].is_null())
    );
    let first = small
        .subscriptions
        .iter()
        .filter(|(path, _)| path.contains(&small.tenants[6]))
        .map(|(path, _)| path)
        .min()
        .unwrap();
    assert!(first.ends_with("2026-09-18.json.gz"), "{first}");
    let states: BTreeSet<&str> = small
        .users
        .iter()
        .flat_map(|(_, page)| page["value"].as_array().unwrap())
        .flat_map(|user| user["licenseAssignmentStates"].as_array().into_iter().flatten())
        .map(|state| state["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, BTreeSet::from(["Active", "ActiveWithError", "Error"]));
    assert!(!small.customers.contains(&small.tenants[6]) && small.customers.lines().count() == 8);
    assert!(small.customers.contains("\"Brassard, Fils & Cie SARL\""));
    let owners: BTreeSet<String> = small
        .subscriptions
        .iter()
        .flat_map(|(_, page)| page["value"].as_array().unwrap())
        .map(|one| one["ownerTenantId"].to_string())
        .collect();
    let (own, other) = portfolio::partners(7);
    for owner in [
        format!("\"{own}\""),
        format!("\"{other}\""),
        "null".to_owned(),
        format!("\"{}\"", small.tenants[5]),
    ] {
        assert!(owners.contains(&owner), "{owner}");
    }
}

#[test]
fn sign_ins_fail_repeat_and_come_late() {
    let small = &*SMALL;
    for error in [50126, 50140, 50034] {
        assert!(
            small.sign_ins(|record| record["properties"]["status"]["errorCode"] == error) > 0,
            "{error}"
        );
    }
    let guest = |record: &Value| {
        record["properties"]["userPrincipalName"]
            .as_str()
            .is_some_and(|name| name.contains("#EXT#"))
    };
    assert!(small.sign_ins(|record| guest(record) && record["properties"]["userType"] == "Guest") > 0);
    assert!(small.sign_ins(|record| guest(record) && record["properties"]["userType"].is_null()) > 0);
    assert!(small.sign_ins(|record| record["category"] == "ServicePrincipalSignInLogs") > 10);
    assert!(small.sign_ins(|record| record["category"] == "SignInLogs" && record["properties"]["isInteractive"] == false) > 0);
    assert!(small.sign_ins(|record| record["properties"]["isInteractive"].is_null()) > 0);
    assert!(
        small.sign_ins(|record| record["properties"]["id"]
            .as_str()
            .is_some_and(|id| id.contains(|letter: char| letter.is_ascii_uppercase())))
            > 0
    );
    let user_tenant = |record: &Value| record["properties"]["resourceTenantId"].as_str().unwrap().to_owned();
    assert!(small.sign_ins(|record| !record["tenantId"].as_str().unwrap().eq_ignore_ascii_case(&user_tenant(record))) > 0);
    // Graph as the resource, the workload only in the client.
    assert!(
        small.sign_ins(|record| {
            record["properties"]["resourceId"] == "00000003-0000-0000-c000-000000000000"
                && record["properties"]["appId"] == "1fec8e78-bce4-4aaf-ab1b-5451cc387264"
        }) > 0
    );
    // A date of two hours further east.
    assert!(
        small.sign_ins(|record| {
            let created = record["properties"]["createdDateTime"].as_str().unwrap();
            created.ends_with("+02:00") && created[..10] != record["time"].as_str().unwrap()[..10]
        }) > 0
    );
}

#[test]
fn events_arrive_twice_late_and_under_one_id() {
    let small = &*SMALL;
    let (mut copies, mut late) = (BTreeMap::<String, Vec<(&str, String)>>::new(), [0; 4]);
    for (path, record) in small.sign_ins.iter().filter(|(_, record)| record["properties"]["id"].is_string()) {
        let resource = record["properties"]["resourceId"].to_string();
        copies
            .entry(record["properties"]["id"].to_string())
            .or_default()
            .push((path, resource));
        let folder: Vec<&str> = path.split('/').collect();
        let received = Day::parse(&format!("{}-{}-{}", &folder[2][2..], &folder[3][2..], &folder[4][2..])).unwrap();
        let day = Day::parse(&record["time"].as_str().unwrap()[..10]).unwrap();
        late[(received.0 - day.0) as usize] += 1;
    }
    assert!(late[0] > 50 * late[1] && late[1] > 0 && late[2] > 0, "{late:?}");
    let pairs: Vec<_> = copies.values().flat_map(|list| list.windows(2)).collect();
    assert!(
        pairs.iter().any(|pair| pair[0].0 == pair[1].0 && pair[0].1 == pair[1].1),
        "twice in one file"
    );
    assert!(
        pairs.iter().any(|pair| pair[0].0 != pair[1].0 && pair[0].1 == pair[1].1),
        "again on the next day"
    );
    assert!(pairs.iter().any(|pair| pair[0].1 != pair[1].1), "one id, several resources");
}

#[test]
fn records_are_as_long_as_wished() {
    for size in [2_000, 6_000, 15_000] {
        let (files, _) = written(|options| (options.customers, options.days, options.users, options.record_bytes) = (1, 4, Some(6), size));
        let (mut bytes, mut lines) = (0, 0);
        for (_, content) in files
            .iter()
            .filter(|(path, _)| path.contains("signinlogs") && !path.contains("principal"))
        {
            let content = text(content);
            bytes += content.len();
            lines += content.lines().count();
        }
        let mean = bytes / lines;
        assert!((size as usize * 3 / 4..size as usize * 5 / 4).contains(&mean), "{mean} for {size}");
    }
}

#[test]
fn a_folder_with_a_sample_is_refused_and_so_is_a_setting_out_of_range() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = Options::small(folder.path().to_owned());
    (options.customers, options.days) = (1, 1);
    assert!(write(&options, &mut |_| {}).is_ok());
    assert!(matches!(write(&options, &mut |_| {}), Err(SampleError::NotEmpty { .. })));
    options.files_per_day = 25;
    assert!(matches!(
        write(&options, &mut |_| {}),
        Err(SampleError::Setting { name: "files per day", .. })
    ));
}

#[test]
fn any_portfolio_of_few_users_and_days_can_be_made_up() {
    for (customers, days, users) in [(30, 1, Some(1)), (12, 3, Some(2)), (10, 70, Some(3)), (9, 29, None)] {
        let (_, summary) = written(|options| (options.customers, options.days, options.users) = (customers, days, users));
        assert_eq!(summary.customers, customers);
    }
}

#[test]
fn any_customer_of_any_size_can_be_made_up() {
    for (number, users, seed) in (0..60).flat_map(|number| (1..60).map(move |users| (number, users, u64::from(number * users)))) {
        let options = Options {
            users: Some(users),
            seed,
            ..Options::small("unused".into())
        };
        assert!(!stories::customer(&options, number).0.users.is_empty());
    }
}
