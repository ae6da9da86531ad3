//! The settings half of fingerprints: a table's version, the number of its files and what it reads
//! of the pipeline file and the catalogues; and of raw files, the way in which they are read.

use crate::domain::digest::{Digest, Hasher};
use crate::domain::kinds::Feed;
use crate::pipeline::settings::Settings;
use crate::sources::{self, Format};
use crate::warehouse::contract::Contract;

/// Of a table that reads the settings in `texts` (see `pipeline/texts.rs`).
pub fn settings_digest(contract: &Contract, settings: &Settings, texts: &[&str]) -> Digest {
    settings_digest_of_files(contract, contract.files(u32::from(settings.shards)), texts)
}

/// The same where the table has so many files a day.
pub fn settings_digest_of_files(contract: &Contract, files: u32, texts: &[&str]) -> Digest {
    let mut hasher = Hasher::new();
    hasher
        .text(contract.name)
        .number(i64::from(contract.version))
        .number(i64::from(files));
    texts.iter().for_each(|text| {
        hasher.text(text);
    });
    hasher.finish()
}

/// A digest of the way in which a source's files are read.
pub fn how(settings: &Settings, source: usize) -> String {
    let of = &settings.sources[source];
    let mut hasher = Hasher::new();
    hasher.text(&of.reading_text()).number(i64::from(sources::VERSION));
    if of.format == Format::Auto {
        hasher.number(i64::from(sources::AUTO_VERSION));
    }
    // What `raw_files` says of days, the day of a file whose path names none, and on which day an
    // event says whose name is whose.
    hasher.text(&settings.zone_text());
    if of.feed == Feed::Subscriptions {
        hasher.text(&settings.offers_text());
    }
    if of.format.reads_audit_actions(of.feed) {
        hasher.text(&settings.audit_actions_text());
    }
    if !settings.user_ids_text().is_empty() {
        hasher.text(&settings.user_ids_text());
    }
    hasher.finish().to_string()
}
