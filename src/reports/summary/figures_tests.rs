//! What the closing summary computes, from rows told in a line each.

use super::*;
use crate::domain::kinds::ActivitySource;
use crate::stages::measures::portfolio;

const CONTOSO: Guid = Guid(0xa);
const FABRIKAM: Guid = Guid(0xb);
const TINY: Guid = Guid(0xc);

/// A product of a customer: entitlements (`None`: before the first snapshot), active.
fn row(tenant: Guid, sku: u128, entitlements: Option<i64>, active: i64) -> Adoption {
    Adoption {
        tenant_id: tenant,
        sku_id: Guid(sku),
        seats_sold: entitlements,
        seats_sold_own: entitlements,
        seats_trial: entitlements.map(|_| 0),
        seats_lapsed: entitlements.map(|_| 0),
        seats_assigned: active,
        seats_assigned_disabled: 0,
        seats_unassigned: entitlements.map(|entitlements| (entitlements - active).max(0)),
        users_waiting: 0,
        deployment_ratio: ratio(active, entitlements),
        seats_assigned_own_prorated: None,
        entitlements_total: entitlements,
        entitlements_active: active,
        active_current: entitlements.map_or(active, |entitlements| active.min(entitlements)),
        active_moved: 0,
        active_switched: 0,
        active_lapsed: 0,
        active_trial: 0,
        active_over_assigned: 0,
        usage_ratio: ratio(active, entitlements),
        usage_ratio_adjusted: None,
        in_scope: true,
        scope_reason: None,
        window_days_covered: 28,
        activity_source: Some(ActivitySource::Logs),
        window_complete: true,
        seats_snapshot_day: entitlements.map(|_| Day(0)),
    }
}

fn day(number: i32, adoption: Vec<Adoption>) -> DayRows {
    DayRows {
        day: Day(number),
        portfolio: portfolio::build_rows(&adoption, &[], &[]).unwrap(),
        adoption,
        spend: Vec::new(),
    }
}

fn moved(now: Vec<Adoption>, before: Vec<Adoption>) -> Vec<Guid> {
    summarize(&day(128, now), Some(&day(100, before)), &BTreeMap::new(), 35)
        .movers
        .iter()
        .map(|mover| mover.tenant_id)
        .collect()
}

#[test]
fn measures_are_the_portfolios_with_their_rise() {
    let now = day(
        128,
        vec![row(CONTOSO, 1, Some(10), 12), row(FABRIKAM, 1, Some(10), 3), row(TINY, 1, None, 2)],
    );
    let before = day(100, vec![row(CONTOSO, 1, Some(10), 5), row(FABRIKAM, 1, Some(10), 5)]);
    let summary = summarize(&now, Some(&before), &BTreeMap::new(), 35);
    assert_eq!((summary.customers, summary.customers_without_seats), (3, 1));
    assert_eq!(
        summary.usage,
        Some(Measure {
            now: Share {
                part: 15,
                whole: 20,
                ratio: Some(0.75)
            },
            rise: Some(0.25)
        })
    );
    assert_eq!(summary.deployment, summary.usage);
    assert_eq!(summary.usage_adjusted.map(|measure| measure.now.part), Some(13));
}

#[test]
fn without_an_earlier_day_there_is_no_rise_and_nobody_moved() {
    let summary = summarize(&day(128, vec![row(CONTOSO, 1, Some(10), 5)]), None, &BTreeMap::new(), 35);
    assert_eq!(
        (summary.before, summary.usage.and_then(|usage| usage.rise), summary.movers.len()),
        (None, None, 0)
    );
}

#[test]
fn without_rows_or_seats_nothing_is_known() {
    let summary = summarize(
        &day(128, vec![row(CONTOSO, 1, None, 5)]),
        Some(&day(100, Vec::new())),
        &BTreeMap::new(),
        35,
    );
    assert_eq!((summary.customers, summary.usage, summary.deployment), (1, None, None));
    assert_eq!(summarize(&day(128, Vec::new()), None, &BTreeMap::new(), 35).customers, 0);
}

