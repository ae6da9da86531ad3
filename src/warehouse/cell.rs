//! How the values of a row become the cells of a column and come back: one implementation per type.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray, StringBuilder, TimestampMicrosecondArray,
    UInt32Array,
};

use crate::domain::day::{Day, Instant};
use crate::domain::guid::Guid;
use crate::domain::kinds::{Action, Evidence, Opened};
use crate::domain::next_steps::StepCode;
use crate::domain::subscription::{Seller, State};
use crate::warehouse::contract::Kind;

/// A type that can be a cell of a table.
pub trait Cell: Sized {
    const KIND: Kind;
    const NULLABLE: bool;
    /// The cells as a column.
    fn column<'a>(cells: impl Iterator<Item = &'a Self>) -> ArrayRef
    where
        Self: 'a;
    /// The cell in a row of a column; `None` where the column has another type or a text that is no such value.
    fn get(column: &dyn Array, row: usize) -> Option<Self>;
}

/// Cells that are an Arrow primitive, with and without null.
macro_rules! primitive {
    ($type:ty, $kind:expr, $array:ty, $into:expr, $from:expr, $finish:expr) => {
        impl Cell for $type {
            const KIND: Kind = $kind;
            const NULLABLE: bool = false;
            fn column<'a>(cells: impl Iterator<Item = &'a Self>) -> ArrayRef {
                let into = $into;
                let finish = $finish;
                Arc::new(finish(cells.map(|cell| Some(into(cell))).collect::<$array>()))
            }
            fn get(column: &dyn Array, row: usize) -> Option<Self> {
                let from = $from;
                let column = column.as_any().downcast_ref::<$array>()?;
                column.is_valid(row).then(|| from(column.value(row)))
            }
        }
        impl Cell for Option<$type> {
            const KIND: Kind = $kind;
            const NULLABLE: bool = true;
            fn column<'a>(cells: impl Iterator<Item = &'a Self>) -> ArrayRef {
                let into = $into;
                let finish = $finish;
                Arc::new(finish(cells.map(|cell| cell.as_ref().map(into)).collect::<$array>()))
            }
            fn get(column: &dyn Array, row: usize) -> Option<Self> {
                let from = $from;
                let column = column.as_any().downcast_ref::<$array>()?;
                Some(column.is_valid(row).then(|| from(column.value(row))))
            }
        }
    };
}

primitive!(i64, Kind::Count, Int64Array, |cell: &i64| *cell, |value: i64| value, |array| array);
primitive!(u32, Kind::Bits, UInt32Array, |cell: &u32| *cell, |value: u32| value, |array| array);
primitive!(f64, Kind::Ratio, Float64Array, |cell: &f64| *cell, |value: f64| value, |array| {
    array
});
primitive!(bool, Kind::Flag, BooleanArray, |cell: &bool| *cell, |value: bool| value, |array| {
    array
});
primitive!(Day, Kind::Day, Date32Array, |cell: &Day| cell.0, Day, |array| array);
primitive!(
    Instant,
    Kind::Instant,
    TimestampMicrosecondArray,
    |cell: &Instant| cell.0,
    Instant,
    |array: TimestampMicrosecondArray| array.with_timezone("UTC")
);

/// Cells that are text, with and without null.
macro_rules! textual {
    ($type:ty, $write:expr, $read:expr) => {
        impl Cell for $type {
            const KIND: Kind = Kind::Text;
            const NULLABLE: bool = false;
            fn column<'a>(cells: impl Iterator<Item = &'a Self>) -> ArrayRef {
                let mut builder = StringBuilder::new();
                let write: fn(&$type, &mut StringBuilder) = $write;
                cells.for_each(|cell| write(cell, &mut builder));
                Arc::new(builder.finish())
            }
            fn get(column: &dyn Array, row: usize) -> Option<Self> {
                let read: fn(&str) -> Option<$type> = $read;
                let column = column.as_any().downcast_ref::<StringArray>()?;
                if column.is_valid(row) { read(column.value(row)) } else { None }
            }
        }
        impl Cell for Option<$type> {
            const KIND: Kind = Kind::Text;
            const NULLABLE: bool = true;
            fn column<'a>(cells: impl Iterator<Item = &'a Self>) -> ArrayRef {
                let mut builder = StringBuilder::new();
                let write: fn(&$type, &mut StringBuilder) = $write;
                cells.for_each(|cell| match cell {
                    Some(cell) => write(cell, &mut builder),
                    None => builder.append_null(),
                });
                Arc::new(builder.finish())
            }
            fn get(column: &dyn Array, row: usize) -> Option<Self> {
                let read: fn(&str) -> Option<$type> = $read;
                let column = column.as_any().downcast_ref::<StringArray>()?;
                if column.is_valid(row) {
                    read(column.value(row)).map(Some)
                } else {
                    Some(None)
                }
            }
        }
    };
}

textual!(String, |cell, builder| builder.append_value(cell), |text| Some(text.to_owned()));
textual!(
    Guid,
    |cell, builder| builder.append_value(String::from_utf8_lossy(&cell.text())),
    |text| Guid::parse(text.as_bytes())
);
textual!(Action, |cell, builder| builder.append_value(cell.name()), Action::parse);
textual!(Evidence, |cell, builder| builder.append_value(cell.name()), Evidence::parse);
textual!(Opened, |cell, builder| builder.append_value(cell.name()), Opened::parse);
textual!(State, |cell, builder| builder.append_value(cell.name()), State::parse);
textual!(Seller, |cell, builder| builder.append_value(cell.name()), Seller::parse);
textual!(StepCode, |cell, builder| builder.append_value(cell.name()), StepCode::parse);
