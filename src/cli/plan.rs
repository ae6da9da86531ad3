//! `uptake plan`: what `run` would do, and why. A rehearsal of the run in a temporary folder; the warehouse stays as it is.

use std::sync::atomic::AtomicBool;

use crate::cli::args::{Format, Global, PlanArgs};
use crate::cli::context::Context;
use crate::cli::exit::{Code, Failure};
use crate::cli::run::in_threads;
use crate::cli::say;
use crate::engine::events::Watch;
use crate::engine::report::{RunReport, Step};
use crate::engine::run;
use crate::observe::progress::Progress;
use crate::warehouse::store::Store;

/// Prints the plan to standard output.
pub fn run(args: &PlanArgs, global: &Global, interrupted: &AtomicBool) -> Result<(), Failure> {
    let context = Context::read(&args.run.pipeline, global)?;
    let progress = Progress::new(global.look());
    context.warnings.iter().for_each(|warning| progress.warn(warning));
    let request = context.request(&args.run, true)?;
    let overlay = tempfile::tempdir().map_err(|error| {
        let place = std::env::temp_dir();
        Failure::new(
            Code::Store,
            format!("cannot make a temporary folder in `{}`: {error}", place.display()),
        )
        .hint("a plan needs some room there; name another folder in the environment variable TMPDIR")
    })?;
    let store = Store::rehearsal(&context.settings.warehouse, overlay.path())?;
    let watch = Watch {
        notify: &|event| progress.take(event),
        interrupted,
    };
    let result = in_threads(args.run.threads, || run::run(&request, &store, &watch))?;
    progress.finish();
    let report = result?;
    match args.format {
        Format::Text => say(&text(&report)),
        Format::Json => {
            let plan = serde_json::json!({
                "first_day": report.first_day, "last_day": request.last.to_string(), "steps": report.steps, "publish": report.published,
            });
            say(&format!("{plan:#}\n"));
        }
    }
    Ok(())
}

/// The plan in words, one table a line.
fn text(report: &RunReport) -> String {
    if report.is_idle() {
        return "Nothing to do: everything is up to date.\n".to_owned();
    }
    let mut text: String = report.steps.iter().map(line).collect();
    if report.published {
        text.push_str("published: all files, because the tables changed\n");
    }
    text
}

fn line(step: &Step) -> String {
    let ranges: Vec<String> = step
        .days
        .iter()
        .map(|(first, last)| if first == last { first.clone() } else { format!("{first}..{last}") })
        .collect();
    let shown = if ranges.len() > 4 {
        format!("{}, ... {}", ranges[..3].join(", "), ranges[ranges.len() - 1])
    } else {
        ranges.join(", ")
    };
    let extent = match step.day_count {
        0 => format!("{} {}", step.files, if step.files == 1 { "file" } else { "files" }),
        1 => format!("{shown} (1 day)"),
        days => format!("{shown} ({days} days)"),
    };
    format!("{}: {extent}, because {}\n", step.table, step.because)
}
