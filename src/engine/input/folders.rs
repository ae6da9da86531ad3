//! The folders of a pipeline as they really are: how they are best written, and that they are not
//! in each other's way.

use std::path::Path;

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
    for path in [&mut settings.input_root, &mut settings.warehouse, &mut settings.published] {
        *path = tidy(path);
    }
    let Settings {
        input_root,
        warehouse,
        published,
        sources,
        ..
    } = &*settings;
    let refused = |text: String| Err(EngineError::Usage(format!("{text}; give each its own folder")));
    for (name, written_to) in [("warehouse", warehouse), ("published", published)] {
        let (input, other) = (input_root.display(), written_to.display());
        match (is_within(written_to, input_root), is_within(input_root, written_to)) {
            (true, true) => return refused(format!("input and {name} are one folder: `{input}` and `{other}`")),
            (true, false) => {
                if let Some(source) = reader_of(written_to, input_root, sources) {
                    let text = format!("the {name} folder `{other}` is in the input folder `{input}`, where source `{source}` reads it");
                    return refused(text);
                }
            }
            (false, true) => return refused(format!("the input folder `{input}` is in the {name} folder `{other}`")),
            (false, false) => {}
        }
    }
    if is_within(warehouse, published) && is_within(published, warehouse) {
        let (warehouse, published) = (warehouse.display(), published.display());
        return refused(format!("warehouse and published are one folder: `{warehouse}` and `{published}`"));
    }
    Ok(())
}

/// The source that may read files of a folder in the input folder.
fn reader_of<'s>(folder: &Path, input: &Path, sources: &'s [Source]) -> Option<&'s str> {
    let reader = match real(folder).strip_prefix(real(input)) {
        Ok(below) => first_alive(&GlobSteps::of(sources).at(&text_of_path(below))),
        // It is there under another name.
        Err(_) => Some(0),
    };
    sources.get(reader?).map(|source| source.name.as_str())
}
