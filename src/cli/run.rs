//! `uptake run`: the nightly job.

use std::sync::atomic::AtomicBool;

use crate::cli::args::{Global, RunArgs};
use crate::cli::context::Context;
use crate::cli::exit::{Code, Failure};
use crate::cli::say;
use crate::engine::error::EngineError;
use crate::engine::events::Watch;
use crate::engine::report::RunReport;
use crate::engine::request::Request;
use crate::engine::run;
use crate::observe::progress::Progress;
use crate::observe::record;
use crate::pipeline::settings::Settings;
use crate::reports::summary_text;
use crate::warehouse::store::Store;

/// Runs the pipeline and prints a short summary to standard output.
pub fn run(args: &RunArgs, global: &Global, interrupted: &AtomicBool) -> Result<(), Failure> {
    let context = Context::read(&args.pipeline, global)?;
    let request = context.request(args)?;
    let store = Store::at(&context.settings.warehouse);
    carry_out(&context, &request, &store, args.threads, global, interrupted)
}

/// Does what was asked for, with the warehouse locked, and says what was done.
pub fn carry_out(
    context: &Context,
    request: &Request<'_>,
    store: &Store,
    threads: Option<u16>,
    global: &Global,
    interrupted: &AtomicBool,
) -> Result<(), Failure> {
    let progress = Progress::new(global.look());
    context.warnings.iter().for_each(|warning| progress.warn(warning));
    let began = context.began;
    let _lock = store.lock(&format!("process {} since {began}", std::process::id()))?;
    let watch = Watch {
        notify: &|event| progress.take(event),
        interrupted,
    };
    let result = in_threads(threads, || run::run(request, store, &watch))?;
    progress.finish();
    let mut report = result?;
    report.warnings = progress.warnings();
    if report.published {
        record::write(store.disk(), &context.settings, &report, began)?;
    }
    if !global.quiet {
        say(&said(&context.settings, &report, global.colored()));
    }
    Ok(())
}

/// Runs something on as many threads as were asked for.
pub fn in_threads<T: Send>(
    threads: Option<u16>,
    work: impl FnOnce() -> Result<T, EngineError> + Send,
) -> Result<Result<T, EngineError>, Failure> {
    let Some(threads) = threads else { return Ok(work()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build();
    let pool = pool.map_err(|error| Failure::new(Code::Store, format!("cannot start {threads} threads: {error}")))?;
    Ok(pool.install(work))
}

/// The closing words.
fn said(settings: &Settings, report: &RunReport, color: bool) -> String {
    let mut text = String::new();
    if report.is_idle() {
        text.push_str("Nothing to do: everything is up to date");
        if let Some(last) = &report.last_day {
            text.push_str(&format!(" until {last}"));
        }
        text.push_str(".\n");
        return text;
    }
    if report.published {
        let (first, last) = (
            report.first_day.as_deref().unwrap_or("-"),
            report.last_day.as_deref().unwrap_or("-"),
        );
        text.push_str(&format!("{}, {first} to {last}\n\n", settings.name));
        if let Some(summary) = &report.summary {
            text.push_str(&summary_text::render(summary, color));
            text.push('\n');
        }
    }
    text.push_str(&record::inputs_text(report));
    if report.days_left > 0 {
        let days = if report.days_left == 1 {
            "1 day is"
        } else {
            &format!("{} days are", report.days_left)
        };
        text.push_str(&format!("Left       {days} left for the next run (`--max-days`)\n"));
    }
    text.push_str(&format!("\nWarehouse  {}\n", settings.warehouse.display()));
    if report.published {
        text.push_str(&format!("Published  {}\n", settings.published.display()));
    }
    text
}
