//! Reads one raw file: what it holds, and what the warehouse notes of it.

use crate::domain::kinds::Feed;
use crate::engine::ingest_task::Reading;
use crate::engine::raw::Digesting;
use crate::engine::raw_open::OpenFault;
use crate::engine::received::{FileEvents, FileSink, Found, Gathered};
use crate::engine::side_by_side;
use crate::pipeline::settings::Settings;
use crate::pipeline::source::Source;
use crate::sources::record::{FileContext, FileCounts, Reason};
use crate::stages::raw_files;
use crate::stages::snapshots::SnapshotFile;

/// Reads a raw file for one of its sources into `gathered`. Whatever is wrong with it becomes rejects.
pub fn read(gathered: &mut Gathered, reading: &Reading<'_>, settings: &Settings) {
    let Reading {
        file, facts, format, how, ..
    } = reading;
    let source = &settings.sources[reading.source];
    let context = FileContext::of(*facts, &settings.rules.zone, &settings.rules.catalogue);
    let mut sink = FileSink::new(gathered, &file.path, &source.id, &context, &settings.user_ids);
    sink.wants_names = source.tells_names;
    let mut counts = FileCounts::default();
    let mut content = String::new();
    let opened = if file.leads_out {
        Err(Reason::LinkOutOfInput)
    } else {
        Digesting::open(file).map_err(|fault| match fault {
            OpenFault::LeadsOut => Reason::LinkOutOfInput,
            OpenFault::Unreadable(_) => Reason::UnreadableFile,
        })
    };
    match opened {
        Err(reason) => sink.whole_file_reject(&mut counts, reason),
        Ok(reader) => {
            let (found, digest) = side_by_side::read((source.feed, *format), file, reader, &mut sink);
            counts = found;
            content = digest.map(|digest| digest.to_string()).unwrap_or_default();
        }
    }
    let mut found = sink.into_found();
    if !found.events.days.is_empty() {
        gathered.file_events.push(FileEvents {
            path: file.path.clone(),
            days: std::mem::take(&mut found.events.days),
        });
    }
    note_snapshots(gathered, reading, source, &found, counts.rejected > 0);
    gathered.files.push(raw_files::RawFile {
        source: source.id.clone(),
        source_file: file.path.clone(),
        feed: source.feed.name().to_owned(),
        format: found.chosen.unwrap_or(*format).name().to_owned(),
        content,
        reading: how.to_string(),
        bytes: file.size as i64,
        path_day: facts.day,
        records: counts.records as i64,
        accepted: counts.accepted as i64,
        rejected: counts.rejected as i64,
        not_ours: counts.not_ours as i64,
        rows: found.rows,
        first_day: found.first_day,
        last_day: found.last_day,
    });
}

/// Which snapshots the file is part of, and whether it says everything that it should.
fn note_snapshots(gathered: &mut Gathered, reading: &Reading<'_>, source: &Source, found: &Found, rejected: bool) {
    let Reading { file, facts, .. } = reading;
    if !matches!(source.feed, Feed::LicenseHoldings | Feed::Subscriptions) {
        return;
    }
    let row = |tenant_id, day, readable, announces_next| SnapshotFile {
        feed: source.feed.name().to_owned(),
        source: source.id.clone(),
        tenant_id,
        day,
        source_file: file.path.clone(),
        readable,
        rejected,
        announces_next,
    };
    gathered.snapshots.extend(
        found
            .pages
            .iter()
            .map(|(&(tenant, day), &announces_next)| row(tenant, day, true, announces_next)),
    );
    if let (Some(tenant), Some(day)) = (facts.tenant, facts.day)
        && rejected
        && !found.pages.contains_key(&(tenant, day))
    {
        gathered.snapshots.push(row(tenant, day, false, false));
    }
}
