//! Declares a table once: from one block come the contract, the row type and the way between rows
//! and frames.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray, UInt32Array, UInt32DictionaryArray};
use arrow::datatypes::{Field, Schema, UInt32Type};
use arrow::record_batch::RecordBatch;

use crate::warehouse::contract::Contract;
use crate::warehouse::error::WarehouseError;

/// A row of a table: a plain struct whose fields are the columns, in the order of the contract.
pub trait Row: Sized {
    const CONTRACT: &'static Contract;
    /// The rows as one frame.
    fn frame(rows: &[Self]) -> Result<RecordBatch, WarehouseError>;
    /// The rows of a frame that has the contract's columns.
    fn rows(frame: &RecordBatch) -> Result<Vec<Self>, WarehouseError>;
}

/// ```text
/// table! {
///     /// What a row is.
///     USAGE = "usage", version 1, Day, sharded,
///         from Day [SUBSCRIPTIONS] Window [ACTIVITY_DAILY, ASSIGNMENTS],
///         settings [Evidence, States];
///     Usage {
///         @key tenant_id: Guid = "the customer",
///         seats: i64 = "how many",
///     }
/// }
/// ```
///
/// `from` names the tables that it is made from, by the days of them that a day of it reads, and
/// `settings` the groups of settings; `by effect [Partner]` those whose effect is in what it reads.
/// A table of raw files names their feeds: `feeds [Activity]`. See [`MadeFrom`](crate::warehouse::contract::MadeFrom) for each.
///
/// `version 2 reads 1` says that files of version 1 can be read, and `[since 2] disabled: bool`
/// that they have no such column.
macro_rules! table {
    ($(#[doc = $doc:literal])+ $constant:ident = $name:literal,
     version $version:literal $(reads $oldest:literal)?, $partition:ident, $spread:ident
     $(, feeds [$($feed:ident),+])?
     $(, from $($lookback:ident [$($upstream:ident),+])+)?
     $(, settings [$($setting:ident),+])?
     $(, by effect [$($effect:ident),+])?;
     $row:ident { $($(@$key:ident)? $([since $since:literal])? $field:ident: $type:ty = $about:literal),+ $(,)? }) => {
        $(#[doc = $doc])+
        pub const $constant: $crate::warehouse::contract::Contract = $crate::warehouse::contract::Contract {
            name: $name,
            version: $version,
            oldest: $crate::warehouse::table::first_of!($($oldest)? $version),
            partition: $crate::warehouse::contract::Partition::$partition,
            sharded: $crate::warehouse::table::is_sharded!($spread),
            made_from: $crate::warehouse::contract::MadeFrom {
                feeds: &[$($($crate::domain::kinds::Feed::$feed),+)?],
                tables: &[$($($($crate::warehouse::contract::Upstream {
                    table: &$upstream,
                    days: $crate::warehouse::contract::Lookback::$lookback,
                },)+)+)?],
                settings: &[$($($crate::domain::settings_group::SettingsGroup::$setting),+)?],
                settings_by_effect: &[$($($crate::domain::settings_group::SettingsGroup::$effect),+)?],
            },
            about: concat!($($doc),+),
            columns: &[$($crate::warehouse::contract::Column {
                name: stringify!($field),
                kind: <$type as $crate::warehouse::cell::Cell>::KIND,
                nullable: <$type as $crate::warehouse::cell::Cell>::NULLABLE,
                key: $crate::warehouse::table::is_key!($($key)?),
                since: $crate::warehouse::table::first_of!($($since)? 1),
                about: $about,
            }),+],
        };

        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq)]
        pub struct $row { $(#[doc = $about] pub $field: $type),+ }

        impl $crate::warehouse::table::Row for $row {
            const CONTRACT: &'static $crate::warehouse::contract::Contract = &$constant;

            fn frame(rows: &[Self]) -> Result<arrow::record_batch::RecordBatch, $crate::warehouse::error::WarehouseError> {
                let columns: Vec<arrow::array::ArrayRef> =
                    vec![$(<$type as $crate::warehouse::cell::Cell>::column(rows.iter().map(|row| &row.$field))?),+];
                Ok(arrow::record_batch::RecordBatch::try_new($constant.schema(), columns)?)
            }

            fn rows(frame: &arrow::record_batch::RecordBatch) -> Result<Vec<Self>, $crate::warehouse::error::WarehouseError> {
                $(let $field = $crate::warehouse::table::column_of(frame, &$constant, stringify!($field))?;)+
                (0..frame.num_rows())
                    .map(|row| {
                        Ok($row {
                            $($field: <$type as $crate::warehouse::cell::Cell>::get($field, row)
                                .ok_or_else(|| $crate::warehouse::table::bad_cell(&$constant, stringify!($field), row))?),+
                        })
                    })
                    .collect()
            }
        }
    };
}

/// Whether the word before a column says that it is part of the key.
macro_rules! is_key {
    () => {
        false
    };
    (key) => {
        true
    };
}

/// The first of one number or two.
macro_rules! first_of {
    ($first:literal $($second:literal)?) => {
        $first
    };
}

/// Whether the word after the partition says that tenants are spread over shards.
macro_rules! is_sharded {
    (sharded) => {
        true
    };
    (single) => {
        false
    };
}

pub(crate) use {first_of, is_key, is_sharded, table};

/// A column of a frame by its name.
pub fn column_of<'a>(frame: &'a RecordBatch, contract: &Contract, name: &str) -> Result<&'a dyn arrow::array::Array, WarehouseError> {
    frame
        .column_by_name(name)
        .map(|column| column.as_ref())
        .ok_or_else(|| WarehouseError::Contract(format!("table `{}` has no column `{name}`", contract.name)))
}

