//! The laws of this room, and that every story happens in the small sample.

mod stories;

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

/// Writes a portfolio and returns its files.
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

/// The small sample: the records of logs and pages with their paths, and the summary of its run.
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
        .map(|number| crate::sample::customer::stories::customer(&options, number).0.tenant.to_string())
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
    /// Counts the sign-ins for which a rule holds.
    fn sign_ins(&self, rule: impl Fn(&Value) -> bool) -> usize {
        self.sign_ins.iter().filter(|(_, record)| rule(record)).count()
    }

    /// The (user, product) pairs of the last snapshot of a tenant's users.
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

/// Whoever compares two versions by a sample needs the same sample from both.
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
    assert!(plain.values().any(|content| content.len() > crate::sample::output::PACKED_AT_ONCE));
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
    // The broken lines and the one that is cut off. A sign-in without an id is JSON.
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
        assert!(!crate::sample::customer::stories::customer(&options, number).0.users.is_empty());
    }
}
