//! The arguments of `sample`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use crate::cli::args::values::{day, form};
use crate::domain::day::Day;
use crate::sample::forms;

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
    /// The form of the raw files, as docs/formats.md has them. Feeds that
    /// do not come in it are written as diagnostic settings and Graph write them.
    #[arg(long, value_name = "FORM", default_value = forms::DEFAULT, value_parser = PossibleValuesParser::new(forms::names()).try_map(|text| form(&text)))]
    pub form: &'static str,
    /// Plain files instead of gzip.
    #[arg(long)]
    pub plain: bool,
}
