//! `uptake reprocess`: makes days again from their raw files, even if nothing changed.

use std::sync::atomic::AtomicBool;

use crate::cli::args::{Global, ReprocessArgs};
use crate::cli::context::Context;
use crate::cli::exit::Failure;
use crate::cli::run::carry_out;
use crate::warehouse::store::Store;

/// Makes the days again and prints a short summary to standard output.
pub fn run(args: &ReprocessArgs, global: &Global, interrupted: &AtomicBool) -> Result<(), Failure> {
    let context = Context::read(&args.pipeline, global)?;
    let store = Store::at(&context.settings.warehouse);
    let request = context.request_again((args.from, args.to), args.tables.as_deref(), &args.how, &store)?;
    carry_out(&context, &request, &store, args.threads, global, interrupted)
}
