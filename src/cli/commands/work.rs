//! `uptake work` and `uptake task`: make tasks for a run that another process leads.

use std::io::BufRead;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::args::global::Global;
use crate::cli::args::work::{HowArgs, TaskArgs, WorkArgs};
use crate::cli::commands::run::in_threads;
use crate::cli::context::Context;
use crate::cli::exit::{Code, Failure};
use crate::cli::print;
use crate::cli::worker_index;
use crate::engine::cluster::attempt::Limits;
use crate::engine::cluster::claim::{End, EndKind};
use crate::engine::cluster::task_line::TaskLine;
use crate::engine::cluster::work::{Ended, Share, Worker};
use crate::engine::error::EngineError;
use crate::engine::events::Watch;
use crate::observe::progress::Progress;
use crate::warehouse::store::Store;

/// Makes tasks until the run that leads is over.
pub fn work(args: &WorkArgs, global: &Global, interrupted: &AtomicBool) -> Result<(), Failure> {
    let share = match args.claims {
        true => Share::Claims,
        false => worker_index::share(args.index, args.of, &|name| std::env::var(name).ok())?,
    };
    let patience = Duration::from_secs(u64::from(args.patience));
    let ended = with_worker(&args.pipeline, (args.how, global, interrupted), &|worker| {
        worker.work(share, patience)
    })?;
    match ended {
        Ended::Over => Ok(()),
        Ended::NobodyLeads => Err(
            Failure::new(Code::Locked, format!("no run has led workers for {} seconds", args.patience))
                .hint("`uptake run --workers claims` leads one, over the same warehouse"),
        ),
        Ended::Lost => Err(
            Failure::new(Code::Locked, "the run that led has lost the warehouse, and is not over")
                .hint("what was made is kept; start workers again when the next run leads"),
        ),
        Ended::Refused(why) => Err(Failure::new(Code::Usage, why)
            .hint("give leader and workers the same pipeline file, catalogue files, options and version of uptake")),
    }
}

/// Makes the tasks of standard input, one line of JSON each, and prints a line for each.
pub fn task(args: &TaskArgs, global: &Global, interrupted: &AtomicBool) -> Result<(), Failure> {
    let mut task_lines = Vec::new();
    for (line, number) in std::io::stdin().lock().lines().zip(1..) {
        let line = line.map_err(|error| Failure::new(Code::Usage, format!("cannot read standard input: {error}")))?;
        if line.trim().is_empty() {
            continue;
        }
        let task_line: TaskLine = serde_json::from_str(&line).map_err(|error| no_task(number, &error))?;
        task_lines.push(task_line);
    }
    if task_lines.is_empty() {
        return Err(Failure::new(Code::Usage, "there is no task on standard input").hint("`uptake plan --tasks` prints tasks"));
    }
    let worst = with_worker(&args.pipeline, (args.how, global, interrupted), &|worker| {
        let (mut worst, mut place, mut level) = (0, None, None);
        for task_line in &task_lines {
            // Tasks of another level read what those before it have made.
            if level.replace((task_line.level, task_line.task.list)) != Some((task_line.level, task_line.task.list)) {
                place = None;
            }
            let end = worker.carry_out_line(task_line, &mut place)?;
            if end.outcome == EndKind::Refused {
                worst = worst.max(end.code);
            }
            (worker.tell)(task_line, 0, &end);
        }
        Ok(worst)
    })?;
    match worst {
        0 => Ok(()),
        5 => Err(Failure::new(Code::Locked, "tasks were refused: their run does not lead any more")
            .hint("`uptake plan --tasks` prints the tasks of the run that leads now")),
        _ => Err(Failure::new(Code::Usage, "tasks were refused: their lines say why")
            .hint("give leader and workers the same pipeline file, catalogue files, options and version of uptake")),
    }
}

fn no_task(line: usize, error: &serde_json::Error) -> Failure {
    Failure::new(Code::Usage, format!("line {line} of standard input is no task: {error}"))
        .hint("`uptake plan --tasks` prints tasks, one a line; one of another version of uptake may look different")
}

/// Makes a worker for a pipeline, and lets it work.
fn with_worker<T: Send>(
    pipeline: &std::path::Path,
    (how, global, interrupted): (HowArgs, &Global, &AtomicBool),
    work: &(dyn Fn(&Worker<'_>) -> Result<T, EngineError> + Sync),
) -> Result<T, Failure> {
    let context = Context::read(pipeline, global)?;
    let progress = Progress::new(global.progress_mode());
    context.warnings.iter().for_each(|warning| progress.warn(warning));
    let store = Store::at(&context.settings.warehouse);
    let watch = Watch {
        notify: &|event| {
            if let crate::engine::events::Event::Warning(_) = &event {
                progress.take(event);
            }
        },
        interrupted,
    };
    let tell = |task_line: &TaskLine, attempt: u32, end: &End| {
        // Whoever reads the lines may have gone; the tasks are made all the same.
        let _ = print(&format!("{}\n", row(task_line, attempt, end)));
    };
    let worker = Worker {
        settings: &context.settings,
        store: &store,
        watch: &watch,
        limits: Limits {
            time: Duration::from_secs(60 * u64::from(how.task_minutes)),
            memory: how.memory.map(|mebibytes| mebibytes << 20),
        },
        explain: |error| {
            let failure = Failure::from(error);
            (failure.code as u8, failure.message)
        },
        tell: &tell,
    };
    let result = in_threads(Some(how.threads), || work(&worker))?;
    progress.finish();
    Ok(result?)
}

/// What came of a task, for whoever reads lines.
fn row(task_line: &TaskLine, attempt: u32, end: &End) -> Value {
    json!({
        "run": task_line.run,
        "task": task_line.task,
        "level": task_line.level,
        "shard": task_line.shard,
        "first_day": task_line.first_day,
        "last_day": task_line.last_day,
        "outcome": end.outcome,
        "message": end.message,
        "code": end.code,
        "attempt": attempt,
        "seconds": (end.seconds * 1e6).round() / 1e6,
        "files": end.files,
        "rows": end.rows,
    })
}
