//! What may be written on the command line.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde_json::Value;

use crate::audit::choice::Share;
use crate::domain::day::Day;
use crate::domain::kinds::Feed;
use crate::observe::progress::Look;
use crate::sources::Format as FileFormat;

/// Tells a Microsoft cloud partner whether its customers use what they bought.
#[derive(Parser, Debug)]
#[command(name = "uptake", version, max_term_width = 100, propagate_version = true, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub global: Global,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 a bug; 2 wrong usage or pipeline file; 3 input not usable; 4 a check failed;
5 another run holds the warehouse; 6 the disk or the store failed; 130 interrupted.

Examples:
  uptake run                                 bring everything up to date until yesterday
  uptake run my.toml --until 2026-09-30      until a certain day
  uptake plan                                what would be done, and why
  uptake reprocess --from 2026-09-10 --to 2026-09-12 --reason \"corrected logs\"
  uptake sample --out demo --customers 20 --days 60 --seed 1";

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Bring every table and the published files up to date.
    #[command(after_help = RUN_EXAMPLES)]
    Run(RunArgs),
    /// Make days again from raw files, even if nothing changed.
    #[command(after_help = REPROCESS_EXAMPLES)]
    Reprocess(ReprocessArgs),
    /// Print what `run` (with --to: `reprocess`) would do and why; change nothing.
    #[command(after_help = PLAN_EXAMPLES)]
    Plan(PlanArgs),
    /// Say how things stand: last runs, how fresh the data are, holes, rejects, what the lists
    /// lack; change nothing.
    #[command(after_help = STATUS_EXAMPLES)]
    Status(StatusArgs),
    /// Read the warehouse again and hold it against everything that is known of it; change nothing.
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArgs),
    /// Take a number apart: who and what is behind it, and what changed it.
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),
    /// Say what raw files are: form, feed, tenants, days, records, rejects; needs no pipeline.
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect(InspectArgs),
    /// Write raw logs of a made-up portfolio in the real formats.
    #[command(
        after_help = "Examples:\n  uptake sample --out demo\n  uptake sample --out big --customers 200 --days 400 --users 100 --record-bytes 4000\n  uptake run demo/pipeline.toml"
    )]
    Sample(SampleArgs),
    /// Print the data dictionary: every table and published file, or one with its columns.
    #[command(after_help = DESCRIBE_EXAMPLES)]
    Describe(DescribeArgs),
    /// Print shell completions.
    #[command(after_help = "Example:\n  uptake completions bash > /etc/bash_completion.d/uptake")]
    Completions(CompletionsArgs),
}

const RUN_EXAMPLES: &str = "\
Examples:
  uptake run                                         the pipeline file pipelines/nightly.toml
  uptake run my.toml --until 2026-09-30              as of a certain day
  uptake run my.toml --tables activity_28d           one table, and what it needs; nothing is published
  uptake run my.toml --max-days 30                   a long archive in portions; run it again until nothing is left
  uptake run my.toml --quiet --log-format json       from a scheduler
  uptake run my.toml --verify 5                      with five customers computed a second time, every night others";

const REPROCESS_EXAMPLES: &str = "\
The days are made from their raw files, and with them every later day whose windows change. Days whose raw files are gone
are refused; --from-facts begins with what the warehouse keeps of them.

Examples:
  uptake reprocess --from 2026-09-10 --to 2026-09-12 --reason \"logs of the 11th were delivered twice\"
  uptake reprocess --from 2026-08-01 --to 2026-08-31 --customer contoso.example
  uptake reprocess my.toml --from 2026-09-10 --to 2026-09-12 --tables usage,adoption";

const PLAN_EXAMPLES: &str = "\
Raw files that are new are read, since only they can say which days they change.

Examples:
  uptake plan
  uptake plan my.toml --until 2026-09-30 --format json
  uptake plan --from 2026-09-10 --to 2026-09-12      what `reprocess` would do";

const STATUS_EXAMPLES: &str = "\
Reads the warehouse and what runs left in the published folder, and no raw file. What needs attention comes first; it is no failure:
the exit code is 0. --format json has every list whole.

Examples:
  uptake status
  uptake status my.toml
  uptake status my.toml --format json | jq '.attention'";

const CHECK_EXAMPLES: &str = "\
Exit code 4 where anything is wrong. Customers are computed a second time from their raw files, by a slow and simple program of its
own; --customers 0 leaves that out. While a check is at work no run can begin.

