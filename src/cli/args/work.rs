//! The arguments of the commands that make tasks for a run on another process.

use std::path::PathBuf;

use clap::Args;

pub const WORK_EXAMPLES: &str = "\
Examples:
  uptake run my.toml --workers claims &              the leader, on one of the machines
  uptake work my.toml --claims                       on each machine, as often as it has cores
  uptake work my.toml --index 3 --of 16              one of 16 workers; the leader says `--workers tasks`
  uptake work my.toml --of 16                        the index comes from Kubernetes, Slurm or Azure Batch

Exit codes: 0 the run is over; 2 the run has other settings or another version; 5 no run leads, or the run lost the lock.";

pub const TASK_EXAMPLES: &str = "\
Examples:
  uptake plan my.toml --tasks                        the tasks that a run with `--workers tasks` has handed out
  uptake plan my.toml --tasks | head -1 | uptake task my.toml

Prints a line of JSON for each task. Exit codes: 0 also where a task failed, its line says why; 2 a task of another version or
other settings was refused; 5 one of a run that does not hold the warehouse any more.";

#[derive(Args, Debug)]
pub struct WorkArgs {
    /// The pipeline file.
    #[arg(default_value = "pipelines/nightly.toml")]
    pub pipeline: PathBuf,
    /// Take whichever task nobody has claimed.
    #[arg(long, conflicts_with_all = ["index", "of"])]
    pub claims: bool,
    /// The number of this worker, from 0; default: JOB_COMPLETION_INDEX, SLURM_ARRAY_TASK_ID, or the
    /// number at the end of AZ_BATCH_TASK_ID.
    #[arg(long, value_name = "I")]
    pub index: Option<u32>,
    /// How many workers there are; default: SLURM_ARRAY_TASK_COUNT.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub of: Option<u32>,
    /// How many seconds to wait for a run that leads.
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u32).range(0..=86_400))]
    pub patience: u32,
    #[command(flatten)]
    pub how: HowArgs,
}

#[derive(Args, Debug)]
pub struct TaskArgs {
    /// The pipeline file.
    #[arg(default_value = "pipelines/nightly.toml")]
    pub pipeline: PathBuf,
    #[command(flatten)]
    pub how: HowArgs,
}

/// What a worker takes.
#[derive(Args, Clone, Copy, Debug)]
pub struct HowArgs {
    /// How many threads to use.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: u16,
    /// Refuse tasks that need more memory than so many MiB.
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(64..))]
    pub memory: Option<u64>,
    /// A task that takes more minutes hangs, and is left to others.
    #[arg(long, value_name = "MINUTES", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=10_080))]
    pub task_minutes: u32,
}
