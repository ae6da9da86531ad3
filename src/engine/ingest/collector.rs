//! Takes what a reader finds in one raw file, or in a part of one, to what the files of its
//! partition hold.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Hasher};
use crate::domain::guid::Guid;
use crate::domain::user_ids::UserIds;
use crate::engine::ingest::gathered::Gathered;
use crate::engine::ingest::notices::file_notices::MOST_NOTICES;
use crate::engine::ingest::notices::file_tenants::FileTenants;
use crate::sources::file_context::FileContext;
use crate::sources::record::{Activity, FileCounts, Notice, Position, Reason, Row, Sink, SnapshotPage, SoldBy, UserName};
use crate::sources::{Choice, Format};
use crate::stages::people::user_names::UserNameRow;
use crate::stages::received::customers::Customer;
use crate::stages::received::license_changes::LicenseChange;
use crate::stages::received::license_holdings::LicenseHolding;
use crate::stages::received::reject_excerpt::{Ids, excerpt};
use crate::stages::received::rejects::{CountedRejects, MOST_ROWS, Rejected};
use crate::stages::received::subscription_snapshots::SnapshotSubscription;
use crate::stages::received::support_requests::SupportRequest;

/// What was found in one file, or in a part of one.
#[derive(Default)]
pub struct Found {
    pub rows: i64,
    pub rejects: u64,
    /// Whether a reader did not get what there should have been.
    pub is_cut: bool,
    /// What `auto` made of it.
    pub chosen: Option<Format>,
    pub first_day: Option<Day>,
    pub last_day: Option<Day>,
    /// Per snapshot whether its last page announces another.
    pub pages: BTreeMap<(Guid, Day), bool>,
    pub events: EventCounts,
    /// Whose events they are.
    pub tenants: FileTenants,
    /// The earliest day of a snapshot that had not come yet.
    pub waits_until: Option<Day>,
    /// What its readers noticed.
    pub noticed: BTreeSet<Notice>,
    /// What is counted only of its rejects.
    pub rest: CountedRejects,
}

/// Counts events per day; most events of a file are of the day of the one before.
#[derive(Default)]
pub struct EventCounts {
    pub days: BTreeMap<Day, u64>,
    current: Option<(Day, u64)>,
}

impl EventCounts {
    fn add(&mut self, day: Day) {
        match &mut self.current {
            Some((of, count)) if *of == day => *count += 1,
            _ => {
                self.finish();
                self.current = Some((day, 1));
            }
        }
    }

    fn finish(&mut self) {
        if let Some((day, count)) = self.current.take() {
            *self.days.entry(day).or_default() += count;
        }
    }
}

/// Takes the findings of one file.
pub struct FileSink<'a> {
    gathered: &'a mut Gathered,
    file: &'a str,
    source: &'a str,
    pub wants_names: bool,
    /// Whose names the file has told already, and of which day.
    names: HashSet<Digest>,
    number: u32,
    pub context: &'a FileContext,
    user_ids: &'a UserIds,
    found: Found,
}

impl<'a> FileSink<'a> {
    /// What a source finds in a file goes to `gathered`.
    pub fn new(
        gathered: &'a mut Gathered,
        file: &'a str,
        source: &'a str,
        context: &'a FileContext,
        user_ids: &'a UserIds,
    ) -> FileSink<'a> {
        let number = gathered.events.file(file);
        FileSink {
            gathered,
            file,
            source,
            wants_names: false,
            names: HashSet::new(),
            number,
            context,
            user_ids,
            found: Found::default(),
        }
    }

    /// A sink for a part of the file, whose findings go to `gathered`.
    pub fn part<'p>(&self, gathered: &'p mut Gathered) -> FileSink<'p>
    where
        'a: 'p,
    {
        let mut part = FileSink::new(gathered, self.file, self.source, self.context, self.user_ids);
        part.wants_names = self.wants_names;
        part
    }

    /// Takes what was found in the next part of the file, which has no more rejects as rows than
    /// are left to the file.
    pub fn join(&mut self, gathered: Gathered, part: Found) {
        self.found.rest.append(part.rest);
        *self.gathered = std::mem::take(self.gathered).append(gathered);
        self.found.rows += part.rows;
        self.found.rejects += part.rejects;
        self.found.is_cut |= part.is_cut;
        part.waits_until.into_iter().for_each(|day| self.too_early(day));
        part.first_day.into_iter().chain(part.last_day).for_each(|day| self.about(day));
        for (day, count) in part.events.days {
            *self.found.events.days.entry(day).or_default() += count;
        }
        self.found.tenants.append(part.tenants);
        part.noticed.into_iter().for_each(|notice| self.noticed(notice));
    }

    /// Whether a reader did not get what there should have been.
    pub fn is_cut(&self) -> bool {
        self.found.is_cut
    }

    /// What was found in the whole file.
    pub fn into_found(mut self) -> Found {
        self.gathered.rejects.push_rest(self.source, self.file, &self.found.rest);
        self.found.events.finish();
        self.found
    }

    /// What was found in a part of the file.
    pub fn into_part(mut self) -> Found {
        self.found.events.finish();
        self.found
    }

    fn about(&mut self, day: Day) {
        self.found.first_day = Some(self.found.first_day.map_or(day, |first| first.min(day)));
        self.found.last_day = Some(self.found.last_day.map_or(day, |last| last.max(day)));
    }

    pub fn whole_file_reject(&mut self, counts: &mut FileCounts, reason: Reason) {
        *counts = FileCounts {
            records: 1,
            rejected: 1,
            ..FileCounts::default()
        };
        self.reject(Position { line: 0, record: 0 }, reason, b"", "");
    }
}

/// How many rejects of a file are rows of their own that come after so many.
pub fn most_rows_after(rejects: u64) -> u64 {
    MOST_ROWS.saturating_sub(rejects)
}

