//! The report as a workbook: a sheet for each published table with the rows of the day, a first
//! sheet with the figures and their trend, and a last one that says what each column means.
//!
//! Cells have types, so that a spreadsheet shows numbers and dates in the way of its reader. A text
//! is always a text, whatever it begins with. Equal figures give equal bytes.

mod cells;
mod first_sheet;
mod table_sheet;
mod words_sheet;

use arrow::array::RecordBatch;
use rayon::prelude::*;
use rust_xlsxwriter::{DocProperties, Workbook, XlsxError};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::words::Words;
use crate::pages::figures::Figures;
use crate::pages::xlsx::cells::{Formats, excel_date};
use crate::reports::error::ReportError;
use crate::reports::published_reader::{Days, PublishedReader};
use crate::reports::published_table::{FACTS, PublishedTable};
use crate::warehouse::contract::Contract;

/// The rows of every published table of one day.
pub struct DayTables(Vec<(PublishedTable, Vec<RecordBatch>)>);

impl DayTables {
    pub fn read(reader: &PublishedReader<'_>, day: Day) -> Result<DayTables, ReportError> {
        let table = |contract: &&'static Contract| {
            let table = PublishedTable::fact(contract);
            let columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
            let mut frames = Vec::new();
            reader.frames(&table, &columns, &Days::Range(day, day), &mut |frame| {
                frames.push(frame.clone());
                Ok(())
            })?;
            Ok((table, frames))
        };
        Ok(DayTables(FACTS.par_iter().map(table).collect::<Result<_, ReportError>>()?))
    }
}

/// The workbook about all customers, or about one.
pub fn write(words: Words, figures: &Figures, tables: &DayTables, customer: Option<Guid>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // Without this the time of writing would be in the file.
    let properties = DocProperties::new().set_creation_datetime(&excel_date(figures.day)?);
    workbook.set_properties(&properties);
    let formats = Formats::new();
    first_sheet::write(&mut workbook, words, &formats, figures, customer)?;
    for (table, frames) in &tables.0 {
        if customer.is_none() || table.columns.iter().any(|column| column.name == "tenant_id") {
            table_sheet::write(&mut workbook, &formats, table, frames, customer)?;
        }
    }
    words_sheet::write(&mut workbook, words, &formats)?;
    workbook.save_to_buffer()
}
