//! Works for somebody who holds a lease. Who follows looks at the object of the lease again and
//! again. As long as its holder renews it, this process may change what the lease is about, as the
//! holder may; after that it changes nothing any more ([`fence`](super::fence)).
//!
//! That the lease was renewed is seen by the time that the store notes of it, which is compared with
//! nothing but the one of the look before: the clocks of machines may disagree.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::storage::error::{LeaseFault, StorageError};
use crate::storage::interface::Lease;
use crate::storage::remote::fence::Hold;
use crate::storage::remote::lease::{described, holder_and_renewal};
use crate::storage::remote::objects::Objects;

/// How often the lease is looked at in the time in which it expires: twice as often as it is
/// renewed.
const LOOKS: u32 = 8;

/// Follows the holder of a lease, or says who has it instead.
pub fn follow(objects: &Objects, name: &str, holder: &str) -> Result<Lease, LeaseFault> {
    let looked = Instant::now();
    let now = match described(objects, name)? {
        Some(now) if now.is_live && now.holder == holder => now,
        other => return Err(LeaseFault::Held(other.map(|other| other.holder).unwrap_or_default())),
    };
    let since = looked.checked_sub(Duration::from_nanos(now.age)).unwrap_or(looked);
    let hold = objects.fence.hold(objects.shown(name), since);
    let (stop, stopped) = channel();
    let mut look = Look {
        objects: objects.clone(),
        name: name.to_owned(),
        holder: holder.to_owned(),
        hold: hold.clone(),
        renewed: now.renewed,
        looked,
    };
    let pause = objects.fence.expiry / LOOKS;
    let watch = move || {
        while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
            // A store that does not answer may do so before it is too late.
            let _ = look.again();
            if look.hold.is_taken_over() {
                break;
            }
        }
    };
    let thread = thread::Builder::new().name("follow".to_owned()).spawn(watch);
    let thread = thread.map_err(StorageError::of("follow the lock", &objects.shown(name)))?;
    Ok(Lease(Box::new(Following {
        _hold: hold,
        stop: Some(stop),
        thread: Some(thread),
    })))
}

struct Look {
    objects: Objects,
    name: String,
    holder: String,
    hold: Arc<Hold>,
    /// When the store says that the lease was renewed last.
    renewed: u64,
    /// When it was looked at last: what was renewed since then is ours since then at least.
    looked: Instant,
}

impl Look {
    fn again(&mut self) -> Result<(), StorageError> {
        let looked = Instant::now();
        match holder_and_renewal(&self.objects, &self.name)? {
            Some((holder, renewed)) if holder == self.holder => {
                if renewed != self.renewed {
                    self.renewed = renewed;
                    self.hold.note_renewed(self.looked);
                }
            }
            _ => self.hold.note_taken_over(),
        }
        self.looked = looked;
        Ok(())
    }
}

struct Following {
    _hold: Arc<Hold>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Following {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
