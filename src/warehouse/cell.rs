//! Turns the values of a row into the cells of a column, and back: one implementation for each type.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray, StringBuilder,
    TimestampMicrosecondArray, UInt32Array,
};

use crate::domain::day::{Day, Instant};
use crate::domain::guid::Guid;
use crate::domain::kinds::{AccountState, Action, ActivitySource, Evidence, Opened};
use crate::domain::money::{Currency, Money};
use crate::domain::next_steps::StepCode;
use crate::domain::subscription::{Seller, State, Term};
use crate::warehouse::contract::Kind;
use crate::warehouse::error::WarehouseError;

/// A type that can be a cell of a table.
pub trait Cell: Sized {
    const KIND: Kind;
    const NULLABLE: bool;
    /// The cells as a column.
    fn column<'a>(cells: impl Iterator<Item = &'a Self>) -> Result<ArrayRef, WarehouseError>
    where
        Self: 'a;
    /// The cell in a row of a column; `None` where the column has another type, or a text that is
    /// not a value of this type.
    fn get(column: &dyn Array, row: usize) -> Option<Self>;
}

/// Implements [`Cell`] for an Arrow primitive and for the same with null.
macro_rules! primitive {
    ($type:ty, $kind:expr, $array:ty, $into:expr, $from:expr, $finish:expr) => {
        impl Cell for $type {
            const KIND: Kind = $kind;
            const NULLABLE: bool = false;
            fn column<'a>(cells: impl Iterator<Item = &'a Self>) -> Result<ArrayRef, WarehouseError> {
                let into = $into;
                let finish = $finish;
                Ok(Arc::new(finish(cells.map(|cell| Some(into(cell))).collect::<$array>())))
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
            fn column<'a>(cells: impl Iterator<Item = &'a Self>) -> Result<ArrayRef, WarehouseError> {
                let into = $into;
                let finish = $finish;
                Ok(Arc::new(finish(
                    cells.map(|cell| cell.as_ref().map(into)).collect::<$array>(),
                )))
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
primitive!(
    Money,
    Kind::Money,
    Decimal128Array,
    |cell: &Money| i128::from(cell.0),
    // No amount of a file has more digits than 64 bits have.
    |value: i128| Money(value as i64),
    |array: Decimal128Array| array.with_data_type(Kind::Money.data_type())
);

/// How many bytes of text a column of a file can have at most: Arrow counts them in 32 bits.
pub const MOST_TEXT: usize = i32::MAX as usize;

/// A column of texts that is filled one by one. It refuses more text than a column can have.
pub struct TextColumn {
    builder: StringBuilder,
    bytes: usize,
    most: usize,
}

impl Default for TextColumn {
    fn default() -> TextColumn {
        TextColumn::of_at_most(MOST_TEXT)
    }
}

impl TextColumn {
    fn of_at_most(most: usize) -> TextColumn {
        TextColumn {
            builder: StringBuilder::new(),
            bytes: 0,
            most,
        }
    }

    pub fn add(&mut self, text: &str) -> Result<(), WarehouseError> {
        self.bytes += text.len();
        if self.bytes > self.most {
            return Err(WarehouseError::TooMuchText { shards: None });
        }
        self.builder.append_value(text);
        Ok(())
    }

    pub fn add_null(&mut self) -> Result<(), WarehouseError> {
        self.builder.append_null();
        Ok(())
    }

    pub fn finish(mut self) -> ArrayRef {
        Arc::new(self.builder.finish())
    }
}

/// A column of texts that are not null.
pub fn texts<'a>(values: impl Iterator<Item = &'a str> + Clone) -> Result<ArrayRef, WarehouseError> {
    if values.clone().map(str::len).sum::<usize>() > MOST_TEXT {
        return Err(WarehouseError::TooMuchText { shards: None });
    }
    Ok(Arc::new(StringArray::from_iter_values(values)))
}

/// Implements [`Cell`] for a type that is written as text, and for the same with null.
macro_rules! textual {
    ($type:ty, $write:expr, $read:expr) => {
        impl Cell for $type {
            const KIND: Kind = Kind::Text;
            const NULLABLE: bool = false;
            fn column<'a>(mut cells: impl Iterator<Item = &'a Self>) -> Result<ArrayRef, WarehouseError> {
                let mut column = TextColumn::default();
                let write: fn(&$type, &mut TextColumn) -> Result<(), WarehouseError> = $write;
                cells.try_for_each(|cell| write(cell, &mut column))?;
                Ok(column.finish())
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
            fn column<'a>(mut cells: impl Iterator<Item = &'a Self>) -> Result<ArrayRef, WarehouseError> {
                let mut column = TextColumn::default();
                let write: fn(&$type, &mut TextColumn) -> Result<(), WarehouseError> = $write;
                cells.try_for_each(|cell| match cell {
                    Some(cell) => write(cell, &mut column),
                    None => column.add_null(),
                })?;
                Ok(column.finish())
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

textual!(String, |cell, column| column.add(cell), |text| Some(text.to_owned()));
textual!(Guid, |cell, column| column.add(&String::from_utf8_lossy(&cell.text())), |text| {
    Guid::parse(text.as_bytes())
});
textual!(ActivitySource, |cell, column| column.add(cell.name()), ActivitySource::parse);
textual!(AccountState, |cell, column| column.add(cell.name()), AccountState::parse);
textual!(Action, |cell, column| column.add(cell.name()), Action::parse);
textual!(Evidence, |cell, column| column.add(cell.name()), Evidence::parse);
textual!(Opened, |cell, column| column.add(cell.name()), Opened::parse);
textual!(State, |cell, column| column.add(cell.name()), State::parse);
textual!(Term, |cell, column| column.add(cell.name()), Term::parse);
textual!(Seller, |cell, column| column.add(cell.name()), Seller::parse);
textual!(Currency, |cell, column| column.add(cell.code()), Currency::of);
textual!(StepCode, |cell, column| column.add(cell.name()), StepCode::parse);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_takes_as_much_text_as_it_can_hold_and_says_when_it_is_too_much() {
        let mut column = TextColumn::of_at_most(6);
        column.add("four").unwrap();
        column.add_null().unwrap();
        column.add("to").unwrap();
        assert!(matches!(column.add("o"), Err(WarehouseError::TooMuchText { shards: None })));
        assert_eq!(column.finish().len(), 3);
    }
}
