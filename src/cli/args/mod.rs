//! The arguments of the command line, one file for each group of commands.

pub mod catalogue;
pub mod global;
pub mod init;
pub mod make;
pub mod powerbi;
pub mod query;
pub mod read;
pub mod releases;
pub mod report;
pub mod sample;
pub mod values;
pub mod work;

use clap::{Parser, Subcommand};

use crate::cli::args::catalogue::CatalogueCommand;
use crate::cli::args::global::Global;
use crate::cli::args::init::{INIT_EXAMPLES, InitArgs};
use crate::cli::args::make::{PLAN_EXAMPLES, PlanArgs, REPROCESS_EXAMPLES, RUN_EXAMPLES, ReprocessArgs, RunCommand};
use crate::cli::args::powerbi::{POWERBI_EXAMPLES, PowerBiArgs};
use crate::cli::args::query::{QUERY_EXAMPLES, QueryArgs};
use crate::cli::args::read::{
    CHECK_EXAMPLES, CUSTOMERS_EXAMPLES, CheckArgs, CompletionsArgs, CustomersArgs, DESCRIBE_EXAMPLES, DescribeArgs, EXPLAIN_EXAMPLES,
    ExplainArgs, INSPECT_EXAMPLES, InspectArgs, STATUS_EXAMPLES, StatusArgs,
};
use crate::cli::args::releases::{
    DIFF_EXAMPLES, DiffArgs, RELEASES_EXAMPLES, ROLLBACK_EXAMPLES, ReleaseCommand, ReleasesArgs, RollbackArgs,
};
use crate::cli::args::report::{REPORT_EXAMPLES, ReportArgs};
use crate::cli::args::sample::SampleArgs;
use crate::cli::args::work::{TASK_EXAMPLES, TaskArgs, WORK_EXAMPLES, WorkArgs};

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
5 another run holds the warehouse; 6 the disk or the store failed; 7 workers gave a task up;
130 interrupted.

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
    Run(RunCommand),
    /// Make days again from raw files, even if nothing changed.
    #[command(after_help = REPROCESS_EXAMPLES)]
    Reprocess(ReprocessArgs),
    /// Print what `run` (with --to: `reprocess`) would do and why; change nothing.
    #[command(after_help = PLAN_EXAMPLES)]
    Plan(PlanArgs),
    /// Make tasks that `run --workers` hands out, until that run is over.
    #[command(after_help = WORK_EXAMPLES)]
    Work(WorkArgs),
    /// Make tasks that a scheduler gives on standard input, and print what came of each.
    #[command(after_help = TASK_EXAMPLES)]
    Task(TaskArgs),
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
    /// List all customers: their ratios, how fresh the data are, how many next steps they have.
    #[command(after_help = CUSTOMERS_EXAMPLES)]
    Customers(CustomersArgs),
    /// Ask the warehouse and the published files in SQL; change nothing.
    #[command(after_help = QUERY_EXAMPLES)]
    Query(QueryArgs),
    /// Write a page for people: of the portfolio, of one customer, or of each.
    #[command(after_help = REPORT_EXAMPLES)]
    Report(ReportArgs),
    /// Write a Power BI project over the published files: a model with measures, and a report.
    #[command(name = "powerbi", after_help = POWERBI_EXAMPLES)]
    PowerBi(PowerBiArgs),
    /// List the releases of the published files.
    #[command(after_help = RELEASES_EXAMPLES)]
    Releases(ReleasesArgs),
    /// Say what was restated from one release to another, and why.
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(DiffArgs),
    /// Publish an earlier release again.
    #[command(after_help = ROLLBACK_EXAMPLES)]
    Rollback(RollbackArgs),
    /// Keep runs from publishing, or let them.
    #[command(subcommand)]
    Release(ReleaseCommand),
    /// Say what raw files are: form, feed, tenants, days, records, rejects; needs no pipeline.
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect(InspectArgs),
    /// Write a pipeline file for a folder of raw files, and say what is missing.
    #[command(after_help = INIT_EXAMPLES)]
    Init(InitArgs),
    /// Write raw logs of a made-up portfolio in the real formats.
    #[command(
        after_help = "Examples:\n  uptake sample --out demo\n  uptake sample --out big --customers 200 --days 400 --users 100 --record-bytes 4000\n  uptake run demo/pipeline.toml"
    )]
    Sample(SampleArgs),
    /// Print the data dictionary: every table and published file, or one with its columns.
    #[command(after_help = DESCRIBE_EXAMPLES)]
    Describe(DescribeArgs),
    /// Keep the built-in lists of products up to date.
    #[command(subcommand)]
    Catalogue(CatalogueCommand),
    /// Print shell completions.
    #[command(after_help = "Example:\n  uptake completions bash > /etc/bash_completion.d/uptake")]
    Completions(CompletionsArgs),
}

impl Command {
    /// How many threads the command is to use; `None` where the call does not say, or the command
    /// takes no such option.
    pub fn threads(&self) -> Option<u16> {
        match self {
            Command::Run(args) => args.run.threads,
            Command::Work(args) => Some(args.how.threads),
            Command::Task(args) => Some(args.how.threads),
            Command::Reprocess(args) => args.threads,
            Command::Plan(args) => args.run.threads,
            Command::Check(args) => args.threads,
            _ => None,
        }
    }
}