/// A frame of a table out of its columns, in the order of the contract; texts may come as numbers
/// of a dictionary.
pub fn frame_of(contract: &Contract, columns: Vec<ArrayRef>) -> Result<RecordBatch, WarehouseError> {
    let fields: Vec<Field> = contract
        .columns
        .iter()
        .zip(&columns)
        .map(|(column, values)| Field::new(column.name, values.data_type().clone(), column.nullable))
        .collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

/// A column of texts as numbers of a dictionary.
pub fn coded(keys: UInt32Array, texts: &ArrayRef) -> Result<ArrayRef, WarehouseError> {
    Ok(Arc::new(UInt32DictionaryArray::try_new(keys, texts.clone())?))
}

/// A column of texts, whether they are numbers of a dictionary or not.
pub enum Texts<'a> {
    Plain(&'a StringArray),
    Coded(&'a UInt32DictionaryArray, &'a StringArray),
}

impl<'a> Texts<'a> {
    pub fn of(column: &'a dyn Array) -> Texts<'a> {
        match column.as_dictionary_opt::<UInt32Type>() {
            Some(coded) => Texts::Coded(coded, coded.values().as_string()),
            None => Texts::Plain(column.as_string()),
        }
    }

    /// The text of a row that is not null.
    #[inline]
    pub fn value(&self, row: usize) -> &'a str {
        match self {
            Texts::Plain(texts) => texts.value(row),
            Texts::Coded(coded, texts) => texts.value(coded.keys().value(row) as usize),
        }
    }

    #[inline]
    pub fn is_valid(&self, row: usize) -> bool {
        match self {
            Texts::Plain(texts) => texts.is_valid(row),
            Texts::Coded(coded, _) => coded.is_valid(row),
        }
    }
}

/// The error of a cell that its contract does not allow.
pub fn bad_cell(contract: &Contract, name: &str, row: usize) -> WarehouseError {
    WarehouseError::Contract(format!(
        "table `{}`, row {row}: `{name}` is not what the contract says",
        contract.name
    ))
}
