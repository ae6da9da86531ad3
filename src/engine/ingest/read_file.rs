//! Reads one raw file: what it holds, and what the warehouse notes of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::{Day, EARLIEST};
use crate::domain::digest::Digest;
use crate::domain::guid::Guid;
use crate::domain::kinds::Feed;
use crate::engine::ingest::collector::{FileSink, Found};
use crate::engine::ingest::gathered::{FileEvents, Gathered};
use crate::engine::ingest::notices::file_tenants;
use crate::engine::ingest::notices::file_tenants::SeveralTenants;
use crate::engine::ingest::read_large_file;
use crate::engine::ingest::reading::Reading;
use crate::engine::input::raw_file::{Digesting, Opened, RawFileFault};
use crate::pipeline::settings::Settings;
use crate::pipeline::source::Source;
use crate::sources::file_context::FileContext;
use crate::sources::read::read_in_order;
use crate::sources::record::{FileCounts, Reason};
use crate::stages::received::license_holdings::LicenseHolding;
use crate::stages::received::raw_files;
use crate::stages::received::snapshots::SnapshotFile;
use crate::stages::received::subscription_snapshots::SnapshotSubscription;
use crate::storage::error::OpenFault;

/// What the system gave of a file.
enum Given {
    /// All of it; its digest, and what it was.
    Whole(Digest, Opened),
    /// It is no file to be read: a pipe, a link out of the input folder.
    Refused(Reason),
    /// Not all of it.
    Unread(NotRead),
}

/// Why a file was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum NotRead {
    /// It is not the one that the task is about.
    #[error("{}", RawFileFault::Changed)]
    Changed,
    #[error("{0}")]
    Unreadable(String),
}

/// Reads a raw file for one of its sources into `gathered`. Whatever is wrong with it becomes
/// rejects; one that is refused is one reject. Where the system did not give all of it, what was
/// gathered of it is worth nothing, and the answer says why.
pub fn read(gathered: &mut Gathered, reading: &Reading<'_>, settings: &Settings) -> Result<(), NotRead> {
    take(gathered, reading, settings, |sink, counts| {
        let file = reading.file;
        if let Some(reason) = reading.refused {
            return Given::Refused(reason);
        }
        let unread = |why: String| Given::Unread(NotRead::Unreadable(why));
        let opened = match Digesting::open(file) {
            Ok(opened) => opened,
            Err(RawFileFault::Changed) => return Given::Unread(NotRead::Changed),
            Err(RawFileFault::Open(OpenFault::LeadsOut)) => return Given::Refused(Reason::LinkOutOfInput),
            Err(RawFileFault::Open(OpenFault::Unreadable(error))) => return unread(error.to_string()),
        };
        let feed = settings.sources[reading.source].feed;
        let is = opened.opened();
        let (found, digest) = read_large_file::read((feed, reading.format), file, opened, sink);
        *counts = found;
        match digest {
            Ok(_) if sink.is_cut() => unread("it became shorter while it was read".to_owned()),
            Ok(digest) => Given::Whole(digest, is),
            Err(why) => unread(why),
        }
    })
}

