//! `uptake status`: shows the status of a pipeline. It reads the warehouse and the records of runs,
//! and writes nothing.

use crate::cli::args::global::Global;
use crate::cli::args::read::StatusArgs;
use crate::cli::args::values::Format;
use crate::cli::context::Context;
use crate::cli::exit::{Code, Failure};
use crate::cli::print;
use crate::cli::text::status;
use crate::domain::next_steps::Language;
use crate::domain::words::Words;
use crate::observe::status::report;
use crate::warehouse::store::Store;

/// Prints the status to standard output. If something needs attention, the command still succeeds.
pub fn run(args: &StatusArgs, global: &Global) -> Result<(), Failure> {
    let context = Context::read(&args.pipeline, global)?;
    let due = context.last_day(None)?;
    let store = Store::at(&context.settings.warehouse);
    // JSON is English, whatever the language of the pipeline is.
    let words = Words(match args.format {
        Format::Text => context.settings.rules.language,
        Format::Json => Language::English,
    });
    let report = report::read(words, &context.settings, &store, due, context.began)?;
    print(&match args.format {
        Format::Text => status::text(&report, words, global.colored()),
        Format::Json => {
            let json = serde_json::to_string_pretty(&report);
            json.map_err(|error| Failure::new(Code::Bug, format!("cannot write how things stand as JSON: {error}")))? + "\n"
        }
    })
}
