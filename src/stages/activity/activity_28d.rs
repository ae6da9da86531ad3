//! `activity_28d`: the 28-day window of each user and workload, for each day. Reads
//! `activity_daily` of D-27 to D.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int64Array, UInt32Array};
use arrow::record_batch::RecordBatch;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::window;
use crate::stages::activity::activity_daily::{ACTIVITY_BEFORE, ACTIVITY_DAILY};
use crate::stages::activity::window_facts::{DailyFacts, Entity, KINDS, Marks, Windows};
use crate::stages::received::activity_events::guids;
use crate::warehouse::cell::texts;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::table::{coded, frame_of, table};

table! {
    /// A user with any activity in a workload in the 28 days that end on the day. Bit 0 is the day,
    /// bit 27 is 27 days before.
    ACTIVITY_28D = "activity_28d", version 2 reads 1, Day, sharded,
        from Window [ACTIVITY_DAILY, ACTIVITY_BEFORE],
        settings [Evidence];
    Activity28d {
        @key tenant_id: Guid = "the customer",
        @key user_id: String = "who was active",
        @key workload: String = "what was used",
        active_bits: u32 = "the days that are active by the evidence that the pipeline chooses",
        interactive_bits: u32 = "the days with interactive sign-ins",
        non_interactive_bits: u32 = "the days with non-interactive sign-ins",
        action_bits: u32 = "the days with audited actions",
        [since 2] report_bits: u32 = "the days of which usage reports say so",
        active_days: i64 = "how many days are active",
        last_active_day: Option<Day> = "the latest active day; null when none is",
    }
}

/// The windows of one day before they become a frame: one vector per column, in the order of the
/// key.
#[derive(Default)]
pub struct DayOfWindows {
    entities: Vec<u32>,
    active: Vec<u32>,
    patterns: [Vec<u32>; KINDS],
}

impl DayOfWindows {
    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.entities.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entities.is_empty()
    }
}

/// Returns the windows of a day: one row for every entity that has any evidence.
pub fn rows(windows: &Windows, chosen: Marks) -> DayOfWindows {
    let of_evidence = windows.of_evidence();
    // A kind that does not occur has no patterns. Those of another kind take its place: to add them
    // twice changes nothing.
    let any = of_evidence.into_iter().find(|patterns| !patterns.is_empty()).unwrap_or_default();
    let [a, b, c, d] = of_evidence.map(|patterns| if patterns.is_empty() { any } else { patterns });
    // Every entity is written, and the next one overwrites it unless it has evidence. This needs no
    // branch.
    let mut entities = vec![0; any.len() + 1];
    let mut count = 0;
    for (entity, (((a, b), c), d)) in a.iter().zip(b).zip(c).zip(d).enumerate() {
        entities[count] = entity as u32;
        count += usize::from(a | b | c | d != 0);
    }
    entities.truncate(count);
    let patterns = of_evidence.map(|patterns| match patterns {
        [] => vec![0; count],
        patterns => entities.iter().map(|at| patterns[*at as usize]).collect(),
    });
    let active = entities.iter().map(|entity| windows.active(*entity as usize, chosen)).collect();
    DayOfWindows {
        entities,
        active,
        patterns,
    }
}

/// The distinct texts of the facts as columns. All days of a pass share them.
pub struct Texts {
    tenants: ArrayRef,
    users: ArrayRef,
    workloads: ArrayRef,
}

impl Texts {
    pub fn of(facts: &DailyFacts) -> Result<Texts, WarehouseError> {
        Ok(Texts {
            tenants: guids(facts.tenants.iter().copied())?,
            users: texts(facts.users.iter().map(String::as_str))?,
            workloads: texts(facts.workloads.iter().map(String::as_str))?,
        })
    }
}

/// Returns the frame of a day.
pub fn frame(day: Day, windows: &DayOfWindows, facts: &DailyFacts, texts: &Texts) -> Result<RecordBatch, WarehouseError> {
    let DayOfWindows {
        entities,
        active,
        patterns,
    } = windows;
    let bits = |of: &[u32]| -> ArrayRef { Arc::new(UInt32Array::from(of.to_vec())) };
    let column = |texts, number: fn(&Entity) -> u32| {
        let keys = entities.iter().map(|entity| number(&facts.entities[*entity as usize]));
        coded(UInt32Array::from_iter_values(keys), texts)
    };
    let columns: Vec<ArrayRef> = vec![
        column(&texts.tenants, |entity| entity.tenant)?,
        column(&texts.users, |entity| entity.user)?,
        column(&texts.workloads, |entity| entity.workload)?,
        bits(active),
        bits(&patterns[0]),
        bits(&patterns[1]),
        bits(&patterns[2]),
        bits(&patterns[3]),
        Arc::new(Int64Array::from_iter_values(active.iter().map(|bits| i64::from(bits.count_ones())))),
        last_days(day, active),
    ];
    frame_of(&ACTIVITY_28D, columns)
}

/// Returns the latest active day of each pattern. Usually every pattern has one, and then the
/// column needs no null bitmap.
fn last_days(day: Day, active: &[u32]) -> ArrayRef {
    let last = |bits: &u32| window::last_day(*bits, day).map(|day| day.0);
    if active.contains(&0) {
        Arc::new(active.iter().map(last).collect::<Date32Array>())
    } else {
        Arc::new(Date32Array::from_iter_values(active.iter().map(|bits| last(bits).unwrap_or(day.0))))
    }
}
