//! `uptake describe`: prints the data dictionary, made from the contracts that the program itself
//! uses. A table of the warehouse has its name, a published file the name of the file.
//! `docs/tables.md` is the whole dictionary in Markdown.

use std::collections::BTreeSet;

use crate::cli::args::read::DescribeArgs;
use crate::cli::args::values::DictionaryFormat;
use crate::cli::dictionary::{DictionaryEntry, Location};
use crate::cli::exit::{Code, Failure};
use crate::cli::print;
use crate::cli::text::describe_page;
use crate::pipeline::syntax::nearest::nearest;
use crate::reports::columns::published_files;
use crate::stages;
use crate::warehouse::contract::Column;

/// Prints one table or file with its columns, or the list of all.
pub fn run(args: &DescribeArgs) -> Result<(), Failure> {
    let all = stages::TABLES.iter().map(|contract| DictionaryEntry::of_table(contract));
    let mut entries: Vec<DictionaryEntry> = all.chain(published_files().into_iter().map(DictionaryEntry::of_file)).collect();
    if let Some(name) = &args.table {
        let at = entries.iter().position(|entry| entry.name == *name);
        let at = at.ok_or_else(|| unknown(name, &entries))?;
        entries = vec![entries.swap_remove(at)];
    }
    print(&match (args.format, &args.table) {
        (DictionaryFormat::Json, _) => json(&entries),
        (DictionaryFormat::Markdown, None) => describe_page::page(&entries),
        (DictionaryFormat::Markdown, Some(_)) => entries.iter().map(describe_page::section).collect(),
        (DictionaryFormat::Text, None) => list(&entries),
        (DictionaryFormat::Text, Some(_)) => entries.iter().map(text).collect(),
    })
}

fn unknown(name: &str, entries: &[DictionaryEntry]) -> Failure {
    let failure = Failure::new(Code::Usage, format!("there is no table and no published file `{name}`"));
    match nearest(name, entries.iter().map(|entry| entry.name.as_str())) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`uptake describe` lists them"),
    }
}

fn list(entries: &[DictionaryEntry]) -> String {
    let mut text = String::new();
    for (location, heading) in [
        (Location::Warehouse, "Tables of the warehouse"),
        (Location::Published, "\nPublished files"),
    ] {
        text.push_str(&format!("{heading}\n"));
        for entry in entries.iter().filter(|entry| entry.location == location) {
            text.push_str(&format!("  {:<28}{}\n", entry.name, entry.about));
        }
    }
    text
}

fn text(entry: &DictionaryEntry) -> String {
    let mut text = format!("{}: {} ({})\n", entry.name, entry.about, entry.distribution());
    if entry.location == Location::Warehouse {
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

fn json(entries: &[DictionaryEntry]) -> String {
    let column = |column: &Column| {
        serde_json::json!({
            "name": column.name, "type": column.kind.name(), "nullable": column.nullable, "key": column.key, "about": column.about,
        })
    };
    let entry = |entry: &DictionaryEntry| {
        serde_json::json!({
            "name": entry.name, "in": entry.location.name(), "version": entry.version, "about": entry.about, "partition": entry.partition,
            "made_from": entry.made_from.tables.iter().map(|upstream| upstream.table.name).collect::<BTreeSet<_>>(),
            "settings": entry.settings().collect::<Vec<_>>(),
            "columns": entry.columns.iter().map(column).collect::<Vec<_>>(),
        })
    };
    format!("{:#}\n", serde_json::Value::from(entries.iter().map(entry).collect::<Vec<_>>()))
}
