//! Gives the columns of a batch as values: texts, instants or booleans, whatever their types in the
//! file are.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, StringArray, StringViewArray, TimestampMicrosecondArray, UInt32Array};
use arrow::compute::{cast, partition, take};
use arrow::datatypes::{DataType, Field, Float64Type, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType};

use crate::domain::day::Instant;
use crate::domain::guid::Guid;
use crate::sources::json::string::Text;
use crate::sources::json::value::Value;
use crate::sources::record::Reason;

/// The longest text that can be of any use.
const TEXT_BYTES: usize = 1 << 20;

/// A column of one batch.
pub enum Column {
    /// Texts that were made of days or numbers. Most rows repeat the value of the row before, so
    /// there is one text for each run of equal values, and each row has the number of its run.
    Runs {
        texts: StringArray,
        run_of_row: Vec<u32>,
    },
    /// Texts that share their memory: a file may repeat one long text in every row.
    Views(StringViewArray),
    Times(TimestampMicrosecondArray),
    Flags(BooleanArray),
}

/// The schema in which texts share their memory.
pub fn understood(schema: &SchemaRef) -> SchemaRef {
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .map(|field| match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 => field.as_ref().clone().with_data_type(DataType::Utf8View),
            _ => field.as_ref().clone(),
        })
        .collect();
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

impl Column {
    /// Makes values of an array. A column of a type that has none, a list or a structure, counts as
    /// missing.
    pub fn of(array: &ArrayRef) -> Result<Column, Reason> {
        let cast_to = |wanted: &DataType| cast(array, wanted).map_err(|_| Reason::MissingColumn);
        Ok(match array.data_type() {
            DataType::Utf8View
            | DataType::Utf8
            | DataType::LargeUtf8
            | DataType::Dictionary(..)
            | DataType::Binary
            | DataType::BinaryView => Column::Views(cast_to(&DataType::Utf8View)?.as_string_view().clone()),
            DataType::Timestamp(_, zone) => {
                let wanted = DataType::Timestamp(TimeUnit::Microsecond, zone.clone());
                Column::Times(cast_to(&wanted)?.as_primitive::<TimestampMicrosecondType>().clone())
            }
            DataType::Boolean => Column::Flags(array.as_boolean().clone()),
            _ => Column::in_runs(array)?,
        })
    }

    fn in_runs(array: &ArrayRef) -> Result<Column, Reason> {
        let runs = match partition(std::slice::from_ref(array)) {
            Ok(runs) => runs.ranges(),
            // Values that cannot be compared are runs of one row each.
            Err(_) => (0..array.len()).map(|row| row..row + 1).collect(),
        };
        let firsts = UInt32Array::from_iter_values(runs.iter().map(|run| run.start as u32));
        let values = take(array, &firsts, None).map_err(|_| Reason::MissingColumn)?;
        Ok(Column::Runs {
            texts: texts_of(&values)?,
            run_of_row: (0..)
                .zip(&runs)
                .flat_map(|(number, run)| std::iter::repeat_n(number, run.len()))
                .collect(),
        })
    }

    /// The value of a row. `None` where it is null or an empty text.
    #[inline]
    pub fn value(&self, row: usize) -> Option<Value<'_>> {
        let text = match self {
            Column::Runs { texts, run_of_row } => {
                let run = *run_of_row.get(row)? as usize;
                texts.is_valid(run).then(|| texts.value(run))?
            }
            Column::Views(texts) => texts.is_valid(row).then(|| texts.value(row))?,
            Column::Times(times) => return times.is_valid(row).then(|| Value::Instant(Instant(times.value(row)))),
            Column::Flags(flags) => return flags.is_valid(row).then(|| Value::Bool(flags.value(row))),
        };
        let raw = text.trim_ascii().as_bytes();
        match raw.len() {
            0 => None,
            1..=TEXT_BYTES => Some(Value::Text(Text { raw, escaped: false })),
            _ => Some(Value::Unreadable),
        }
    }
}

/// Makes texts of values that are not texts. A type that cannot be written as text is an error.
fn texts_of(array: &ArrayRef) -> Result<StringArray, Reason> {
    let cast_to = |wanted: &DataType| cast(array, wanted).map_err(|_| Reason::MissingColumn);
    Ok(match array.data_type() {
        DataType::Float32 | DataType::Float64 => {
            let numbers = cast_to(&DataType::Float64)?;
            let numbers = numbers.as_primitive::<Float64Type>();
            numbers.iter().map(|number| Some(number?.to_string())).collect()
        }
        DataType::FixedSizeBinary(16) => array.as_fixed_size_binary().iter().map(uuid).collect(),
        _ => cast_to(&DataType::Utf8)?.as_string::<i32>().clone(),
    })
}

/// A UUID as its text.
fn uuid(bytes: Option<&[u8]>) -> Option<String> {
    let bytes: [u8; 16] = bytes?.try_into().ok()?;
    Some(Guid(u128::from_be_bytes(bytes)).to_string())
}
