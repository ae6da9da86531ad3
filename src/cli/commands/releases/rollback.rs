//! `uptake rollback`: the published files are those of an earlier release again.

use serde_json::json;

use super::find;
use crate::cli::args::global::Global;
use crate::cli::args::releases::RollbackArgs;
use crate::cli::context::Context;
use crate::cli::exit::Failure;
use crate::cli::print;
use crate::domain::day::Instant;
use crate::engine::publish::rollback::{RolledTo, roll_back};
use crate::observe::run_log;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;

/// Puts the release into force while no run is at work, and says what that means.
pub fn run(args: &RollbackArgs, global: &Global) -> Result<(), Failure> {
    let context = Context::read(&args.pipeline, global)?;
    let (settings, began) = (&context.settings, context.began);
    let store = Store::at(&settings.warehouse);
    let published = store.beside(&settings.published);
    // Who asks for a release that is not there learns of it whatever is at work.
    find(&*published, &args.release)?;
    let _lock = store.lock(&format!("process {} since {began}, which rolls back", std::process::id()))?;
    let release = find(&*published, &args.release)?;
    let rolled = roll_back(settings, &*published, &release, began)?;
    let line = json!({
        "began": began.to_string(),
        "ended": Instant(jiff::Timestamp::now().as_microsecond()).to_string(),
        "pipeline": settings.name,
        "version": env!("CARGO_PKG_VERSION"),
        "command": "rollback",
        "arguments": {"release": release.release},
        "outcome": "published",
        "exit_code": 0,
        "last_day": release.last_day,
    });
    run_log::append(&*published, &line).map_err(WarehouseError::from)?;
    if global.quiet {
        return Ok(());
    }
    let what = match rolled {
        RolledTo::Earlier(rolled_back) => rolled_back.what_runs_do().to_owned(),
        RolledTo::Newest => "it is the newest one, so the next run publishes".to_owned(),
    };
    print(&format!(
        "release {} is in force: {}..{}\n{what}\n",
        release.release, release.first_day, release.last_day
    ))
}
