//! The arguments of the commands that only read: `status`, `customers`, `check`, `explain`, `inspect`,
//! `describe` and `completions`.

use std::path::PathBuf;

use clap::Args;

use crate::audit::recompute::customer_choice::Share;
use crate::cli::args::values::{DictionaryFormat, ExplanationFormat, Format, ListFormat, day, feed, format_of_file, share};
use crate::domain::day::Day;
use crate::domain::kinds::Feed;
use crate::sources::Format as FileFormat;

pub const STATUS_EXAMPLES: &str = "\
Reads the warehouse and what runs left in the published folder, and no raw file. What needs attention comes first; it is no failure:
the exit code is 0. --format json has every list whole.

Examples:
  uptake status
  uptake status my.toml
  uptake status my.toml --format json | jq '.attention'";

pub const CHECK_EXAMPLES: &str = "\
Exit code 4 where anything is wrong. Customers are computed a second time from their raw files, by a slow and simple program of its
own; --customers 0 leaves that out. While a check is at work no run can begin.

Examples:
  uptake check
  uptake check my.toml --customers 20 --seed 1
  uptake check my.toml --customers all --format json";

pub const EXPLAIN_EXAMPLES: &str = "\
Everything is counted again from the warehouse; exit code 4 where the tables say something else.

Examples:
  uptake explain                                                       all customers with their two ratios
  uptake explain --customer contoso.example                            all its products in one screen
  uptake explain --customer Contoso --product SPE_E3                   one of them, with the users behind it
  uptake explain --customer Contoso --product SPE_E3 --workload teams --day 2026-09-30
  uptake explain --customer Contoso --user 4f0c... --show-raw          one user's days, and the raw lines behind them
  uptake explain --customer Contoso --product SPE_E3 --format markdown to paste into a mail";

pub const CUSTOMERS_EXAMPLES: &str = "\
CSV and JSON have more columns: people with a license, active ones, the codes of the next steps.

Examples:
  uptake customers
  uptake customers my.toml --day 2026-09-30
  uptake customers my.toml --format csv > customers-today.csv
  uptake customers my.toml --format json | jq '.customers[] | select(.usage_ratio < 0.5) | .name'";

pub const INSPECT_EXAMPLES: &str = "\
Exit code 3 where there is a file of which nothing can be read.

Examples:
  uptake inspect export.csv
  uptake inspect insights-logs-signinlogs/tenantId=*/y=2026/m=09/d=01/h=08/m=00/PT1H.json
  uptake inspect users.json --feed license_holdings --as graph-users --format json";

pub const DESCRIBE_EXAMPLES: &str = "\
Examples:
  uptake describe
  uptake describe adoption                     a table of the warehouse
  uptake describe adoption.parquet             a published file, with the names that are joined in
  uptake describe --format markdown            everything on one page";

#[derive(Args, Debug)]
pub struct StatusArgs {
    /// The pipeline file.
    #[arg(default_value = "pipelines/nightly.toml")]
    pub pipeline: PathBuf,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

#[derive(Args, Debug)]
pub struct CheckArgs {
    /// The pipeline file.
    #[arg(default_value = "pipelines/nightly.toml")]
    pub pipeline: PathBuf,
    /// How many customers are computed a second time: a number or `all`.
    #[arg(long, value_name = "N", value_parser = share, default_value = "3")]
    pub customers: Share,
    /// Which customers: the same seed chooses the same ones; default: the last day decides.
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// How many threads to use; default: one per core.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// The pipeline file.
    #[arg(default_value = "pipelines/nightly.toml")]
    pub pipeline: PathBuf,
    /// The customer: tenant id, name or domain, in any case, or how one of these begins; default: a
    /// list of all.
    #[arg(long, value_name = "CUSTOMER")]
    pub customer: Option<String>,
    /// The product: SKU id, part number or name, in any case, or how one begins; default: all of
    /// the customer's, in one screen.
    #[arg(long, value_name = "PRODUCT", requires = "customer")]
    pub product: Option<String>,
    /// One of the product's workloads; default: use of any of them.
    #[arg(long, value_name = "WORKLOAD", requires = "product")]
    pub workload: Option<String>,
    /// The day (YYYY-MM-DD); default: the last one of the tables.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub day: Option<Day>,
    /// One user: the id under which users are stored, or with the key at hand the one that the logs
    /// have.
    #[arg(long, value_name = "USER", requires = "customer")]
    pub user: Option<String>,
    /// With --user: how the raw records begin, read again and masked as the pipeline's privacy
    /// settings demand.
    #[arg(long, requires = "user")]
    pub show_raw: bool,
    /// How it is printed; no list is cut in JSON.
    #[arg(long, value_enum, default_value_t = ExplanationFormat::Text)]
    pub format: ExplanationFormat,
}

#[derive(Args, Debug)]
pub struct CustomersArgs {
    /// The pipeline file.
    #[arg(default_value = "pipelines/nightly.toml")]
    pub pipeline: PathBuf,
    /// The day (YYYY-MM-DD); default: the last one of the tables.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub day: Option<Day>,
    /// How they are printed.
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    pub format: ListFormat,
}

#[derive(Args, Debug)]
pub struct InspectArgs {
    /// The files.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// What the files are about, in place of trying: activity, license_changes, license_holdings,
    /// subscriptions, customers, support_requests.
    #[arg(long, value_name = "FEED", value_parser = feed)]
    pub feed: Option<Feed>,
    /// The format of the files, in place of looking how they begin.
    #[arg(long = "as", value_name = "FORMAT", value_parser = format_of_file)]
    pub format_of_file: Option<FileFormat>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

#[derive(Args, Debug)]
pub struct DescribeArgs {
    /// A table of the warehouse, or a published file by its name; default: all of them.
    pub table: Option<String>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = DictionaryFormat::Text)]
    pub format: DictionaryFormat,
}

#[derive(Args, Debug)]
pub struct CompletionsArgs {
    /// The shell.
    pub shell: clap_complete::Shell,
}
