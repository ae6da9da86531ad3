//! The last sheet: what each column of each sheet means, as the data dictionary says.

use rust_xlsxwriter::{Workbook, XlsxError};

use crate::domain::words::Words;
use crate::domain::words::report as said;
use crate::pages::xlsx::cells::{Formats, fitting};
use crate::reports::published_table::{FACTS, PublishedTable};

pub(super) fn write(workbook: &mut Workbook, words: Words, formats: &Formats) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet();
    sheet.set_name(words.say(said::DEFINITIONS_SHEET))?;
    for (at, width) in (0..).zip([22.0, 28.0, 14.0, 100.0]) {
        sheet.set_column_width(at, width)?;
    }
    for (at, heading) in (0..).zip([said::SHEET, said::COLUMN, said::TYPE, said::MEANING]) {
        sheet.write_string_with_format(0, at, words.say(heading), &formats.heading)?;
    }
    sheet.set_freeze_panes(1, 2)?;
    let mut row = 1;
    for contract in FACTS {
        let table = PublishedTable::fact(contract);
        for column in &table.columns {
            sheet.write_string(row, 0, table.name)?;
            sheet.write_string(row, 1, column.name)?;
            sheet.write_string(row, 2, column.kind.name())?;
            sheet.write_string_with_format(row, 3, fitting(column.about), &formats.wrapped)?;
            row += 1;
        }
    }
    sheet.autofilter(0, 0, row - 1, 3)?;
    Ok(())
}
