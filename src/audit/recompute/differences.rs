//! Compares the stored rows of a table with the rows that were computed a second time, cell by
//! cell.

use std::cmp::Ordering;
use std::fmt::Write;

use arrow::array::{Array, ArrayRef};
use arrow::record_batch::RecordBatch;
use arrow::util::display::array_value_to_string;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::audit::findings::{Bounded, day_as_text};
use crate::domain::day::Day;
use crate::warehouse::contract::Contract;
use crate::warehouse::key_order::compare;

/// This column is left out of messages, because they end up in logs.
const USER: &str = "user_id";

/// A cell that differs or, without a column, a row that only one side has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub table: &'static str,
    /// The partition.
    #[serde(serialize_with = "day_as_text")]
    pub day: Option<Day>,
    /// The columns of the key.
    pub key: Map<String, Value>,
    /// The position of the stored row among those of its customer and day, from 0.
    pub row: Option<usize>,
    pub column: Option<&'static str>,
    /// Null also if there is no such row.
    pub stored: Option<String>,
    pub recomputed: Option<String>,
}

impl Difference {
    /// Describes the difference. `with_users` says whether the text may contain ids of users.
    pub fn words(&self, with_users: bool) -> String {
        let mut text = format!("`{}`", self.table);
        if let Some(day) = self.day {
            let _ = write!(text, " of {day}");
        }
        for (name, value) in self.key.iter().filter(|(name, _)| with_users || *name != USER) {
            let _ = match value.as_str() {
                Some(value) => write!(text, ", {name} `{value}`"),
                None => write!(text, ", {name} null"),
            };
        }
        if let Some(row) = self.row.filter(|_| !with_users && self.key.contains_key(USER)) {
            let _ = write!(text, ", row {row} of the customer");
        }
        let shown = |value: &Option<String>| value.as_ref().map_or("null".to_owned(), |value| format!("`{value}`"));
        let _ = match (self.column, self.row) {
            (Some(column), _) => write!(
                text,
                ": `{column}` is {}, computed again it is {}",
                shown(&self.stored),
                shown(&self.recomputed)
            ),
            (None, Some(_)) => write!(text, ": the row is there, computed again it is not"),
            (None, None) => write!(text, ": there is no such row, computed again there is"),
        };
        text
    }
}

/// Returns the differences between the rows of a table. Both frames have the columns of the
/// contract and are sorted by key.
pub fn between(contract: &Contract, day: Option<Day>, stored: &RecordBatch, recomputed: &RecordBatch) -> Bounded<Difference> {
    let mut found = Bounded::default();
    if stored.columns() == recomputed.columns() {
        return found;
    }
    let table = Between {
        contract,
        day,
        stored,
        recomputed,
    };
    let (mut left, mut right) = (0, 0);
    while left < stored.num_rows() || right < recomputed.num_rows() {
        match table.order(left, right) {
            Ordering::Less => {
                found.push(table.difference(Some(left), right, None));
                left += 1;
            }
            Ordering::Greater => {
                found.push(table.difference(None, right, None));
                right += 1;
            }
            Ordering::Equal => {
                for at in contract.key_width()..contract.columns.len() {
                    if !same(stored.column(at), left, recomputed.column(at), right) {
                        found.push(table.difference(Some(left), right, Some(at)));
                    }
                }
                left += 1;
                right += 1;
            }
        }
    }
    found
}

struct Between<'a> {
    contract: &'a Contract,
    day: Option<Day>,
    stored: &'a RecordBatch,
    recomputed: &'a RecordBatch,
}