Examples:
  uptake check
  uptake check my.toml --customers 20 --seed 1
  uptake check my.toml --customers all --format json";

const EXPLAIN_EXAMPLES: &str = "\
Everything is counted again from the warehouse; exit code 4 where the tables say something else.

Examples:
  uptake explain                                                       all customers with their two ratios
  uptake explain --customer contoso.example                            all its products in one screen
  uptake explain --customer Contoso --product SPE_E3                   one of them, with the users behind it
  uptake explain --customer Contoso --product SPE_E3 --workload teams --day 2026-09-30
  uptake explain --customer Contoso --user 4f0c... --show-raw          one user's days, and the raw lines behind them
  uptake explain --customer Contoso --product SPE_E3 --format markdown to paste into a mail";

const INSPECT_EXAMPLES: &str = "\
Exit code 3 where there is a file of which nothing can be read.

Examples:
  uptake inspect export.csv
  uptake inspect insights-logs-signinlogs/tenantId=*/y=2026/m=09/d=01/h=08/m=00/PT1H.json
  uptake inspect users.json --feed license_holdings --as graph-users --format json";

const DESCRIBE_EXAMPLES: &str = "\
Examples:
  uptake describe
  uptake describe adoption                     a table of the warehouse
  uptake describe adoption.parquet             a published file, with the names that are joined in
  uptake describe --format markdown            everything on one page";

/// What all commands take.
#[derive(Args, Debug)]
pub struct Global {
    /// Folder of the raw files, instead of the pipeline file's.
    #[arg(long, global = true, value_name = "DIR", help_heading = "Options of all commands")]
    pub input: Option<PathBuf>,
    /// Folder of the warehouse, instead of the pipeline file's.
    #[arg(long, global = true, value_name = "DIR", help_heading = "Options of all commands")]
    pub warehouse: Option<PathBuf>,
    /// Folder of the published files, instead of the pipeline file's.
    #[arg(long, global = true, value_name = "DIR", help_heading = "Options of all commands")]
    pub published: Option<PathBuf>,
    /// How messages are written to standard error.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, help_heading = "Options of all commands")]
    pub log_format: LogFormat,
    /// No progress, no summary; errors only.
    #[arg(long, short, global = true, help_heading = "Options of all commands")]
    pub quiet: bool,
    /// Whether to colour what is printed.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, help_heading = "Options of all commands")]
    pub color: Color,
}

impl Global {
    /// How progress is to be shown.
    pub fn look(&self) -> Look {
        match (self.quiet, self.log_format) {
            (true, _) => Look::Quiet,
            (false, LogFormat::Json) => Look::Json,
            (false, LogFormat::Text) if std::io::stderr().is_terminal() => Look::Bars,
            (false, LogFormat::Text) => Look::Lines,
        }
    }

