//! A made-up portfolio, built fact by fact. Every fact is a file of its own unless a test says
//! otherwise.

use crate::domain::catalogue::Product;
use crate::domain::day::{Day, Instant, MICROS_PER_HOUR};
use crate::domain::guid::Guid;
use crate::domain::kinds::{Action, Evidence, Feed};
use crate::domain::rules::Rules;
use crate::domain::subscription::{Renewal, Seller, State};
use crate::reference::{Inputs, Tables, compute};
use crate::sources::file_context::FileContext;
use crate::sources::path::PathFacts;
use crate::sources::record::{
    Activity, FileCounts, Holding, LicenseChange, Position, Reason, Row, Sink, SnapshotPage, SoldBy, Subscription,
};

pub const TENANT: Guid = Guid(0xa);
pub const OTHER: Guid = Guid(0xb);
pub const PARTNER: Guid = Guid(0xff);
/// Has exchange and teams.
pub const OFFICE: Guid = Guid(0x1);
/// Has teams.
pub const TEAMS: Guid = Guid(0x2);
/// Has yammer, and is out of scope.
pub const FREE: Guid = Guid(0x3);
/// Has no workload.
pub const VISIO: Guid = Guid(0x4);
/// Has yammer.
pub const SOCIAL: Guid = Guid(0x5);

/// Day `number` of the test calendar.
pub fn day(number: i32) -> Day {
    Day(20_000 + number)
}

/// That hour (UTC) of the day.
pub fn at(number: i32, hour: i64) -> Instant {
    Instant(day(number).start_utc().0 + hour * MICROS_PER_HOUR)
}

