//! `uptake status`: how things stand. Reads the warehouse and what runs left beside the published
//! files; writes nothing.

use crate::cli::args::{Format, Global, StatusArgs};
use crate::cli::context::Context;
use crate::cli::exit::{Code, Failure};
use crate::cli::say;
use crate::cli::text::status;
use crate::domain::next_steps::Language;
use crate::domain::words::Words;
use crate::observe::standing;
use crate::warehouse::store::Store;

/// Prints it to standard output. What needs attention is no failure of the command.
pub fn run(args: &StatusArgs, global: &Global) -> Result<(), Failure> {
    let context = Context::read(&args.pipeline, global)?;
    let due = context.last_day(None)?;
    let store = Store::at(&context.settings.warehouse);
    // Programs get one language whatever the pipeline's.
    let words = Words(match args.format {
        Format::Text => context.settings.rules.language,
        Format::Json => Language::English,
    });
    let standing = standing::look(words, &context.settings, &store, due, context.began)?;
    say(&match args.format {
        Format::Text => status::text(&standing, words, global.colored()),
        Format::Json => {
            let json = serde_json::to_string_pretty(&standing);
            json.map_err(|error| Failure::new(Code::Bug, format!("cannot write how things stand as JSON: {error}")))? + "\n"
        }
    })
}
