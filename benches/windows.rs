//! What a range of N days costs: the fold of N + 27 days of facts into windows, without reading or
//! writing files; and the numbers of active users straight out of it.
//!
//! With `UPTAKE_BENCH_WAREHOUSE=<folder>` it is the days of that warehouse instead, once on all
//! threads: how long it takes to read its facts, to fold them into windows, and to count.
#![allow(clippy::unwrap_used, reason = "a benchmark ends by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant as Clock;

use divan::counter::ItemsCount;
use rayon::prelude::*;
use uptake::domain::day::{Day, Instant};
use uptake::domain::guid::Guid;
use uptake::domain::kinds::Evidence;
use uptake::stages::activity::activity_28d;
use uptake::stages::activity::activity_daily::{ACTIVITY_DAILY, ActivityDaily};
use uptake::stages::activity::window_facts::{DailyFacts, DailyFactsBuilder, FOLDED_COLUMNS, Windows, marks};
use uptake::warehouse::store::Store;
use uptake::warehouse::table::Row;

fn main() {
    match std::env::var_os("UPTAKE_BENCH_WAREHOUSE") {
        Some(folder) => of_warehouse(Path::new(&folder)),
        None => divan::main(),
    }
}

/// Reads, folds and counts all days of a warehouse, a shard after the other, the files of a shard
/// side by side.
fn of_warehouse(folder: &Path) {
    let store = Store::at(folder);
    let mut shards: BTreeMap<u32, Vec<Day>> = BTreeMap::new();
    for entry in std::fs::read_dir(folder.join(ACTIVITY_DAILY.name)).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let Some(day) = name.strip_prefix("day=").and_then(Day::parse) else {
            continue;
        };
        for file in std::fs::read_dir(entry.path()).unwrap().map(Result::unwrap) {
            let name = file.file_name().into_string().unwrap();
            let number = name.strip_prefix("part-").and_then(|name| name.strip_suffix(".parquet"));
            shards.entry(number.unwrap().parse().unwrap()).or_default().push(day);
        }
    }
    let (mut seconds, mut rows, mut counts) = ([0.0; 3], 0, 0);
    for (shard, mut days) in shards {
        days.sort_unstable();
        let start = Clock::now();
        let mut builder = DailyFactsBuilder::default();
        for some in days.chunks(32) {
            let read = |day: &Day| store.read_coded(&ACTIVITY_DAILY, (Some(*day), shard), FOLDED_COLUMNS).unwrap();
            let frames: Vec<_> = some.par_iter().map(read).collect();
            some.iter()
                .zip(&frames)
                .for_each(|(day, frames)| builder.day(*day, frames).unwrap());
        }
        let facts = builder.finish().unwrap();
        seconds[0] += start.elapsed().as_secs_f64();
        let start = Clock::now();
        rows += window_rows(&facts, facts.days[0].0);
        seconds[1] += start.elapsed().as_secs_f64();
        let start = Clock::now();
        counts += counted(&facts).len();
        seconds[2] += start.elapsed().as_secs_f64();
    }
    println!("facts read and numbered: {:.3} s", seconds[0]);
    println!("windows of {rows} rows folded, on one thread: {:.3} s", seconds[1]);
    println!("{counts} numbers of active users counted, on one thread: {:.3} s", seconds[2]);
}

/// How many windows with evidence there are on all days from `first` on.
fn window_rows(facts: &DailyFacts, first: Day) -> usize {
    let mut windows = Windows::before(facts.days[0].0, facts);
    let mut rows = 0;
    for (day, active) in &facts.days {
        windows.advance(*day, active);
        if *day >= first {
            rows += activity_28d::rows(&windows, marks(Evidence::ALL)).len();
        }
    }
    rows
}

/// Per day, tenant and workload how many users are active in the 28 days that end on the day.
fn counted(facts: &DailyFacts) -> Vec<(Day, u32, u32, u32)> {
    let workloads = facts.workloads.len();
    let mut windows = Windows::before(facts.days[0].0, facts);
    let mut counted = Vec::new();
    for (day, active) in &facts.days {
        windows.advance(*day, active);
        let mut counts = vec![0u32; facts.tenants.len() * workloads];
        for (at, entity) in facts.entities.iter().enumerate() {
            let is_active = windows.active(at, marks(Evidence::ALL)) != 0;
            counts[entity.tenant as usize * workloads + entity.workload as usize] += u32::from(is_active);
        }
        let filled = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        counted.extend(filled.map(|(at, count)| (*day, (at / workloads) as u32, (at % workloads) as u32, *count)));
    }
    counted
}

const FIRST: Day = Day(20_000);
const USERS: u128 = 2_000;
const WORKLOADS: [&str; 3] = ["exchange", "sharepoint", "teams"];

/// Two thousand users in three workloads, each active on about every second day.
fn facts(days: i32) -> DailyFacts {
    let mut builder = DailyFactsBuilder::default();
    for day in FIRST.to(FIRST.plus(days + 26)) {
        let mut rows = Vec::new();
        for user in 0..USERS {
            for (at, workload) in WORKLOADS.iter().enumerate() {
                if (user * 7 + at as u128 * 3 + day.0 as u128 * 5) % 13 < 6 {
                    rows.push(ActivityDaily {
                        tenant_id: Guid(user / 100),
                        user_id: Guid(user << 64).to_string(),
                        workload: (*workload).to_owned(),
                        interactive_sign_ins: 1,
                        non_interactive_sign_ins: 0,
                        actions: 0,
                        reports: 0,
                        guest: false,
                        first_at: Instant(0),
                        last_at: Instant(0),
                    });
                }
            }
        }
        builder.day(day, &[ActivityDaily::frame(&rows).unwrap()]).unwrap();
    }
    builder.finish().unwrap()
}

#[divan::bench(args = [1, 10, 100, 365], sample_count = 20)]
fn fold(bencher: divan::Bencher<'_, '_>, days: i32) {
    let facts = facts(days);
    bencher
        .counter(ItemsCount::new(days as usize))
        .bench(|| window_rows(&facts, FIRST.plus(27)));
}

#[divan::bench(args = [100, 365], sample_count = 20)]
fn counts(bencher: divan::Bencher<'_, '_>, days: i32) {
    let facts = facts(days);
    bencher.counter(ItemsCount::new(days as usize)).bench(|| counted(&facts).len());
}