/// (user, SKU, assigned, removed, source) of an assignment, days as numbers of the test calendar.
pub type Assigned = (String, Guid, Option<i32>, Option<i32>, &'static str);

pub const FIRST: Position = Position { line: 1, record: 0 };

pub struct World {
    pub inputs: Inputs,
    pub rules: Rules,
    files: usize,
}

impl World {
    pub fn new() -> World {
        let mut rules = Rules::standard();
        rules.partner_tenant = Some(PARTNER);
        let skus: [(Guid, &str, &[&str]); 5] = [
            (OFFICE, "OFFICE", &["exchange", "teams"]),
            (TEAMS, "TEAMS", &["teams"]),
            (FREE, "FREE", &["yammer"]),
            (VISIO, "VISIO", &[]),
            (SOCIAL, "SOCIAL", &["yammer"]),
        ];
        for (sku, name, workloads) in skus {
            let workloads = workloads.iter().map(|&workload| workload.to_owned()).collect();
            rules.catalogue.products.insert(
                sku,
                Product {
                    part_number: name.to_owned(),
                    name: name.to_owned(),
                    workloads,
                    ..Product::default()
                },
            );
        }
        for workload in ["exchange", "teams", "yammer"] {
            rules.catalogue.apps.insert(format!("{workload}-app"), workload.to_owned());
        }
        rules.catalogue.excluded.insert(FREE, "free".to_owned());
        World {
            inputs: Inputs::default(),
            rules,
            files: 0,
        }
    }

    pub fn context(&self, tenant: Option<Guid>, day: Option<Day>) -> FileContext {
        let facts = PathFacts {
            tenant,
            day,
            ..PathFacts::default()
        };
        FileContext::of(facts, &self.rules.zone, &self.rules.catalogue)
    }

    /// A file of one row.
    fn one(&mut self, feed: Feed, row: Row<'_>) {
        self.files += 1;
        let (path, context) = (format!("file-{:05}", self.files), self.context(None, None));
        let mut sink = self.inputs.file(feed, 0, &path, day(0), &context);
        sink.row(FIRST, row);
        sink.finish(&FileCounts {
            records: 1,
            accepted: 1,
            ..FileCounts::default()
        });
    }

    pub fn activity(&mut self, activity: Activity<'_>) {
        self.one(Feed::Activity, Row::Activity(activity));
    }

    /// A successful interactive sign-in of a member, at noon.
    pub fn sign_in(&mut self, user: &str, workload: &str, number: i32) {
        self.sign_in_of(TENANT, user, workload, number);
    }

    pub fn sign_in_of(&mut self, tenant: Guid, user: &str, workload: &str, number: i32) {
        let (id, app) = (format!("{user}-{workload}-{number}"), format!("{workload}-app"));
        self.activity(Activity {
            tenant,
            ..sign_in(&id, user, &app, at(number, 12))
        });
    }

    pub fn change(&mut self, user: &str, sku: Guid, action: Action, moment: Instant) {
        self.change_of(TENANT, user, sku, action, moment);
    }

    pub fn change_of(&mut self, tenant: Guid, user: &str, sku: Guid, action: Action, moment: Instant) {
        let sku = (!matches!(action, Action::Deleted | Action::Restored)).then_some(sku);
        let id = format!("{action}-{}", moment.0);
        self.one(
            Feed::LicenseChanges,
            Row::LicenseChange(LicenseChange {
                tenant,
                user_id: user,
                sku,
                at: moment,
                action,
                event_id: &id,
            }),
        );
    }

    /// A page of the tenant's holdings.
    pub fn page(&mut self, path: &str, number: i32, listed: &[(&str, Guid)], announces_next: bool, rejects: u64) {
        let day = day(number);
        let context = self.context(Some(TENANT), Some(day));
        let mut sink = self.inputs.file(Feed::LicenseHoldings, 0, path, day, &context);
        for &(user_id, sku) in listed {
            sink.row(
                FIRST,
                Row::Holding(Holding {
                    tenant: TENANT,
                    day,
                    user_id,
                    sku,
                    account_enabled: None,
                    waiting: false,
                }),
            );
        }
        if rejects > 0 {
            sink.reject(FIRST, Reason::BrokenJson, b"{", "");
        }
        sink.snapshot_page(SnapshotPage {
            tenant: TENANT,
            day,
            announces_next,
        });
        sink.finish(&FileCounts {
            rejected: rejects,
            ..FileCounts::default()
        });
    }

    /// A complete snapshot of (user, whether the account is enabled, whether the user waits) and one
    /// SKU.
    pub fn accounts(&mut self, number: i32, sku: Guid, listed: &[(&str, Option<bool>, bool)]) {
        let day = day(number);
        let context = self.context(Some(TENANT), Some(day));
        let path = format!("accounts-{number}");
        let mut sink = self.inputs.file(Feed::LicenseHoldings, 0, &path, day, &context);
        for &(user_id, account_enabled, waiting) in listed {
            let holding = Holding {
                tenant: TENANT,
                day,
                user_id,
                sku,
                account_enabled,
                waiting,
            };
            sink.row(FIRST, Row::Holding(holding));
        }
        sink.snapshot_page(SnapshotPage {
            tenant: TENANT,
            day,
            announces_next: false,
        });
        sink.finish(&FileCounts::default());
    }

    /// A complete snapshot of the tenant's holdings, in one page.
    pub fn holdings(&mut self, number: i32, listed: &[(&str, Guid)]) {
        self.page(&format!("holdings-{number}"), number, listed, false, 0);
    }

    /// A snapshot of subscriptions: (id, SKU, seats, state), all of them ours and paid.
    pub fn sold(&mut self, tenant: Guid, number: i32, listed: &[(&str, Guid, i64, State)]) {
        let rows: Vec<Subscription<'_>> = listed.iter().map(|&(id, sku, seats, state)| ours(id, sku, seats, state)).collect();
        self.subscriptions(0, tenant, number, &rows);
    }

    /// A snapshot of subscriptions of one source.
    pub fn subscriptions(&mut self, source: usize, tenant: Guid, number: i32, listed: &[Subscription<'_>]) {
        self.files += 1;
        let (path, context) = (
            format!("subscriptions-{:05}", self.files),
            self.context(Some(tenant), Some(day(number))),
        );
        let mut sink = self.inputs.file(Feed::Subscriptions, source, &path, day(number), &context);
        for (line, row) in (1..).zip(listed) {
            sink.row(
                Position { line, record: 0 },
                Row::Subscription(Subscription {
                    tenant,
                    day: day(number),
                    ..*row
                }),
            );
        }
        sink.snapshot_page(SnapshotPage {
            tenant,
            day: day(number),
            announces_next: false,
        });
        sink.finish(&FileCounts::default());
    }

    pub fn tables(&self, first: i32, last: i32) -> Tables {
        compute(&self.inputs, &self.rules, day(first), day(last))
    }

    /// All assignments.
    pub fn assigned(&self) -> Vec<Assigned> {
        let number = |day: Option<Day>| day.map(|day| day.0 - 20_000);
        let rows = self.tables(1, 0).assignments.into_iter();
        rows.map(|(key, row)| {
            (
                key.user_id,
                key.sku_id,
                number(key.assigned_day),
                number(row.removed_day),
                row.source.name(),
            )
        })
        .collect()
    }
}

pub fn sign_in<'a>(event_id: &'a str, user_id: &'a str, resource_id: &'a str, at: Instant) -> Activity<'a> {
    Activity {
        tenant: TENANT,
        event_id,
        user_id,
        app_id: "client",
        resource_id,
        interactive: Some(true),
        at,
        succeeded: true,
        guest: false,
        foreign_resource: false,
        agent: false,
        named_workload: None,
        evidence: Evidence::Interactive,
    }
}

/// A paid subscription that we sold; tenant and day are those of its snapshot.
pub fn ours(subscription_id: &str, sku: Guid, seats: i64, state: State) -> Subscription<'_> {
    let sold_by = SoldBy::Seller(Seller::Own);
    Subscription {
        tenant: TENANT,
        day: day(0),
        subscription_id,
        sku,
        seats,
        state,
        is_trial: false,
        sold_by,
        ends_on: None,
        renewal: Renewal::default(),
    }
}
