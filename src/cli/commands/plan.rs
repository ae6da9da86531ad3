//! `uptake plan`: says what `run` or `reprocess` would do, and why. It rehearses the run and writes
//! to a temporary file; the warehouse does not change.

use std::sync::atomic::AtomicBool;

use crate::cli::args::global::Global;
use crate::cli::args::make::PlanArgs;
use crate::cli::args::values::Format;
use crate::cli::commands::run::in_threads;
use crate::cli::context::Context;
use crate::cli::exit::{Code, Failure};
use crate::cli::print;
use crate::cli::text::plan;
use crate::engine::cluster::first_level::FirstLevel;
use crate::engine::cluster::task_line::{Number, TaskLine, digest_of_settings};
use crate::engine::cluster::task_list::TaskList;
use crate::engine::error::EngineError;
use crate::engine::events::Watch;
use crate::engine::plan::task::Task;
use crate::engine::request::Request;
use crate::engine::run;
use crate::observe::progress::Progress;
use crate::storage::temporary_file::TemporaryFile;
use crate::warehouse::store::Store;

/// Prints the plan to standard output.
pub fn run(args: &PlanArgs, global: &Global, interrupted: &AtomicBool) -> Result<(), Failure> {
    let context = Context::read(&args.run.pipeline, global)?;
    let progress = Progress::new(global.progress_mode());
    context.warnings.iter().for_each(|warning| progress.warn(warning));
    let overlay = TemporaryFile::new().map_err(|error| {
        let place = std::env::temp_dir();
        Failure::new(
            Code::Store,
            format!("cannot make a temporary file in `{}`: {error}", place.display()),
        )
        .hint("a plan needs some room there; name another folder in the environment variable TMPDIR")
    })?;
    let store = Store::rehearsal(&context.settings.warehouse, overlay);
    let request = match (args.run.from, args.to) {
        (Some(from), Some(to)) => context.request_again((from, to), args.run.tables.as_deref(), &args.how, &store)?,
        _ if args.how.is_given() => {
            let message = "`--customer`, `--reason` and `--from-facts` belong to `reprocess`: name its days with `--from` and `--to`";
            return Err(Failure::new(Code::Usage, message));
        }
        _ => context.request(&args.run)?,
    };
    let request = Request {
        allow_empty: args.run.allow.empty,
        allow_unreadable: args.run.allow.unreadable,
        ..request
    };
    let watch = Watch {
        notify: &|event| progress.take(event),
        interrupted,
    };
    if args.tasks {
        return print_tasks(&request, &store, &watch, args.run.threads);
    }
    let result = in_threads(args.run.threads, || run::run(&request, &store, &watch))?;
    progress.finish();
    let report = result?;
    print(&match args.format {
        Format::Text => plan::text(&request, &report),
        Format::Json => format!("{:#}\n", plan::json(&request, &report)),
    })
}

/// Prints the tasks that can be made now: those that a run has handed out and that nobody has made,
/// or else those of the first level of which something is to be made.
fn print_tasks(request: &Request<'_>, store: &Store, watch: &Watch<'_>, threads: Option<u16>) -> Result<(), Failure> {
    let warehouse = Store::at(store.root());
    if let Some((task_list, holder)) = TaskList::of_leader(&warehouse)?
        && task_list.is_led(&holder)?
    {
        return print_task_lines(&task_list.to_be_made()?);
    }
    let first_level = FirstLevel::default();
    let request = Request {
        workers: Some(&first_level),
        ..request.clone()
    };
    let result = in_threads(threads, || run::run(&request, store, watch))?;
    let tasks = first_level.tasks();
    match result {
        // The level ends the rehearsal: what comes after it depends on what is made.
        Err(EngineError::Interrupted) if !tasks.is_empty() => {}
        other => drop(other?),
    }
    let digest = digest_of_settings(request.settings);
    let task_line = |(line, task): (u32, &Task)| TaskLine::of(None, Number { list: 0, line }, task, digest);
    print_task_lines(&(0..).zip(&tasks).map(task_line).collect::<Vec<_>>())
}

fn print_task_lines(task_lines: &[TaskLine]) -> Result<(), Failure> {
    let line = |task_line: &TaskLine| serde_json::to_string(task_line).map(|line| line + "\n");
    let lines: String = task_lines.iter().filter_map(|task_line| line(task_line).ok()).collect();
    print(&lines)
}
