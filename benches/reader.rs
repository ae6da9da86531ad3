//! How fast sign-ins are read: bytes per second of the azure-monitor reader on one core, for records of 2, 4 and 15 KB.
#![allow(clippy::unwrap_used, reason = "a benchmark ends by panicking")]

use divan::counter::BytesCount;
use uptake::domain::day::Zone;
use uptake::domain::kinds::Feed;
use uptake::sources::Format;
use uptake::sources::record::{FileContext, Position, Reason, Row, Sink, SnapshotPage};

fn main() {
    divan::main();
}

/// Counts what it is given.
#[derive(Default)]
struct Count {
    rows: u64,
}

impl Sink for Count {
    fn row(&mut self, _: Position, row: Row<'_>) {
        divan::black_box(&row);
        self.rows += 1;
    }

    fn reject(&mut self, _: Position, _: Reason, _: &[u8]) {}

    fn snapshot_page(&mut self, _: SnapshotPage) {}
}

/// The non-interactive sign-ins of a made-up customer, one after the other.
fn sign_ins(record_bytes: u32) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let mut options = uptake::sample::Options::small(folder.path().to_path_buf());
    options.customers = 1;
    options.days = 20;
    options.gzip = false;
    options.record_bytes = record_bytes;
    uptake::sample::write(&options, &mut |_| {}).unwrap();
    let mut files: Vec<_> = walkdir::WalkDir::new(folder.path().join("insights-logs-noninteractiveusersigninlogs"))
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| std::fs::read(entry.path()).unwrap())
        .collect();
    files.iter_mut().for_each(|file| file.push(b'\n'));
    files.concat()
}

#[divan::bench(args = [2_000, 4_000, 15_000])]
fn azure_monitor_sign_ins(bencher: divan::Bencher<'_, '_>, record_bytes: u32) {
    let bytes = sign_ins(record_bytes);
    let context = FileContext {
        tenant: None,
        day: None,
        received_until: None,
        zone: Zone::utc(),
        offers: std::sync::Arc::default(),
    };
    bencher.counter(BytesCount::new(bytes.len())).bench(|| {
        let mut sink = Count::default();
        let size = bytes.len() as u64;
        uptake::sources::read(
            Feed::Activity,
            Format::AzureMonitor,
            &mut bytes.as_slice(),
            size,
            &context,
            &mut sink,
        );
        sink.rows
    });
}
