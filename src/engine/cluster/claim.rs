//! Who makes a task, and what came of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How often a task is begun, by whichever workers, before it is given up.
pub const MOST_ATTEMPTS: u32 = 3;
/// How often a claim is renewed in the time in which it expires.
pub const RENEWALS: u32 = 4;

/// After how long a claim expires of which nothing has changed.
pub fn expiry() -> Duration {
    crate::storage::lease_expiry()
}

/// A claim on a task.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claim {
    /// Nobody else has the same.
    pub worker: String,
    /// The which one it is that makes the task.
    pub attempt: u32,
    /// Rises as long as the worker lives.
    pub renewed: u64,
    /// What came of it; `None` while it is being made.
    pub end: Option<End>,
}

/// What came of a task.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct End {
    pub outcome: EndKind,
    /// Why it was not made; empty where it was.
    pub message: String,
    /// The exit code of a run that this would have ended.
    pub code: u8,
    pub seconds: f64,
    pub files: u64,
    pub rows: u64,
    /// What a run tells of it besides the files.
    pub account: Option<Value>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum EndKind {
    #[serde(rename = "made")]
    Made,
    #[serde(rename = "already made")]
    AlreadyMade,
    /// The warehouse or the input is not what it was planned from.
    #[serde(rename = "outdated")]
    Outdated,
    #[serde(rename = "failed")]
    Failed,
    /// Nobody is to try it any more: it has ended too many workers.
    #[serde(rename = "given up")]
    GivenUp,
    /// This worker may not make it, or cannot.
    #[serde(rename = "refused")]
    Refused,
}

impl Claim {
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub fn parse(bytes: &[u8]) -> Option<Claim> {
        serde_json::from_slice(bytes).ok()
    }
}

impl End {
    /// Of a task that was not made.
    pub fn without(outcome: EndKind, code: u8, message: String) -> End {
        End {
            outcome,
            message,
            code,
            seconds: 0.0,
            files: 0,
            rows: 0,
            account: None,
        }
    }
}
