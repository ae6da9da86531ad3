//! `uptake run`: the nightly job.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::AtomicBool;

use serde_json::json;

use crate::audit::recompute::customer_choice::Share;
use crate::audit::verify::verify;
use crate::cli::args::global::Global;
use crate::cli::args::make::RunCommand;
use crate::cli::args::values::By;
use crate::cli::context::Context;
use crate::cli::exit::{Code, Failure};
use crate::cli::interruption::Interruption;
use crate::cli::leading::{self, Lead};
use crate::cli::print;
use crate::domain::words::counted;
use crate::engine::error::EngineError;
use crate::engine::events::Watch;
use crate::engine::plan::day_range::Range;
use crate::engine::plan::workers::Workers;
use crate::engine::publish::delta;
use crate::engine::report::{RunReport, Verified};
use crate::engine::request::{Request, Verify};
use crate::engine::run;
use crate::engine::state::State;
use crate::observe::alert;
use crate::observe::closing_words::closing_words;
use crate::observe::journal::Journal;
use crate::observe::progress::Progress;
use crate::observe::record::Invocation;
use crate::pipeline::settings::Settings;
use crate::warehouse::store::Store;

/// Runs the pipeline, records the run, and prints a short summary to standard output.
pub fn run(command: &RunCommand, global: &Global, interruption: &Interruption) -> Result<(), Failure> {
    let RunCommand { run: args, lead } = command;
    let mut context = Context::read(&args.pipeline, global)?;
    let lead = leading::check(lead, &context.settings)?;
    if let Some(command) = &args.alert_command {
        context.settings.alert.command = Some(command.clone());
    }
    let verify = args.verify.map(|share| verifier(&context.settings, share));
    let request = Request {
        verify: verify.as_ref().map(|verify| verify as &Verify<'_>),
        ..context.request(args)?
    };
    let given = [
        ("until", args.until.map(|day| json!(day.to_string()))),
        ("from", args.from.map(|day| json!(day.to_string()))),
        ("tables", args.tables.as_ref().map(|tables| json!(tables))),
        ("max_days", args.max_days.map(|days| json!(days))),
        ("rescan", args.rescan.then(|| json!(true))),
        ("prune", args.prune.then(|| json!(true))),
        ("forward", args.forward.then(|| json!(true))),
        ("verify", args.verify.map(Share::json)),
        ("alert_command", args.alert_command.is_some().then(|| json!(true))),
        ("threads", args.threads.map(|threads| json!(threads))),
        ("workers", lead.as_ref().map(Lead::json)),
    ];
    let invocation = Invocation::new("run", given.into_iter().chain(args.allow.given()), &args.pipeline, global);
    let store = Store::at(&context.settings.warehouse);
    carry_out(
        &context,
        &request,
        &store,
        invocation,
        (args.threads, args.by, lead, global),
        interruption,
    )
}

/// Returns the function that computes some customers a second time during a run.
pub fn verifier(
    settings: &Settings,
    share: Share,
) -> impl Fn(&Store, &State, Range, &Watch<'_>) -> Result<Verified, EngineError> + Sync + '_ {
    move |store, state, range, watch| verify(settings, share, store, state, range, watch)
}

/// Carries out a request while the warehouse is locked, records the run, and prints what was done.
pub fn carry_out(
    context: &Context,
    request: &Request<'_>,
    store: &Store,
    invocation: Invocation,
    (threads, by, lead, global): (Option<u16>, By, Option<Lead>, &Global),
    interruption: &Interruption,
) -> Result<(), Failure> {
    let progress = Progress::with_warnings_in_the_result(global.progress_mode());
    context.warnings.iter().for_each(|warning| progress.warn(warning));
    let published = store.beside(&context.settings.published);
    let journal = Journal {
        published: &*published,
        settings: &context.settings,
        invocation,
        began: context.began,
        progress: &progress,
        is_over: AtomicBool::new(false),
    };
    journal.began(&request.last.to_string());
    // The lock is held until the run is recorded.
    let holder = format!("process {} since {}", std::process::id(), context.began);
    let _lock = store
        .lock(&lead.as_ref().map_or(holder.clone(), |lead| lead.run.holder(&holder)))
        .map_err(|error| {
            let failure = Failure::from(error).of_a_run();
            journal.failed(&failure.to_record());
            failure
        })?;
    let ended_early = || {
        progress.finish();
        let failure = Failure::interrupted().of_a_run();
        journal.failed(&failure.to_record());
        failure.report(global.log_format);
    };
    let work = || {
        interruption.run(
            || work(request, store, (threads, lead.as_ref()), &journal, interruption.flag()),
            ended_early,
        )
    };
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    progress.finish();
    let report = match result {
        Ok(Ok(report)) => report,
        Ok(Err(failure)) => {
            let failure = failure.of_a_run();
            if failure.code != Code::Interrupted {
                progress.show_kept_warnings();
            }
            journal.failed(&failure.to_record());
            return Err(failure);
        }
        Err(panic) => {
            journal.failed(&Failure::new(Code::Bug, "the program panicked").to_record());
            panic::resume_unwind(panic)
        }
    };
    if global.quiet {
        return Ok(());
    }
    print(&closing_words(&context.settings, &report, by.into(), global.colored()))
}

/// Does the run, and records it if it succeeds.
fn work(
    request: &Request<'_>,
    store: &Store,
    (threads, lead): (Option<u16>, Option<&Lead>),
    journal: &Journal<'_>,
    interrupted: &AtomicBool,
) -> Result<RunReport, Failure> {
    let watch = Watch {
        notify: &|event| journal.progress.take(event),
        interrupted,
    };
    let settings = journal.settings;
    delta::check(settings, store)?;
    let leader = lead.map(|lead| lead.begin(settings, store, &watch)).transpose()?;
    let request = &Request {
        workers: leader.as_ref().map(|leader| leader as &dyn Workers),
        ..request.clone()
    };
    let mut report = in_threads(threads, || run::run(request, store, &watch))??;
    drop(leader);
    journal.progress.finish();
    if let Some(mut alert) = alert::pending(&settings.alert, &report)
        && let Some(news) = report.step_news.as_ref().map(|news| news.json(&settings.name))
    {
        report.alert = Some(alert.clone());
        journal.published(&report)?;
        alert::tell(&settings.alert, &mut alert, &news, interrupted);
        if let Some(error) = &alert.error {
            let steps = counted(alert.steps, "new step");
            journal.progress.warn(&format!(
                "the alert command was not told of {steps}: {error}; the next publication tells it again"
            ));
        }
        report.alert = Some(alert);
    }
    if settings.delta.is_some() {
        // Whatever becomes of the Delta tables, the published files are whole.
        if report.published {
            journal.published(&report)?;
        }
        report.delta = delta::export(settings, store, journal.began)?;
    }
    journal.done(&report)?;
    // Warnings that were shown are not shown again.
    if journal.progress.owes_warnings() {
        report.warnings = journal.progress.warnings();
    }
    Ok(report)
}

/// Runs something on the requested number of threads.
pub fn in_threads<T: Send>(
    threads: Option<u16>,
    work: impl FnOnce() -> Result<T, EngineError> + Send,
) -> Result<Result<T, EngineError>, Failure> {
    let Some(threads) = threads else { return Ok(work()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build();
    let pool = pool.map_err(|error| Failure::new(Code::Store, format!("cannot start {threads} threads: {error}")))?;
    Ok(pool.install(work))
}
