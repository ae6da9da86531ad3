//! The reference computation of a site.

use uptake::domain::day::Day;
use uptake::engine::input::raw_file::OpenFile;
use uptake::pipeline::settings::Settings;
use uptake::reference::{self, Inputs, Tables};
use uptake::sources::file_context::FileContext;
use uptake::sources::read::read_in_order;
use uptake::sources::{self, path::path_context};
use uptake::storage;

/// Reads the input folder into the reference, and says which days the tables have: written after
/// the spec, apart from the engine.
fn read_inputs(settings: &Settings) -> (Inputs, Option<Day>) {
    let mut inputs = Inputs::default();
    let mut earliest_path_day: Option<Day> = None;
    for entry in walkdir::WalkDir::new(&settings.input_root).sort_by_file_name() {
        let entry = entry.unwrap();
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry
            .path()
            .strip_prefix(&settings.input_root)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        for (index, source) in settings
            .sources
            .iter()
            .enumerate()
            .filter(|(_, source)| source.glob.is_match(&path))
        {
            let facts = path_context(&path, None, None);
            earliest_path_day = facts.day.into_iter().chain(earliest_path_day).min();
            let context = FileContext::of(facts, settings.zone(), &settings.rules.catalogue);
            let size = entry.metadata().unwrap().len();
            inputs.append(read_in_order(&context, |context| {
                let mut inputs = Inputs::default();
                let mut sink = inputs.file(source.feed, index, &path, facts.day.unwrap_or(Day(0)), context);
                let mut file = OpenFile::of(storage::open_named(entry.path()).unwrap().reader());
                let counts = sources::read(source.feed, source.format, &mut file, size, context, &mut sink);
                sink.finish(&counts);
                inputs
            }));
        }
    }
    (inputs, earliest_path_day)
}

/// The tables that the reference computes, and their days; `None` where there is nothing to
/// compute.
pub fn computed(settings: &Settings) -> Option<(Tables, Day, Day)> {
    let (inputs, earliest_path_day) = read_inputs(settings);
    let first = settings.first_day.or_else(|| reference::first_day(&inputs, earliest_path_day))?;
    let last = settings.last_day.unwrap();
    (first <= last).then(|| (reference::compute(&inputs, &settings.rules, first, last), first, last))
}
