//! `activity_28d`: for each day the windows of everybody who was active in a workload in the 28 days that end on it. Reads
//! `activity_daily` of D-27 ... D.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int64Array, UInt32Array};
use arrow::record_batch::RecordBatch;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::window;
use crate::stages::activity_events::{guids, texts};
use crate::stages::daily_facts::{DailyFacts, Entity, Marks, Windows};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::table::{coded, frame_of, table};

table! {
    /// A user with any activity in a workload in the 28 days that end on the day. Bit 0 is the day, bit 27 is 27 days before.
    ACTIVITY_28D = "activity_28d", version 1, Day, sharded;
    Activity28d {
        @key tenant_id: Guid = "the customer",
        @key user_id: String = "who was active",
        @key workload: String = "what was used",
        active_bits: u32 = "the days that are active by the evidence that the pipeline chooses",
        interactive_bits: u32 = "the days with interactive sign-ins",
        non_interactive_bits: u32 = "the days with non-interactive sign-ins",
        action_bits: u32 = "the days with audited actions",
        active_days: i64 = "how many days are active",
        last_active_day: Option<Day> = "the latest active day; null when none is",
    }
}

/// The rows of one entity's window, before they become text.
#[derive(Clone, Copy)]
pub struct WindowRow {
    entity: u32,
    active: u32,
    patterns: [u32; 3],
}

/// The rows of a day: every entity with any evidence in the window, in the order of the key.
pub fn rows(windows: &Windows, chosen: Marks) -> Vec<WindowRow> {
    let [interactive, non_interactive, action, _] = &windows.patterns;
    let mut rows = Vec::new();
    for entity in 0..interactive.len() {
        let patterns = [interactive[entity], non_interactive[entity], action[entity]];
        if patterns[0] | patterns[1] | patterns[2] != 0 {
            rows.push(WindowRow {
                entity: entity as u32,
                active: windows.active(entity, chosen),
                patterns,
            });
        }
    }
    rows
}

/// The texts of the facts as columns have them: shared by all days of a pass.
pub struct Texts {
    tenants: ArrayRef,
    users: ArrayRef,
    workloads: ArrayRef,
}

impl Texts {
    pub fn of(facts: &DailyFacts) -> Texts {
        Texts {
            tenants: guids(facts.tenants.iter().copied()),
            users: texts(facts.users.iter().map(String::as_str)),
            workloads: texts(facts.workloads.iter().map(String::as_str)),
        }
    }
}

/// The rows of a day as a frame of the table.
pub fn frame(day: Day, rows: &[WindowRow], facts: &DailyFacts, texts: &Texts) -> Result<RecordBatch, WarehouseError> {
    let entity = |row: &WindowRow| facts.entities[row.entity as usize];
    let bits = |of: fn(&WindowRow) -> u32| -> ArrayRef { Arc::new(UInt32Array::from_iter_values(rows.iter().map(of))) };
    let column = |texts, number: fn(Entity) -> u32| coded(rows.iter().map(|row| Some(number(entity(row)))), texts);
    let columns: Vec<ArrayRef> = vec![
        column(&texts.tenants, |entity| entity.tenant)?,
        column(&texts.users, |entity| entity.user)?,
        column(&texts.workloads, |entity| entity.workload)?,
        bits(|row| row.active),
        bits(|row| row.patterns[0]),
        bits(|row| row.patterns[1]),
        bits(|row| row.patterns[2]),
        Arc::new(Int64Array::from_iter_values(
            rows.iter().map(|row| i64::from(row.active.count_ones())),
        )),
        Arc::new(
            rows.iter()
                .map(|row| window::last_day(row.active, day).map(|day| day.0))
                .collect::<Date32Array>(),
        ),
    ];
    frame_of(&ACTIVITY_28D, columns)
}