    /// Whether standard output may be coloured.
    pub fn colored(&self) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DictionaryFormat {
    Text,
    Json,
    Markdown,
}

#[derive(Args, Debug)]
pub struct RunArgs {
    /// The pipeline file.
    #[arg(default_value = "pipelines/nightly.toml")]
    pub pipeline: PathBuf,
    /// The last day (YYYY-MM-DD), instead of the pipeline file's `last_day` or yesterday.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub until: Option<Day>,
    /// The first day that may be made again.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub from: Option<Day>,
    /// Only these tables and what they need, separated by commas; nothing is published.
    #[arg(long, value_name = "TABLES", value_delimiter = ',')]
    pub tables: Option<Vec<String>>,
    /// At most so many days of raw files and of tables, the oldest first; the next run goes on.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub max_days: Option<u32>,
    /// Compute so many customers (or `all`) a second time before anything is published, every night
    /// others; where they differ, nothing is.
    #[arg(long, value_name = "N", value_parser = share, conflicts_with = "tables")]
    pub verify: Option<Share>,
    /// Look at every raw file, also at those older than the pipeline's `rescan_days`, and at the
    /// bytes of each, not only at size and time.
    #[arg(long)]
    pub rescan: bool,
    /// Remove the files of days that the tables do not have any more, since `last_day` is earlier
    /// or `first_day` later than before.
    #[arg(long, conflicts_with_all = ["until", "tables"])]
    pub prune: bool,
    #[command(flatten)]
    pub allow: AllowArgs,
    /// How many threads to use; default: one per core.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

/// What a run may go on without.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct AllowArgs {
    /// Go on where the input folder has no file at all, and take the new days for quiet ones.
    #[arg(id = "allow_empty", long = "allow-empty")]
    pub empty: bool,
    /// Go on without folders of the input that cannot be read; rows that came from there stay.
    #[arg(id = "allow_unreadable", long = "allow-unreadable")]
    pub unreadable: bool,
}

impl AllowArgs {
    /// What of it was given, for the record.
    pub fn given(self) -> [(&'static str, Option<Value>); 2] {
        let flag = |given: bool| given.then_some(Value::Bool(true));
        [("allow_empty", flag(self.empty)), ("allow_unreadable", flag(self.unreadable))]
    }
}

#[derive(Args, Debug)]
pub struct ReprocessArgs {
    /// The pipeline file.
    #[arg(default_value = "pipelines/nightly.toml")]
    pub pipeline: PathBuf,
    /// The first of the days.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub from: Day,
    /// The last of the days.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub to: Day,
    /// Only these tables and what they need, separated by commas; nothing is published.
    #[arg(long, value_name = "TABLES", value_delimiter = ',')]
    pub tables: Option<Vec<String>>,
    #[command(flatten)]
    pub how: AgainArgs,
    #[command(flatten)]
    pub allow: AllowArgs,
    /// Compute so many customers (or `all`) a second time before anything is published, every night
    /// others; where they differ, nothing is.
    #[arg(long, value_name = "N", value_parser = share, conflicts_with = "tables")]
    pub verify: Option<Share>,
    /// How many threads to use; default: one per core.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

/// What `reprocess` takes besides the days.
#[derive(Args, Debug, Default)]
pub struct AgainArgs {
    /// Only this customer: tenant id, name or domain.
    #[arg(long, value_name = "CUSTOMER")]
    pub customer: Option<String>,
    /// Why; kept in run.json and in the run log.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Begin with what the warehouse keeps of the raw files, and not with them.
    #[arg(long)]
    pub from_facts: bool,
}

impl AgainArgs {
    /// Whether any of it was written.
    pub fn is_given(&self) -> bool {
        self.customer.is_some() || self.reason.is_some() || self.from_facts
    }
}

#[derive(Args, Debug)]
pub struct PlanArgs {
    #[command(flatten)]
    pub run: RunArgs,
    /// With --from: plan what `reprocess` would do with the days up to this one.
    #[arg(long, value_name = "DAY", value_parser = day, requires = "from", conflicts_with_all = ["until", "max_days"])]
    pub to: Option<Day>,
    #[command(flatten)]
    pub how: AgainArgs,
    /// How the plan is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

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
pub struct SampleArgs {
    /// The folder to write to: new or empty.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// How many customers.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub customers: u32,
    /// How many days.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3660))]
    pub days: u32,
    /// The same seed gives the same bytes.
    #[arg(long, value_name = "S", default_value_t = 7)]
    pub seed: u64,
    /// The last of the days (YYYY-MM-DD).
    #[arg(long, value_name = "DAY", value_parser = day, default_value = "2026-09-30")]
    pub last_day: Day,
    /// Users per customer on average; default: 4 to 40.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub users: Option<u32>,
    /// Files per customer, day and kind of log.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=24))]
    pub files_per_day: u32,
    /// About how long the record of a sign-in is; real ones have 2,000 to 15,000 bytes.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub record_bytes: Option<u32>,
    /// Plain files instead of gzip.
    #[arg(long)]
    pub plain: bool,
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
    #[arg(long, value_enum, default_value_t = Paper::Text)]
    pub format: Paper,
}

/// How an explanation is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Paper {
    Text,
    Json,
    Markdown,
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

/// Reads a day of the command line.
fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "a day is written YYYY-MM-DD, and must exist in the calendar".to_owned())
}

/// Reads how many customers.
fn share(text: &str) -> Result<Share, String> {
    match text {
        "all" => Ok(Share::All),
        _ => text.parse().map(Share::Only).map_err(|_| "it is a number or `all`".to_owned()),
    }
}

/// Reads the name of a feed.
fn feed(text: &str) -> Result<Feed, String> {
    Feed::parse(text).ok_or_else(|| one_of(Feed::ALL.iter().map(|feed| feed.name())))
}

/// Reads the name of a raw format.
fn format_of_file(text: &str) -> Result<FileFormat, String> {
    FileFormat::parse(text).ok_or_else(|| one_of(FileFormat::ALL.iter().map(|format| format.name())))
}

fn one_of(names: impl Iterator<Item = &'static str>) -> String {
    format!("it must be one of {}", names.collect::<Vec<_>>().join(", "))
}
