//! The settings half of fingerprints: a table's version, the number of its files and what it reads of the pipeline file and the
//! catalogues.

use crate::domain::digest::{Digest, Hasher};
use crate::pipeline::settings::Settings;
use crate::warehouse::contract::Contract;

/// Of a table that reads the settings in `texts` (see `pipeline/texts.rs`).
pub fn settings_digest(contract: &Contract, settings: &Settings, texts: &[&str]) -> Digest {
    let mut hasher = Hasher::new();
    hasher
        .text(contract.name)
        .number(i64::from(contract.version))
        .number(i64::from(contract.files(u32::from(settings.shards))));
    texts.iter().for_each(|text| {
        hasher.text(text);
    });
    hasher.finish()
}
