//! The arguments of the commands that make tables or plan to: `run`, `reprocess` and `plan`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::audit::recompute::customer_choice::Share;
use crate::cli::args::values::{By, Format, day, share};
use crate::domain::day::Day;

pub const RUN_EXAMPLES: &str = "\
Examples:
  uptake run                                         the pipeline file pipelines/nightly.toml
  uptake run my.toml --until 2026-09-30              as of a certain day
  uptake run my.toml --tables activity_28d           one table, and what it needs; nothing is published
  uptake run my.toml --max-days 30                   a long archive in portions; run it again until nothing is left
  uptake run my.toml --quiet --log-format json       from a scheduler
  uptake run my.toml --by money                      the most expensive next steps first
  uptake run my.toml --verify 5                      with five customers computed a second time, every night others";

pub const REPROCESS_EXAMPLES: &str = "\
The days are made from their raw files, and with them every later day whose windows change. Days whose raw files are gone
are refused; --from-facts begins with what the warehouse keeps of them.

Examples:
  uptake reprocess --from 2026-09-10 --to 2026-09-12 --reason \"logs of the 11th were delivered twice\"
  uptake reprocess --from 2026-08-01 --to 2026-08-31 --customer contoso.example
  uptake reprocess my.toml --from 2026-09-10 --to 2026-09-12 --tables usage,adoption";

pub const PLAN_EXAMPLES: &str = "\
Raw files that are new are read, since only they can say which days they change.

Examples:
  uptake plan
  uptake plan my.toml --until 2026-09-30 --format json
  uptake plan --from 2026-09-10 --to 2026-09-12      what `reprocess` would do";

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
    /// Publish although somebody went back to an earlier release (`uptake rollback`).
    #[arg(long, conflicts_with = "tables")]
    pub forward: bool,
    #[command(flatten)]
    pub allow: AllowArgs,
    /// A command for the shell that gets the new next steps as JSON on its standard input after
    /// they are published, instead of the pipeline file's `[alert] command`.
    #[arg(long, value_name = "CMD", conflicts_with = "tables")]
    pub alert_command: Option<String>,
    /// What puts the next steps of the summary in order: seats concerned, or money per month.
    #[arg(long, value_enum, default_value_t = By::Seats)]
    pub by: By,
    /// How many threads to use; default: one per core.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

/// The arguments of `run`: what `plan` takes too, and who makes it.
#[derive(Args, Debug)]
pub struct RunCommand {
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub lead: LeadArgs,
}

/// Who makes the tasks of a run.
#[derive(Args, Clone, Copy, Debug)]
pub struct LeadArgs {
    /// Hand the work out to other processes: `claims`, workers take what nobody has; `tasks`, a
    /// scheduler or the number of the worker says which.
    #[arg(long, value_enum, value_name = "HOW", conflicts_with = "tables")]
    pub workers: Option<WorkersMode>,
    /// With --workers: input and warehouse are folders, and every worker sees the same ones there.
    #[arg(long, requires = "workers")]
    pub shared_folders: bool,
    /// With --workers: after how many seconds in which no worker does anything this process goes on
    /// by itself.
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub patience: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WorkersMode {
    Tasks,
    Claims,
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
    /// Returns the options that were given, for the record of the run.
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
    /// What puts the next steps of the summary in order: seats concerned, or money per month.
    #[arg(long, value_enum, default_value_t = By::Seats)]
    pub by: By,
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
    /// Returns whether any of these options was given.
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
    /// Print the tasks that can be made now, one line of JSON each: those that a run with --workers
    /// has handed out, or else those that one would hand out first.
    #[arg(long, conflicts_with_all = ["to", "format"])]
    pub tasks: bool,
    /// How the plan is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}
