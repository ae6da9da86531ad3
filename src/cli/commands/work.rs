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
use crate::engine::crew::attempt::Limits;
use crate::engine::crew::claim::{End, EndKind};
use crate::engine::crew::slip::Slip;
use crate::engine::crew::work::{Ended, Share, Worker};
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
    let mut slips = Vec::new();
    for (line, number) in std::io::stdin().lock().lines().zip(1..) {
        let line = line.map_err(|error| Failure::new(Code::Usage, format!("cannot read standard input: {error}")))?;
        if line.trim().is_empty() {
            continue;
        }
        let slip: Slip = serde_json::from_str(&line).map_err(|error| no_task(number, &error))?;
        slips.push(slip);
    }
    if slips.is_empty() {
        return Err(Failure::new(Code::Usage, "there is no task on standard input").hint("`uptake plan --tasks` prints tasks"));
    }
    let worst = with_worker(&args.pipeline, (args.how, global, interrupted), &|worker| {
        let (mut worst, mut place, mut level) = (0, None, None);
        for slip in &slips {
            // Tasks of another level read what those before it have made.
            if level.replace((slip.level, slip.task.list)) != Some((slip.level, slip.task.list)) {
                place = None;
            }
            let end = worker.carry_out_slip(slip, &mut place)?;
            if end.outcome == EndKind::Refused {
                worst = worst.max(end.code);
            }
            (worker.tell)(slip, 0, &end);
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
    let tell = |slip: &Slip, attempt: u32, end: &End| {
        // Whoever reads the lines may have gone; the tasks are made all the same.
        let _ = print(&format!("{}\n", row(slip, attempt, end)));
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
fn row(slip: &Slip, attempt: u32, end: &End) -> Value {
    json!({
        "run": slip.run,
        "task": slip.task,
        "level": slip.level,
        "shard": slip.shard,
        "first_day": slip.first_day,
        "last_day": slip.last_day,
        "outcome": end.outcome,
        "message": end.message,
        "code": end.code,
        "attempt": attempt,
        "seconds": (end.seconds * 1e6).round() / 1e6,
        "files": end.files,
        "rows": end.rows,
    })
}
