//! A question, from its text to its rows.

use arrow::record_batch::RecordBatch;
use polars::error::set_warning_function;
use polars::prelude::{Column, DataFrame, DataType, Int64Chunked, IntoColumn, PolarsResult, TimeUnit};
use polars::sql::SQLContext;

use crate::domain::day::MICROS_PER_DAY;
use crate::sql::error::SqlError;
use crate::sql::pieces::Pieces;
use crate::sql::scan::{self, Faults};
use crate::sql::statement::{self, Resolved};
use crate::sql::subquery;
use crate::sql::tables::{Table, Tables};
use crate::warehouse::data_frame;
use crate::warehouse::error::WarehouseError;

/// Answers a question. Its rows are in the order that it asks for; where it asks for none, in the
/// order of the files, as far as it neither groups nor joins.
pub fn answer(tables: &Tables, text: &str) -> Result<RecordBatch, SqlError> {
    // Polars tells whoever develops with it what will change, on standard error.
    set_warning_function(|_, _| ());
    let Resolved {
        mut statement,
        tables: named,
    } = statement::resolve(statement::parse(text)?, tables)?;
    let used: Vec<&Table> = tables.all().iter().filter(|table| named.contains(&table.to_string())).collect();
    let faults = Faults::default();
    let mut context = SQLContext::new();
    for table in &used {
        let pieces = Pieces::open(tables, table)?;
        context.register(&table.to_string(), scan::lazy(pieces, table.name, &faults)?);
    }
    let columns: Vec<&str> = used
        .iter()
        .flat_map(|table| table.columns.iter().map(|column| column.name))
        .collect();
    let told = |error: SqlError| match faults.take() {
        Some(fault) => SqlError::Warehouse(fault),
        None => error,
    };
    let explained = |error: WarehouseError| match error {
        WarehouseError::Query(error) => told(SqlError::of(&error, &columns)),
        error => SqlError::Warehouse(error),
    };
    subquery::settle(&mut statement, &mut context, &columns).map_err(told)?;
    let query = data_frame::answered(|| context.execute(&statement.to_string())).map_err(explained)?;
    let rows = data_frame::collected(query).map_err(explained)?;
    let rows = with_days_as_numbers(rows).map_err(WarehouseError::from)?;
    data_frame::rows_of(&rows).map_err(|error| {
        SqlError::question(
            format!("a column of the answer has a type that cannot be shown: {error}"),
            "CAST gives it another one, such as BIGINT, DOUBLE or VARCHAR",
        )
    })
}

