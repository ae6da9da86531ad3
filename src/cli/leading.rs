//! `run --workers`: whether workers can see what the run sees, and how they are led.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::args::make::{LeadArgs, WorkersMode};
use crate::cli::exit::{Code, Failure};
use crate::engine::cluster::lead::Leader;
use crate::engine::cluster::task_line::RunId;
use crate::engine::cluster::task_list::Mode;
use crate::engine::error::EngineError;
use crate::engine::events::Watch;
use crate::pipeline::settings::Settings;
use crate::storage::is_url;
use crate::warehouse::store::Store;

/// A run that leads workers.
pub struct Lead {
    pub run: RunId,
    mode: Mode,
    patience: Duration,
}

impl Lead {
    /// For the record of the run.
    pub fn json(&self) -> Value {
        json!(self.mode)
    }

    /// Begins to lead. The caller has the lock.
    pub fn begin<'a>(&self, settings: &'a Settings, store: &'a Store, watch: &'a Watch<'a>) -> Result<Leader<'a>, EngineError> {
        Leader::begin(self.run.clone(), (self.mode, self.patience), settings, store, watch)
    }
}

/// Refuses folders that workers on other machines may not see, unless somebody says that they do.
pub fn check(args: &LeadArgs, settings: &Settings) -> Result<Option<Lead>, Failure> {
    let Some(mode) = args.workers else { return Ok(None) };
    let inputs = settings.inputs.iter().map(|input| ("input", &*input.root));
    let folders = inputs.chain([("warehouse", &*settings.warehouse)]);
    let local: Vec<String> = folders
        .filter(|(_, path)| !is_url(path))
        .map(|(name, path): (_, &Path)| format!("the {name} is the folder `{}`", path.display()))
        .collect();
    if !local.is_empty() && !args.shared_folders {
        let message = format!("{}, which workers on other machines may not see", local.join(", and "));
        return Err(Failure::new(Code::Usage, message).hint(
            "where all workers run on this machine, or every machine has the same shared folder under this path, add `--shared-folders`; \
             else name a place in a store (`az://`, `s3://`, `gs://`)",
        ));
    }
    Ok(Some(Lead {
        run: RunId::new(),
        mode: match mode {
            WorkersMode::Tasks => Mode::Tasks,
            WorkersMode::Claims => Mode::Claims,
        },
        patience: Duration::from_secs(u64::from(args.patience)),
    }))
}
