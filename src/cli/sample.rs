//! `uptake sample`: raw logs of a made-up portfolio.

use crate::cli::args::{Global, SampleArgs};
use crate::cli::exit::{Code, Failure};
use crate::cli::say;
use crate::engine::events::Event;
use crate::observe::progress::Progress;
use crate::sample::{self, Options, SampleError};

/// Writes the portfolio and says what was written.
pub fn run(args: &SampleArgs, global: &Global) -> Result<(), Failure> {
    let mut options = Options::small(args.out.clone());
    options.customers = args.customers;
    options.days = args.days;
    options.seed = args.seed;
    options.last_day = args.last_day;
    options.users = args.users;
    options.files_per_day = args.files_per_day;
    options.record_bytes = args.record_bytes.unwrap_or(options.record_bytes);
    options.gzip = !args.plain;
    let progress = Progress::new(global.look());
    progress.take(Event::Begin {
        what: "sample",
        unit: "customers",
        total: u64::from(args.customers),
    });
    let mut done = 0;
    let result = sample::write(&options, &mut |customers| {
        progress.take(Event::Advance(u64::from(customers.saturating_sub(done))));
        done = customers;
    });
    progress.finish();
    let summary = result.map_err(|error| {
        Failure::new(
            if matches!(error, SampleError::Write { .. }) {
                Code::Store
            } else {
                Code::Usage
            },
            error,
        )
    })?;
    if !global.quiet {
        let (files, megabytes, out) = (summary.files, summary.file_bytes as f64 / 1e6, args.out.display());
        say(&format!(
            "{files} files, {megabytes:.1} MB, in {out}\nnext: uptake run {}\n",
            args.out.join("pipeline.toml").display()
        ))?;
    }
    Ok(())
}
