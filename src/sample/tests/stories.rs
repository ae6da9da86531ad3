//! Every story happens in the small sample.

use super::*;
use crate::domain::day::Day;
use crate::sample::customer::portfolio;

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
    // And hardly anybody at the customer that bought too much.
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
    // Graph is the resource, and only the client tells the workload.
    assert!(
        small.sign_ins(|record| {
            record["properties"]["resourceId"] == "00000003-0000-0000-c000-000000000000"
                && record["properties"]["appId"] == "1fec8e78-bce4-4aaf-ab1b-5451cc387264"
        }) > 0
    );
    // A date of a clock two hours east.
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
fn terms_end_all_over_the_year_and_some_of_them_soon() {
    let small = &*SMALL;
    let last = small.summary.last_day;
    // The last list of each tenant.
    let lists: BTreeMap<&str, &Value> = small
        .subscriptions
        .iter()
        .map(|(path, page)| (path.split('/').nth(1).unwrap(), page))
        .collect();
    let ends: Vec<Day> = lists
        .values()
        .flat_map(|page| page["value"].as_array().unwrap())
        .filter(|one| one["status"] == "Enabled" && one["isTrial"] == false)
        .map(|one| Day::parse(&one["nextLifecycleDateTime"].as_str().unwrap()[..10]).unwrap())
        .collect();
    assert!(ends.iter().all(|day| *day > last && *day <= last.plus(366)), "{ends:?}");
    let quarters: BTreeSet<i32> = ends.iter().map(|day| (day.0 - last.0) / 92).collect();
    assert_eq!(quarters.len(), 4, "{ends:?}");
    let soon = ends.iter().filter(|day| **day <= last.plus(90)).count();
    assert!((3..ends.len() / 2).contains(&soon), "{ends:?}");
}

#[test]
fn accounts_of_some_holders_are_disabled_from_a_day_on() {
    let small = &*SMALL;
    let disabled = |day: &str| {
        let pages = small.users.iter().filter(|(path, _)| path.contains(day));
        let users = pages.flat_map(|(_, page)| page["value"].as_array().unwrap().clone());
        let disabled: Vec<Value> = users.filter(|user| user["accountEnabled"] == false).collect();
        disabled
    };
    assert!(disabled("/2026-08-05/").is_empty());
    let found = disabled("/2026-09-30/");
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|user| !user["assignedLicenses"].as_array().unwrap().is_empty()));
}

#[test]
fn every_product_in_the_catalogue_that_costs_something_has_a_price() {
    let list = facts::price_list();
    let free = [facts::POWER_BI_FREE, facts::FLOW_FREE, facts::UNKNOWN];
    for (sku, product) in facts::SKUS.iter().enumerate() {
        let is_listed = list.lines().any(|line| line.starts_with(&format!("{},", product.part_number)));
        assert_eq!(is_listed, !free.contains(&sku), "{}", product.part_number);
    }
}
