//! The arguments that a call was given, for the record of the run.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::args::global::Global;
use crate::observe::record::Invocation;

impl Invocation {
    /// Collects the options of a command, its pipeline file and the options of all commands.
    pub fn new(
        command: &'static str,
        own: impl IntoIterator<Item = (&'static str, Option<Value>)>,
        pipeline: &Path,
        global: &Global,
    ) -> Invocation {
        let path = |path: &Path| json!(path.display().to_string());
        let shared = [
            ("pipeline", Some(path(pipeline))),
            ("input", global.input.as_deref().map(path)),
            ("warehouse", global.warehouse.as_deref().map(path)),
            ("published", global.published.as_deref().map(path)),
        ];
        let given = own.into_iter().chain(shared);
        Invocation {
            command,
            arguments: given.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect(),
        }
    }
}
