//! `[alert]`: the command that is told of new next steps.

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
}

impl Default for Alert {
    fn default() -> Alert {
        Alert {
            command: None,
            timeout_seconds: TIMEOUT_SECONDS,
        }
    }
}

pub(super) fn read(section: &Section<'_>) -> Alert {
    let seconds = section.whole("timeout_seconds", 1, 3_600);
    Alert {
        command: section.text("command").map(|command| command.value),
        timeout_seconds: seconds.and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(TIMEOUT_SECONDS),
    }
}