#[test]
fn a_customer_moves_by_the_sum_of_its_products_in_scope() {
    let excluded = Adoption {
        in_scope: false,
        ..row(CONTOSO, 3, Some(1000), 1000)
    };
    let now = vec![row(CONTOSO, 1, Some(10), 8), row(CONTOSO, 2, Some(10), 7), excluded];
    let before = vec![row(CONTOSO, 1, Some(10), 2), row(CONTOSO, 2, Some(10), 3)];
    let names = BTreeMap::from([(CONTOSO, "Contoso".to_owned())]);
    let summary = summarize(&day(128, now), Some(&day(100, before)), &names, 35);
    let (before, now) = (Share::of(5, 20), Share::of(15, 20));
    assert_eq!(
        summary.movers,
        [Mover {
            tenant_id: CONTOSO,
            name: Some("Contoso".to_owned()),
            before,
            now
        }]
    );
}

#[test]
fn who_moved_most_is_neither_tiny_nor_only_grown() {
    // Fabrikam: 50 users and 5 points; Tiny: 2 users and 100 points; Contoso: twice the size, used
    // as before.
    let now = vec![
        row(CONTOSO, 1, Some(200), 100),
        row(FABRIKAM, 1, Some(1000), 550),
        row(TINY, 1, Some(2), 2),
    ];
    let before = vec![
        row(CONTOSO, 1, Some(100), 50),
        row(FABRIKAM, 1, Some(1000), 500),
        row(TINY, 1, Some(2), 0),
    ];
    assert_eq!(moved(now, before), [FABRIKAM, TINY, CONTOSO]);
}

#[test]
fn who_fell_moved_as_well_and_who_stood_still_did_not() {
    let now = vec![
        row(CONTOSO, 1, Some(10), 1),
        row(FABRIKAM, 1, Some(10), 6),
        row(TINY, 1, Some(10), 5),
    ];
    let before = vec![
        row(CONTOSO, 1, Some(10), 9),
        row(FABRIKAM, 1, Some(10), 5),
        row(TINY, 1, Some(10), 5),
    ];
    assert_eq!(moved(now, before), [CONTOSO, FABRIKAM]);
}

#[test]
fn customers_that_are_new_gone_or_without_seats_are_not_compared() {
    let now = vec![
        row(CONTOSO, 1, Some(10), 1),
        row(FABRIKAM, 1, Some(10), 6),
        row(FABRIKAM, 2, None, 1),
    ];
    let before = vec![row(TINY, 1, Some(10), 9), row(FABRIKAM, 1, Some(10), 5)];
    assert_eq!(moved(now, before), []);
}

#[test]
fn a_window_that_was_not_complete_is_no_rise() {
    let now = vec![
        row(CONTOSO, 1, Some(10), 9),
        Adoption {
            window_complete: false,
            ..row(FABRIKAM, 1, Some(10), 6)
        },
    ];
    let before = vec![Adoption {
        window_complete: false,
        ..row(CONTOSO, 1, Some(10), 1)
    }];
    let summary = summarize(&day(128, now), Some(&day(100, before)), &BTreeMap::new(), 35);
    assert_eq!(
        (summary.movers.len(), summary.not_compared, summary.customers_incomplete),
        (0, 1, 1)
    );
}

#[test]
fn at_most_five_are_named() {
    let rows = |active: fn(i64) -> i64| {
        (1..=7i64)
            .map(|number| row(Guid(number as u128), 1, Some(100), active(number)))
            .collect()
    };
    assert_eq!(moved(rows(|number| number * 10), rows(|_| 0)), [7, 6, 5, 4, 3].map(Guid));
}

#[test]
fn a_list_in_force_is_old_from_the_day_after_its_last_good_one() {
    let taken = |tenant, taken_on| Adoption {
        seats_snapshot_day: Some(Day(taken_on)),
        ..row(tenant, 1, Some(10), 5)
    };
    let now = day(100, vec![taken(CONTOSO, 65), taken(FABRIKAM, 64), row(TINY, 1, None, 2)]);
    let names = BTreeMap::from([(FABRIKAM, "Fabrikam".to_owned())]);
    let old = summarize(&now, None, &names, 35).old_lists;
    let expected = OldList {
        tenant_id: FABRIKAM,
        name: Some("Fabrikam".to_owned()),
        snapshot_day: Day(64),
        days: 36,
    };
    assert_eq!(old, [expected]);
}
