//! What a range of N days costs: the fold of N + 27 days of facts into windows, without reading or writing files.
#![allow(clippy::unwrap_used, reason = "a benchmark ends by panicking")]

use divan::counter::ItemsCount;
use uptake::domain::day::{Day, Instant};
use uptake::domain::guid::Guid;
use uptake::domain::kinds::Evidence;
use uptake::stages::activity_28d;
use uptake::stages::activity_daily::ActivityDaily;
use uptake::stages::daily_facts::{DailyFacts, DailyFactsBuilder, Windows, marks};
use uptake::warehouse::table::Row;

fn main() {
    divan::main();
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
    bencher.counter(ItemsCount::new(days as usize)).bench(|| {
        let mut windows = Windows::before(FIRST, facts.entities.len());
        let mut rows = 0;
        for (day, active) in &facts.days {
            windows.advance(*day, active);
            if *day >= FIRST.plus(27) {
                rows += activity_28d::rows(&windows, marks(Evidence::ALL)).len();
            }
        }
        rows
    });
}
