//! Random questions of simple kinds, answered by `uptake query` and by counting through the rows of
//! the files, which the Parquet library reads without any code of ours.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type, UInt32Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use uptake::pipeline::settings::Settings;
use uptake::sql::answer::answer;
use uptake::sql::tables::Tables;
use uptake::warehouse::store::Store;
use walkdir::WalkDir;

use super::Verdict;
use super::files::Chance;

/// How many questions each site is asked.
const QUESTIONS: u64 = 25;

/// A cell of a file: its text, and its number where it has one.
#[derive(Clone, Debug, PartialEq)]
struct Cell {
    text: String,
    number: Option<f64>,
}

/// A row: cells by the names of their columns; null is `None`.
type Cells = BTreeMap<String, Option<Cell>>;

/// The rows of a table.
#[derive(Default)]
struct Rows {
    /// All that a question can name as they are: instants have a zone in the files and none in SQL.
    columns: Vec<String>,
    numbers: Vec<String>,
    /// What rows can be grouped by: not amounts, which `uptake query` refuses.
    groups: Vec<String>,
    dates: Vec<String>,
    rows: Vec<Cells>,
}

fn number(values: &dyn Array, row: usize) -> Option<f64> {
    Some(match values.data_type() {
        DataType::Int64 => values.as_primitive::<Int64Type>().value(row) as f64,
        DataType::UInt32 => f64::from(values.as_primitive::<UInt32Type>().value(row)),
        DataType::Float64 => values.as_primitive::<Float64Type>().value(row),
        DataType::Decimal128(_, scale) => values.as_primitive::<Decimal128Type>().value(row) as f64 / 10_f64.powi(i32::from(*scale)),
        _ => return None,
    })
}

/// Reads the files of a table: of the warehouse all below its folder, with the day that the folder
/// of each is named after.
fn read(files: &Path, partition: Option<&str>) -> Rows {
    let mut found = Rows::default();
    let paths = WalkDir::new(files)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path);
    for path in paths.filter(|path| path.extension().is_some_and(|ending| ending == "parquet")) {
        let folder = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
        let of_folder = partition.and_then(|name| folder.strip_prefix(&format!("{name}=")));
        for frame in ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap())
            .unwrap()
            .build()
            .unwrap()
        {
            let frame = frame.unwrap();
            let schema = frame.schema();
            let of_kind = |is_it: fn(&DataType) -> bool| -> Vec<String> {
                let fields = schema.fields().iter().filter(|field| is_it(field.data_type()));
                fields.map(|field| field.name().clone()).collect()
            };
            let day = || partition.map(str::to_owned).into_iter();
            found.columns = day().chain(of_kind(|kind| !matches!(kind, DataType::Timestamp(..)))).collect();
            let is_group = |kind: &DataType| !matches!(kind, DataType::Timestamp(..) | DataType::Decimal128(..));
            found.groups = day().chain(of_kind(is_group)).collect();
            found.dates = day().chain(of_kind(|kind| *kind == DataType::Date32)).collect();
            found.numbers = of_kind(|kind| {
                matches!(
                    kind,
                    DataType::Int64 | DataType::UInt32 | DataType::Float64 | DataType::Decimal128(..)
                )
            });
            let options = FormatOptions::default();
            for row in 0..frame.num_rows() {
                let mut cells = BTreeMap::new();
                if let (Some(name), Some(day)) = (partition, of_folder) {
                    cells.insert(
                        name.to_owned(),
                        Some(Cell {
                            text: day.to_owned(),
                            number: None,
                        }),
                    );
                }
                let fields = schema.fields().iter().zip(frame.columns());
                for (field, values) in fields.filter(|(field, _)| !matches!(field.data_type(), DataType::Timestamp(..))) {
                    let text = || ArrayFormatter::try_new(values, &options).unwrap().value(row).to_string();
                    let cell = values.is_valid(row).then(|| Cell {
                        text: text(),
                        number: number(values, row),
                    });
                    cells.insert(field.name().clone(), cell);
                }
                found.rows.push(cells);
            }
        }
    }
    found
}

/// What a question asks for: conditions, columns to group by, and what is counted.
struct Question {
    sql: String,
    expected: Vec<Vec<Option<String>>>,
}

fn quoted(text: &str) -> String {
    text.replace('\'', "''")
}

/// A condition on a column, and the rows that it leaves: all, or those like some row. Numbers are
/// compared, all else is equal.
fn condition<'r>(rows: &'r Rows, column: &str, chance: Chance, at: u64) -> (String, Vec<&'r Cells>) {
    let like = &rows.rows[chance.below(&format!("{at} row"), rows.rows.len() as u64) as usize];
    let that = |keeps: &dyn Fn(Option<&Cell>) -> bool| rows.rows.iter().filter(|cells| keeps(cells[column].as_ref())).collect();
    match &like[column] {
        _ if chance.once_in(&format!("{at} all"), 4) => (String::new(), rows.rows.iter().collect()),
        None => (format!(" WHERE {column} IS NULL"), that(&|cell| cell.is_none())),
        Some(value) if rows.numbers.iter().any(|number| number == column) => (
            format!(" WHERE {column} >= {}", value.text),
            that(&|cell| cell.is_some_and(|cell| cell.number >= value.number)),
        ),
        Some(value) => {
            let written = match value.text.as_str() {
                "true" | "false" => value.text.clone(),
                text if rows.dates.iter().any(|date| date == column) => format!("DATE '{text}'"),
                text => format!("'{}'", quoted(text)),
            };
            (
                format!(" WHERE {column} = {written}"),
                that(&|cell| cell.is_some_and(|cell| cell.text == value.text)),
            )
        }
    }
}

