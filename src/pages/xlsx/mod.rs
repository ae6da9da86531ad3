//! The report as a workbook: a sheet for each published table with the rows of the day, a first
//! sheet with the figures and their trend, and a last one that says what each column means.
//!
//! Cells have types, so that a spreadsheet shows numbers and dates in the way of its reader. A text
//! is always a text, whatever it begins with. Equal figures give equal bytes.

mod first_sheet;
mod table_sheet;
mod words_sheet;

use arrow::array::RecordBatch;
use rayon::prelude::*;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, XlsxError};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::words::Words;
use crate::pages::figures::Figures;
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

/// How cells look, by what is in them.
struct Formats {
    title: Format,
    soft: Format,
    heading: Format,
    text: Format,
    wrapped: Format,
    count: Format,
    share: Format,
    money: Format,
    day: Format,
}

impl Formats {
    fn new() -> Formats {
        let number = |format: &str| Format::new().set_num_format(format);
        Formats {
            title: Format::new().set_bold().set_font_size(16),
            soft: Format::new().set_font_color(0x55_60_6D),
            heading: Format::new()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Top)
                .set_background_color(0xEE_F2_F7),
            text: Format::new(),
            wrapped: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            count: number("#,##0"),
            share: number("0.0%"),
            money: number("#,##0.00##"),
            day: number("yyyy-mm-dd"),
        }
    }
}

/// A day as a cell has it.
fn excel_date(day: Day) -> Result<ExcelDateTime, XlsxError> {
    let date = day.date();
    let part = |number: i8| u8::try_from(number).unwrap_or(1);
    ExcelDateTime::from_ymd(u16::try_from(date.year()).unwrap_or(1900), part(date.month()), part(date.day()))
}

/// The most letters that a cell can have.
const LONGEST: usize = 32_767;

/// A text that a cell can have.
fn fitting(text: &str) -> String {
    // The limit counts units of UTF-16.
    let mut units = 0;
    let fits = |letter: &char| {
        units += letter.len_utf16();
        units <= LONGEST
    };
    text.chars().take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_what_a_cell_can_have() {
        assert_eq!(fitting("short"), "short");
        assert_eq!(fitting(&"😀".repeat(20_000)).chars().count(), LONGEST / 2);
    }
}
