//! The workbook, read back by another library: every cell is the table's.

use std::collections::BTreeMap;

use calamine::{Data, Reader, Xlsx};

use super::published::{last_rows, rows};
use super::{report, sample};

/// The rows of a sheet, by headings.
fn sheet(workbook: &mut Xlsx<std::io::Cursor<Vec<u8>>>, name: &str) -> Vec<BTreeMap<String, Data>> {
    let range = workbook.worksheet_range(name).unwrap();
    let mut lines = range.rows();
    let headings: Vec<String> = lines.next().unwrap().iter().map(ToString::to_string).collect();
    lines
        .map(|line| headings.iter().cloned().zip(line.iter().cloned()).collect())
        .collect()
}

/// A cell as the text that the table's cell has.
fn same(cell: &Data, text: Option<&String>) -> bool {
    match (cell, text) {
        (Data::Empty, None) => true,
        (Data::String(cell), Some(text)) => cell == text,
        (Data::Bool(cell), Some(text)) => cell.to_string() == *text,
        (Data::Float(cell), Some(text)) => text.parse::<f64>() == Ok(*cell),
        (Data::Int(cell), Some(text)) => text.parse::<i64>() == Ok(*cell),
        (Data::DateTime(cell), Some(text)) => {
            // Days since the end of 1899.
            uptake::domain::day::Day::parse(text).is_some_and(|day| f64::from(day.0) + 25_569.0 == cell.as_f64())
        }
        _ => false,
    }
}

#[test]
fn every_cell_of_every_sheet_is_the_tables() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = report(&["--format", "xlsx"], &folder.path().join("report.xlsx"));
    let mut workbook: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let names = workbook.sheet_names().to_vec();
    let tables = [
        "adoption",
        "usage",
        "workload_adoption",
        "customer_adoption",
        "portfolio",
        "spend",
        "next_steps",
        "subscriptions",
        "seat_outcomes",
    ];
    for table in tables {
        assert!(names.contains(&table.to_owned()), "{names:?}");
        let (on_sheet, in_table) = (sheet(&mut workbook, table), last_rows(&sample().published, table));
        assert_eq!(on_sheet.len(), in_table.len(), "{table}");
        assert!(table == "spend" || !in_table.is_empty(), "{table}");
        for (cells, row) in on_sheet.iter().zip(&in_table) {
            for (heading, cell) in cells {
                assert!(
                    same(cell, row.get(heading)),
                    "{table}.{heading}: {cell:?} and {:?}",
                    row.get(heading)
                );
            }
        }
    }
    let meanings = sheet(&mut workbook, "Definitions");
    assert!(
        meanings
            .iter()
            .any(|row| row["Column"] == Data::String("usage_ratio_adjusted".to_owned()))
    );
    let first = workbook.worksheet_range(&names[0]).unwrap();
    let days = rows(&sample().published, "portfolio")
        .iter()
        .filter(|row| row["grain"] == "all")
        .count();
    assert_eq!(first.height(), 13 + days);
}

#[test]
fn a_customers_workbook_has_its_rows_only_and_equal_input_gives_equal_bytes() {
    let id = last_rows(&sample().published, "customer_adoption")[3]["tenant_id"].clone();
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str| report(&["--customer", &id], &folder.path().join(name));
    let bytes = make("one.xlsx");
    assert!(bytes == make("two.xlsx"), "the name of the file says the format");
    let mut workbook: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let expected = last_rows(&sample().published, "adoption")
        .iter()
        .filter(|row| row["tenant_id"] == id)
        .count();
    let rows = sheet(&mut workbook, "adoption");
    assert_eq!(rows.len(), expected);
    assert!(rows.iter().all(|row| row["tenant_id"] == Data::String(id.clone())));
    assert!(!workbook.sheet_names().contains(&"portfolio".to_owned()));
}
