//! The folders of a pipeline as they really are: how they are best written, and that they are not
//! in each other's way.

use std::path::Path;

use crate::domain::input::Input;
use crate::engine::error::EngineError;
use crate::engine::input::glob_steps::{GlobSteps, first_alive};
use crate::pipeline::settings::Settings;
use crate::pipeline::source::Source;
use crate::storage::folder_paths::{is_within, real, tidy};
use crate::storage::names::text_of_path;

/// Writes the folders without detours, and refuses raw input in a folder that is written to, or
/// around one, whatever they are called: raw files are the only way back, and nothing is ever
/// written among them. A folder that is written to may be in the input folder only where no source
/// reads, as in the pipeline file of `uptake sample`.
pub fn settle(settings: &mut Settings) -> Result<(), EngineError> {
    for input in &mut settings.inputs {
        input.root = tidy(&input.root);
    }
    let ours = [&mut settings.warehouse, &mut settings.published];
    for path in ours.into_iter().chain(settings.delta.as_mut()) {
        *path = tidy(path);
    }
    let Settings {
        inputs,
        warehouse,
        published,
        delta,
        sources,
        ..
    } = &*settings;
    let delta = delta.as_ref().map(|delta| ("Delta", delta));
    let written_to = [("warehouse", warehouse), ("published", published)];
    for (name, written_to) in written_to.into_iter().chain(delta) {
        inputs.iter().try_for_each(|input| keep_apart(input, name, written_to, sources))?;
    }
    for (at, input) in inputs.iter().enumerate() {
        // The same URL with other options is another place.
        let mut others = inputs.iter().skip(at + 1).filter(|other| other.options == input.options);
        if let Some(other) = others.find(|other| is_within(&other.root, &input.root) || is_within(&input.root, &other.root)) {
            let names = [input, other].map(|input| input.name.as_deref().unwrap_or_default());
            let roots = [input, other].map(|input| input.root.display());
            let [(one, first), (two, second)] = [(names[0], &roots[0]), (names[1], &roots[1])];
            return refused(format!(
                "a file would be read twice: of the inputs `{one}` (`{first}`) and `{two}` (`{second}`) one is the other or in it"
            ));
        }
    }
    if is_within(warehouse, published) && is_within(published, warehouse) {
        let (warehouse, published) = (warehouse.display(), published.display());
        return refused(format!("warehouse and published are one folder: `{warehouse}` and `{published}`"));
    }
    // What is not uptake's in one of them is somebody else's there.
    for (name, other) in written_to {
        if let Some((_, delta)) = delta
            && (is_within(delta, other) || is_within(other, delta))
        {
            let (delta, other) = (delta.display(), other.display());
            return refused(format!(
                "the Delta folder `{delta}` and the {name} folder `{other}` are one, or one is in the other"
            ));
        }
    }
    Ok(())
}

fn refused(text: String) -> Result<(), EngineError> {
    Err(EngineError::Usage(format!("{text}; give each its own folder")))
}

/// Refuses a folder that is written to where raw files are read, or the other way round. `name` is
/// what it is.
fn keep_apart(input: &Input, name: &str, written_to: &Path, sources: &[Source]) -> Result<(), EngineError> {
    let (root, other) = (input.root.display(), written_to.display());
    match (is_within(written_to, &input.root), is_within(&input.root, written_to)) {
        (true, true) => refused(format!("input and {name} are one folder: `{root}` and `{other}`")),
        (true, false) => match reader_of(written_to, input, sources) {
            Some(source) => refused(format!(
                "the {name} folder `{other}` is in the input folder `{root}`, where source `{source}` reads it"
            )),
            None => Ok(()),
        },
        (false, true) => refused(format!("the input folder `{root}` is in the {name} folder `{other}`")),
        (false, false) => Ok(()),
    }
}

/// The source that may read files of a folder in the input folder.
fn reader_of<'s>(folder: &Path, input: &Input, sources: &'s [Source]) -> Option<&'s str> {
    let reader = match real(folder).strip_prefix(real(&input.root)) {
        Ok(below) => first_alive(&GlobSteps::of(sources).at(&input.path(&text_of_path(below)))),
        // It is there under another name.
        Err(_) => Some(0),
    };
    sources.get(reader?).map(|source| source.name.as_str())
}