impl Between<'_> {
    /// Compares two rows by key. A side that is at its end comes last.
    fn order(&self, left: usize, right: usize) -> Ordering {
        match (left < self.stored.num_rows(), right < self.recomputed.num_rows()) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            _ => (0..self.contract.key_width())
                .map(|at| compare(self.stored.column(at), left, self.recomputed.column(at), right))
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal),
        }
    }

    fn difference(&self, left: Option<usize>, right: usize, column: Option<usize>) -> Difference {
        let (frame, row) = match left {
            Some(left) => (self.stored, left),
            None => (self.recomputed, right),
        };
        let key = self.contract.columns.iter().take(self.contract.key_width()).enumerate();
        let cell = |frame: &RecordBatch, row| column.and_then(|at| shown(frame.column(at), row));
        Difference {
            table: self.contract.name,
            day: self.day,
            key: key
                .map(|(at, column)| (column.name.to_owned(), json!(shown(frame.column(at), row))))
                .collect(),
            row: left,
            column: column.map(|at| self.contract.columns[at].name),
            stored: left.and_then(|left| cell(self.stored, left)),
            recomputed: if column.is_some() { cell(self.recomputed, right) } else { None },
        }
    }
}

fn same(left: &ArrayRef, left_row: usize, right: &ArrayRef, right_row: usize) -> bool {
    left.slice(left_row, 1) == right.slice(right_row, 1)
}

/// Returns a cell as text, or `None` for null.
fn shown(column: &ArrayRef, row: usize) -> Option<String> {
    column.is_valid(row).then(|| array_value_to_string(column, row).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::guid::Guid;
    use crate::stages::measures::usage::{USAGE, Usage};
    use crate::warehouse::table::Row;

    fn usage(workload: &str, active: i64, ratio: Option<f64>) -> Usage {
        Usage {
            tenant_id: Guid(1),
            sku_id: Guid(2),
            workload: workload.to_owned(),
            entitlements_total: ratio.map(|_| 4),
            entitlements_active: active,
            active_current: active,
            active_moved: 0,
            active_switched: 0,
            active_lapsed: 0,
            active_trial: 0,
            active_over_assigned: 0,
            usage_ratio: ratio,
            usage_ratio_adjusted: ratio,
        }
    }

    fn texts(stored: &[Usage], recomputed: &[Usage]) -> Vec<String> {
        let frame = |rows: &[Usage]| Usage::frame(rows).unwrap();
        let found = between(&USAGE, Day::parse("2026-09-30"), &frame(stored), &frame(recomputed));
        assert_eq!(found.count, found.shown.len() as u64);
        let row = "`usage` of 2026-09-30, tenant_id `00000000-0000-0000-0000-000000000001`, \
                   sku_id `00000000-0000-0000-0000-000000000002`, workload ";
        found.shown.iter().map(|one| one.words(true).replace(row, "")).collect()
    }

    #[test]
    fn equal_rows_differ_in_nothing() {
        let rows = [usage("exchange", 1, Some(0.25)), usage("teams", 2, None)];
        assert!(texts(&rows, &rows).is_empty());
        assert!(texts(&[], &[]).is_empty());
    }

    #[test]
    fn every_cell_that_differs_is_told_with_both_values() {
        let stored = [usage("exchange", 1, Some(0.25)), usage("teams", 2, None)];
        let recomputed = [usage("exchange", 1, Some(0.5)), usage("teams", 3, None)];
        assert_eq!(
            texts(&stored, &recomputed),
            [
                "`exchange`: `usage_ratio` is `0.25`, computed again it is `0.5`",
                "`exchange`: `usage_ratio_adjusted` is `0.25`, computed again it is `0.5`",
                "`teams`: `entitlements_active` is `2`, computed again it is `3`",
                "`teams`: `active_current` is `2`, computed again it is `3`",
            ]
        );
        let no_seats = texts(&[usage("teams", 2, Some(0.5))], &[usage("teams", 2, None)]);
        assert_eq!(no_seats[0], "`teams`: `entitlements_total` is `4`, computed again it is null");
    }

    #[test]
    fn rows_of_one_side_are_told_as_such() {
        let stored = [usage("exchange", 1, None), usage("teams", 2, None)];
        let recomputed = [usage("sharepoint", 1, None), usage("teams", 2, None), usage("yammer", 1, None)];
        assert_eq!(
            texts(&stored, &recomputed),
            [
                "`exchange`: the row is there, computed again it is not",
                "`sharepoint`: there is no such row, computed again there is",
                "`yammer`: there is no such row, computed again there is",
            ]
        );
    }
}
