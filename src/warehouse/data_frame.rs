//! Hands frames over to Polars and takes them back. Polars joins and sums small frames; everything
//! else is done with Arrow. The two libraries have types of their own for the same bytes, and the
//! Arrow C data interface is what both of them speak: a column is handed over as pointers, with a
//! function that frees what they point to. Texts are copied, and amounts of money, which Polars has
//! as whole numbers of ten-thousandths.
//!
//! Polars groups rows in no fixed order and adds fractions in whatever order is fastest. Whoever
//! uses it sorts before writing, and adds fractions with [`added_in_order`].

use std::any::Any;
use std::mem::transmute;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, Int64Array, make_array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type, Field, FieldRef, Int64Type, Schema, TimeUnit, TimestampMicrosecondType};
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use polars::prelude::{
    Column, CompatLevel, DataFrame, Expr, IntoColumn, LazyFrame, NULL, PolarsError, PolarsResult, Series, apply_multiple, col, lit,
};
use polars_arrow::ffi::{ArrowArray, ArrowSchema, export_array_to_c, export_field_to_c, import_array_from_c, import_field_from_c};

use crate::warehouse::contract::{self, Contract, Kind};
use crate::warehouse::error::WarehouseError;

/// Hands rows over to Polars.
pub fn of(rows: &RecordBatch) -> Result<DataFrame, WarehouseError> {
    let schema = rows.schema();
    let columns = schema.fields().iter().zip(rows.columns());
    let columns = columns.map(|(field, values)| handed_over(field.name(), values));
    Ok(DataFrame::new(rows.num_rows(), columns.collect::<Result<_, WarehouseError>>()?)?)
}

/// Hands rows over with the types that somebody calculates with who asks in SQL: amounts are
/// decimals, bits are whole numbers with a sign, so that a difference can be below 0, and instants
/// are in UTC without saying so, since they are compared with times that name no zone.
pub fn for_questions(rows: &RecordBatch) -> Result<DataFrame, WarehouseError> {
    let column = |(field, values): (&FieldRef, &ArrayRef)| {
        let values: ArrayRef = match values.data_type() {
            DataType::UInt32 => cast(values, &DataType::Int64)?,
            DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => {
                let instants = values.as_primitive::<TimestampMicrosecondType>().clone();
                Arc::new(instants.with_timezone_opt::<&str>(None))
            }
            _ => values.clone(),
        };
        imported(field.name(), &values)
    };
    let schema = rows.schema();
    let columns = schema.fields().iter().zip(rows.columns()).map(column);
    Ok(DataFrame::new(rows.num_rows(), columns.collect::<Result<_, WarehouseError>>()?)?)
}

/// How many questions that somebody wrote Polars is at work on.
static QUESTIONS: AtomicUsize = AtomicUsize::new(0);

/// Whether Polars is at work on a question that somebody wrote. A panic in any thread is part of the
/// answer then, and needs no message of its own.
pub fn is_answering() -> bool {
    QUESTIONS.load(Ordering::Relaxed) > 0
}

/// Hands a question that somebody wrote to Polars. A panic of Polars, which has not every type and
/// function of SQL, is an error here.
pub fn answered<T>(work: impl FnOnce() -> PolarsResult<T>) -> Result<T, WarehouseError> {
    QUESTIONS.fetch_add(1, Ordering::Relaxed);
    let answer = catch_unwind(AssertUnwindSafe(work));
    QUESTIONS.fetch_sub(1, Ordering::Relaxed);
    Ok(answer.unwrap_or_else(|panic| Err(refused(&*panic)))?)
}

/// Carries out a query that somebody wrote.
pub fn collected(query: LazyFrame) -> Result<DataFrame, WarehouseError> {
    answered(|| on_a_thread_of_its_own(|| query.collect()))
}

/// Takes rows back with the types that Polars gives them.
pub fn rows_of(rows: &DataFrame) -> Result<RecordBatch, WarehouseError> {
    let columns = rows.columns().iter().map(taken_back).collect::<Result<Vec<ArrayRef>, _>>()?;
    let field = |(column, values): (&Column, &ArrayRef)| Field::new(column.name().as_str(), values.data_type().clone(), true);
    let fields: Vec<Field> = rows.columns().iter().zip(&columns).map(field).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows.height()));
    Ok(RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)?)
}

/// What a panic says.
fn refused(panic: &(dyn Any + Send)) -> PolarsError {
    let said = panic.downcast_ref::<String>().map(String::as_str);
    let said = said
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("nothing is known of why");
    PolarsError::InvalidOperation(format!("Polars cannot answer this: {said}").into())
}

