//! What a contract says of the columns of a table: their types, no null where none may be, counts of
//! at least 0, ratios that are numbers of at least 0. The writer checks it before it writes a file,
//! so that a wrong value never gets into a table.

use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::{max, min};
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
use arrow::record_batch::RecordBatch;

use crate::warehouse::contract::{Column, Contract, Kind, Place};
use crate::warehouse::error::WarehouseError;

/// The column that messages leave out: they end up in logs and beside the published files, where
/// no user may be named.
const USER: &str = "user_id";

/// Checks that the columns of a frame have the types of the contract. Texts may be dictionary-coded.
pub fn check_types(path: &Path, contract: &Contract, frame: &RecordBatch) -> Result<(), WarehouseError> {
    for field in frame.schema().fields() {
        let expected = contract
            .columns
            .iter()
            .find(|column| column.name == field.name())
            .map(|column| column.kind.data_type());
        let found = match field.data_type() {
            DataType::Dictionary(_, texts) => texts.as_ref(),
            found => found,
        };
        if expected.as_ref() != Some(found) {
            return Err(WarehouseError::Contract(format!(
                "`{}`: column `{}` is {}, and not what table `{}` promises",
                path.display(),
                field.name(),
                field.data_type(),
                contract.name
            )));
        }
    }
    Ok(())
}

/// Checks the values of the frame of a file, or of some of its columns.
pub fn check_values(contract: &Contract, (day, shard): Place, frame: &RecordBatch) -> Result<(), WarehouseError> {
    for column in contract.columns {
        let fault = frame.column_by_name(column.name).and_then(|values| fault(column, values));
        if let Some((row, fault)) = fault {
            let day = day.map_or_else(String::new, |day| format!(" of {day}"));
            return Err(WarehouseError::Contract(format!(
                "table `{}`{day}, shard {shard}: {fault} in column `{}` of row {row}{}",
                contract.name,
                column.name,
                key(contract, frame, row)
            )));
        }
    }
    Ok(())
}

/// The first row of a column that breaks its contract, and how. A column without a fault, which is
/// the usual case, costs one pass.
fn fault(column: &Column, values: &ArrayRef) -> Option<(usize, String)> {
    if !column.nullable && values.null_count() > 0 {
        let row = (0..values.len()).find(|row| values.is_null(*row))?;
        return Some((row, "null".to_owned()));
    }
    match column.kind {
        Kind::Count => {
            let counts = values.as_primitive_opt::<Int64Type>()?;
            min(counts).filter(|least| *least < 0)?;
            let row = (0..counts.len()).find(|row| counts.is_valid(*row) && counts.value(*row) < 0)?;
            Some((row, format!("`{}`, less than 0,", counts.value(row))))
        }
        Kind::Money => {
            let amounts = values.as_primitive_opt::<Decimal128Type>()?;
            min(amounts).filter(|least| *least < 0)?;
            let row = (0..amounts.len()).find(|row| amounts.is_valid(*row) && amounts.value(*row) < 0)?;
            Some((row, format!("`{}`, less than 0,", amounts.value_as_string(row))))
        }
        Kind::Ratio => {
            let ratios = values.as_primitive_opt::<Float64Type>()?;
            let wrong = |ratio: f64| !ratio.is_finite() || ratio < 0.0;
            // These functions sort NaN above all numbers, and NaN with a negative sign below them.
            [min(ratios), max(ratios)].into_iter().flatten().find(|ratio| wrong(*ratio))?;
            let row = (0..ratios.len()).find(|row| ratios.is_valid(*row) && wrong(ratios.value(*row)))?;
            Some((row, format!("`{}`, not a number of at least 0,", ratios.value(row))))
        }
        _ => None,
    }
}

/// The key of a row without the user, for a message.
pub fn key(contract: &Contract, frame: &RecordBatch, row: usize) -> String {
    let cells: Vec<String> = contract
        .columns
        .iter()
        .filter(|column| column.key && column.name != USER)
        .filter_map(|column| {
            let values = frame.column_by_name(column.name)?;
            let value = arrow::util::display::array_value_to_string(values, row).unwrap_or_default();
            Some(format!("{} `{value}`", column.name))
        })
        .collect();
    if cells.is_empty() {
        String::new()
    } else {
        format!(" ({})", cells.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Float64Array, Int64Array, StringArray};
    use arrow::datatypes::{Field, Schema};

    use super::*;
    use crate::domain::day::Day;
    use crate::warehouse::contract::{MadeFrom, Partition};

    const fn column(name: &'static str, kind: Kind, nullable: bool, key: bool) -> Column {
        Column {
            name,
            kind,
            nullable,
            key,
            since: 1,
            about: "for the test",
        }
    }

    const TABLE: Contract = Contract {
        name: "seats",
        version: 1,
        oldest: 1,
        partition: Partition::Day,
        sharded: false,
        made_from: MadeFrom::NOTHING,
        about: "for the test",
        columns: &[
            column("tenant_id", Kind::Text, false, true),
            column("user_id", Kind::Text, false, true),
            column("sold", Kind::Count, true, false),
            column("assigned", Kind::Count, false, false),
            column("ratio", Kind::Ratio, true, false),
        ],
    };

    fn said(sold: Option<i64>, assigned: Option<i64>, ratio: Option<f64>) -> String {
        let fields = TABLE
            .columns
            .iter()
            .map(|column| Field::new(column.name, column.kind.data_type(), true));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(vec!["one", "two"])),
            Arc::new(StringArray::from(vec!["ann", "bob"])),
            Arc::new(Int64Array::from(vec![None, sold])),
            Arc::new(Int64Array::from(vec![Some(1), assigned])),
            Arc::new(Float64Array::from(vec![None, ratio])),
        ];
        let frame = RecordBatch::try_new(Arc::new(Schema::new(fields.collect::<Vec<_>>())), columns).unwrap();
        check_values(&TABLE, (Day::parse("2026-09-30"), 0), &frame)
            .map(|()| String::new())
            .unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn values_within_the_contract_pass_also_above_one_and_null() {
        assert_eq!(said(Some(0), Some(3), Some(1.5)), "");
        assert_eq!(said(None, Some(0), None), "");
        assert_eq!(said(None, Some(0), Some(0.0)), "");
    }

    #[test]
    fn a_null_a_negative_count_and_a_ratio_that_is_no_number_are_named_without_the_user() {
        assert_eq!(
            said(None, None, None),
            "table `seats` of 2026-09-30, shard 0: null in column `assigned` of row 1 (tenant_id `two`)"
        );
        assert_eq!(
            said(Some(-2), Some(1), None),
            "table `seats` of 2026-09-30, shard 0: `-2`, less than 0, in column `sold` of row 1 (tenant_id `two`)"
        );
        for ratio in [f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.5] {
            let text = said(None, Some(1), Some(ratio));
            assert!(text.contains("not a number of at least 0, in column `ratio` of row 1"), "{text}");
        }
    }
}
