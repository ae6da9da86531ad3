//! Warns where days that were released before are other ones now.

use crate::domain::day::Day;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::reports::releases::diff::Diff;
use crate::reports::releases::diff::seats::DayShare;
use crate::reports::releases::folder;
use crate::reports::releases::release::Release;
use crate::storage::interface::Storage;

/// How many days are named.
const NAMED: usize = 3;

/// Warns of days of which a larger part of the seats than `most` was restated.
pub fn warn(published: &dyn Storage, release: Release, most: f64, watch: &Watch<'_>) -> Result<(), EngineError> {
    let before = release.before.filter(|before| *before != release.release);
    let Some(before) = before.map(|before| folder::read(published, before)).transpose()?.flatten() else {
        return Ok(());
    };
    let (old, new) = (before.release, release.release);
    let diff = Diff::of(published, before, release)?;
    let mut days: Vec<(Day, DayShare)> = diff.shares.iter().map(|(day, share)| (*day, *share)).collect();
    days.retain(|(_, share)| share.share() > most);
    days.sort_by(|(one, a), (other, b)| b.share().total_cmp(&a.share()).then(one.cmp(other)));
    if days.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = days
        .iter()
        .take(NAMED)
        .map(|(day, share)| format!("{day} by {:.1} % ({} of {})", share.share() * 100.0, share.restated, share.seats))
        .collect();
    let more = match days.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    watch.tell(Event::Warning(format!(
        "seats of days that were released before were restated by more than {:.1} %: {}{more}; `uptake diff {old} {new}` says which and why",
        most * 100.0,
        named.join(", ")
    )));
    Ok(())
}