/// What lies between two dates is a number of days.
fn with_days_as_numbers(mut rows: DataFrame) -> PolarsResult<DataFrame> {
    let spans = rows
        .columns()
        .iter()
        .filter(|column| matches!(column.dtype(), DataType::Duration(_)));
    let spans: Vec<Column> = spans
        .map(|span| span.cast(&DataType::Duration(TimeUnit::Microseconds)))
        .collect::<Result<_, _>>()?;
    for span in spans {
        let micros = span.cast(&DataType::Int64)?;
        let micros = micros.i64()?;
        if micros.iter().flatten().all(|micros| micros % MICROS_PER_DAY == 0) {
            let days: Int64Chunked = micros.iter().map(|micros| micros.map(|micros| micros / MICROS_PER_DAY)).collect();
            rows.with_column(days.with_name(span.name().clone()).into_column())?;
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::{Arc, Mutex};

    use tempfile::TempDir;

    use super::*;
    use crate::domain::day::Day;
    use crate::domain::digest::Fingerprint;
    use crate::domain::guid::Guid;
    use crate::sql::rendered::csv;
    use crate::stages::activity::activity_coverage::ActivityCoverage;
    use crate::storage::local::reads::{Access, Reads};
    use crate::warehouse::store::Store;

    const DAYS: i32 = 400;
    const SHARDS: u32 = 2;

    fn first() -> Day {
        Day::parse("2025-09-01").unwrap()
    }

    /// 400 days of one table: a row for each of two customers, one in each shard.
    fn warehouse() -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        for number in 0..DAYS {
            for shard in 0..SHARDS {
                let row = ActivityCoverage {
                    tenant_id: Guid(u128::from(shard)),
                    events: i64::from(number),
                    digest: String::new(),
                    named_users: String::new(),
                    reports: 0,
                };
                let place = (Some(first().plus(number)), shard);
                store.replace_rows(place, &[row], Fingerprint::default()).unwrap();
            }
        }
        folder
    }

    /// The answer as CSV, and the files that were opened for it.
    fn asked(folder: &Path, sql: &str) -> (String, Vec<String>) {
        let opened = Arc::new(Mutex::new(Vec::new()));
        let seen = opened.clone();
        let reads = Reads::watched(move |access, path| {
            if access == Access::Open {
                seen.lock().unwrap().push(path.display().to_string());
            }
            Ok(())
        });
        let tables = Tables::new(Store::by(folder, reads), folder);
        let answer = csv(&answer(&tables, sql).unwrap()).unwrap();
        let mut opened = opened.lock().unwrap().clone();
        opened.sort();
        (answer, opened)
    }

    #[test]
    fn a_question_about_one_day_opens_the_files_of_that_day_and_no_other() {
        let folder = warehouse();
        for (sql, days) in [
            (
                "SELECT day, events FROM activity_coverage WHERE day = DATE '2026-01-15' ORDER BY tenant_id",
                1,
            ),
            (
                "SELECT SUM(events) AS s FROM activity_coverage WHERE day BETWEEN '2026-01-15' AND '2026-01-17' AND events > 3",
                3,
            ),
            (
                "WITH c AS (SELECT * FROM activity_coverage) SELECT COUNT(*) AS n FROM c WHERE day = '2026-01-15'",
                1,
            ),
            (
                "SELECT COUNT(*) AS n FROM activity_coverage a JOIN activity_coverage b ON a.tenant_id = b.tenant_id AND a.day = b.day \
                 WHERE a.day = '2026-01-15' AND b.day = '2026-01-15'",
                2,
            ),
        ] {
            let (answer, opened) = asked(folder.path(), sql);
            assert!(answer.lines().count() >= 2, "{answer}");
            assert_eq!(opened.len(), days * SHARDS as usize, "{sql}: {opened:?}");
            assert!(opened.iter().all(|path| path.contains("day=2026-01-1")), "{opened:?}");
        }
        let (answer, _) = asked(
            folder.path(),
            "SELECT day, events FROM activity_coverage WHERE day = DATE '2026-01-15'",
        );
        assert_eq!(answer, "day,events\n2026-01-15,136\n2026-01-15,136\n");
    }

    #[test]
    fn a_few_rows_of_a_table_take_a_few_files() {
        let folder = warehouse();
        let (answer, opened) = asked(folder.path(), "SELECT tenant_id, day FROM activity_coverage LIMIT 3");
        assert_eq!((answer.lines().count(), opened.len()), (4, 3));
    }

    #[test]
    fn a_value_that_is_asked_first_prunes_as_a_date_does() {
        let folder = warehouse();
        let sql = "SELECT events FROM activity_coverage WHERE day = (SELECT MAX(day) FROM activity_coverage)";
        let (answer, opened) = asked(folder.path(), sql);
        assert_eq!(answer, "events\n399\n399\n");
        let (_, footers) = asked(folder.path(), "SELECT MAX(day) AS day FROM activity_coverage");
        assert_eq!(opened.len(), footers.len() + SHARDS as usize);
    }

    #[test]
    fn a_fault_of_reading_is_told_as_what_it_is() {
        let folder = warehouse();
        let damaged = folder.path().join("activity_coverage/day=2026-01-15/part-00.parquet");
        std::fs::write(&damaged, "no Parquet").unwrap();
        let tables = Tables::new(Store::at(folder.path()), folder.path());
        let error = answer(&tables, "SELECT SUM(events) FROM activity_coverage").unwrap_err();
        assert!(matches!(error, SqlError::Warehouse(WarehouseError::Parquet { .. })), "{error}");
        assert!(error.to_string().contains("part-00.parquet"), "{error}");
    }
}
