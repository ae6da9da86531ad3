//! `uptake query`: answers a question in SQL from the warehouse and the published files.

use std::io::{self, Write};
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;

use crate::cli::args::global::Global;
use crate::cli::args::query::{QueryArgs, RowsFormat};
use crate::cli::context::Context;
use crate::cli::exit::{Code, Failure};
use crate::cli::{output, print, written};
use crate::sql::answer::answer;
use crate::sql::rendered;
use crate::sql::tables::{Table, Tables};
use crate::warehouse::store::Store;

/// Prints the rows, or writes them to a file.
pub fn run(args: &QueryArgs, global: &Global) -> Result<(), Failure> {
    let format = args.rows_format();
    match &args.out {
        Some(out) => output::check(out)?,
        None if format == RowsFormat::Parquet => {
            return Err(Failure::new(Code::Usage, "a Parquet file is not for a terminal").hint("name a file with `--out FILE`"));
        }
        None => {}
    }
    let context = Context::read(&args.pipeline, global)?;
    let tables = Tables::new(Store::at(&context.settings.warehouse), &context.settings.published);
    let rows = match &args.sql {
        Some(sql) => answer(&tables, sql)?,
        None => list(&tables)?,
    };
    let bytes = match format {
        RowsFormat::Table => rendered::table(&rows).map_err(bug)?.into_bytes(),
        RowsFormat::Csv => rendered::csv(&rows).map_err(bug)?.into_bytes(),
        RowsFormat::Json => rendered::json(&rows).map_err(bug)?.into_bytes(),
        RowsFormat::Parquet => rendered::parquet(&rows).map_err(|error| {
            Failure::new(Code::Usage, format!("the rows cannot be a Parquet file: {error}"))
                .hint("CAST gives a column another type; CSV and JSON take every type")
        })?,
    };
    match &args.out {
        Some(out) => output::write(out, &bytes),
        // A table is for a terminal, the others are for programs: these get every byte.
        None if format == RowsFormat::Table => print(&String::from_utf8_lossy(&bytes)),
        None => {
            let mut standard = io::stdout().lock();
            written(standard.write_all(&bytes).and_then(|()| standard.flush()))
        }
    }
}

/// The tables that can be asked.
fn list(tables: &Tables) -> Result<RecordBatch, Failure> {
    let mut days: Vec<(Option<String>, Option<String>)> = Vec::new();
    let mut there = Vec::new();
    for table in tables.all() {
        let range = tables.days(table)?;
        days.push((range.map(|(first, _)| first.to_string()), range.map(|(_, last)| last.to_string())));
        there.push(tables.is_there(table)?);
    }
    let texts =
        |of: fn(&Table) -> String| -> ArrayRef { Arc::new(tables.all().iter().map(|table| Some(of(table))).collect::<StringArray>()) };
    let columns: [(&str, ArrayRef); 5] = [
        ("table", texts(Table::to_string)),
        ("is_there", Arc::new(arrow::array::BooleanArray::from(there))),
        (
            "first_day",
            Arc::new(days.iter().map(|(first, _)| first.clone()).collect::<StringArray>()),
        ),
        (
            "last_day",
            Arc::new(days.iter().map(|(_, last)| last.clone()).collect::<StringArray>()),
        ),
        ("about", texts(|table| table.about.to_owned())),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, values)| (name, values, true))).map_err(bug)
}

fn bug(error: ArrowError) -> Failure {
    Failure::new(Code::Bug, error).hint("please report this")
}
