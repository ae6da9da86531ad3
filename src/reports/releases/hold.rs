//! A hold: as long as it is there, runs make tables and publish nothing.

use serde::{Deserialize, Serialize};

use crate::reports::error::ReportError;
use crate::reports::releases::id::ReleaseId;
use crate::storage::interface::Storage;

/// Where it is.
const HOLD: &str = "releases/hold.json";

/// Since when nothing is published, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub since: String,
    pub reason: Option<String>,
    /// The release that was in force then.
    pub release: Option<ReleaseId>,
}

impl Hold {
    /// The hold of a published folder; `None` where runs may publish. One that cannot be read holds.
    pub fn read(published: &dyn Storage) -> Result<Option<Hold>, ReportError> {
        let unreadable = || Hold {
            since: "a time that cannot be read".to_owned(),
            reason: None,
            release: None,
        };
        let bytes = published.read(HOLD)?;
        Ok(bytes.map(|bytes| serde_json::from_slice(&bytes).unwrap_or_else(|_| unreadable())))
    }

    pub fn put(&self, published: &dyn Storage) -> Result<(), ReportError> {
        let failed = |error| ReportError::Json {
            path: published.shown(HOLD),
            error,
        };
        let text = serde_json::to_string_pretty(self).map_err(failed)? + "\n";
        Ok(published.put_synced(HOLD, text.as_bytes())?)
    }

    pub fn remove(published: &dyn Storage) -> Result<(), ReportError> {
        Ok(published.delete(HOLD)?)
    }

    /// In words.
    pub fn text(&self) -> String {
        let reason = self.reason.as_ref().map_or(String::new(), |reason| format!(" ({reason})"));
        format!(
            "publication is held since {}{reason}: runs make tables and publish nothing, until `uptake release resume`",
            self.since
        )
    }
}
