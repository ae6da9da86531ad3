//! `current.json`: which release is in force. It is replaced in one step, after everything that it
//! names is there, so whoever begins with it finds files of one night.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::digest::Digest;
use crate::reports::error::ReportError;
use crate::reports::releases::id::ReleaseId;
use crate::reports::releases::release::{Release, manifest_of};
use crate::storage::interface::Storage;

/// The file's name.
pub const CURRENT: &str = "current.json";

/// The release that is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Current {
    pub release: ReleaseId,
    /// Where its manifest is, below the published folder.
    pub manifest: String,
    /// Where each published file of it is, likewise.
    pub files: BTreeMap<String, String>,
    /// Where somebody went back to it; runs do not publish by themselves then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rolled_back: Option<RolledBack>,
}

/// A rollback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolledBack {
    pub at: String,
    /// A digest of each group of settings of the newest release. As soon as the pipeline has others,
    /// what was wrong may be mended.
    pub settings: BTreeMap<String, Digest>,
}

impl RolledBack {
    /// What it means for runs, in words.
    pub fn what_runs_do(&self) -> &'static str {
        "runs make tables and publish nothing, until the pipeline changes or with `uptake run --forward`"
    }
}

impl Current {
    pub fn of(release: &Release) -> Current {
        Current {
            release: release.release,
            manifest: manifest_of(release.release),
            files: release.files.iter().map(|file| (file.name.clone(), file.path.clone())).collect(),
            rolled_back: None,
        }
    }

    /// What is in force; `None` where nothing is, or where that cannot be read.
    pub fn read(published: &dyn Storage) -> Result<Option<Current>, ReportError> {
        let bytes = published.read(CURRENT)?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// Puts it into force in the place of what is. Fails where somebody else does so at this moment.
    pub fn replace(&self, published: &dyn Storage) -> Result<(), ReportError> {
        let path = published.shown(CURRENT);
        let failed = |error| ReportError::Json { path: path.clone(), error };
        let bytes = serde_json::to_string_pretty(self).map_err(failed)? + "\n";
        let before = published.read(CURRENT)?;
        if before.as_deref() == Some(bytes.as_bytes()) {
            return Ok(());
        }
        if !published.put_if(CURRENT, bytes.as_bytes(), before.as_deref())? {
            return Err(ReportError::Publishing {
                path: published.shown(""),
                holder: String::new(),
            });
        }
        Ok(published.sync("")?)
    }
}
