//! An entry of the data dictionary.

use crate::reports::published_table::PublishedTable;
use crate::warehouse::contract::{Column, Contract, Lookback, MadeFrom};

/// Where a table or file is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Location {
    Warehouse,
    Published,
}

impl Location {
    pub fn name(self) -> &'static str {
        match self {
            Location::Warehouse => "warehouse",
            Location::Published => "published",
        }
    }
}

/// A table of the warehouse or a published file.
pub struct DictionaryEntry {
    pub location: Location,
    pub name: String,
    /// What a row is.
    pub about: &'static str,
    /// Only for tables of the warehouse.
    pub version: Option<u32>,
    /// The column that is only in the path.
    pub partition: Option<&'static str>,
    pub made_from: MadeFrom,
    pub columns: Vec<Column>,
}

impl DictionaryEntry {
    pub fn of_table(contract: &Contract) -> DictionaryEntry {
        DictionaryEntry {
            location: Location::Warehouse,
            name: contract.name.to_owned(),
            about: contract.about.trim(),
            version: Some(contract.version),
            partition: contract.partition.column(),
            made_from: contract.made_from,
            columns: contract.columns.to_vec(),
        }
    }

    pub fn of_file(table: PublishedTable) -> DictionaryEntry {
        DictionaryEntry {
            location: Location::Published,
            name: table.file_name(),
            about: table.about.trim(),
            version: None,
            partition: None,
            made_from: MadeFrom::NOTHING,
            columns: table.columns,
        }
    }

    /// Says how the rows are distributed over files.
    pub fn distribution(&self) -> String {
        match (self.location, self.partition) {
            (Location::Warehouse, Some(column)) => format!("partitioned by `{column}`"),
            (Location::Warehouse, None) => "one file per shard".to_owned(),
            (Location::Published, _) => "one file".to_owned(),
        }
    }

    /// Says what a table of the warehouse is made from.
    pub fn origin(&self) -> String {
        let mut from = Vec::new();
        for (days, which) in [
            (Lookback::Day, "the same day"),
            (Lookback::Window, "28 days"),
            (Lookback::History, "any day"),
        ] {
            let tables = self.made_from.tables.iter().filter(|upstream| upstream.days == days);
            let tables: Vec<String> = tables.map(|upstream| format!("`{}`", upstream.table.name)).collect();
            if !tables.is_empty() {
                from.push(format!("{} ({which})", tables.join(", ")));
            }
        }
        if from.is_empty() {
            let feeds: Vec<&str> = self.made_from.feeds.iter().map(|feed| feed.name()).collect();
            from.push(if feeds.is_empty() {
                "raw files of all feeds".to_owned()
            } else {
                format!("raw files: {}", feeds.join(", "))
            });
        }
        let settings: Vec<&str> = self.settings().collect();
        let reads = if settings.is_empty() {
            String::new()
        } else {
            format!(" Settings: {}.", settings.join(", "))
        };
        format!("Made from {}.{reads}", from.join(", "))
    }

    /// Returns the groups of settings that it reads.
    pub fn settings(&self) -> impl Iterator<Item = &'static str> {
        let groups = self.made_from.settings.iter().chain(self.made_from.settings_by_effect);
        groups.map(|group| group.name())
    }
}
