//! What was written on the command line, for the record: only what was given.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::args::Global;
use crate::observe::record::Asked;

impl Asked {
    /// A command with its own options, its pipeline file and the options of all commands.
    pub fn new(
        command: &'static str,
        own: impl IntoIterator<Item = (&'static str, Option<Value>)>,
        pipeline: &Path,
        global: &Global,
    ) -> Asked {
        let path = |path: &Path| json!(path.display().to_string());
        let shared = [
            ("pipeline", Some(path(pipeline))),
            ("input", global.input.as_deref().map(path)),
            ("warehouse", global.warehouse.as_deref().map(path)),
            ("published", global.published.as_deref().map(path)),
        ];
        let given = own.into_iter().chain(shared);
        Asked {
            command,
            arguments: given.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect(),
        }
    }
}
