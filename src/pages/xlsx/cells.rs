//! Cells: how they look, days and texts as a cell can have them.

use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, XlsxError};

use crate::domain::day::Day;

/// How cells look, by what is in them.
pub(super) struct Formats {
    pub title: Format,
    pub soft: Format,
    pub heading: Format,
    pub text: Format,
    pub wrapped: Format,
    pub count: Format,
    pub share: Format,
    pub fraction: Format,
    pub money: Format,
    pub day: Format,
}

impl Formats {
    pub fn new() -> Formats {
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
            fraction: number("#,##0.0#"),
            money: number("#,##0.00##"),
            day: number("yyyy-mm-dd"),
        }
    }
}

/// A day as a cell has it.
pub(super) fn excel_date(day: Day) -> Result<ExcelDateTime, XlsxError> {
    let date = day.date();
    let part = |number: i8| u8::try_from(number).unwrap_or(1);
    ExcelDateTime::from_ymd(u16::try_from(date.year()).unwrap_or(1900), part(date.month()), part(date.day()))
}

/// The most letters that a cell can have.
const LONGEST: usize = 32_767;

/// A text that a cell can have.
pub(super) fn fitting(text: &str) -> String {
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
