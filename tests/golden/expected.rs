//! The rows that a scenario expects, read from its folder.

use super::*;

/// An expected file: some columns of a table, all rows of some days.
pub struct Expected {
    pub contract: &'static Contract,
    pub columns: Vec<&'static Column>,
    /// Partition -> rows as text; the partition of a table without partitions is `None`.
    pub rows: BTreeMap<Option<Day>, Vec<Vec<String>>>,
}

impl Expected {
    pub fn all(folder: &Path) -> Vec<Expected> {
        let names = names();
        let mut files: Vec<PathBuf> = fs::read_dir(folder)
            .expect("expected/")
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        files.iter().map(|file| Expected::read(file, &names)).collect()
    }

    pub fn read(file: &Path, names: &BTreeMap<String, String>) -> Expected {
        let table = file.file_stem().unwrap().to_str().unwrap();
        let published = Some(&SEAT_OUTCOMES).filter(|contract| contract.name == table);
        let contract = stages::table(table)
            .or(published)
            .unwrap_or_else(|| panic!("{}: no such table", file.display()));
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_path(file)
            .unwrap();
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let skipped = usize::from(contract.partition != Partition::Whole);
        assert!(
            contract.partition.column().is_none_or(|name| header[0] == name),
            "{}: the first column is the partition",
            file.display()
        );
        let column = |name: &String| {
            let found = contract.columns.iter().find(|column| column.name == name);
            found.unwrap_or_else(|| panic!("{}: no column `{name}`", file.display()))
        };
        let columns: Vec<&Column> = header[skipped..].iter().map(column).collect();
        let mut rows: BTreeMap<Option<Day>, Vec<Vec<String>>> = BTreeMap::new();
        if contract.partition == Partition::Whole {
            rows.insert(None, Vec::new());
        }
        for record in reader.records().map(Result::unwrap) {
            let days = if skipped == 1 { days_of(&record[0]) } else { vec![None] };
            for day in days {
                let rows = rows.entry(day).or_default();
                if &record[skipped] != "nothing" {
                    assert_eq!(record.len(), header.len(), "{}: {record:?}", file.display());
                    let cells = record.iter().skip(skipped).zip(&columns);
                    rows.push(cells.map(|(cell, column)| expected_cell(cell, column.kind, names)).collect());
                }
            }
        }
        Expected { contract, columns, rows }
    }

    pub fn last_day(&self) -> Option<Day> {
        self.rows.keys().rev().find_map(|day| *day)
    }
}

/// A day, or every day of `first..last`.
pub fn days_of(cell: &str) -> Vec<Option<Day>> {
    let (first, last) = cell.split_once("..").unwrap_or((cell, cell));
    let day = |text: &str| Day::parse(text).unwrap_or_else(|| panic!("`{text}` is no day"));
    day(first).to(day(last)).map(Some).collect()
}

pub fn expected_cell(cell: &str, kind: Kind, names: &BTreeMap<String, String>) -> String {
    if kind != Kind::Ratio || cell.is_empty() {
        return names.get(cell).cloned().unwrap_or_else(|| cell.to_owned());
    }
    let number = |text: &str| text.trim().parse::<f64>().unwrap_or_else(|_| panic!("`{cell}` is no fraction"));
    fraction(
        cell.split_once('/')
            .map_or_else(|| number(cell), |(over, under)| number(over) / number(under)),
    )
}

pub fn fraction(value: f64) -> String {
    format!("{value:.12}")
}
