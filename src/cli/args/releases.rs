//! The arguments of the commands about releases: `releases`, `diff`, `rollback` and `release`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::args::values::Format;

pub const RELEASES_EXAMPLES: &str = "\
Examples:
  uptake releases
  uptake releases my.toml --format json | jq '.releases[] | select(.in_force)'";

pub const DIFF_EXAMPLES: &str = "\
Compares the days that both releases have, and says why they were made again. What is new besides is only counted. A release can be
named by the beginning of its name. JSON has every value; Parquet, too, a row for each.

Examples:
  uptake diff                                              the last two releases
  uptake diff 20260901                                     from that one to the last one
  uptake diff 20260901 20261001-043000 --pipeline my.toml
  uptake diff --format json | jq '.restated.days'
  uptake diff --out restated.parquet";

pub const ROLLBACK_EXAMPLES: &str = "\
The published files are those of the release again. Runs go on making tables, and publish again after the pipeline changed, or with
`uptake run --forward`.

Examples:
  uptake releases
  uptake rollback 20261001-043000
  uptake rollback 20261001 my.toml";

#[derive(Args, Debug)]
pub struct ReleasesArgs {
    /// The pipeline file.
    #[arg(default_value = "pipelines/nightly.toml")]
    pub pipeline: PathBuf,
    /// How they are printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

#[derive(Args, Debug)]
pub struct DiffArgs {
    /// The older release; default: the one before the newer one.
    #[arg(value_name = "A")]
    pub old: Option<String>,
    /// The newer release; default: the last one.
    #[arg(value_name = "B")]
    pub new: Option<String>,
    /// The pipeline file.
    #[arg(long, value_name = "FILE", default_value = "pipelines/nightly.toml")]
    pub pipeline: PathBuf,
    /// How it is written; default: as the ending of --out says, else text.
    #[arg(long, value_enum)]
    pub format: Option<DiffFormat>,
    /// Write to this file in place of standard output. It is replaced whole.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// How a diff is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    Text,
    Json,
    Parquet,
}

impl DiffArgs {
    /// How it is written.
    pub fn format(&self) -> DiffFormat {
        let ending = self.out.as_deref().and_then(|out| out.extension()).unwrap_or_default();
        self.format
            .unwrap_or_else(|| match ending.to_string_lossy().to_lowercase().as_str() {
                "json" => DiffFormat::Json,
                "parquet" => DiffFormat::Parquet,
                _ => DiffFormat::Text,
            })
    }
}

#[derive(Args, Debug)]
pub struct RollbackArgs {
    /// The release, as `uptake releases` names it.
    #[arg(value_name = "RELEASE")]
    pub release: String,
    /// The pipeline file.
    #[arg(default_value = "pipelines/nightly.toml")]
    pub pipeline: PathBuf,
}

#[derive(Subcommand, Debug)]
pub enum ReleaseCommand {
    /// Keep runs from publishing; they go on making tables.
    #[command(after_help = "Example:\n  uptake release hold my.toml --reason \"the board meets\"")]
    Hold(HoldArgs),
    /// Let runs publish again.
    #[command(after_help = "Example:\n  uptake release resume my.toml")]
    Resume(ResumeArgs),
}

#[derive(Args, Debug)]
pub struct HoldArgs {
    /// The pipeline file.
    #[arg(default_value = "pipelines/nightly.toml")]
    pub pipeline: PathBuf,
    /// Why; runs say it.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

#[derive(Args, Debug)]
pub struct ResumeArgs {
    /// The pipeline file.
    #[arg(default_value = "pipelines/nightly.toml")]
    pub pipeline: PathBuf,
}