/// What becomes of ids in the excerpts of rejects.
pub fn ids_in_excerpts(user_ids: &UserIds) -> Ids {
    match user_ids {
        UserIds::Plain => Ids::Kept,
        UserIds::Pseudonymous(_) => Ids::Masked,
    }
}

impl Sink for FileSink<'_> {
    fn row(&mut self, at: Position, row: Row<'_>) {
        self.found.rows += 1;
        match row {
            Row::Activity(activity) => {
                let day = activity.day(&self.context.zone);
                self.about(day);
                self.found.events.add(day);
                self.found.tenants.add(activity.tenant);
                let activity = Activity {
                    user_id: &self.user_ids.stored(activity.tenant, activity.user_id),
                    ..activity
                };
                self.gathered.events.push(&activity, day, self.number, at.line, at.record);
            }
            Row::LicenseChange(change) => {
                let day = self.context.zone.day_of(change.at);
                self.about(day);
                self.gathered.changes.push(LicenseChange {
                    tenant_id: change.tenant,
                    user_id: self.user_ids.stored(change.tenant, change.user_id).into_owned(),
                    sku_id: change.sku.map_or_else(String::new, |sku| sku.to_string()),
                    event_time: change.at,
                    action: change.action,
                    event_id: change.event_id.to_owned(),
                    day,
                    source_file: self.file.to_owned(),
                    source_line: at.line as i64,
                });
            }
            Row::Holding(holding) => {
                self.about(holding.day);
                self.gathered.holdings.push(LicenseHolding {
                    tenant_id: holding.tenant,
                    day: holding.day,
                    user_id: self.user_ids.stored(holding.tenant, holding.user_id).into_owned(),
                    sku_id: holding.sku,
                    source_file: self.file.to_owned(),
                    account_enabled: holding.account_enabled,
                    waiting: holding.waiting,
                });
            }
            Row::Subscription(subscription) => {
                self.about(subscription.day);
                let (owner, seller) = match subscription.sold_by {
                    SoldBy::Owner(owner) => (Some(owner.to_owned()), None),
                    SoldBy::Seller(seller) => (None, Some(seller)),
                };
                self.gathered.subscriptions.push(SnapshotSubscription {
                    source: self.source.to_owned(),
                    tenant_id: subscription.tenant,
                    snapshot_day: subscription.day,
                    subscription_id: subscription.subscription_id.to_owned(),
                    source_file: self.file.to_owned(),
                    source_line: at.line as i64,
                    source_record: i64::from(at.record),
                    sku_id: subscription.sku,
                    seats: subscription.seats,
                    state: subscription.state,
                    is_trial: subscription.is_trial,
                    owner_tenant_id: owner,
                    seller,
                    ends_on: subscription.ends_on,
                    created_on: subscription.renewal.created_on,
                    renews_on: subscription.renewal.renews_on,
                    term: subscription.renewal.term,
                    auto_renew: subscription.renewal.auto_renew,
                });
            }
            Row::SupportRequest(request) => {
                self.about(self.context.zone.day_of(request.opened_at));
                self.gathered.support_requests.push(SupportRequest {
                    tenant_id: request.tenant,
                    request_id: request.request_id.to_owned(),
                    source_file: self.file.to_owned(),
                    source_line: at.line as i64,
                    source_record: i64::from(at.record),
                    opened_at: request.opened_at,
                    topic: request.topic.to_owned(),
                });
            }
            Row::Customer(customer) => self.gathered.customers.push(Customer {
                tenant_id: customer.tenant,
                source_file: self.file.to_owned(),
                source_line: at.line as i64,
                name: customer.name.to_owned(),
                domain: customer.domain.to_owned(),
                country: customer.country.to_owned(),
                segment: customer.segment.to_owned(),
                left_on: customer.left_on,
            }),
        }
    }

    fn reject(&mut self, at: Position, reason: Reason, raw: &[u8], detail: &str) {
        self.found.is_cut |= reason == Reason::UnreadableFile;
        if self.found.rejects < MOST_ROWS {
            let excerpt = &excerpt(raw, ids_in_excerpts(self.user_ids));
            let rejected = Rejected {
                at,
                reason,
                excerpt,
                detail,
            };
            self.gathered.rejects.push(self.source, self.file, &rejected);
        } else {
            self.found.rest.add(reason, at, 1);
        }
        self.found.rejects += 1;
    }

    fn chosen(&mut self, choice: &Choice) {
        self.found.chosen = Some(choice.format);
    }

    fn wants_names(&self) -> bool {
        self.wants_names
    }

    fn user_name(&mut self, name: UserName<'_>) {
        let day = name.seen.day(&self.context.zone);
        let told = Hasher::new()
            .text(name.name_id)
            .text(name.user_id)
            .number(i64::from(day.0))
            .finish();
        if self.names.insert(told) {
            self.gathered.names.push(UserNameRow {
                tenant_id: name.tenant,
                name_id: self.user_ids.stored(name.tenant, name.name_id).into_owned(),
                user_id: self.user_ids.stored(name.tenant, name.user_id).into_owned(),
                day: Some(day),
                source: self.source.to_owned(),
                source_file: self.file.to_owned(),
            });
        }
    }

    fn too_early(&mut self, day: Day) {
        self.found.waits_until = Some(self.found.waits_until.map_or(day, |known| known.min(day)));
    }

    fn noticed(&mut self, notice: Notice) {
        if self.found.noticed.len() < MOST_NOTICES {
            self.found.noticed.insert(notice);
        }
    }

    fn snapshot_page(&mut self, page: SnapshotPage) {
        self.about(page.day);
        self.found.pages.insert((page.tenant, page.day), page.announces_next);
    }
}
