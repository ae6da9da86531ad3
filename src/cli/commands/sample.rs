//! `uptake sample`: writes raw logs of a made-up portfolio.

use crate::cli::args::global::{Global, LogFormat};
use crate::cli::args::sample::SampleArgs;
use crate::cli::exit::{Code, Failure};
use crate::cli::print;
use crate::domain::words::counted;
use crate::domain::words::nouns::size;
use crate::engine::events::Event;
use crate::observe::event_line::{Level, write_event};
use crate::observe::progress::Progress;
use crate::observe::standard_error;
use crate::sample::size::estimate;
use crate::sample::{self, Options, SampleError};

/// Writes the portfolio and prints what was written.
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
    options.form = args.form;
    if !global.quiet {
        announce_size(&options, global);
    }
    let progress = Progress::new(global.progress_mode());
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
        let (files, megabytes, out) = (counted(summary.files, "file"), summary.file_bytes as f64 / 1e6, args.out.display());
        print(&format!(
            "{files}, {megabytes:.1} MB, in {out}\nnext: uptake run {}\n",
            args.out.join("pipeline.toml").display()
        ))?;
    }
    Ok(())
}

/// Says on standard error how much is about to be written.
fn announce_size(options: &Options, global: &Global) {
    let to_come = estimate(options);
    let message = format!(
        "about {}, {} on the disk, {} of memory",
        counted(to_come.files, "file"),
        size(to_come.bytes),
        size(to_come.memory)
    );
    match global.log_format {
        LogFormat::Text => standard_error::write_line(&message),
        LogFormat::Json => {
            let fields = serde_json::json!({"files": to_come.files, "bytes": to_come.bytes, "memory": to_come.memory});
            write_event(Level::Info, "sample_size", &message, fields);
        }
    }
}
