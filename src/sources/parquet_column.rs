//! The columns of a batch as values: a text, an instant or a boolean, whatever type the file has.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, StringArray, StringViewArray, TimestampMicrosecondArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType};

use crate::domain::day::Instant;
use crate::domain::guid::Guid;
use crate::sources::json::Value;
use crate::sources::record::Reason;
use crate::sources::text::Text;

/// How long a text may be that is of any use.
const TEXT_BYTES: usize = 1 << 20;

/// A column of one batch.
pub enum Column {
    Texts(StringArray),
    /// Texts that share their memory: a file may name one long text for every row.
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
    /// Makes values of an array; a type that has none (a list, a structure) is as good as a missing column.
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
            DataType::Float32 | DataType::Float64 => {
                let numbers = cast_to(&DataType::Float64)?;
                Column::Texts(
                    numbers
                        .as_primitive::<Float64Type>()
                        .iter()
                        .map(|number| Some(number?.to_string()))
                        .collect(),
                )
            }
            DataType::FixedSizeBinary(16) => Column::Texts(array.as_fixed_size_binary().iter().map(uuid).collect()),
            _ => Column::Texts(cast_to(&DataType::Utf8)?.as_string::<i32>().clone()),
        })
    }

    /// The value of a row; `None` where it is null or an empty text.
    pub fn value(&self, row: usize) -> Option<Value<'_>> {
        let text = match self {
            Column::Texts(texts) => texts.is_valid(row).then(|| texts.value(row))?,
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

/// A UUID as its text.
fn uuid(bytes: Option<&[u8]>) -> Option<String> {
    let bytes: [u8; 16] = bytes?.try_into().ok()?;
    Some(Guid(u128::from_be_bytes(bytes)).to_string())
}
