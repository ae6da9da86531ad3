//! Goes back to an earlier release: the published files are its files again, and the pages are made
//! of them.

use crate::domain::day::Instant;
use crate::engine::error::EngineError;
use crate::engine::publish::pages::ReportPages;
use crate::pipeline::settings::Settings;
use crate::reports::manifest::put_release;
use crate::reports::publish::{lease, put_in_force};
use crate::reports::releases::current::{Current, RolledBack};
use crate::reports::releases::folder;
use crate::reports::releases::release::Release;
use crate::storage::interface::Storage;

/// What a release was that somebody went back to.
pub enum RolledTo {
    /// There are newer ones, so runs do not publish by themselves.
    Earlier(RolledBack),
    /// There is none: everything is as before a rollback.
    Newest,
}

/// Puts a release into force. The caller has the warehouse's lock.
pub fn roll_back(settings: &Settings, published: &dyn Storage, release: &Release, now: Instant) -> Result<RolledTo, EngineError> {
    let _lease = lease(published, &format!("pipeline {} since {now}, which rolls back", settings.name))?;
    published.recover(&|_| Ok(true)).map_err(crate::reports::error::ReportError::from)?;
    let newest = folder::ids(published)?
        .into_iter()
        .next_back()
        .filter(|newest| *newest != release.release);
    let newest = newest.map(|newest| folder::read(published, newest)).transpose()?;
    let rolled_back = newest.map(|newest| RolledBack {
        at: now.to_string(),
        settings: newest.map(|newest| newest.settings).unwrap_or_default(),
    });
    let current = Current {
        rolled_back: rolled_back.clone(),
        ..Current::of(release)
    };
    let pages = release.days().and_then(|days| ReportPages::wanted(settings, days));
    let files = put_in_force(published, release, &current, pages.as_deref())?;
    put_release(published, release, files)?;
    Ok(rolled_back.map_or(RolledTo::Newest, RolledTo::Earlier))
}