/// Makes up a question about a table, and answers it by counting.
fn question(table: &str, rows: &Rows, chance: Chance, at: u64) -> Question {
    let pick = |about: &str, from: &[String]| from[chance.below(&format!("{at} {about}"), from.len() as u64) as usize].clone();
    let once_in = |about: &str, times: u64| chance.once_in(&format!("{at} {about}"), times);
    let text_of = |row: &Cells, column: &str| row[column].as_ref().map(|cell| cell.text.clone());
    let (condition, kept) = condition(rows, &pick("condition", &rows.columns), chance, at);
    let groups: Vec<String> = match once_in("no group", 3) {
        true => Vec::new(),
        false => vec![pick("group", &rows.groups)],
    };
    let counted = pick("counted", &rows.groups);
    let summed = (!rows.numbers.is_empty()).then(|| pick("summed", &rows.numbers));
    let mut wanted: Vec<String> = groups.iter().map(|group| format!("{group} AS g")).collect();
    wanted.push("COUNT(*) AS n".to_owned());
    wanted.push(format!("COUNT({counted}) AS c"));
    wanted.push(format!("COUNT(DISTINCT {counted}) AS d"));
    wanted.extend(summed.iter().map(|column| format!("SUM({column}) AS s")));
    let group_by = groups.first().map_or_else(String::new, |group| format!(" GROUP BY {group}"));
    let mut parts: BTreeMap<Option<String>, Vec<&Cells>> = BTreeMap::new();
    if groups.is_empty() {
        parts.insert(None, Vec::new());
    }
    for cells in kept {
        let key = groups.first().and_then(|group| text_of(cells, group));
        parts.entry(key).or_default().push(cells);
    }
    let answer = |(key, cells): (Option<String>, Vec<&Cells>)| {
        let texts: Vec<String> = cells.iter().filter_map(|cells| text_of(cells, &counted)).collect();
        let distinct: std::collections::BTreeSet<&String> = texts.iter().collect();
        let mut line: Vec<Option<String>> = groups.first().map(|_| key).into_iter().collect();
        line.extend([cells.len(), texts.len(), distinct.len()].map(|count| Some(count.to_string())));
        if let Some(summed) = &summed {
            let numbers: Vec<f64> = cells.iter().filter_map(|cells| cells[summed].as_ref()?.number).collect();
            line.push((!numbers.is_empty()).then(|| numbers.iter().sum::<f64>().to_string()));
        }
        line
    };
    Question {
        sql: format!("SELECT {} FROM {table}{condition}{group_by}", wanted.join(", ")),
        expected: parts.into_iter().map(answer).collect(),
    }
}

/// Asks, and holds the rows against those that were counted, in the order of their groups.
fn is_answered(tables: &Tables, question: &Question) -> Verdict {
    let rows = answer(tables, &question.sql).map_err(|error| format!("{}: {error}", question.sql))?;
    let options = FormatOptions::default();
    let mut found: Vec<Vec<Option<String>>> = (0..rows.num_rows())
        .map(|row| {
            let text = |values: &dyn Array| ArrayFormatter::try_new(values, &options).unwrap().value(row).to_string();
            rows.columns()
                .iter()
                .map(|values| values.is_valid(row).then(|| text(values)))
                .collect()
        })
        .collect();
    found.sort();
    let mut expected = question.expected.clone();
    expected.sort();
    let same = |one: &Option<String>, two: &Option<String>| match (one, two) {
        (Some(one), Some(two)) if one != two => {
            let numbers = one.parse::<f64>().ok().zip(two.parse::<f64>().ok());
            numbers.is_some_and(|(one, two)| (one - two).abs() <= 1e-9 * one.abs().max(1.0))
        }
        (one, two) => one == two,
    };
    let is_same = found.len() == expected.len()
        && found
            .iter()
            .zip(&expected)
            .all(|(one, two)| one.len() == two.len() && one.iter().zip(two).all(|(one, two)| same(one, two)));
    match is_same {
        true => Ok(()),
        false => Err(format!("{}\nanswered {found:?}\ncounted  {expected:?}", question.sql)),
    }
}

/// Asks every table that has rows in turn.
pub fn are_answered(settings: &Settings, chance: Chance) -> Verdict {
    let tables = Tables::new(Store::at(&settings.warehouse), &settings.published);
    let mut asked: Vec<(String, Rows)> = Vec::new();
    for table in tables.all() {
        let name = table.to_string();
        let partition = table
            .columns
            .first()
            .map(|column| column.name)
            .filter(|name| ["day", "received"].contains(name));
        let rows = match name.split_once('.') {
            Some(("warehouse", of)) => read(&settings.warehouse.join(of), partition),
            Some((_, of)) if settings.published.join(format!("{of}.parquet")).is_file() => {
                read(&settings.published.join(format!("{of}.parquet")), None)
            }
            _ => continue,
        };
        if !rows.rows.is_empty() {
            asked.push((name, rows));
        }
    }
    for at in 0..QUESTIONS.min(asked.len() as u64 * 5) {
        let (table, rows) = &asked[chance.below(&format!("{at} table"), asked.len() as u64) as usize];
        is_answered(&tables, &question(table, rows, chance, at))?;
    }
    Ok(())
}
