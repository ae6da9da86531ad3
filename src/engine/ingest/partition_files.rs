//! Which files of the warehouse belong to a `received=` partition, and what they are made from.

use std::collections::BTreeSet;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Fingerprint, Hasher};
use crate::domain::kinds::Feed;
use crate::engine::error::EngineError;
use crate::engine::plan::fingerprint::settings_digest_of_files;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::pipeline::source::Source;
use crate::stages::people::user_names::USER_NAMES;
use crate::stages::received::raw_files::RAW_FILES;
use crate::stages::received::{customers, raw_files, snapshots, subscription_snapshots, support_requests};
use crate::warehouse::contract::{Contract, Partition, Place};
use crate::warehouse::file::footer::Footer;
use crate::warehouse::store::Store;

/// Where a file belongs whose path names no day and that has no row with one.
pub const NO_DAY: Day = Day(0);

/// Tables that are steps in between, which no reader looks for: a partition has none of them where
/// no source could fill it.
const STEPS_BETWEEN: &[&Contract] = &[
    &USER_NAMES,
    &snapshots::SNAPSHOTS,
    &subscription_snapshots::SUBSCRIPTION_SNAPSHOTS,
    &customers::CUSTOMERS,
    &support_requests::SUPPORT_REQUESTS,
];

/// Whether a table's partition has the files of every shard and no other.
pub fn is_whole(settings: &Settings, state: &State, contract: &Contract, received: Day) -> bool {
    let shards = contract.files(u32::from(settings.shards));
    !belongs(settings, state, contract, received) || shards_of(state, contract, received).eq(0..shards)
}

/// Whether files of a table belong to a partition: not those of a step in between that no source
/// could fill, unless there are some from a time when one could.
pub fn belongs(settings: &Settings, state: &State, contract: &Contract, received: Day) -> bool {
    let feeds = contract.made_from.feeds;
    // Who has which name is asked only where some source knows users by name only.
    let fills = |source: &Source| feeds.contains(&source.feed) && (contract.name != USER_NAMES.name || source.collects_names);
    !is_step(contract) || settings.sources.iter().any(fills) || shards_of(state, contract, received).next().is_some()
}

pub fn is_step(contract: &Contract) -> bool {
    STEPS_BETWEEN.iter().any(|step| step.name == contract.name)
}

/// The files of a table's partition.
pub fn parts_of<'s>(state: &'s State, contract: &Contract, received: Day) -> impl Iterator<Item = (&'s Place, &'s Footer)> {
    state.table(contract).range((Some(received), 0)..=(Some(received), u32::MAX))
}

/// The shards of which a table's partition has a file.
pub fn shards_of(state: &State, contract: &Contract, received: Day) -> impl Iterator<Item = u32> {
    parts_of(state, contract, received).map(|((_, shard), _)| *shard)
}

/// Whether a table has rows of a feed's raw files, and not of all.
pub fn is_of(contract: &Contract, feed: Feed) -> bool {
    contract.partition == Partition::Received && contract.made_from.feeds.contains(&feed)
}

/// What a partition's file is made from: the settings that the table reads, and the raw files of
/// its feeds.
pub fn fingerprint(settings: &Settings, contract: &Contract, files: &[raw_files::RawFile]) -> Fingerprint {
    fingerprint_of_files(settings, contract, files, contract.files(u32::from(settings.shards)))
}

/// The same where the table's partition has so many files.
pub fn fingerprint_of_files(settings: &Settings, contract: &Contract, files: &[raw_files::RawFile], count: u32) -> Fingerprint {
    let feeds: Vec<&str> = contract.made_from.feeds.iter().map(|feed| feed.name()).collect();
    let mut inputs = Hasher::new();
    for file in files.iter().filter(|file| feeds.is_empty() || feeds.contains(&file.feed.as_str())) {
        inputs
            .text(&file.source)
            .text(&file.source_file)
            .text(&file.content)
            .text(&file.reading);
    }
    Fingerprint {
        settings: settings_digest_of_files(contract, settings, count),
        inputs: inputs.finish(),
    }
}

/// A digest of the partition's footers.
pub fn digest_of_footers(state: &State, received: Day) -> Digest {
    let mut hasher = Hasher::new();
    state.add_partition_to(&mut hasher, received);
    hasher.finish()
}

/// What the partition says of the raw files that it was made from.
pub fn rows_of_raw_files(store: &Store, state: &State, received: Day) -> Result<Vec<raw_files::RawFile>, EngineError> {
    let place = (Some(received), 0);
    match state.footer(&RAW_FILES, place) {
        Some(_) => Ok(store.rows(place)?),
        None => Ok(Vec::new()),
    }
}

/// Whether files of a table are made by whoever makes those of some feeds.
pub fn is_made_with(contract: &Contract, feeds: &BTreeSet<Feed>) -> bool {
    let of_table = contract.made_from.feeds;
    contract.partition == Partition::Received && (of_table.is_empty() || of_table.iter().any(|feed| feeds.contains(feed)))
}
