//! The fingerprints that the evidence about licenses gives to the files that are made from it.

use serde::{Deserialize, Serialize};

use crate::domain::digest::Fingerprint;

/// What the files of a shard say that are made from its evidence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EvidencePrints {
    pub assignments: Fingerprint,
    pub account_states: Fingerprint,
}