fn take(
    gathered: &mut Gathered,
    reading: &Reading<'_>,
    settings: &Settings,
    give: impl Fn(&mut FileSink<'_>, &mut FileCounts) -> Given,
) -> Result<(), NotRead> {
    let Reading {
        file, facts, format, way, ..
    } = reading;
    let source = &settings.sources[reading.source];
    let context = FileContext {
        today: reading.today,
        ..FileContext::of(*facts, &settings.rules.zone, &settings.rules.catalogue)
    };
    let (holdings, subscriptions) = (gathered.holdings.len(), gathered.subscriptions.len());
    let before = gathered.mark();
    let (content, counts, mut found) = read_in_order(&context, |context| {
        gathered.back_to(before);
        let mut sink = FileSink::new(gathered, &file.path, &source.id, context, &settings.user_ids);
        sink.wants_names = source.collects_names;
        let mut counts = FileCounts::default();
        let content = match give(&mut sink, &mut counts) {
            Given::Whole(digest, opened) => Ok((digest.to_string(), opened)),
            Given::Refused(reason) => {
                sink.whole_file_reject(&mut counts, reason);
                let is_as_found = true;
                Ok((
                    String::new(),
                    Opened {
                        size: file.size(),
                        is_as_found,
                    },
                ))
            }
            Given::Unread(why) => Err(why),
        };
        (content, counts, sink.into_found())
    });
    let (content, opened) = content?;
    if !opened.is_as_found {
        gathered.notices.replaced.push(file.path.clone());
    }
    if !found.events.days.is_empty() {
        gathered.file_events.push(FileEvents {
            path: file.path.clone(),
            days: std::mem::take(&mut found.events.days),
        });
    }
    let read_as = found.chosen.unwrap_or(*format);
    if file_tenants::warning(read_as, &context, found.tenants.count()).is_some() {
        gathered.notices.of_several_tenants.push(SeveralTenants {
            source: source.id.clone(),
            path: file.path.clone(),
            tenants: found.tenants.count(),
        });
    }
    gathered.notices.noticed.append(&mut found.noticed);
    let listed = match source.feed {
        Feed::LicenseHoldings => listed_users(&gathered.holdings[holdings..]),
        Feed::Subscriptions => listed_subscriptions(&gathered.subscriptions[subscriptions..]),
        _ => BTreeMap::new(),
    };
    note_snapshots(gathered, reading, source, (&found, &listed), counts.rejected > 0);
    gathered.files.push(raw_files::RawFile {
        source: source.id.clone(),
        source_file: file.path.clone(),
        feed: source.feed.name().to_owned(),
        format: read_as.name().to_owned(),
        content,
        reading: way.to_string(),
        bytes: opened.size as i64,
        path_day: facts.day,
        records: counts.records as i64,
        accepted: counts.accepted as i64,
        rejected: counts.rejected as i64,
        not_ours: counts.not_ours as i64,
        rows: found.rows,
        first_day: found.first_day,
        last_day: found.last_day,
        waits_until: found.waits_until,
    });
    Ok(())
}

/// How much a file lists of each snapshot.
type Listed = BTreeMap<(Guid, Day), (i64, Option<i64>)>;

/// How many users have a license.
fn listed_users(rows: &[LicenseHolding]) -> Listed {
    let holders = rows.iter().filter(|row| !row.waiting);
    let users: BTreeSet<(Guid, Day, &str)> = holders.map(|row| (row.tenant_id, row.day, row.user_id.as_str())).collect();
    let mut listed = Listed::new();
    for (tenant, day, _) in users {
        listed.entry((tenant, day)).or_default().0 += 1;
    }
    listed
}

/// How many subscriptions there are, and their seats. Of one that is listed twice the last counts.
fn listed_subscriptions(rows: &[SnapshotSubscription]) -> Listed {
    let key = |row: &'_ SnapshotSubscription| (row.tenant_id, row.snapshot_day);
    let seats: BTreeMap<_, i64> = rows.iter().map(|row| ((key(row), &row.subscription_id), row.seats)).collect();
    let mut listed = Listed::new();
    for ((snapshot, _), seats) in seats {
        let (subscriptions, sum) = listed.entry(snapshot).or_default();
        *subscriptions += 1;
        *sum = Some(sum.unwrap_or(0).saturating_add(seats));
    }
    listed
}

/// Which snapshots the file is part of, how much it lists of them, and whether it says everything
/// that it should.
fn note_snapshots(gathered: &mut Gathered, reading: &Reading<'_>, source: &Source, (found, listed): (&Found, &Listed), rejected: bool) {
    let Reading { file, facts, .. } = reading;
    if !matches!(source.feed, Feed::LicenseHoldings | Feed::Subscriptions) {
        return;
    }
    let nothing = (0, (source.feed == Feed::Subscriptions).then_some(0));
    let row = |tenant_id, day, readable, announces_next| {
        let (count, seats) = listed.get(&(tenant_id, day)).copied().unwrap_or(nothing);
        SnapshotFile {
            feed: source.feed.name().to_owned(),
            source: source.id.clone(),
            tenant_id,
            day,
            source_file: file.path.clone(),
            readable,
            rejected,
            announces_next,
            listed: Some(count),
            seats,
        }
    };
    gathered.snapshots.extend(
        found
            .pages
            .iter()
            .map(|(&(tenant, day), &announces_next)| row(tenant, day, true, announces_next)),
    );
    // A day on which nobody can have taken a snapshot has none, not even one that cannot be read.
    let can_be = |day: &Day| *day >= EARLIEST.day_utc() && reading.today.is_none_or(|today| *day <= today);
    if let (Some(tenant), Some(day)) = (facts.tenant, facts.day.filter(can_be))
        && rejected
        && !found.pages.contains_key(&(tenant, day))
    {
        gathered.snapshots.push(row(tenant, day, false, false));
    }
}
