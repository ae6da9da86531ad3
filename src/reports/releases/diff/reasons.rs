//! Why days are other than they were, as the manifests of releases say.

use std::collections::BTreeSet;

use crate::domain::day::Day;
use crate::reports::releases::release::{MadeDays, RawFilesRead, Release};
use crate::stages::measures::adoption::ADOPTION;
use crate::stages::measures::seat_outcomes::SEAT_OUTCOMES;

/// The causes that runs noted between two releases.
#[derive(Debug)]
pub struct Reasons {
    made: Vec<(Day, Day, MadeDays)>,
    /// The groups of settings that are other ones.
    pub settings: Vec<String>,
    /// The versions of the program, where they differ.
    pub versions: Option<(String, String)>,
    raw_files: Vec<RawFilesRead>,
}

impl Reasons {
    /// Of `between`: all releases after the older one, up to the newer one.
    pub fn of(old: &Release, new: &Release, between: &[Release]) -> Reasons {
        let groups: BTreeSet<&String> = old.settings.keys().chain(new.settings.keys()).collect();
        let differ = |group: &&&String| old.settings.get(**group) != new.settings.get(**group);
        let notes = between.iter().flat_map(|release| &release.runs).flat_map(|run| &run.made);
        let days = |made: &MadeDays| Some((Day::parse(&made.first)?, Day::parse(&made.last)?, made.clone()));
        Reasons {
            made: notes.filter_map(days).collect(),
            settings: groups.iter().filter(differ).map(ToString::to_string).collect(),
            versions: (old.version != new.version).then(|| (old.version.clone(), new.version.clone())),
            raw_files: between.iter().map(|release| release.raw_files.clone()).collect(),
        }
    }

    /// Why a day of a table was made again, each reason once.
    pub fn why(&self, table: &str, day: Day) -> Vec<String> {
        // What became of seats has no file in the warehouse: it follows from `adoption`.
        let table = if table == SEAT_OUTCOMES.name { ADOPTION.name } else { table };
        let of_day = self
            .made
            .iter()
            .filter(|(first, last, made)| made.table == table && (*first..=*last).contains(&day));
        let mut reasons: Vec<String> = Vec::new();
        for (_, _, made) in of_day {
            let mut reason = made.why.clone();
            if made.causes.iter().any(|cause| cause == "settings") {
                reason += &self.settings_text();
            }
            if made.causes.iter().any(|cause| cause == "earlier") {
                reason += &self.files_text();
            }
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        reasons
    }

    /// Which settings changed.
    fn settings_text(&self) -> String {
        let version = self.versions.iter().map(|(old, new)| format!("uptake {old} is now {new}"));
        let groups = self.settings.iter().map(|group| format!("`{group}`"));
        let changed: Vec<String> = groups.chain(version).collect();
        match changed.is_empty() {
            true => String::new(),
            false => format!(" ({})", changed.join(", ")),
        }
    }

    /// Which raw files came in meanwhile: a run that died could not say which of them it was.
    fn files_text(&self) -> String {
        let count: u64 = self.raw_files.iter().map(|read| read.count).sum();
        let first = self.raw_files.iter().find_map(|read| read.first.first());
        match (count, first) {
            (1, Some(first)) => format!(" (a raw file came in, `{first}`)"),
            (_, Some(first)) => format!(" ({count} raw files came in, the first of them `{first}`)"),
            _ => String::new(),
        }
    }
}
