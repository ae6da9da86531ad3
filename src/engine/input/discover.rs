//! Which raw files there are: those of the input that a source reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::input::shown;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::input::glob_steps::{GlobSteps, first_alive};
use crate::engine::input::raw_file::RawFile;
use crate::pipeline::settings::Settings;
use crate::sources::path::{PathFacts, path_context};
use crate::storage;
use crate::storage::error::StorageError;
use crate::storage::interface::{Found, Progress, Selection, Storage};
use crate::storage::local::reads::Reads;

/// What there is in the input folder.
#[derive(Default)]
pub struct Walked {
    /// The raw files, in the order of their paths.
    pub files: Vec<RawFile>,
    /// Folders and entries that the system did not show, by their paths, and why.
    pub unseen: BTreeMap<String, String>,
}

/// Walks the input folder. Where `since` is given, files and folders are left out whose path names
/// an earlier day. Fails where there is no such folder.
pub fn discover(settings: &Settings, since: Option<Day>, reads: &Reads, watch: &Watch<'_>) -> Result<Walked, EngineError> {
    let input = storage::of_inputs(&settings.inputs, reads);
    let walked = walk(settings, since, &input, watch)?;
    Ok(walked?)
}

/// [`discover`] for whoever takes things as they are: warns of what is not seen. A folder that does
/// not exist is an empty one.
pub fn discover_what_is_there(settings: &Settings, watch: &Watch<'_>) -> Result<Vec<RawFile>, EngineError> {
    let input = input_of(settings);
    let Walked { files, unseen } = match walk(settings, None, &input, watch)? {
        Err(error) if error.is_missing() => {
            watch.tell(Event::Warning(format!(
                "the input folder {} does not exist",
                shown(&settings.inputs)
            )));
            Walked::default()
        }
        walked => walked?,
    };
    for (path, why) in unseen {
        watch.tell(Event::Warning(format!("cannot look at `{path}` in the input folder: {why}")));
    }
    Ok(files)
}

/// The raw files of all inputs. Nothing is ever written there.
pub fn input_of(settings: &Settings) -> Arc<dyn Storage> {
    storage::of_inputs(&settings.inputs, &Reads::default())
}

/// The inner error is that of the input folder itself.
fn walk(
    settings: &Settings,
    since: Option<Day>,
    input: &Arc<dyn Storage>,
    watch: &Watch<'_>,
) -> Result<Result<Walked, StorageError>, EngineError> {
    let wanted = Wanted {
        settings,
        since,
        watch,
        own_rules: settings.sources.iter().any(|source| source.path_day.is_some()),
        globs: GlobSteps::of(&settings.sources),
    };
    let walked = input.walk(&wanted);
    watch.go_on()?;
    let file = |found: Found| RawFile {
        sources: found
            .readers
            .iter()
            .map(|source| (*source, wanted.facts(*source, &found.name)))
            .collect(),
        path: found.name,
        storage: input.clone(),
        place: Some(found.place),
        kind: found.kind,
        version: found.version,
    };
    Ok(walked.map(|walked| Walked {
        files: walked.objects.into_par_iter().map(file).collect(),
        unseen: walked.unseen,
    }))
}

/// The files that the sources read.
struct Wanted<'a> {
    settings: &'a Settings,
    since: Option<Day>,
    watch: &'a Watch<'a>,
    /// Whether a source has a rule of its own for the day in a path.
    own_rules: bool,
    globs: GlobSteps,
}

impl Wanted<'_> {
    /// What a path says to a source.
    fn facts(&self, source: usize, path: &str) -> PathFacts {
        let source = &self.settings.sources[source];
        path_context(path, source.path_tenant.as_ref(), source.path_day.as_ref())
    }
}

impl Selection for Wanted<'_> {
    fn readers(&self, path: &str) -> Vec<usize> {
        let sources = self.settings.sources.iter().enumerate();
        sources.filter(|(_, source)| source.reads(path)).map(|(at, _)| at).collect()
    }

    fn wants(&self, path: &str, readers: &[usize]) -> bool {
        let Some(since) = self.since else { return !readers.is_empty() };
        readers
            .iter()
            .any(|source| self.facts(*source, path).day.is_none_or(|day| day >= since))
    }

    /// Not where a folder is of one day, or of one month, and that is before the days that are looked
    /// at. A date may stand again further down, and the last one counts: so only `d=`, below which
    /// nothing but an hour and a minute follow, and `m=` behind `y=`, below which `d=` follows; and
    /// where no source has a rule of its own.
    fn enters(&self, folder: &str) -> bool {
        let Some(since) = self.since.filter(|_| !self.own_rules) else {
            return true;
        };
        let mut names = folder.rsplit('/');
        let (name, above) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
        let begins = |name: &str, key: &str| name.get(..2).is_some_and(|begin| begin.eq_ignore_ascii_case(key));
        if begins(name, "d=") {
            return path_context(folder, None, None).day.is_none_or(|day| day >= since);
        }
        if begins(name, "m=") && begins(above, "y=") {
            let first = path_context(&format!("{folder}/d=01"), None, None).day;
            // No month is longer.
            return first.is_none_or(|first| first.plus(31) > since);
        }
        true
    }

    fn leaves_out_days(&self) -> bool {
        self.since.is_some() && !self.own_rules
    }

    fn progress(&self, folder: &str) -> Option<Progress> {
        let progress = self.globs.at(folder);
        first_alive(&progress).map(|_| progress)
    }

    fn goes_on(&self) -> bool {
        self.watch.go_on().is_ok()
    }

    fn warn(&self, text: String) {
        self.watch.tell(Event::Warning(text));
    }
}
