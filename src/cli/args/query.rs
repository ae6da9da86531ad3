//! The arguments of `query`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

pub const QUERY_EXAMPLES: &str = "\
Every table of the warehouse is there as `warehouse.NAME`, every published file as `published.NAME`; a name alone means the
published file where there is one. `uptake describe NAME` has the columns of a table, `uptake describe NAME.parquet` those of
a published file. Nothing is changed: a statement begins with SELECT, WITH or EXPLAIN.

Examples:
  uptake query --list
  uptake query \"SELECT customer_name, seats_sold FROM adoption WHERE day = DATE '2026-09-30'\"
  uptake query \"SELECT MAX(day) FROM warehouse.adoption\" --pipeline my.toml
  uptake query \"SELECT * FROM next_steps WHERE is_new\" --out new-steps.csv
  uptake query \"$(cat question.sql)\" --format json";

#[derive(Args, Debug)]
pub struct QueryArgs {
    /// What is asked, in SQL.
    #[arg(value_name = "SQL", required_unless_present = "list")]
    pub sql: Option<String>,
    /// Name the tables that can be asked, with their days.
    #[arg(long, conflicts_with = "sql")]
    pub list: bool,
    /// The pipeline file.
    #[arg(long, value_name = "FILE", default_value = "pipelines/nightly.toml")]
    pub pipeline: PathBuf,
    /// How the rows are written; default: as the ending of --out says, else a table.
    #[arg(long, value_enum)]
    pub format: Option<RowsFormat>,
    /// Write to this file in place of standard output. It is replaced whole.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RowsFormat {
    Table,
    Csv,
    Json,
    Parquet,
}

impl QueryArgs {
    /// How the rows are written.
    pub fn rows_format(&self) -> RowsFormat {
        let ending = self.out.as_deref().and_then(|out| out.extension()).unwrap_or_default();
        self.format
            .unwrap_or_else(|| match ending.to_string_lossy().to_lowercase().as_str() {
                "csv" => RowsFormat::Csv,
                "json" => RowsFormat::Json,
                "parquet" => RowsFormat::Parquet,
                _ => RowsFormat::Table,
            })
    }
}
