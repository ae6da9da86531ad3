//! Proves that the rows of a frame rise strictly in the key: sorted, and no key twice.

use std::cmp::Ordering;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Date32Type, Int64Type, TimestampMicrosecondType, UInt32Type};
use arrow::record_batch::RecordBatch;

use crate::warehouse::contract::Contract;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::values;

/// Goes through the key column by column; of every pair of neighbours that the columns so far leave equal, the next one decides.
pub fn check_order(contract: &Contract, frame: &RecordBatch) -> Result<(), WarehouseError> {
    let mut equal: Vec<usize> = (1..frame.num_rows()).collect();
    for at in 0..contract.key_width() {
        if let Some(row) = keep_equal(frame.column(at), &mut equal) {
            return Err(broken(contract, frame, row, "rows that are not sorted"));
        }
    }
    match equal.first() {
        Some(row) if contract.key_width() > 0 => Err(broken(contract, frame, *row, "twice the same key")),
        _ => Ok(()),
    }
}

fn broken(contract: &Contract, frame: &RecordBatch, row: usize, what: &str) -> WarehouseError {
    WarehouseError::Contract(format!(
        "table `{}` has {what} at row {row}{}",
        contract.name,
        values::key(contract, frame, row)
    ))
}

/// Keeps those of `rows` whose cell equals the one before; gives the first whose cell is less.
fn keep_equal(column: &ArrayRef, rows: &mut Vec<usize>) -> Option<usize> {
    let nulls = column.logical_nulls();
    let is_null = |row: usize| nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
    // Null comes first.
    let order = |row: usize, values: &dyn Fn(usize, usize) -> Ordering| match (is_null(row - 1), is_null(row)) {
        (false, false) => values(row - 1, row),
        (before, now) => now.cmp(&before),
    };
    let mut keep = |values: &dyn Fn(usize, usize) -> Ordering| {
        let mut falls = None;
        rows.retain(|&row| {
            let order = order(row, values);
            if order.is_gt() && falls.is_none() {
                falls = Some(row);
            }
            order.is_eq()
        });
        falls
    };
    match column.data_type() {
        DataType::Utf8 => {
            let texts = column.as_string::<i32>();
            keep(&|a, b| texts.value(a).cmp(texts.value(b)))
        }
        DataType::Dictionary(..) => {
            let dictionary = column.as_dictionary::<UInt32Type>();
            let (keys, texts) = (dictionary.keys().values(), dictionary.values().as_string::<i32>());
            keep(&|a, b| {
                if keys[a] == keys[b] {
                    Ordering::Equal
                } else {
                    texts.value(keys[a] as usize).cmp(texts.value(keys[b] as usize))
                }
            })
        }
        DataType::Int64 => {
            let values = column.as_primitive::<Int64Type>().values();
            keep(&|a, b| values[a].cmp(&values[b]))
        }
        DataType::Date32 => {
            let values = column.as_primitive::<Date32Type>().values();
            keep(&|a, b| values[a].cmp(&values[b]))
        }
        DataType::Timestamp(..) => {
            let values = column.as_primitive::<TimestampMicrosecondType>().values();
            keep(&|a, b| values[a].cmp(&values[b]))
        }
        DataType::Boolean => {
            let values = column.as_boolean();
            keep(&|a, b| values.value(a).cmp(&values.value(b)))
        }
        _ => None,
    }
}
