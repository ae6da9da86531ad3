//! Snapshots of holdings: who held what on a day, and whether a snapshot proves absence.
//!
//! Source: `spec: Assignments`. The files of one tenant and day are one snapshot, their union. It
//! is incomplete if one of its files has a reject, or if its last page announces another one.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::guid::Guid;

use super::inputs::{HoldingsFile, Inputs};

/// Who held what in one tenant on one day.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    /// (user, SKU).
    pub listed: BTreeSet<(String, Guid)>,
    /// (user, SKU) of those who wait for a seat and do not hold the SKU.
    pub waiting: BTreeSet<(String, Guid)>,
    /// Whether the account of a user is enabled, for those of whom it is said. If two rows disagree,
    /// it is.
    pub enabled: BTreeMap<String, bool>,
    /// Whether it lists everybody.
    pub complete: bool,
}

impl Snapshot {
    /// Whether the user is in it, holding or waiting.
    pub fn lists(&self, user: &str) -> bool {
        self.listed.iter().chain(&self.waiting).any(|(listed, _)| listed == user)
    }
}

/// Returns tenant -> day -> snapshot. A day whose files were all unreadable has none.
pub(super) fn holdings(inputs: &Inputs) -> BTreeMap<Guid, BTreeMap<Day, Snapshot>> {
    let mut snapshots: BTreeMap<Guid, BTreeMap<Day, Snapshot>> = BTreeMap::new();
    for file in &inputs.holdings_files {
        for &(tenant, day, _) in &file.pages {
            snapshots.entry(tenant).or_default().entry(day).or_default();
        }
    }
    for row in &inputs.holdings {
        let snapshot = snapshots.entry(row.tenant_id).or_default().entry(row.day).or_default();
        let skus = if row.waiting { &mut snapshot.waiting } else { &mut snapshot.listed };
        skus.insert((row.user_id.clone(), row.sku_id));
        if let Some(says) = row.account_enabled {
            *snapshot.enabled.entry(row.user_id.clone()).or_insert(says) |= says;
        }
    }
    for snapshot in snapshots.values_mut().flat_map(BTreeMap::values_mut) {
        let held = &snapshot.listed;
        snapshot.waiting.retain(|seat| !held.contains(seat));
    }
    let faulty = faulty(inputs);
    let announcing = announcing_next(inputs);
    for (&tenant, days) in &mut snapshots {
        for (&day, snapshot) in days {
            let announces = announcing.get(&(tenant, day)).copied().unwrap_or(false);
            snapshot.complete = !announces && !faulty.contains(&(tenant, day));
        }
    }
    snapshots
}

/// Returns the days of the lists of users that each tenant has.
pub(super) fn list_days(inputs: &Inputs) -> BTreeMap<Guid, BTreeSet<Day>> {
    let mut days: BTreeMap<Guid, BTreeSet<Day>> = BTreeMap::new();
    let pages = inputs
        .holdings_files
        .iter()
        .flat_map(|file| &file.pages)
        .map(|&(tenant, day, _)| (tenant, day));
    let rows = inputs.holdings.iter().map(|row| (row.tenant_id, row.day));
    for (tenant, day) in pages.chain(rows) {
        days.entry(tenant).or_default().insert(day);
    }
    days
}

/// Returns (tenant, day) of every snapshot of which a file has a reject: the one that the path
/// names, and those of which the file has a page or a row, because nobody knows to which of them
/// the reject belongs.
fn faulty(inputs: &Inputs) -> BTreeSet<(Guid, Day)> {
    let mut faulty = BTreeSet::new();
    for file in inputs.holdings_files.iter().filter(|file| file.has_reject) {
        faulty.extend(file.tenant.zip(file.day));
        faulty.extend(file.pages.iter().map(|&(tenant, day, _)| (tenant, day)));
        faulty.extend(
            inputs
                .holdings
                .iter()
                .filter(|row| row.origin.source_file == file.path)
                .map(|row| (row.tenant_id, row.day)),
        );
    }
    faulty
}

/// Returns whether the last page of each snapshot announces another one. Pages are ordered by the
/// natural order of their files, then by their order within the file.
fn announcing_next(inputs: &Inputs) -> BTreeMap<(Guid, Day), bool> {
    let mut files: Vec<&HoldingsFile> = inputs.holdings_files.iter().collect();
    files.sort_by(|one, other| natural_order(&one.path, &other.path).then_with(|| one.cmp(other)));
    let pages = files.iter().flat_map(|file| &file.pages);
    pages.map(|&(tenant, day, announces)| ((tenant, day), announces)).collect()
}

/// Compares two paths; numbers in them compare as numbers, so that `page-9` is before `page-10`.
/// Equal only for equal texts.
pub(super) fn natural_order(one: &str, other: &str) -> Ordering {
    pieces(one).cmp(&pieces(other)).then_with(|| one.cmp(other))
}

/// Returns a text as a list of numbers ('0', number of digits without leading zeros, the digits)
/// and other characters (the character, 0, "").
fn pieces(text: &str) -> Vec<(char, usize, &str)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        if digits > 0 {
            let number = rest[..digits].trim_start_matches('0');
            pieces.push(('0', number.len(), number));
            rest = &rest[digits..];
        } else {
            pieces.push((first, 0, ""));
            rest = &rest[first.len_utf8()..];
        }
    }
    pieces
}
