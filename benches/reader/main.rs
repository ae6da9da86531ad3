//! How fast raw files are read: bytes per second of every form on one core, and of compressed files
//! beside inflating alone; then the time for a record in every form of the sample, as a multiple of
//! that in the usual form. `ratios` as the first argument gives the latter alone, of all
//! forms or those that are named.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark ends by panicking")]
#![allow(clippy::disallowed_methods, reason = "a benchmark puts files where it is told")]

mod audited;
mod files;
mod forms;
mod other_feeds;
mod ratios;
mod sign_ins;
mod table;

use std::io::{Read, Write};

use divan::counter::BytesCount;
use uptake::domain::catalogue::Catalogue;
use uptake::domain::day::{Day, Zone};
use uptake::domain::kinds::Feed;
use uptake::sources::Format;
use uptake::sources::file_context::FileContext;
use uptake::sources::path::PathFacts;
use uptake::sources::record::{FileCounts, Position, Reason, Row, Sink, SnapshotPage};

use files::Files;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    match asked.as_slice() {
        [only, forms @ ..] if only == "ratios" => ratios::print(forms),
        [] => {
            divan::main();
            ratios::print(&[]);
        }
        _ => divan::main(),
    }
}

/// Counts what it is given.
#[derive(Default)]
struct Count {
    rows: u64,
    rejects: u64,
}

impl Sink for Count {
    fn row(&mut self, _: Position, row: Row<'_>) {
        divan::black_box(&row);
        self.rows += 1;
    }

    fn reject(&mut self, _: Position, _: Reason, _: &[u8], _: &str) {
        self.rejects += 1;
    }

    fn snapshot_page(&mut self, _: SnapshotPage) {}
}

/// Reads some files, each by itself, and returns how many rows they gave.
fn read(files: &Files) -> u64 {
    let mut sink = Count::default();
    read_into(files, &mut sink);
    assert_eq!(sink.rejects, 0, "the made-up files are sound");
    sink.rows
}

/// Reads some files, and returns what they held.
fn counts(files: &Files) -> FileCounts {
    read_into(files, &mut Count::default())
}

fn read_into(files: &Files, sink: &mut Count) -> FileCounts {
    let facts = PathFacts {
        tenant: Some(files.tenant),
        day: Some(Day(20_726)),
        ..PathFacts::default()
    };
    let context = FileContext::of(facts, &Zone::utc(), &Catalogue::default());
    let mut all = FileCounts::default();
    for bytes in &files.contents {
        let size = bytes.len() as u64;
        let counts = uptake::sources::read(files.feed, files.format, &mut bytes.as_slice(), size, &context, sink);
        all.records += counts.records;
        all.accepted += counts.accepted;
        all.rejected += counts.rejected;
        all.not_ours += counts.not_ours;
    }
    all
}

fn bench_files(bencher: divan::Bencher<'_, '_>, files: &Files) {
    assert!(read(files) > 0, "the made-up files have rows");
    bencher.counter(BytesCount::new(files.bytes())).bench(|| read(files));
}

/// Records of 2, 4 and 15 KB.
#[divan::bench(args = [2_000, 4_000, 15_000], sample_count = 30)]
fn azure_monitor_by_record_bytes(bencher: divan::Bencher<'_, '_>, record_bytes: u32) {
    bench_files(bencher, &forms::azure_monitor(&sign_ins::of_bytes(record_bytes)));
}

/// The same sign-ins (3 KB each in Azure Monitor's form) in every form, and what other feeds come
/// in.
#[divan::bench(args = forms::NAMES, sample_count = 30)]
fn form(bencher: divan::Bencher<'_, '_>, name: &str) {
    bench_files(bencher, &forms::of_name(name));
}

/// Compressed: bytes per second of what is inflated.
#[divan::bench(args = ["gzip", "zstd"], sample_count = 10)]
fn compressed(bencher: divan::Bencher<'_, '_>, codec: &str) {
    let (plain, packed) = packed_sign_ins(codec);
    bencher.counter(BytesCount::new(plain)).bench(|| read(&packed));
}

/// The same bytes inflated and not looked at: as a stream, and gzip at once by libdeflate.
#[divan::bench(args = ["gzip", "gzip at once", "zstd"], sample_count = 10)]
fn inflating_alone(bencher: divan::Bencher<'_, '_>, codec: &str) {
    let (plain, packed) = packed_sign_ins(codec);
    let mut buffer = vec![0; 128 * 1024];
    if codec == "gzip at once" {
        let mut content = vec![0; plain];
        bencher
            .counter(BytesCount::new(plain))
            .bench_local(|| inflate_at_once(&packed.contents[0], &mut content));
        return;
    }
    bencher.counter(BytesCount::new(plain)).bench_local(|| {
        let bytes = packed.contents[0].as_slice();
        let mut stream: Box<dyn Read> = match codec {
            "gzip" => Box::new(flate2::bufread::GzDecoder::new(bytes)),
            _ => Box::new(zstd::Decoder::with_buffer(bytes).unwrap()),
        };
        let mut total = 0;
        loop {
            match stream.read(&mut buffer).unwrap() {
                0 => return total,
                count => total += count,
            }
        }
    });
}

/// Inflates a gzip file of one member into memory of the size of its content.
fn inflate_at_once(file: &[u8], content: &mut [u8]) {
    use libdeflate_sys::{libdeflate_alloc_decompressor, libdeflate_free_decompressor, libdeflate_gzip_decompress};
    // SAFETY: the decompressor is allocated and freed here, and what is read and written lies
    // within the two slices.
    let result = unsafe {
        let decompressor = libdeflate_alloc_decompressor();
        assert!(!decompressor.is_null());
        let (from, to) = (file.as_ptr().cast(), content.as_mut_ptr().cast());
        let result = libdeflate_gzip_decompress(decompressor, from, file.len(), to, content.len(), std::ptr::null_mut());
        libdeflate_free_decompressor(decompressor);
        result
    };
    assert_eq!(result, 0);
}

/// How many bytes some sign-ins have, and the file that they are compressed in.
fn packed_sign_ins(codec: &str) -> (usize, Files) {
    let mut files = forms::azure_monitor(&sign_ins::of_bytes(3_000));
    let plain = files.bytes();
    files.contents = vec![packed(&files.contents[0], codec)];
    assert_eq!((files.feed, files.format), (Feed::Activity, Format::AzureMonitor));
    (plain, files)
}

/// Bytes as a compressed file.
fn packed(content: &[u8], codec: &str) -> Vec<u8> {
    match codec {
        "gzip" | "gzip at once" => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(content).unwrap();
            encoder.finish().unwrap()
        }
        _ => zstd::encode_all(content, 3).unwrap(),
    }
}
