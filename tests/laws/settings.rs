//! Whatever was changed in the pipeline file, and in which order: the tables are what one run from
//! scratch with the last file gives, as long as the raw files are there. With and without caches.

use std::fs;

use proptest::prelude::*;

use super::facts::Knobs;
use super::files::{self, Chance};
use super::{Site, Verdict, compare, holds, render, rows, same_bytes, same_files, strategy};
use crate::workdir;

/// What is written of one source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Written {
    AsItIs,
    /// Another path that matches the same files.
    OtherPath,
    /// Of one customer only.
    Narrowed,
    Auto,
    Named,
    Removed,
}

/// A pipeline file as somebody edited it.
#[derive(Clone, Debug)]
struct Edited {
    zone: &'static str,
    shards: u8,
    evidence: &'static [&'static str],
    sources: Vec<Written>,
    backwards: bool,
    pseudonyms: bool,
    /// Whether the applications are of another map, in which one is of another workload.
    other_apps: bool,
    /// Whether somebody deletes the caches before the run.
    without_caches: bool,
    /// Whether a run comes before the next change.
    runs: bool,
}

fn edited() -> impl Strategy<Value = Edited> {
    let source = prop_oneof![
        6 => Just(Written::AsItIs),
        2 => Just(Written::OtherPath),
        2 => Just(Written::Narrowed),
        1 => Just(Written::Auto),
        1 => Just(Written::Named),
        2 => Just(Written::Removed),
    ];
    (
        proptest::sample::select(vec!["UTC", "Europe/Berlin", "Pacific/Auckland"]),
        1..4u8,
        proptest::sample::select(vec![
            &["interactive", "non_interactive", "action"] as &'static [&'static str],
            &["interactive"],
        ]),
        proptest::collection::vec(source, 7),
        any::<bool>(),
        proptest::bool::weighted(0.25),
        proptest::bool::weighted(0.25),
        proptest::bool::weighted(0.3),
        proptest::bool::weighted(0.85),
    )
        .prop_map(
            |(zone, shards, evidence, sources, backwards, pseudonyms, other_apps, without_caches, runs)| Edited {
                zone,
                shards,
                evidence,
                sources,
                backwards,
                pseudonyms,
                other_apps,
                without_caches,
                runs,
            },
        )
}

/// The pipeline file.
fn text(knobs: &Knobs, edited: &Edited) -> String {
    let text = render::pipeline_text(&Knobs {
        zone: edited.zone,
        shards: edited.shards,
        evidence: edited.evidence,
        // Days before another first day would stay in the warehouse, where nobody looks at them.
        first_day: knobs.first_day.or(Some(0)),
        ..knobs.clone()
    });
    let (head, rest) = text.split_once("[[source]]\n").unwrap();
    // What comes after the sources begins with a header of its own.
    let (sources, tail) = match rest.replace("[[source]]", "\u{1}").split_once("\n[") {
        Some((sources, tail)) => (sources.to_owned(), format!("[{tail}")),
        None => (rest.replace("[[source]]", "\u{1}"), String::new()),
    };
    let mut blocks: Vec<String> = Vec::new();
    for (at, block) in sources.split("\u{1}\n").enumerate() {
        let block = match edited.sources[at % edited.sources.len()] {
            // Without any source a pipeline file is an error.
            Written::Removed if at > 0 => continue,
            Written::OtherPath => block.replace(".json*", ".json{*,}").replace(".csv", ".cs{v,w}"),
            Written::Narrowed => block.replace("/**/", &format!("/tenantId={}/**/", render::tenant_id(0))),
            Written::Auto => block.replace("format = \"azure-monitor\"", "format = \"auto\""),
            Written::Named => format!("name = \"source {at}\"\n{block}"),
            Written::AsItIs | Written::Removed => block.to_owned(),
        };
        blocks.push(format!("[[source]]\n{}\n", block.trim_end()));
    }
    if edited.backwards {
        blocks.reverse();
    }
    let mut text = format!("{head}{}{tail}", blocks.concat());
    if edited.pseudonyms {
        text += "\n[privacy]\nuser_ids = \"pseudonymous\"\nkey_file = \"key\"\n";
    }
    if edited.other_apps {
        text = text.replace("[catalogue]\n", "[catalogue]\napps = \"apps.csv\"\n");
    }
    text
}

const APPS: &str = "workload,app_id,app_name\nteams,00000002-0000-0ff1-ce00-000000000000,for the test\n\
                    yammer,00000003-0000-0000-c000-000000000000,for the test\n";

fn write_what_it_names(site: &Site) {
    let folder = site.settings.inputs[0].root.parent().unwrap();
    fs::write(folder.join("key"), "0123456789abcdef0123").unwrap();
    fs::write(folder.join("apps.csv"), APPS).unwrap();
}

fn edit(site: &mut Site, knobs: &Knobs, edited: &Edited) {
    let folder = site.settings.inputs[0].root.parent().unwrap().to_path_buf();
    site.settings = workdir::settings(&folder, &text(knobs, edited));
}

fn delete_caches(site: &Site) {
    let private = site.settings.warehouse.join(".uptake");
    for entry in fs::read_dir(private).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "bin") {
            fs::remove_file(path).unwrap();
        }
    }
}

#[test]
fn any_sequence_of_settings_ends_in_what_the_last_one_gives_from_scratch() {
    let edits = proptest::collection::vec(edited(), 2..6);
    holds((strategy::portfolio(), edits, any::<u64>()), |(portfolio, edits, seed)| {
        let knobs = &portfolio.knobs;
        let raw = render::files(portfolio);
        let mut site = Site::new(knobs);
        write_what_it_names(&site);
        let root = site.settings.inputs[0].root.clone();
        let chance = Chance(*seed);
        for (at, one) in edits.iter().enumerate() {
            edit(&mut site, knobs, one);
            // Most files are there from the beginning, the others come with some run.
            for (path, file) in &raw {
                if at == edits.len() - 1 || chance.below(path, 3) as usize <= at {
                    files::write(&root, path, &file.text(path));
                }
            }
            if one.without_caches {
                delete_caches(&site);
            }
            if one.runs || at == edits.len() - 1 {
                site.run().map_err(|error| format!("change {at}: {error}"))?;
            }
        }
        let again = site.plan()?;
        if !again.is_idle() {
            return Err(format!("after the last run there is something to do: {:#?}", again.steps));
        }
        let last = edits.last().unwrap();
        let mut scratch = Site::new(knobs);
        write_what_it_names(&scratch);
        edit(&mut scratch, knobs, last);
        files::write_all(&scratch.settings.inputs[0].root, &raw);
        scratch.run()?;
        ends_like(&site, &scratch)
    });
}

fn ends_like(site: &Site, scratch: &Site) -> Verdict {
    let (one, other) = ("after all changes", "from scratch");
    compare(one, &rows::raw_rows(&site.settings)?, other, &rows::raw_rows(&scratch.settings)?)?;
    same_bytes(one, site, other, scratch)?;
    same_files("published", &site.published_files(), &scratch.published_files())
}
