//! What a table promises and what it is made from: its name, its key, its columns with their types
//! and meanings, and the tables, raw files and settings that it reads. One value serves the writer,
//! the reader, the checks, the data dictionary, and every decision about which files are stale.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

use crate::domain::day::Day;
use crate::domain::kinds::Feed;
use crate::domain::money;
use crate::domain::settings_group::SettingsGroup;

/// The type of a column, as every Parquet reader shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// UTF-8 text, dictionary encoded in the file.
    Text,
    /// A 64-bit signed integer.
    Count,
    /// A 32-bit unsigned integer: a bit pattern or a small count.
    Bits,
    Flag,
    /// A calendar date.
    Day,
    /// Microseconds in UTC.
    Instant,
    /// A 64-bit float: a ratio or another fraction.
    Ratio,
    /// An exact amount of money, in the unit of the currency that another column names.
    Money,
}

impl Kind {
    /// The Arrow type of the column.
    pub fn data_type(self) -> DataType {
        match self {
            Kind::Text => DataType::Utf8,
            Kind::Count => DataType::Int64,
            Kind::Bits => DataType::UInt32,
            Kind::Flag => DataType::Boolean,
            Kind::Day => DataType::Date32,
            Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Kind::Ratio => DataType::Float64,
            Kind::Money => DataType::Decimal128(money::PRECISION as u8, money::SCALE as i8),
        }
    }

    /// The word of the data dictionary.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Text => "string",
            Kind::Count => "int64",
            Kind::Bits => "uint32",
            Kind::Flag => "boolean",
            Kind::Day => "date",
            Kind::Instant => "timestamp (µs, UTC)",
            Kind::Ratio => "float64",
            Kind::Money => "decimal(18, 4)",
        }
    }
}

/// One column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    pub nullable: bool,
    /// Part of the key, in the order of the columns.
    pub key: bool,
    /// The version of the table with which the column came. Rows of an older file have null there,
    /// or false, 0 or an empty text where the column is never null.
    pub since: u32,
    /// What the value means, in a sentence.
    pub about: &'static str,
}

/// Which file of a table: its day (none for a table without partitions) and its shard.
pub type Place = (Option<Day>, u32);

/// What a table's files are spread over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Partition {
    /// `day=YYYY-MM-DD`: the day that the rows are about.
    Day,
    /// `received=YYYY-MM-DD`: the day on which the raw files came in.
    Received,
    /// Not spread: one file per shard.
    Whole,
}

impl Partition {
    /// The name of the partition column in the path; `None` for a table without one.
    pub fn column(self) -> Option<&'static str> {
        match self {
            Partition::Day => Some("day"),
            Partition::Received => Some("received"),
            Partition::Whole => None,
        }
    }
}

/// Which days of a table another one reads for one day of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lookback {
    /// The same day.
    Day,
    /// The 28 days that end on the day.
    Window,
    /// All days up to the day, or all there are where the table has no days.
    History,
}

/// A table that another one is made from.
#[derive(Clone, Copy, Debug)]
pub struct Upstream {
    pub table: &'static Contract,
    pub days: Lookback,
}

/// Everything that a table is made from.
#[derive(Clone, Copy, Debug)]
pub struct MadeFrom {
    /// The feeds whose raw files bring its rows. A `received=` table that names none has rows of
    /// every feed. Another table that names none has its rows of the feeds of the `received=`
    /// tables that it reads.
    pub feeds: &'static [Feed],
    pub tables: &'static [Upstream],
    /// The groups of settings that the settings half of a file's fingerprint takes in, in this
    /// order: another order is another fingerprint, which makes every file again.
    pub settings: &'static [SettingsGroup],
    /// The groups of settings that it reads and that are not in the settings half of every file: a
    /// file's fingerprint has what they decide on its day, so that a change makes only the days
    /// again that come out different. Of
    /// a `received=` table: those that decide how its raw files are read.
    pub settings_by_effect: &'static [SettingsGroup],
}

impl MadeFrom {
    /// Of a table that is no part of the warehouse.
    pub const NOTHING: MadeFrom = MadeFrom {
        feeds: &[],
        tables: &[],
        settings: &[],
        settings_by_effect: &[],
    };
}

/// What a table promises to whoever reads it, and what it is made from.
#[derive(Clone, Copy, Debug)]
pub struct Contract {
    pub name: &'static str,
    /// Rises when the meaning or the form of the table changes: files of another version are stale.
    pub version: u32,
    /// The oldest version whose files can still be read. Of a `received=` table it lies below
    /// `version` where that rose: what raw files said that are gone is nowhere else.
    pub oldest: u32,
    pub partition: Partition,
    /// Whether tenants are spread over several files; else there is one file, `part-00`.
    pub sharded: bool,
    pub made_from: MadeFrom,
    /// What a row is and what the table is for.
    pub about: &'static str,
    pub columns: &'static [Column],
}

impl Contract {
    /// The schema of the table's files, in the order of the columns, without the partition column.
    pub fn schema(&self) -> SchemaRef {
        let field = |column: &Column| Field::new(column.name, column.kind.data_type(), column.nullable);
        Arc::new(Schema::new(self.columns.iter().map(field).collect::<Vec<_>>()))
    }

    /// Whether the rows of a file of this version can be read.
    pub fn reads(&self, version: u32) -> bool {
        (self.oldest..=self.version).contains(&version)
    }

    /// How many files a day of the table has, with so many shards.
    pub fn files(&self, shards: u32) -> u32 {
        if self.sharded { shards } else { 1 }
    }

    /// Whether it is made from a table.
    pub fn is_made_from(&self, table: &Contract) -> bool {
        self.made_from.tables.iter().any(|upstream| upstream.table.name == table.name)
    }

    /// How many of the columns are the key: they come first.
    pub fn key_width(&self) -> usize {
        self.columns.iter().take_while(|column| column.key).count()
    }
}
