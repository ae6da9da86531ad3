//! `uptake check`: reads the warehouse again and checks it against everything that is known about
//! it. Changes nothing.

use std::sync::atomic::AtomicBool;

use crate::audit::check::check;
use crate::audit::report::CheckRequest;
use crate::cli::args::global::Global;
use crate::cli::args::read::CheckArgs;
use crate::cli::args::values::Format;
use crate::cli::commands::run::in_threads;
use crate::cli::context::Context;
use crate::cli::exit::{Code, Failure};
use crate::cli::print;
use crate::cli::text::check;
use crate::engine::events::Watch;
use crate::observe::progress::Progress;
use crate::observe::run_log;
use crate::observe::status::last_runs::{LastRun, RUNS_LOOKED_AT};
use crate::warehouse::store::Store;

/// Prints the report to standard output. Exit code 4 if anything is wrong.
pub fn run(args: &CheckArgs, global: &Global, interrupted: &AtomicBool) -> Result<(), Failure> {
    let context = Context::read(&args.pipeline, global)?;
    let settings = &context.settings;
    let progress = Progress::with_warnings_in_the_result(global.progress_mode());
    context.warnings.iter().for_each(|warning| progress.warn(warning));
    let store = Store::at(&settings.warehouse);
    // Runs wait until the check is done, and the check does not begin while a run is at work.
    let _shared = store.share(&format!("a check, process {} since {}", std::process::id(), context.began))?;
    let watch = Watch {
        notify: &|event| progress.take(event),
        interrupted,
    };
    let lines = run_log::read(&*store.beside(&settings.published), RUNS_LOOKED_AT).unwrap_or_default();
    let last = lines.iter().rev().map(LastRun::of).find(|run| !run.was_refused());
    let request = CheckRequest {
        settings,
        store: &store,
        customers: args.customers,
        seed: args.seed,
        // A run that found another one at work did nothing.
        unfinished: last.is_some_and(|run| run.failed()),
        watch: &watch,
    };
    let result = in_threads(args.threads, || check(&request))?;
    progress.finish();
    let mut report = result.inspect_err(|_| progress.show_kept_warnings())?;
    if progress.owes_warnings() || args.format == Format::Json {
        report.warnings.extend(progress.warnings());
    }
    print(&match args.format {
        Format::Text => check::text(settings, &report),
        Format::Json => format!("{:#}\n", check::json(settings, &report)),
    })?;
    if report.is_healthy() {
        return Ok(());
    }
    Err(Failure::new(Code::Check, check::sum(&report))
        .hint("remove the files that are named and run again: they are made anew. If it comes back, report it"))
}
