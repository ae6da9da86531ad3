//! The commands about releases, one file each.

pub mod diff;
pub mod hold;
pub mod list;
pub mod rollback;

use crate::cli::exit::{Code, Failure};
use crate::engine::error::EngineError;
use crate::reports::error::ReportError;
use crate::reports::releases::folder;
use crate::reports::releases::id::ReleaseId;
use crate::reports::releases::release::Release;
use crate::storage::interface::Storage;

/// The release that somebody names, or begins to name.
fn find(published: &dyn Storage, written: &str) -> Result<Release, Failure> {
    let ids = folder::ids(published).map_err(failed)?;
    let exact = ids.iter().copied().find(|id| id.to_string() == written);
    let begun: Vec<ReleaseId> = ids.iter().copied().filter(|id| id.to_string().starts_with(written)).collect();
    let unknown = |what: String| Failure::new(Code::Usage, what).hint(known(&ids));
    match (exact, begun.as_slice()) {
        (Some(id), _) => read(published, id),
        (None, [id]) => read(published, *id),
        (None, []) => Err(unknown(format!("there is no release `{written}`"))),
        (None, several) => Err(unknown(format!("{} releases begin with `{written}`", several.len()))),
    }
}

/// Which releases there are, the last ones first.
fn known(ids: &[ReleaseId]) -> String {
    const NAMED: usize = 10;
    let named: Vec<String> = ids.iter().rev().take(NAMED).map(ToString::to_string).collect();
    match ids.len().saturating_sub(NAMED) {
        _ if ids.is_empty() => "there is none yet: `uptake run` makes one where it publishes".to_owned(),
        0 => format!("there are {}", named.join(", ")),
        more => format!("there are {}, and {more} older ones (`uptake releases`)", named.join(", ")),
    }
}

fn read(published: &dyn Storage, id: ReleaseId) -> Result<Release, Failure> {
    folder::read(published, id).map_err(failed)?.ok_or_else(|| {
        Failure::new(Code::Input, format!("the manifest of the release `{id}` cannot be read"))
            .hint("it is damaged, or of a newer version of uptake; another release may do")
    })
}

fn failed(error: ReportError) -> Failure {
    EngineError::from(error).into()
}
