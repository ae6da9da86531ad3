//! `uptake release`: keeps runs from publishing, and lets them.

use super::failed;
use crate::cli::args::global::Global;
use crate::cli::args::releases::{HoldArgs, ReleaseCommand, ResumeArgs};
use crate::cli::context::Context;
use crate::cli::exit::Failure;
use crate::cli::print;
use crate::reports::releases::current::Current;
use crate::reports::releases::hold::Hold;
use crate::storage;

/// Says what runs do from now on.
pub fn run(command: &ReleaseCommand, global: &Global) -> Result<(), Failure> {
    match command {
        ReleaseCommand::Hold(args) => hold(args, global),
        ReleaseCommand::Resume(args) => resume(args, global),
    }
}

fn hold(args: &HoldArgs, global: &Global) -> Result<(), Failure> {
    let context = Context::read(&args.pipeline, global)?;
    let published = storage::at(&context.settings.published);
    let hold = Hold {
        since: context.began.to_string(),
        reason: args.reason.clone(),
        release: Current::read(&*published).map_err(failed)?.map(|current| current.release),
    };
    hold.put(&*published).map_err(failed)?;
    print(&format!("{}\n", hold.text()))
}

fn resume(args: &ResumeArgs, global: &Global) -> Result<(), Failure> {
    let context = Context::read(&args.pipeline, global)?;
    let published = storage::at(&context.settings.published);
    let was_held = Hold::read(&*published).map_err(failed)?.is_some();
    Hold::remove(&*published).map_err(failed)?;
    print(match was_held {
        true => "the next run publishes\n",
        false => "nothing was held: runs publish\n",
    })
}