/// Carries a query out and takes back the columns of a contract, in its order and with its types.
pub fn collect(query: LazyFrame, contract: &Contract) -> Result<RecordBatch, WarehouseError> {
    let rows = on_a_thread_of_its_own(|| query.collect())?;
    let schema = contract.schema();
    let column = |column: &contract::Column| {
        let values = taken_back(rows.column(column.name)?)?;
        match column.kind {
            Kind::Money => Ok(Arc::new(amounts(&cast(&values, &DataType::Int64)?)) as ArrayRef),
            kind => Ok(cast(&values, &kind.data_type())?),
        }
    };
    let columns = contract
        .columns
        .iter()
        .map(column)
        .collect::<Result<Vec<ArrayRef>, WarehouseError>>()?;
    Ok(RecordBatch::try_new(schema, columns)?)
}

/// Polars has threads of its own. A thread of Rayon that waits for them would begin other tasks in
/// the meantime, one on top of the other, until its stack is full. A plain thread just waits.
fn on_a_thread_of_its_own<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// A query with the columns of a contract, in its order. Those that it lacks are null.
pub fn with_all_columns(mut query: LazyFrame, contract: &Contract) -> Result<LazyFrame, WarehouseError> {
    let there = query.collect_schema()?;
    let column = |column: &contract::Column| match there.contains(column.name) {
        true => col(column.name),
        false => lit(NULL).cast(type_of(column.kind)).alias(column.name),
    };
    Ok(query.select(contract.columns.iter().map(column).collect::<Vec<Expr>>()))
}

/// The sum of the fractions of each group in the order of its rows, so that equal rows give equal
/// bits. Null counts as nothing.
pub fn added_in_order(fractions: Expr) -> Expr {
    let sum = |columns: &mut [Column]| {
        let fractions = columns[0].f64()?;
        let sum = fractions.iter().flatten().fold(0.0, |sum, fraction| sum + fraction);
        Ok(Series::from_iter([sum]).with_name(fractions.name().clone()).into_column())
    };
    apply_multiple(sum, [fractions], |_, fields| Ok(fields[0].clone()), true)
}

/// Amounts out of the whole numbers that they are to Polars.
fn amounts(numbers: &ArrayRef) -> Decimal128Array {
    let amounts = numbers.as_primitive::<Int64Type>().iter().map(|number| number.map(i128::from));
    amounts.collect::<Decimal128Array>().with_data_type(Kind::Money.data_type())
}

/// The type that Polars has for a column.
fn type_of(kind: Kind) -> polars::prelude::DataType {
    use polars::prelude::{DataType, TimeUnit};
    match kind {
        Kind::Text => DataType::String,
        Kind::Count | Kind::Money => DataType::Int64,
        Kind::Bits => DataType::UInt32,
        Kind::Flag => DataType::Boolean,
        Kind::Day => DataType::Date,
        Kind::Instant => DataType::Datetime(TimeUnit::Microseconds, None),
        Kind::Ratio => DataType::Float64,
    }
}

fn handed_over(name: &str, values: &ArrayRef) -> Result<Column, WarehouseError> {
    if let Some(amounts) = values.as_primitive_opt::<Decimal128Type>() {
        // Amounts are whole numbers to Polars: ten-thousandths.
        let numbers: Int64Array = amounts.iter().map(|amount| amount.map(|amount| amount as i64)).collect();
        return handed_over(name, &(Arc::new(numbers) as ArrayRef));
    }
    imported(name, values)
}

fn imported(name: &str, values: &ArrayRef) -> Result<Column, WarehouseError> {
    // Polars knows more types only where its features say so. Without them it panics.
    let (DataType::Utf8
    | DataType::Int64
    | DataType::Boolean
    | DataType::Date32
    | DataType::Float64
    | DataType::Timestamp(TimeUnit::Microsecond, None)
    | DataType::Decimal128(..)) = values.data_type()
    else {
        let kind = values.data_type();
        return Err(WarehouseError::Contract(format!(
            "`{name}` is of type {kind}, which is not handed to Polars"
        )));
    };
    let (array, schema) = to_ffi(&values.to_data())?;
    // SAFETY: both types are the same struct of the C data interface, `repr(C)` with the fields that
    // the interface fixes. `transmute` moves the value, so it is released once: by its new owner.
    let array = unsafe { transmute::<FFI_ArrowArray, ArrowArray>(array) };
    // SAFETY: as for the array.
    let schema = unsafe { transmute::<FFI_ArrowSchema, ArrowSchema>(schema) };
    // SAFETY: `to_ffi` made the schema, and its `release` has not been called.
    let field = unsafe { import_field_from_c(&schema) }?;
    // SAFETY: `to_ffi` made the array for this schema. Its buffers live until its new owner calls
    // `release`.
    let array = unsafe { import_array_from_c(array, field.dtype) }?;
    Ok(Series::from_arrow(name.into(), array)?.into_column())
}

