//! What is known of each customer: one entry for every tenant that has events, products or
//! snapshots, or that a list names.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::kinds::Feed;
use crate::engine::health::status::facts::{AdoptionRow, Facts};
use crate::engine::health::status::gaps::gaps;
use crate::engine::health::status::value::CustomerStatus;

/// The feeds that have a day for each customer.
const FEEDS: [Feed; 4] = [Feed::Activity, Feed::LicenseChanges, Feed::LicenseHoldings, Feed::Subscriptions];

/// Every customer, by tenant; lags are counted to `reference`.
pub fn customers(facts: &Facts, reference: Day) -> Vec<CustomerStatus> {
    let adoption: BTreeMap<Guid, &AdoptionRow> = facts.adoption.iter().map(|row| (row.tenant, row)).collect();
    let tenants: BTreeSet<Guid> = facts
        .events
        .keys()
        .chain(adoption.keys())
        .chain(facts.latest.keys().map(|(_, tenant)| tenant))
        .chain(facts.listed.keys())
        .copied()
        .collect();
    let of = |tenant: Guid| {
        let row = adoption.get(&tenant);
        let snapshot = row.and_then(|row| row.seats_snapshot_day);
        let events = facts.events.get(&tenant);
        let latest: BTreeMap<&'static str, Option<Day>> = FEEDS
            .iter()
            .map(|feed| (feed.name(), latest(facts, row.copied(), *feed, tenant)))
            .collect();
        CustomerStatus {
            tenant_id: tenant.to_string(),
            name: facts.listed.get(&tenant).filter(|name| !name.is_empty()).cloned(),
            is_listed: facts.listed.contains_key(&tenant),
            lag_days: latest
                .iter()
                .map(|(feed, day)| (*feed, day.map(|day| i64::from(reference.0 - day.0))))
                .collect(),
            latest_days: latest
                .into_iter()
                .map(|(feed, day)| (feed, day.map(|day| day.to_string())))
                .collect(),
            window_days_covered: row.map(|row| row.window_days_covered),
            activity_source: row.and_then(|row| row.activity_source).map(|source| source.name().to_owned()),
            window_complete: row.map(|row| row.window_complete),
            seats_snapshot_day: snapshot.map(|day| day.to_string()),
            seats_snapshot_age_days: snapshot.map(|day| i64::from(reference.0 - day.0)),
            days_without_data: events.map(|events| gaps(events, reference)).unwrap_or_default(),
            users_known_by_name: facts.by_name.get(&tenant).copied().unwrap_or(0),
        }
    };
    tenants.into_iter().map(of).collect()
}

/// The last day of which a feed says something about a customer. A snapshot in force may be older
/// than what came in lately.
fn latest(facts: &Facts, row: Option<&AdoptionRow>, feed: Feed, tenant: Guid) -> Option<Day> {
    let known = facts.latest.get(&(feed, tenant)).copied();
    match feed {
        Feed::Activity => facts.events.get(&tenant).and_then(|days| days.keys().next_back().copied()),
        Feed::Subscriptions => known.max(row.and_then(|row| row.seats_snapshot_day)),
        _ => known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kinds::ActivitySource;

    fn row(tenant: u128, sku: u128) -> AdoptionRow {
        AdoptionRow {
            tenant: Guid(tenant),
            sku: Guid(sku),
            seats_sold: Some(10),
            seats_assigned: 4,
            window_days_covered: 19,
            activity_source: Some(ActivitySource::Logs),
            window_complete: false,
            seats_snapshot_day: Some(Day(80)),
        }
    }

    #[test]
    fn every_tenant_that_anything_names_is_a_customer() {
        let facts = Facts {
            days: Some((Day(0), Day(99))),
            events: [(Guid(1), BTreeMap::from([(Day(97), 3), (Day(98), 4)]))].into(),
            adoption: vec![row(2, 7)],
            latest: [((Feed::LicenseHoldings, Guid(3)), Day(95))].into(),
            listed: [(Guid(4), "Contoso".to_owned()), (Guid(1), String::new())].into(),
            by_name: [(Guid(1), 5)].into(),
            ..Facts::default()
        };
        let found = customers(&facts, Day(99));
        let tenants: Vec<String> = found.iter().map(|of| of.tenant_id.clone()).collect();
        assert_eq!(tenants, [1, 2, 3, 4].map(|tenant| Guid(tenant).to_string()));
        assert_eq!(
            found.iter().map(|of| (of.is_listed, of.name.as_deref())).collect::<Vec<_>>(),
            [(true, None), (false, None), (false, None), (true, Some("Contoso"))]
        );
        assert_eq!((found[0].lag_days["activity"], found[0].users_known_by_name), (Some(1), 5));
        assert_eq!(found[0].days_without_data.len(), 1);
        assert_eq!(found[1].lag_days["subscriptions"], Some(19));
        assert_eq!((found[1].window_days_covered, found[1].window_complete), (Some(19), Some(false)));
        assert_eq!(found[2].lag_days["license_holdings"], Some(4));
        assert!(found[3].lag_days.values().all(Option::is_none) && found[3].window_complete.is_none());
    }
}
