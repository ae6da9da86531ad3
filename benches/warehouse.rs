//! Whole runs on a warehouse of a year in four shards: what it costs to find that there is nothing
//! to do, and to make N days again.
#![allow(clippy::unwrap_used, reason = "a benchmark ends by panicking")]
#![allow(clippy::disallowed_methods, reason = "a benchmark puts files where it wants")]

use std::fs;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use divan::counter::ItemsCount;
use uptake::domain::day::{Day, Instant};
use uptake::engine::events::Watch;
use uptake::engine::report::RunReport;
use uptake::engine::request::Request;
use uptake::engine::run;
use uptake::observe::record;
use uptake::pipeline::catalogue::built_in;
use uptake::pipeline::file;
use uptake::pipeline::settings::Settings;
use uptake::sample::{self, Options};
use uptake::storage;
use uptake::storage::temporary_file::TemporaryFile;
use uptake::warehouse::store::Store;

fn main() {
    divan::main();
}

const LAST: &str = "2026-09-30";
const DAYS: u32 = 365;
const SHARDS: u16 = 4;
/// The tables that one pass over the facts makes.
const PASS: [&str; 7] = [
    "activity_28d",
    "usage",
    "adoption",
    "workload_adoption",
    "customer_adoption",
    "spend",
    "next_steps",
];

struct Site {
    _folder: tempfile::TempDir,
    settings: Settings,
}

/// Twenty customers, a year, everything made and published.
fn site() -> &'static Site {
    static SITE: OnceLock<Site> = OnceLock::new();
    SITE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let raw = folder.path().join("raw");
        let options = Options {
            customers: 20,
            days: DAYS,
            last_day: Day::parse(LAST).unwrap(),
            ..Options::small(raw.clone())
        };
        sample::write(&options, &mut |_| {}).unwrap();
        let text = fs::read_to_string(raw.join("pipeline.toml")).unwrap();
        let written = file::parse(&text, &raw.join("pipeline.toml")).unwrap();
        let mut settings = written.resolve(built_in().parse().unwrap().catalogue).unwrap();
        settings.shards = SHARDS;
        let site = Site { _folder: folder, settings };
        let report = site.ask(false);
        record::write(&*storage::at(&site.settings.published), &site.settings, &report, Instant(0)).unwrap();
        site
    })
}

impl Site {
    fn ask(&self, rehearse: bool) -> RunReport {
        let store = if rehearse {
            Store::rehearsal(&self.settings.warehouse, TemporaryFile::new().unwrap())
        } else {
            Store::at(&self.settings.warehouse)
        };
        let _lock = (!rehearse).then(|| store.lock("a benchmark").unwrap());
        let request = Request::new(&self.settings, Day::parse(LAST).unwrap());
        let interrupted = AtomicBool::new(false);
        let watch = Watch {
            notify: &|_| {},
            interrupted: &interrupted,
        };
        run::run(&request, &store, &watch).unwrap()
    }

    /// Removes the last days of the tables that one pass makes.
    fn forget(&self, days: u32) {
        let last = Day::parse(LAST).unwrap();
        for table in PASS {
            for day in last.plus(1 - days as i32).to(last) {
                fs::remove_dir_all(self.settings.warehouse.join(format!("{table}/day={day}"))).unwrap();
            }
        }
    }
}

#[divan::bench(sample_count = 10)]
fn nothing_new(bencher: divan::Bencher<'_, '_>) {
    let site = site();
    bencher.bench(|| assert!(site.ask(false).is_idle()));
}

#[divan::bench(sample_count = 10)]
fn plan_of_nothing_new(bencher: divan::Bencher<'_, '_>) {
    let site = site();
    bencher.bench(|| assert!(site.ask(true).is_idle()));
}

#[divan::bench(args = [1, 10, 100, 365], sample_count = 5, sample_size = 1)]
fn days_again(bencher: divan::Bencher<'_, '_>, days: u32) {
    let site = site();
    bencher
        .counter(ItemsCount::new(days as usize))
        .with_inputs(|| site.forget(days))
        .bench_values(|()| assert!(!site.ask(false).is_idle()));
}
