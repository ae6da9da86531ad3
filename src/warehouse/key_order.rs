//! Checks that the rows of a frame are sorted by the key, and that no key is there twice.

use std::cmp::Ordering;

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{ArrowPrimitiveType, DataType, Date32Type, Int64Type, TimestampMicrosecondType, UInt32Type};
use arrow::record_batch::RecordBatch;

use crate::warehouse::contract::Contract;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::value_rules;

/// Checks one key column after the other. Each column decides about those pairs of neighbours that
/// are equal in all columns before it.
pub fn check_order(contract: &Contract, frame: &RecordBatch) -> Result<(), WarehouseError> {
    if codes_ascend(contract, frame) {
        return Ok(());
    }
    let mut equal: Vec<u32> = (1..frame.num_rows() as u32).collect();
    for at in 0..contract.key_width() {
        if let Some(row) = keep_equal(frame.column(at), &mut equal) {
            return Err(broken(contract, frame, row, "rows that are not sorted"));
        }
    }
    match equal.first() {
        Some(row) if contract.key_width() > 0 => Err(broken(contract, frame, *row as usize, "twice the same key")),
        _ => Ok(()),
    }
}

/// Whether each text is greater than the one before it.
pub fn is_ascending(texts: &StringArray) -> bool {
    // Most texts differ in their first eight bytes, which are compared as one number.
    let head = |text: &str| {
        let mut head = [0; 8];
        match text.as_bytes().first_chunk::<8>() {
            Some(bytes) => head = *bytes,
            None => head[..text.len()].copy_from_slice(text.as_bytes()),
        }
        u64::from_be_bytes(head)
    };
    let mut before: Option<(u64, &str)> = None;
    (0..texts.len()).all(|at| {
        let text = texts.value(at);
        let now = (head(text), text);
        before.replace(now).is_none_or(|before| before < now)
    })
}

/// Whether the key columns are codes of sorted dictionaries, and the rows are in order. Comparing
/// codes is enough then, which is much faster than comparing texts.
fn codes_ascend(contract: &Contract, frame: &RecordBatch) -> bool {
    let rows = frame.num_rows();
    if rows == 0 || contract.key_width() == 0 {
        return false;
    }
    let mut equal = vec![true; rows - 1];
    for column in &frame.columns()[..contract.key_width()] {
        let Some(coded) = column.as_dictionary_opt::<UInt32Type>() else {
            return false;
        };
        if coded.null_count() > 0 || !is_ascending(coded.values().as_string()) {
            return false;
        }
        let keys = coded.keys().values();
        let mut falls = false;
        for ((before, now), equal) in keys.iter().zip(&keys[1..]).zip(&mut equal) {
            falls |= *equal & (before > now);
            *equal &= before == now;
        }
        if falls {
            return false;
        }
    }
    !equal.contains(&true)
}

fn broken(contract: &Contract, frame: &RecordBatch, row: usize, what: &str) -> WarehouseError {
    WarehouseError::Contract(format!(
        "table `{}` has {what} at row {row}{}",
        contract.name,
        value_rules::key(contract, frame, row)
    ))
}

/// Keeps those of `rows` whose cell equals the one before it. Returns the first row whose cell is
/// less. Null comes first.
fn keep_equal(column: &ArrayRef, rows: &mut Vec<u32>) -> Option<usize> {
    let nulls = column.nulls().filter(|nulls| nulls.null_count() > 0);
    match column.data_type() {
        DataType::Utf8 => {
            let texts = column.as_string::<i32>();
            retain(rows, nulls, |a, b| texts.value(a).cmp(texts.value(b)))
        }
        DataType::Dictionary(..) => {
            let dictionary = column.as_dictionary::<UInt32Type>();
            let (keys, texts) = (dictionary.keys().values(), dictionary.values().as_string::<i32>());
            retain(rows, nulls, |a, b| {
                if keys[a] == keys[b] {
                    Ordering::Equal
                } else {
                    texts.value(keys[a] as usize).cmp(texts.value(keys[b] as usize))
                }
            })
        }
        DataType::Int64 => {
            let values = column.as_primitive::<Int64Type>().values();
            retain(rows, nulls, |a, b| values[a].cmp(&values[b]))
        }
        DataType::Date32 => {
            let values = column.as_primitive::<Date32Type>().values();
            retain(rows, nulls, |a, b| values[a].cmp(&values[b]))
        }
        DataType::Timestamp(..) => {
            let values = column.as_primitive::<TimestampMicrosecondType>().values();
            retain(rows, nulls, |a, b| values[a].cmp(&values[b]))
        }
        DataType::Boolean => {
            let values = column.as_boolean();
            retain(rows, nulls, |a, b| values.value(a).cmp(&values.value(b)))
        }
        _ => None,
    }
}

fn retain(rows: &mut Vec<u32>, nulls: Option<&NullBuffer>, order: impl Fn(usize, usize) -> Ordering) -> Option<usize> {
    let mut falls = None;
    rows.retain(|&row| {
        let row = row as usize;
        let order = match nulls.map(|nulls| (nulls.is_null(row - 1), nulls.is_null(row))) {
            None | Some((false, false)) => order(row - 1, row),
            Some((before, now)) => now.cmp(&before),
        };
        if order.is_gt() && falls.is_none() {
            falls = Some(row);
        }
        order.is_eq()
    });
    falls
}

/// Compares a cell of one frame with a cell of the same column in another frame. Null comes first.
pub fn compare(left: &ArrayRef, left_row: usize, right: &ArrayRef, right_row: usize) -> Ordering {
    match (left.is_null(left_row), right.is_null(right_row)) {
        (false, false) => {}
        (left, right) => return right.cmp(&left),
    }
    match left.data_type() {
        DataType::Utf8 => left
            .as_string::<i32>()
            .value(left_row)
            .cmp(right.as_string::<i32>().value(right_row)),
        DataType::Int64 => compare_values::<Int64Type>(left, left_row, right, right_row),
        DataType::Date32 => compare_values::<Date32Type>(left, left_row, right, right_row),
        DataType::Timestamp(..) => compare_values::<TimestampMicrosecondType>(left, left_row, right, right_row),
        DataType::Boolean => left.as_boolean().value(left_row).cmp(&right.as_boolean().value(right_row)),
        _ => Ordering::Equal,
    }
}

fn compare_values<T: ArrowPrimitiveType<Native: Ord>>(left: &ArrayRef, left_row: usize, right: &ArrayRef, right_row: usize) -> Ordering {
    let value = |column: &ArrayRef, row| column.as_primitive::<T>().value(row);
    value(left, left_row).cmp(&value(right, right_row))
}
