//! The folders of a pipeline as they really are: how they are best written, and that they are not
//! in each other's way.

use std::fs;
use std::path::{Component, Path, PathBuf, absolute};

use crate::engine::error::EngineError;
use crate::engine::input::glob_steps::GlobSteps;
use crate::engine::input::open::Identity;
use crate::engine::input::paths::text_of_path;
use crate::pipeline::settings::Settings;
use crate::pipeline::source::Source;

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
        Ok(below) => GlobSteps::of(sources).at(&text_of_path(below)).first_alive(),
        // It is there under another name.
        Err(_) => Some(0),
    };
    sources.get(reader?).map(|source| source.name.as_str())
}

/// A path without `.` and `..`, where it leads to the same place: `a/..` does not where `a` is a
/// link.
fn tidy(path: &Path) -> PathBuf {
    let mut tidied = PathBuf::new();
    for part in path.components() {
        match (part, tidied.components().next_back()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => drop(tidied.pop()),
            _ => tidied.push(part),
        }
    }
    if tidied.as_os_str().is_empty() {
        tidied.push(".");
    }
    if real(&tidied) == real(path) { tidied } else { path.to_path_buf() }
}

/// Where a path leads, as far as there is something, and what follows as it is written.
fn real(path: &Path) -> PathBuf {
    let whole = absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut real = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(real.pop()),
            _ => {
                real.push(part);
                real = fs::canonicalize(&real).unwrap_or(real);
            }
        }
    }
    real
}

/// Whether a folder is another one or in it: by the way there, or by what is there, since one
/// folder can have several names, such as in any case of letters.
fn is_within(inner: &Path, outer: &Path) -> bool {
    let identity = |path: &Path| fs::metadata(path).ok().and_then(|metadata| Identity::of(&metadata));
    let (inner, outer) = (real(inner), real(outer));
    let is_outer = identity(&outer);
    inner.starts_with(&outer) || (is_outer.is_some() && inner.ancestors().any(|above| identity(above) == is_outer))
}
