//! `[alert]` and `[observe]`: the command that is told of new next steps, what a run warns of, and
//! what it tells other programs.

use std::path::{Path, PathBuf};

use crate::domain::store_url::is_url;
use crate::pipeline::syntax::section::Section;

/// How long the command may take where the pipeline file does not say, in seconds.
const TIMEOUT_SECONDS: u64 = 60;

/// The contents of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// `None`: nobody is told. The shell runs it; the command line may give another one.
    pub command: Option<String>,
    /// After so many seconds the command is ended.
    pub timeout_seconds: u64,
    /// The part of a released day's seats above which a run warns that they were restated. `None`:
    /// it does not look.
    pub restated_above: Option<f64>,
}

impl Default for Alert {
    fn default() -> Alert {
        Alert {
            command: None,
            timeout_seconds: TIMEOUT_SECONDS,
            restated_above: None,
        }
    }
}

pub(super) fn read(section: &Section<'_>) -> Alert {
    let seconds = section.whole("timeout_seconds", 1, 3_600);
    Alert {
        command: section.text("command").map(|command| command.value),
        timeout_seconds: seconds.and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(TIMEOUT_SECONDS),
        restated_above: section.ratio("restated_above"),
    }
}

/// The contents of `[observe]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observe {
    /// The file to which events in the form of OpenLineage are added; `None`: there are none.
    pub openlineage: Option<PathBuf>,
}

/// Reads `[observe]`. `folder` is that of the pipeline file.
pub(super) fn read_observe(section: &Section<'_>, folder: &Path) -> Observe {
    let written = section.text("openlineage");
    let file = written.and_then(|written| {
        if is_url(&written.value) {
            // A URL may have a secret in it, so it is not repeated.
            section.refuse_secret("openlineage", written.line, "it is a file of this machine, one line an event");
            return None;
        }
        Some(folder.join(&written.value))
    });
    Observe { openlineage: file }
}
