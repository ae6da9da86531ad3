//! The arguments of `report`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::values::{ReportFormat, day, language};
use crate::domain::day::Day;
use crate::domain::next_steps::Language;

pub const REPORT_EXAMPLES: &str = "\
Reads the published files only, so no page names a user, unless `--users` asks for it. A page is one file that needs no other: it can be
mailed, printed and read without a connection.

Examples:
  uptake report                                            report.html: the portfolio on the last published day
  uptake report --customer Contoso --language de           one customer, in German
  uptake report --customer Contoso --users                 with its people, from the warehouse: personal data
  uptake report --per-customer pages                       a page for each customer, in the folder `pages`
  uptake report --format xlsx --out september.xlsx --day 2026-09-30";

#[derive(Args, Debug)]
pub struct ReportArgs {
    /// The pipeline file.
    #[arg(default_value = "pipelines/nightly.toml")]
    pub pipeline: PathBuf,
    /// One customer: tenant id, name or domain, in any case, or how one of these begins; default:
    /// the portfolio.
    #[arg(long, value_name = "CUSTOMER", conflicts_with = "per_customer")]
    pub customer: Option<String>,
    /// Names the people of the customer: whose seats are not used, who is active without a seat. They
    /// come from the warehouse, and the page then has personal data. For a page of one customer.
    #[arg(long, requires = "customer", conflicts_with = "per_customer")]
    pub users: bool,
    /// A file for each customer, in this folder.
    #[arg(long, value_name = "DIR", conflicts_with = "out")]
    pub per_customer: Option<PathBuf>,
    /// The file to write; default: `report.html` or `report.xlsx` in the current folder.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// What kind of file; default: as the name of the file ends, else html.
    #[arg(long, value_enum)]
    pub format: Option<ReportFormat>,
    /// The day (YYYY-MM-DD); default: the last published one.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub day: Option<Day>,
    /// The language, `en` or `de`; default: the pipeline's.
    #[arg(long, value_name = "LANGUAGE", value_parser = language)]
    pub language: Option<Language>,
}
