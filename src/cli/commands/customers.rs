//! `uptake customers`: lists all customers on one day.

use crate::cli::args::global::Global;
use crate::cli::args::read::CustomersArgs;
use crate::cli::args::values::ListFormat;
use crate::cli::context::Context;
use crate::cli::exit::Failure;
use crate::cli::print;
use crate::domain::words::Words;
use crate::engine::query::explain::overview;
use crate::explain::render::customer_overview;
use crate::observe::progress::Progress;
use crate::warehouse::store::Store;

/// Prints the list.
pub fn run(args: &CustomersArgs, global: &Global) -> Result<(), Failure> {
    let context = Context::read(&args.pipeline, global)?;
    let progress = Progress::new(global.progress_mode());
    context.warnings.iter().for_each(|warning| progress.warn(warning));
    let store = Store::at(&context.settings.warehouse);
    let overview = overview(&context.settings, &store, args.day)?;
    let words = Words(context.settings.rules.language);
    print(&match args.format {
        ListFormat::Text => customer_overview::text(&overview, words, global.colored()),
        ListFormat::Csv => customer_overview::csv(&overview),
        ListFormat::Json => format!("{:#}\n", customer_overview::json(&overview)),
    })
}