fn taken_back(column: &Column) -> Result<ArrayRef, WarehouseError> {
    let array = column.as_materialized_series().rechunk().to_arrow(0, CompatLevel::newest());
    let field = polars_arrow::datatypes::Field::new(column.name().clone(), array.dtype().clone(), true);
    let (array, schema) = (export_array_to_c(array), export_field_to_c(&field));
    // SAFETY: as in `handed_over`: the same struct, moved.
    let array = unsafe { transmute::<ArrowArray, FFI_ArrowArray>(array) };
    // SAFETY: as for the array.
    let schema = unsafe { transmute::<ArrowSchema, FFI_ArrowSchema>(schema) };
    // SAFETY: Polars exported both of them from one array, and nothing has released them.
    let data = unsafe { from_ffi(array, &schema) }?;
    Ok(make_array(data))
}

#[cfg(test)]
mod tests {
    use polars::prelude::{IntoLazy, SortMultipleOptions, col};

    use super::*;
    use crate::domain::day::Day;
    use crate::warehouse::table::{Row, table};

    table! {
        /// A row with every type that is handed over.
        SAMPLES = "samples", version 1, Whole, single;
        Sample {
            @key name: Option<String> = "a text",
            count: Option<i64> = "a count",
            share: Option<f64> = "a fraction",
            flag: Option<bool> = "a flag",
            day: Option<Day> = "a day",
        }
    }

    fn sample(name: &str, count: i64, share: f64) -> Sample {
        Sample {
            name: Some(name.to_owned()),
            count: Some(count),
            share: Some(share),
            flag: Some(count > 1),
            day: Some(Day(count as i32)),
        }
    }

    #[test]
    fn rows_come_back_as_they_were_handed_over_nulls_and_slices_too() {
        let nothing = Sample {
            name: None,
            count: None,
            share: None,
            flag: None,
            day: None,
        };
        let long = "a text that is longer than the twelve bytes that a view holds itself";
        let rows = [
            sample("a", 1, 0.5),
            nothing,
            sample(long, 2, f64::MIN_POSITIVE),
            sample("", 3, -0.0),
        ];
        let frame = Sample::frame(&rows).unwrap();
        for (from, some) in [(0, 4), (1, 2), (3, 1), (2, 0)] {
            let slice = frame.slice(from, some);
            let back = collect(of(&slice).unwrap().lazy(), &SAMPLES).unwrap();
            drop(slice.clone());
            assert_eq!(back, slice);
            assert_eq!(Sample::rows(&back).unwrap(), rows[from..from + some]);
        }
    }

    #[test]
    fn fractions_are_added_in_the_order_of_the_rows() {
        // 300 fractions, whose sum depends on the order in which they are added.
        let fractions: Vec<f64> = (1..=300).map(|number| 1.0 / f64::from(number)).collect();
        let rows: Vec<Sample> = fractions.iter().zip(0..).map(|(share, at)| sample("a", at, *share)).collect();
        let expected = fractions.iter().fold(0.0, |sum, share| sum + share);
        assert_ne!(expected, fractions.iter().rev().fold(0.0, |sum, share| sum + share));
        let query = of(&Sample::frame(&rows).unwrap()).unwrap().lazy();
        let query = query.sort(["count"], SortMultipleOptions::default()).group_by_stable([col("name")]);
        let query = query.agg([
            col("count").sum(),
            added_in_order(col("share")),
            col("flag").first(),
            col("day").max(),
        ]);
        let sums = Sample::rows(&collect(query, &SAMPLES).unwrap()).unwrap();
        assert_eq!(sums.len(), 1);
        assert_eq!(sums[0].share.map(f64::to_bits), Some(expected.to_bits()));
        assert_eq!((sums[0].count, sums[0].day), (Some(299 * 150), Some(Day(299))));
    }

    #[test]
    fn a_panic_over_a_question_is_an_error_that_says_why() {
        let inside = answered(|| Ok(is_answering())).unwrap();
        assert!(inside, "while it is answered, a panic needs no message");
        let lost: Result<(), _> = answered(|| on_a_thread_of_its_own(|| panic!("no such type")));
        assert_eq!(
            lost.unwrap_err().to_string(),
            WarehouseError::from(refused(&"no such type")).to_string()
        );
    }

    #[test]
    fn what_polars_has_no_type_for_is_an_error_and_no_panic() {
        let bits: ArrayRef = std::sync::Arc::new(arrow::array::UInt32Array::from(vec![1]));
        let error = of(&RecordBatch::try_from_iter([("bits", bits)]).unwrap()).unwrap_err();
        assert!(error.to_string().contains("`bits` is of type UInt32"), "{error}");
    }
}
