//! Reads columns of many files at once. A file that is gone since it was listed is passed over, one
//! that cannot be read is taken note of: a look at how things stand is not to fail where something
//! is broken.

use std::io;
use std::sync::Mutex;

use arrow::array::{Array, BooleanArray, Date32Array, Int64Array, RecordBatch, StringArray, UInt32Array};
use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::warehouse::contract::{Contract, Place};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;

/// The files of a warehouse, by columns.
pub struct Columns<'a> {
    store: &'a Store,
    unreadable: Mutex<Vec<String>>,
}

/// Rows of some columns of one file.
pub struct Frame {
    pub place: Place,
    rows: RecordBatch,
}

impl<'a> Columns<'a> {
    pub fn of(store: &'a Store) -> Columns<'a> {
        Columns {
            store,
            unreadable: Mutex::default(),
        }
    }

    /// The places of a table that have a file.
    pub fn places(&self, contract: &Contract) -> Result<Vec<Place>, WarehouseError> {
        self.store.places(contract)
    }

    /// Columns of some files, in the order of the places.
    pub fn read(&self, contract: &Contract, places: Vec<Place>, columns: &[&str]) -> Vec<Frame> {
        let frames: Vec<Option<Frame>> = places
            .into_par_iter()
            .map(|place| self.read_one(contract, place, columns))
            .collect();
        frames.into_iter().flatten().collect()
    }

    fn read_one(&self, contract: &Contract, place: Place, columns: &[&str]) -> Option<Frame> {
        match self.store.read(contract, place, columns) {
            Ok(rows) if columns.iter().all(|name| rows.column_by_name(name).is_some()) => return Some(Frame { place, rows }),
            Ok(_) => self.note(format!(
                "`{}` was written by another version",
                self.store.path(contract, place).display()
            )),
            Err(WarehouseError::Store { error, .. }) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => self.note(error.to_string()),
        }
        None
    }

    fn note(&self, fault: String) {
        if let Ok(mut faults) = self.unreadable.lock() {
            faults.push(fault);
        }
    }

    /// What could not be read so far, and why.
    pub fn unreadable(&self) -> Vec<String> {
        let mut faults = self.unreadable.lock().map(|faults| faults.clone()).unwrap_or_default();
        faults.sort();
        faults
    }
}

impl Frame {
    fn column<A: Array + 'static>(&self, name: &str) -> Option<&A> {
        self.rows.column_by_name(name)?.as_any().downcast_ref::<A>()
    }

    /// The cells of a column of text.
    pub fn texts(&self, name: &str) -> impl Iterator<Item = Option<&str>> {
        self.column::<StringArray>(name).into_iter().flatten()
    }

    /// The cells of a column of ids that are never null.
    pub fn ids(&self, name: &str) -> impl Iterator<Item = Guid> {
        self.texts(name)
            .map(|id| id.and_then(|id| Guid::parse(id.as_bytes())).unwrap_or(Guid(0)))
    }

    pub fn counts(&self, name: &str) -> impl Iterator<Item = Option<i64>> {
        self.column::<Int64Array>(name).into_iter().flatten()
    }

    pub fn bits(&self, name: &str) -> impl Iterator<Item = Option<u32>> {
        self.column::<UInt32Array>(name).into_iter().flatten()
    }

    pub fn flags(&self, name: &str) -> impl Iterator<Item = Option<bool>> {
        self.column::<BooleanArray>(name).into_iter().flatten()
    }

    pub fn days(&self, name: &str) -> impl Iterator<Item = Option<Day>> {
        let days = self.column::<Date32Array>(name).into_iter().flatten();
        days.map(|day| day.map(Day))
    }
}
