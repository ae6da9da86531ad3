//! `uptake reprocess`: makes days again from their raw files, even if nothing changed.

use serde_json::json;

use crate::audit::recompute::customer_choice::Share;
use crate::cli::args::global::Global;
use crate::cli::args::make::ReprocessArgs;
use crate::cli::commands::run::{carry_out, verifier};
use crate::cli::context::Context;
use crate::cli::exit::Failure;
use crate::cli::interruption::Interruption;
use crate::engine::request::{Request, Verify};
use crate::observe::record::Invocation;
use crate::warehouse::store::Store;

/// Makes the days again and prints a short summary to standard output.
pub fn run(args: &ReprocessArgs, global: &Global, interruption: &Interruption) -> Result<(), Failure> {
    let context = Context::read(&args.pipeline, global)?;
    let store = Store::at(&context.settings.warehouse);
    let verify = args.verify.map(|share| verifier(&context.settings, share));
    let request = Request {
        verify: verify.as_ref().map(|verify| verify as &Verify<'_>),
        allow_empty: args.allow.empty,
        allow_unreadable: args.allow.unreadable,
        ..context.request_again((args.from, args.to), args.tables.as_deref(), &args.how, &store)?
    };
    let how = &args.how;
    let given = [
        ("from", Some(json!(args.from.to_string()))),
        ("to", Some(json!(args.to.to_string()))),
        ("tables", args.tables.as_ref().map(|tables| json!(tables))),
        ("customer", how.customer.as_ref().map(|customer| json!(customer))),
        ("reason", how.reason.as_ref().map(|reason| json!(reason))),
        ("from_facts", how.from_facts.then(|| json!(true))),
        ("verify", args.verify.map(Share::json)),
        ("threads", args.threads.map(|threads| json!(threads))),
    ];
    let invocation = Invocation::new("reprocess", given.into_iter().chain(args.allow.given()), &args.pipeline, global);
    carry_out(
        &context,
        &request,
        &store,
        invocation,
        (args.threads, args.by, None, global),
        interruption,
    )
}
