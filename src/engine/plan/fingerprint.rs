//! The settings half of fingerprints: a table's version, the number of its files and what it reads
//! of the pipeline file and the catalogues, as its contract says; and of raw files, the way in which
//! they are read.

use std::collections::BTreeSet;

use crate::domain::digest::{Digest, Hasher};
use crate::domain::kinds::Feed;
use crate::domain::settings_group::SettingsGroup;
use crate::pipeline::settings::Settings;
use crate::sources::{self, Format};
use crate::stages;
use crate::warehouse::contract::{Contract, Partition};

/// The settings half of a table's fingerprints.
pub fn settings_digest(contract: &Contract, settings: &Settings) -> Digest {
    settings_digest_of_files(contract, settings, contract.files(u32::from(settings.shards)))
}

/// The same where the table has so many files a day.
pub fn settings_digest_of_files(contract: &Contract, settings: &Settings, files: u32) -> Digest {
    let mut hasher = Hasher::new();
    hasher
        .text(contract.name)
        .number(i64::from(contract.version))
        .number(i64::from(files));
    settings.texts(contract.made_from.settings.iter().copied()).for_each(|text| {
        hasher.text(&text);
    });
    hasher.finish()
}

/// A digest of the way in which a source's files are read. Where the version of a table rises that
/// they fill, they are read again as far as they are there: so they fill the columns that came.
pub fn how(settings: &Settings, source: usize) -> String {
    let of = &settings.sources[source];
    let mut hasher = Hasher::new();
    hasher.text(&of.reading_text()).number(i64::from(sources::VERSION));
    if of.format == Format::Auto {
        hasher.number(i64::from(sources::AUTO_VERSION));
    }
    settings.texts(read_with(of.feed, of.format)).for_each(|text| {
        hasher.text(&text);
    });
    for table in filled_by(of.feed).filter(|table| table.version > FIRST_VERSION) {
        hasher.text(table.name).number(i64::from(table.version));
    }
    hasher.finish().to_string()
}

/// A digest of everything in the settings by which raw files belong to `received=` partitions and
/// are read into them: the settings' halves of the fingerprints, and the ways of reading.
pub fn digest_of_reading(settings: &Settings) -> Digest {
    let mut hasher = Hasher::new();
    for contract in stages::TABLES.iter().filter(|contract| contract.partition == Partition::Received) {
        hasher.text(contract.name).digest(settings_digest(contract, settings));
    }
    for (at, source) in settings.sources.iter().enumerate() {
        hasher
            .text(&source.id)
            .text(source.feed.name())
            .text(&source.reading_text())
            .text(&how(settings, at));
    }
    hasher.finish()
}

/// The groups of settings that decide how files of a feed and format are read: what the tables have
/// of them that the files bring rows to, in the order of the groups.
fn read_with(feed: Feed, format: Format) -> BTreeSet<SettingsGroup> {
    let mut groups: BTreeSet<SettingsGroup> = filled_by(feed)
        .flat_map(|table| table.made_from.settings_by_effect)
        .copied()
        .collect();
    if !format.reads_audit_actions(feed) {
        groups.remove(&SettingsGroup::AuditActions);
    }
    groups
}

/// The version of a table that has never changed.
const FIRST_VERSION: u32 = 1;

/// The tables that files of a feed bring rows to.
fn filled_by(feed: Feed) -> impl Iterator<Item = &'static Contract> {
    let tables = stages::TABLES
        .iter()
        .copied()
        .filter(|table| table.partition == Partition::Received);
    tables.filter(move |table| table.made_from.feeds.is_empty() || table.made_from.feeds.contains(&feed))
}
