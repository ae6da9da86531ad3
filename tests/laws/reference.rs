//! The reference computation of a site.

use uptake::domain::day::Day;
use uptake::engine::input::raw_file::OpenFile;
use uptake::pipeline::settings::Settings;
use uptake::reference::{self, Inputs, Tables};
use uptake::sources::file_context::FileContext;
use uptake::sources::read::read_in_order;
use uptake::sources::{self, path::path_context};
use uptake::storage;
use uptake::storage::object::OpenObject;

/// Reads the input folder into the reference, and says which days the tables have: written after
/// the spec, apart from the engine.
fn read_inputs(settings: &Settings) -> (Inputs, Option<Day>) {
    let mut inputs = Inputs::default();
    let mut earliest_path_day: Option<Day> = None;
    for entry in walkdir::WalkDir::new(&settings.inputs[0].root).sort_by_file_name() {
        let entry = entry.unwrap();
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry
            .path()
            .strip_prefix(&settings.inputs[0].root)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        let members = storage::members_named(entry.path()).unwrap();
        let files: Vec<(String, OpenObject)> = match members.is_empty() {
            true => vec![(path, storage::open_named(entry.path()).unwrap())],
            false => members
                .into_iter()
                .map(|(name, member)| (format!("{path}/{name}"), member))
                .collect(),
        };
        for (path, file) in files {
            read_file(settings, &path, &file, &mut inputs, &mut earliest_path_day);
        }
    }
    (inputs, earliest_path_day)
}

/// Reads a file for each source whose pattern its path fits.
fn read_file(settings: &Settings, path: &str, file: &OpenObject, inputs: &mut Inputs, earliest_path_day: &mut Option<Day>) {
    for (index, source) in settings.sources.iter().enumerate().filter(|(_, source)| source.glob.is_match(path)) {
        let facts = path_context(path, None, None);
        *earliest_path_day = facts.day.into_iter().chain(*earliest_path_day).min();
        let context = FileContext::of(facts, settings.zone(), &settings.rules.catalogue);
        inputs.append(read_in_order(&context, |context| {
            let mut inputs = Inputs::default();
            let mut sink = inputs.file(source.feed, index, path, facts.day.unwrap_or(Day(0)), context);
            let mut input = OpenFile::of(file.reader());
            let counts = sources::read(source.feed, source.format, &mut input, file.size(), context, &mut sink);
            sink.finish(&counts);
            inputs
        }));
    }
}

/// The tables that the reference computes, and their days; `None` where there is nothing to
/// compute.
pub fn computed(settings: &Settings) -> Option<(Tables, Day, Day)> {
    let (inputs, earliest_path_day) = read_inputs(settings);
    let first = settings.first_day.or_else(|| reference::first_day(&inputs, earliest_path_day))?;
    let last = settings.last_day.unwrap();
    (first <= last).then(|| (reference::compute(&inputs, &settings.rules, first, last), first, last))
}
