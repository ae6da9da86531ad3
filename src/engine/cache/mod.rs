//! What a run learned and the next one need not learn again. All of it can be deleted: that costs
//! time and changes no number.
//!
//! There is one way to cache something: an [`entry`] is a value with what it was made from, and is
//! believed only where it would be made from the same now. What every run needs stands together in
//! `cache.bin`; what is long, or needed by few runs, has a file of its own.
//!
//! | file | what | where |
//! |---|---|---|
//! | `cache.bin` | footers, totals, first days, and about what there is nothing to do | [`Cache`] |
//! | `contents.bin` | the digests of raw files | [`content_digests`] |
//! | `licenses-NN.bin` | what came in about the licenses of a shard | `build/license_history.rs` |
//! | `subscriptions.bin` | what snapshots of subscriptions come to | `build/subscription_history.rs` |

pub mod content_digests;
pub mod customer_first_days;
pub mod entry;
pub mod evidence_prints;
pub mod partition_set;
pub mod source_totals;
pub(crate) mod unchanged_partitions;
pub mod up_to_date;

use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::engine::cache::customer_first_days::FirstDays;
use crate::engine::cache::entry::{Entries, Entry};
use crate::engine::cache::evidence_prints::EvidencePrints;
use crate::engine::cache::source_totals::CachedTotals;
use crate::engine::state::{Footers, State};
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;
use crate::warehouse::store::cache_file::CacheFile;

const FILE: CacheFile<Cache> = CacheFile::new("cache", 8);

/// What every run needs of what earlier ones learned.
#[derive(Default, Serialize, Deserialize)]
pub struct Cache {
    /// While a run has its [`State`], they are there. Believed by size and time of change of the
    /// files.
    footers: Footers,
    /// That a run left nothing to do, made from everything that it looked at.
    pub up_to_date: Option<Entry<()>>,
    /// That a run looked at all raw files, made from how the settings read them.
    pub looked_at_all: Option<Entry<()>>,
    /// That there is nothing to do about a `received=` partition.
    pub unchanged_partitions: Entries<Day>,
    /// What the partitions of `raw_files` come to.
    pub source_totals: CachedTotals,
    /// The fingerprints that the evidence of each shard's licenses gives.
    pub assignments: Entries<u32, EvidencePrints>,
    /// Since when each customer has events.
    pub first_days: FirstDays,
    /// That the tables of a day agree with each other.
    pub checked_days: Entries<Day>,
}

impl Cache {
    /// What is cached for a warehouse; nothing where there is no cache that can be used.
    pub fn load(store: &Store) -> Cache {
        FILE.load(store).unwrap_or_default()
    }

    /// The footers that are known, for the run's [`State`].
    pub fn take_footers(&mut self) -> Footers {
        std::mem::take(&mut self.footers)
    }

    /// Saves everything for the next run; a rehearsal saves nothing.
    pub fn save(&mut self, store: &Store, state: State) -> Result<(), WarehouseError> {
        if store.is_rehearsal() {
            return Ok(());
        }
        self.footers = state.into_footers(store)?;
        FILE.save(store, self)
    }
}
