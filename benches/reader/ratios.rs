//! The same records in every form that the sample writes: the time for each record, as a multiple of
//! the time that the usual form takes (of sign-ins and audit records that of diagnostic settings).
//!
//! With `UPTAKE_BENCH_FILES=FOLDER` the files are written there, too, so that other programs can read
//! the same ones (`csv_beside_duckdb.py`).
//!
//! Nothing is asserted: a ratio depends on what else a form repeats around a record.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value;
use uptake::domain::day::Day;
use uptake::domain::guid::Guid;
use uptake::domain::kinds::Feed;
use uptake::sample::forms::{Batch, FORMS, Form, rewrite, text};
use uptake::sources::Format;

use crate::files::Files;
use crate::sign_ins::{guid, texts};

/// How many records a file has, where `UPTAKE_BENCH_RECORDS` does not say it. One document of all of
/// them stays below the limit of a record.
const RECORDS: usize = 4_000;
/// Whose customers the subscriptions of Partner Center are.
const PARTNER: Guid = Guid(0xb358_faf7_4ef9_465a_875c_3d96_4f48_2cd2);
/// How long the records of sign-ins are in the usual form.
const RECORD_BYTES: u32 = 3_000;
/// A form is read for so long, and at least so often. The best time counts.
const TIME: Duration = Duration::from_millis(400);
const TIMES: u32 = 5;

/// The feeds, and the folders of their files in the sample.
const FEEDS: [(Feed, &str); 4] = [
    (Feed::Activity, "usersigninlogs"),
    (Feed::LicenseChanges, "auditlogs"),
    (Feed::LicenseHoldings, "graph-users"),
    (Feed::Subscriptions, "graph-subscriptions"),
];

/// Prints a line for each form, or for those with these names.
pub fn print(names: &[String]) {
    let folder = std::env::var_os("UPTAKE_BENCH_FILES").map(PathBuf::from);
    let count = std::env::var("UPTAKE_BENCH_RECORDS").ok().and_then(|text| text.parse().ok());
    let is_asked = |form: &Form| names.is_empty() || names.iter().any(|name| name == form.name);
    println!(
        "\n{:<17} {:<31} {:>8} {:>13} {:>10} {:>6}",
        "feed", "form", "records", "bytes/record", "ns/record", "ratio"
    );
    for (feed, sample) in FEEDS {
        let (tenant, records) = records(feed, sample, count.unwrap_or(RECORDS));
        let mut usual = None;
        for form in FORMS.iter().filter(|form| form.feed == feed && is_asked(form)) {
            let files = written(form, tenant, &records);
            if let Some(folder) = &folder {
                let name = format!("{}-{}.{}", feed.name(), form.name, form.ending);
                std::fs::write(folder.join(name), &files.contents[0]).unwrap();
            }
            let (records, nanos) = time(&files);
            let usual = *usual.get_or_insert(nanos);
            println!(
                "{:<17} {:<31} {records:>8} {:>13} {nanos:>10.0} {:>6.2}",
                feed.name(),
                form.name,
                files.bytes() / records.max(1) as usize,
                nanos / usual
            );
        }
    }
}

/// So many records of a feed as the usual form has them. Sign-ins have ids of their own.
fn records(feed: Feed, folder: &str, count: usize) -> (Guid, Vec<Value>) {
    let (tenant, texts) = texts(RECORD_BYTES, folder);
    let parts = texts.iter().flat_map(|text| rewrite::parts(feed, text.as_bytes()));
    let found: Vec<Value> = parts.flat_map(|(_, records)| records).collect();
    let all = (0..count).map(|number| {
        let mut record = found[number % found.len()].clone();
        if feed == Feed::Activity {
            record["properties"]["id"] = guid(number).into();
        }
        record
    });
    (tenant, all.collect())
}

fn written(form: &'static Form, tenant: Guid, records: &[Value]) -> Files {
    let batch = Batch {
        tenant,
        partner: PARTNER,
        day: Day(20_726),
        records,
    };
    let format = Format::for_feed(form.feed)
        .into_iter()
        .find(|format| format.name() == form.format)
        .unwrap();
    // A member of a zip file comes to its reader as a gzip file.
    let bytes = match form.ending {
        "zip" => crate::packed(&text::lines(records), "gzip"),
        _ => (form.write)(&batch).unwrap(),
    };
    Files::of(form.feed, format, tenant, vec![bytes])
}

/// How many records some files have, and the best time for one in nanoseconds.
fn time(files: &Files) -> (u64, f64) {
    let (mut best, mut records) = (Duration::MAX, 0);
    let (begin, mut times) = (Instant::now(), 0);
    while times < TIMES || begin.elapsed() < TIME {
        let began = Instant::now();
        records = crate::counts(files).records;
        best = best.min(began.elapsed());
        times += 1;
    }
    (records, best.as_nanos() as f64 / records.max(1) as f64)
}
