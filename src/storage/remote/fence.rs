//! Which leases this process holds, and whether one of them may be somebody else's by now. Then it
//! changes nothing any more: what it would write belongs to a run that others have taken over.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::storage::error::StorageError;

/// How long a lease outlives its holder, unless this variable of the environment says otherwise.
const EXPIRY: Duration = Duration::from_secs(120);
const EXPIRY_VARIABLE: &str = "UPTAKE_LEASE_SECONDS";

/// The leases that this process holds.
pub struct Fence {
    holds: Mutex<Vec<Weak<Hold>>>,
    /// How long a lease outlives its holder.
    pub expiry: Duration,
}

/// A lease that is held.
pub struct Hold {
    /// How messages call it.
    shown: PathBuf,
    /// Since when it is ours at least.
    renewed: Mutex<Instant>,
    is_taken_over: AtomicBool,
    expiry: Duration,
}

impl Fence {
    /// Of a process: what the environment says.
    pub fn of_process() -> Fence {
        let told = std::env::var(EXPIRY_VARIABLE).ok().and_then(|text| text.parse().ok());
        Fence::that_expires_after(told.map_or(EXPIRY, |seconds: u64| Duration::from_secs(seconds.max(1))))
    }

    pub fn that_expires_after(expiry: Duration) -> Fence {
        Fence {
            holds: Mutex::default(),
            expiry,
        }
    }

    /// Notes a lease that was just taken, by a request that was sent at this time, for as long as the
    /// answer lives.
    pub fn hold(&self, shown: PathBuf, sent: Instant) -> Arc<Hold> {
        let hold = Arc::new(Hold {
            shown,
            renewed: Mutex::new(sent),
            is_taken_over: AtomicBool::new(false),
            expiry: self.expiry,
        });
        lock(&self.holds).push(Arc::downgrade(&hold));
        hold
    }

    /// Refuses a change where somebody else may have taken a lease over.
    pub fn check(&self, changed: &Path) -> Result<(), StorageError> {
        let mut holds = lock(&self.holds);
        holds.retain(|hold| hold.strong_count() > 0);
        match holds.iter().filter_map(Weak::upgrade).find(|hold| hold.is_lost()) {
            None => Ok(()),
            Some(lost) => {
                let why = format!(
                    "the lock `{}` was not renewed in time, and somebody else may have it: nothing more is changed",
                    lost.shown.display()
                );
                Err(StorageError::of("change", changed)(io::Error::other(why)))
            }
        }
    }
}

impl Hold {
    /// The lease was renewed, by a request that was sent at this time.
    pub fn note_renewed(&self, sent: Instant) {
        *lock(&self.renewed) = sent;
    }

    /// Somebody else has the lease.
    pub fn note_taken_over(&self) {
        self.is_taken_over.store(true, Ordering::SeqCst);
    }

    pub fn is_taken_over(&self) -> bool {
        self.is_taken_over.load(Ordering::SeqCst)
    }

    /// Whether somebody else has the lease, or may have it. That is so a little before it expires:
    /// the store's clock has whole seconds, and a request takes its time.
    pub fn is_lost(&self) -> bool {
        self.is_taken_over() || lock(&self.renewed).elapsed() >= self.expiry - self.expiry / 8
    }
}

/// Nobody who holds one of these locks can panic, so nothing is ever half done.
fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
