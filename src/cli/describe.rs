//! `uptake describe`: the data dictionary, out of the contracts that the program itself works by. A
//! table of the warehouse goes by its name, a published file by the name of its file;
//! `docs/tables.md` is everything in Markdown.

use std::collections::BTreeSet;

use crate::cli::args::{DescribeArgs, DictionaryFormat};
use crate::cli::exit::{Code, Failure};
use crate::cli::say;
use crate::cli::text::describe_page;
use crate::pipeline::nearest::nearest;
use crate::reports::columns::published_files;
use crate::reports::published_table::PublishedTable;
use crate::stages;
use crate::warehouse::contract::{Column, Contract, Lookback, MadeFrom};

/// Where something is that has columns.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    Warehouse,
    Published,
}

impl Shelf {
    pub fn name(self) -> &'static str {
        match self {
            Shelf::Warehouse => "warehouse",
            Shelf::Published => "published",
        }
    }
}

/// A table of the warehouse or a published file.
pub struct Entry {
    pub shelf: Shelf,
    pub name: String,
    /// What a row is.
    pub about: &'static str,
    /// Of the warehouse's tables.
    pub version: Option<u32>,
    /// The column that is in the path only.
    pub partition: Option<&'static str>,
    pub made_from: MadeFrom,
    pub columns: Vec<Column>,
}

impl Entry {
    fn of_table(contract: &Contract) -> Entry {
        Entry {
            shelf: Shelf::Warehouse,
            name: contract.name.to_owned(),
            about: contract.about.trim(),
            version: Some(contract.version),
            partition: contract.partition.column(),
            made_from: contract.made_from,
            columns: contract.columns.to_vec(),
        }
    }

    fn of_file(table: PublishedTable) -> Entry {
        Entry {
            shelf: Shelf::Published,
            name: table.file_name(),
            about: table.about.trim(),
            version: None,
            partition: None,
            made_from: MadeFrom::NOTHING,
            columns: table.columns,
        }
    }

    /// How its rows are spread over files, in words.
    pub fn spread(&self) -> String {
        match (self.shelf, self.partition) {
            (Shelf::Warehouse, Some(column)) => format!("partitioned by `{column}`"),
            (Shelf::Warehouse, None) => "one file per shard".to_owned(),
            (Shelf::Published, _) => "one file".to_owned(),
        }
    }

    /// What a table of the warehouse is made from, in sentences.
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

    /// The groups of settings that it reads.
    fn settings(&self) -> impl Iterator<Item = &'static str> {
        let groups = self.made_from.settings.iter().chain(self.made_from.settings_by_effect);
        groups.map(|group| group.name())
    }
}

/// Prints one table or file with its columns, or the list of all.
pub fn run(args: &DescribeArgs) -> Result<(), Failure> {
    let all = stages::TABLES.iter().map(|contract| Entry::of_table(contract));
    let mut entries: Vec<Entry> = all.chain(published_files().into_iter().map(Entry::of_file)).collect();
    if let Some(name) = &args.table {
        let at = entries.iter().position(|entry| entry.name == *name);
        let at = at.ok_or_else(|| unknown(name, &entries))?;
        entries = vec![entries.swap_remove(at)];
    }
    say(&match (args.format, &args.table) {
        (DictionaryFormat::Json, _) => json(&entries),
        (DictionaryFormat::Markdown, None) => describe_page::page(&entries),
        (DictionaryFormat::Markdown, Some(_)) => entries.iter().map(describe_page::section).collect(),
        (DictionaryFormat::Text, None) => list(&entries),
        (DictionaryFormat::Text, Some(_)) => entries.iter().map(text).collect(),
    })
}

fn unknown(name: &str, entries: &[Entry]) -> Failure {
    let failure = Failure::new(Code::Usage, format!("there is no table and no published file `{name}`"));
    match nearest(name, entries.iter().map(|entry| entry.name.as_str())) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`uptake describe` lists them"),
    }
}

fn list(entries: &[Entry]) -> String {
    let mut text = String::new();
    for (shelf, heading) in [
        (Shelf::Warehouse, "Tables of the warehouse"),
        (Shelf::Published, "\nPublished files"),
    ] {
        text.push_str(&format!("{heading}\n"));
        for entry in entries.iter().filter(|entry| entry.shelf == shelf) {
            text.push_str(&format!("  {:<28}{}\n", entry.name, entry.about));
        }
    }
    text
}

fn text(entry: &Entry) -> String {
    let mut text = format!("{}: {} ({})\n", entry.name, entry.about, entry.spread());
    if entry.shelf == Shelf::Warehouse {
        text.push_str(&format!("{}\n", entry.origin()));
    }
    text.push('\n');
    for column in &entry.columns {
        let null = if column.nullable { ", may be null" } else { "" };
        let key = if column.key { "key " } else { "" };
        text.push_str(&format!(
            "  {:<28}{key}{}{null}\n  {:<28}{}\n",
            column.name,
            column.kind.name(),
            "",
            column.about
        ));
    }
    text
}

fn json(entries: &[Entry]) -> String {
    let column = |column: &Column| {
        serde_json::json!({
            "name": column.name, "type": column.kind.name(), "nullable": column.nullable, "key": column.key, "about": column.about,
        })
    };
    let entry = |entry: &Entry| {
        serde_json::json!({
            "name": entry.name, "in": entry.shelf.name(), "version": entry.version, "about": entry.about, "partition": entry.partition,
            "made_from": entry.made_from.tables.iter().map(|upstream| upstream.table.name).collect::<BTreeSet<_>>(),
            "settings": entry.settings().collect::<Vec<_>>(),
            "columns": entry.columns.iter().map(column).collect::<Vec<_>>(),
        })
    };
    format!("{:#}\n", serde_json::Value::from(entries.iter().map(entry).collect::<Vec<_>>()))
}
