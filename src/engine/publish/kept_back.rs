//! Why a run does not publish, although there is something new: somebody holds publications, or
//! went back to an earlier release.

use std::collections::BTreeMap;

use crate::domain::digest::Digest;
use crate::domain::settings_group::SettingsGroup;
use crate::engine::error::EngineError;
use crate::pipeline::settings::Settings;
use crate::reports::releases::current::Current;
use crate::reports::releases::hold::Hold;
use crate::storage::interface::Storage;

/// In words; `None` where runs publish. After a rollback they do as soon as the pipeline is another
/// one than that of the newest release, or where it goes `forward`.
pub fn kept_back(settings: &Settings, published: &dyn Storage, forward: bool) -> Result<Option<String>, EngineError> {
    if let Some(hold) = Hold::read(published)? {
        return Ok(Some(hold.text()));
    }
    let Some(current) = Current::read(published)? else {
        return Ok(None);
    };
    let Some(rolled_back) = current.rolled_back.filter(|_| !forward) else {
        return Ok(None);
    };
    let is_same = rolled_back.settings == settings_digests(settings);
    Ok(is_same.then(|| {
        format!(
            "release {} is in force since a rollback on {}: {}",
            current.release,
            rolled_back.at,
            rolled_back.what_runs_do()
        )
    }))
}

/// A digest of each group of settings, by its name, and of the pages that are wanted.
pub fn settings_digests(settings: &Settings) -> BTreeMap<String, Digest> {
    let digest = |group: &SettingsGroup| (group.to_string(), Digest::of(settings.text(*group).as_bytes()));
    let sources = settings
        .sources
        .iter()
        .map(|source| source.reading_text())
        .collect::<Vec<_>>()
        .join("\n");
    let others = [
        ("report pages", settings.report.text(settings.rules.language)),
        ("sources", sources),
    ];
    let others = others.map(|(name, text)| (name.to_owned(), Digest::of(text.as_bytes())));
    SettingsGroup::ALL.iter().map(digest).chain(others).collect()
}
