//! The workbook in LibreOffice, in two locales: what it shows are the tables' cells. `.ci/run`
//! installs it where it is missing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::published::{Row, last_rows};
use super::{report, sample};
use crate::workdir::cannot_run;

/// Sheets with every kind of cell: texts, counts, shares, fractions, amounts, days, yes and no.
const SHEETS: [&str; 6] = ["adoption", "portfolio", "spend", "next_steps", "subscriptions", "customer_adoption"];

/// How a locale writes what it has read.
struct Locale {
    name: &'static str,
    comma: char,
    yes: &'static str,
    no: &'static str,
}

const LOCALES: [Locale; 2] = [
    Locale {
        name: "de-DE",
        comma: ',',
        yes: "WAHR",
        no: "FALSCH",
    },
    Locale {
        name: "en-GB",
        comma: '.',
        yes: "TRUE",
        no: "FALSE",
    },
];

fn soffice() -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).map(|folder| folder.join("soffice"));
    let found = places.find(|place| place.is_file());
    found.ok_or_else(|| "there is no LibreOffice: `apt-get install libreoffice-calc-nogui`".to_owned())
}

/// Every sheet of a workbook as LibreOffice reads it: rows by headings, without empty cells.
fn opened(soffice: &Path, workbook: &Path, locale: &Locale) -> BTreeMap<String, Vec<Row>> {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("profile");
    fs::create_dir_all(profile.join("user")).unwrap();
    let settings = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<oor:items xmlns:oor=\"http://openoffice.org/2001/registry\">\
         <item oor:path=\"/org.openoffice.Setup/L10N\"><prop oor:name=\"ooSetupSystemLocale\" oor:op=\"fuse\">\
         <value>{}</value></prop></item></oor:items>\n",
        locale.name
    );
    fs::write(profile.join("user/registrymodifications.xcu"), settings).unwrap();
    let sheets = folder.path().join("sheets");
    // Commas, quotes, UTF-8, cells as they are and not as they are formatted, every sheet.
    let output = Command::new(soffice)
        .args(["--headless", "--norestore"])
        .arg(format!("-env:UserInstallation=file://{}", profile.display()))
        .args([
            "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1",
        ])
        .arg("--outdir")
        .arg(&sheets)
        .arg(workbook)
        .output()
        .unwrap();
    let written = fs::read_dir(&sheets).unwrap_or_else(|_| panic!("LibreOffice cannot open it: {output:?}"));
    let mut all = BTreeMap::new();
    for path in written.map(|entry| entry.unwrap().path()) {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let mut csv = csv::ReaderBuilder::new().flexible(true).from_path(&path).unwrap();
        let headings = csv.headers().unwrap().clone();
        let row = |record: csv::StringRecord| -> Row {
            let cells = headings.iter().zip(record.iter()).filter(|(_, cell)| !cell.is_empty());
            cells.map(|(heading, cell)| (heading.to_owned(), cell.to_owned())).collect()
        };
        let rows = csv.into_records().map(|record| row(record.unwrap())).collect();
        all.insert(name.trim_start_matches("report-").to_owned(), rows);
    }
    all
}

/// Whether LibreOffice shows what the table has. A share is in percent, and of nothing else.
fn same(locale: &Locale, column: &str, shown: &str, in_table: &str) -> bool {
    let expected: f64 = match in_table {
        "true" => return shown == locale.yes,
        "false" => return shown == locale.no,
        text => match text.parse() {
            Ok(number) if !column.ends_with("_id") => number,
            // Ends of lines are blanks of one kind in a cell.
            _ => return shown == text,
        },
    };
    let (number, by) = match shown.strip_suffix('%') {
        Some(number) if column.contains("_ratio") => (number, 100.0),
        None if !column.contains("_ratio") => (shown, 1.0),
        _ => return false,
    };
    let other = if locale.comma == ',' { '.' } else { ',' };
    let number = number.replace(locale.comma, ".").parse::<f64>();
    !shown.contains(other) && number.is_ok_and(|number| (number / by - expected).abs() <= 1e-12 * expected.abs().max(1.0))
}

#[test]
fn libreoffice_shows_the_tables_cells_in_german_and_in_english() {
    let soffice = match soffice() {
        Ok(soffice) => soffice,
        Err(reason) => return cannot_run(&reason),
    };
    let folder = tempfile::tempdir().unwrap();
    let workbook = folder.path().join("report.xlsx");
    report(&["--format", "xlsx"], &workbook);
    for locale in LOCALES {
        let sheets = opened(&soffice, &workbook, &locale);
        let mut fractions = 0;
        for name in SHEETS {
            let (on_sheet, in_table) = (&sheets[name], last_rows(&sample().published, name));
            assert_eq!(on_sheet.len(), in_table.len(), "{} {name}", locale.name);
            assert!(!in_table.is_empty(), "{name}");
            for (cells, row) in on_sheet.iter().zip(&in_table) {
                let row: Row = row
                    .iter()
                    .filter(|(_, cell)| !cell.is_empty())
                    .map(|(name, cell)| (name.clone(), cell.clone()))
                    .collect();
                assert_eq!(
                    cells.keys().collect::<Vec<_>>(),
                    row.keys().collect::<Vec<_>>(),
                    "{} {name}",
                    locale.name
                );
                for (column, cell) in cells {
                    assert!(
                        same(&locale, column, cell, &row[column]),
                        "{} {name}.{column}: {cell:?} and {:?}",
                        locale.name,
                        row[column]
                    );
                    fractions += usize::from(row[column].parse::<f64>().is_ok_and(|number| number.fract() != 0.0));
                }
            }
        }
        assert!(fractions > 20, "{fractions} numbers with a comma");
    }
}
