//! `uptake releases`: the releases that are kept. It writes nothing.

use serde_json::json;

use super::{failed, read};
use crate::cli::args::global::Global;
use crate::cli::args::releases::ReleasesArgs;
use crate::cli::args::values::Format;
use crate::cli::context::Context;
use crate::cli::exit::Failure;
use crate::cli::print;
use crate::domain::words::counted;
use crate::reports::releases::current::Current;
use crate::reports::releases::folder;
use crate::reports::releases::hold::Hold;
use crate::reports::releases::id::ReleaseId;
use crate::reports::releases::release::Release;
use crate::storage;

/// Prints them to standard output, the last one first.
pub fn run(args: &ReleasesArgs, global: &Global) -> Result<(), Failure> {
    let context = Context::read(&args.pipeline, global)?;
    let published = storage::at(&context.settings.published);
    let ids = folder::ids(&*published).map_err(failed)?;
    let releases = ids
        .into_iter()
        .rev()
        .map(|id| read(&*published, id))
        .collect::<Result<Vec<_>, _>>()?;
    let current = Current::read(&*published).map_err(failed)?;
    let hold = Hold::read(&*published).map_err(failed)?;
    print(&match args.format {
        Format::Text => text(&releases, current.as_ref(), hold.as_ref()),
        Format::Json => {
            let of = |release: &Release| {
                json!({
                    "release": release.release, "in_force": in_force(current.as_ref(), release.release), "pipeline": release.pipeline,
                    "version": release.version, "began": release.began, "first_day": release.first_day, "last_day": release.last_day,
                    "before": release.before, "changed": changed(&releases, release), "files": release.files,
                })
            };
            let value = json!({
                "in_force": current.as_ref().map(|current| current.release),
                "rolled_back": current.as_ref().and_then(|current| current.rolled_back.as_ref()),
                "hold": hold,
                "releases": releases.iter().map(of).collect::<Vec<_>>(),
            });
            format!("{value:#}\n")
        }
    })
}

fn in_force(current: Option<&Current>, id: ReleaseId) -> bool {
    current.is_some_and(|current| current.release == id)
}

/// The files that the release before does not have; all where that is not there.
fn changed(releases: &[Release], release: &Release) -> Vec<String> {
    let before = releases.iter().find(|other| other.release < release.release);
    let is_new =
        |name: &str| before.and_then(|before| before.file(name)).map(|file| file.digest) != release.file(name).map(|file| file.digest);
    let names = release.files.iter().map(|file| file.name.clone());
    names.filter(|name| is_new(name)).collect()
}

fn text(releases: &[Release], current: Option<&Current>, hold: Option<&Hold>) -> String {
    let mut text = String::new();
    if releases.is_empty() {
        text.push_str("there is no release yet: `uptake run` makes one where it publishes\n");
    }
    for release in releases {
        let bytes: u64 = release.files.iter().map(|file| file.bytes).sum();
        text.push_str(&format!(
            "{}  {}..{}  {}, {} MB, {} changed{}\n",
            release.release,
            release.first_day,
            release.last_day,
            counted(release.files.len(), "file"),
            (bytes as f64 / 1e5).round() / 10.0,
            changed(releases, release).len(),
            if in_force(current, release.release) { "  in force" } else { "" }
        ));
    }
    if let Some(rolled_back) = current.and_then(|current| current.rolled_back.as_ref()) {
        text.push_str(&format!("rolled back on {}: {}\n", rolled_back.at, rolled_back.what_runs_do()));
    }
    if let Some(hold) = hold {
        text.push_str(&format!("{}\n", hold.text()));
    }
    text
}
