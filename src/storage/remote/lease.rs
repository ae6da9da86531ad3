//! A lease is an object that says who holds it, and that its holder puts again and again. One whose
//! holder has not done so for a while is taken over: its holder died. Every step is a conditional
//! PUT, so of several who try exactly one succeeds, and a holder who was too slow finds out, and
//! changes nothing any more ([`fence`]).
//!
//! How long ago a holder was there is told by the clock of the store alone: by the time that it
//! notes of the lease, and of an object that is put to ask for the time. The clocks of machines may
//! disagree.
//!
//! Those who share a lease have an object each, below `<name>.shared`. Who wants the lease alone
//! takes it and then looks for these; who shares it puts one and then looks for a holder. So of
//! two who meet at least one sees the other and steps back.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::io;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use object_store::{ObjectMeta, UpdateVersion};
use serde::{Deserialize, Serialize};

use crate::storage::error::{LeaseFault, StorageError};
use crate::storage::interface::{Holder, Lease};
use crate::storage::remote::body::changed;
use crate::storage::remote::fence::Hold;
use crate::storage::remote::objects::{Objects, version_to_replace};

/// How often it is renewed in that time.
const RENEWALS: u32 = 4;
/// How often somebody tries who was not the first.
const TRIES: u32 = 4;

/// Whether an object was put so recently that its holder lives. `now` is nanoseconds since 1970.
fn is_live(objects: &Objects, meta: &ObjectMeta, now: u64) -> bool {
    let age = now.saturating_sub(changed(meta).unwrap_or(0));
    u128::from(age) < objects.fence.expiry.as_nanos()
}

/// What the object of a lease says.
#[derive(Clone, Serialize, Deserialize)]
struct Text {
    holder: String,
    /// Nobody else has the same.
    token: String,
    is_held: bool,
}

impl Text {
    fn of(holder: &str) -> Text {
        let chance = RandomState::new().hash_one(std::process::id());
        Text {
            holder: holder.to_owned(),
            token: format!("{}-{chance:016x}", std::process::id()),
            is_held: true,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// What cannot be read is held by nobody.
    fn parse(bytes: &[u8]) -> Text {
        serde_json::from_slice(bytes).unwrap_or(Text {
            holder: String::new(),
            token: String::new(),
            is_held: false,
        })
    }
}

/// The time by the clock of the store.
fn time(objects: &Objects, name: &str) -> Result<u64, StorageError> {
    let text = Text::of("");
    let clock = format!("{name}.clock-{}", text.token);
    objects.put_if(&clock, &text.bytes(), None)?;
    let found = objects.look(&clock);
    objects.delete(std::slice::from_ref(&clock))?;
    let found = found?;
    let missing = || StorageError::of("ask for the time", &objects.shown(&clock))(io::ErrorKind::NotFound.into());
    found.as_ref().and_then(changed).ok_or_else(missing)
}

/// Who holds a lease alone, by the clock of the store.
fn holder(objects: &Objects, name: &str) -> Result<(Option<UpdateVersion>, Option<String>), StorageError> {
    let Some(found) = objects.get(name)? else { return Ok((None, None)) };
    let text = Text::parse(&found.bytes);
    let is_held = text.is_held && is_live(objects, &found.meta, time(objects, name)?);
    Ok((Some(version_to_replace(&found.meta)), is_held.then_some(text.holder)))
}

/// Takes the lease, or says who has it.
pub fn take(objects: &Objects, name: &str, holder_text: &str) -> Result<Lease, LeaseFault> {
    let text = Text::of(holder_text);
    for _ in 0..TRIES {
        let (version, other) = holder(objects, name)?;
        if let Some(other) = other {
            return Err(LeaseFault::Held(other));
        }
        let sent = Instant::now();
        let taken = match objects.put_if(name, &text.bytes(), version.as_ref())? {
            None => own_version(objects, name, &text)?,
            taken => taken,
        };
        let Some(version) = taken else { continue };
        let lease = Renewing::start(objects, name, text, version, sent, false)?;
        return match live_sharer(objects, name)? {
            None => Ok(Lease(Box::new(lease))),
            Some(sharer) => Err(LeaseFault::Held(sharer)),
        };
    }
    Err(LeaseFault::Held(holder(objects, name)?.1.unwrap_or_default()))
}

/// Takes the lease with others who share it. `None` where nobody ever took it.
pub fn share(objects: &Objects, name: &str, holder_text: &str) -> Result<Option<Lease>, LeaseFault> {
    let (version, other) = holder(objects, name)?;
    if let Some(other) = other {
        return Err(LeaseFault::Held(other));
    }
    if version.is_none() {
        return Ok(None);
    }
    let text = Text::of(holder_text);
    let own = format!("{}/{}", shared(name), text.token);
    let sent = Instant::now();
    let put = match objects.put_if(&own, &text.bytes(), None)? {
        None => own_version(objects, &own, &text)?,
        put => put,
    };
    let Some(version) = put else {
        return Err(StorageError::of("share the lock", &objects.shown(name))(io::ErrorKind::AlreadyExists.into()).into());
    };
    let lease = Renewing::start(objects, &own, text, version, sent, true)?;
    match holder(objects, name)?.1 {
        None => Ok(Some(Lease(Box::new(lease)))),
        Some(other) => Err(LeaseFault::Held(other)),
    }
}

/// What a lease says, and how it stands by the clock of the store.
pub struct Described {
    pub holder: String,
    pub is_live: bool,
    /// When it was renewed last, and how long ago that is: nanoseconds.
    pub renewed: u64,
    pub age: u64,
}

/// Describes a lease; `None` where nobody ever took it.
pub fn described(objects: &Objects, name: &str) -> Result<Option<Described>, StorageError> {
    let Some(found) = objects.get(name)? else { return Ok(None) };
    let text = Text::parse(&found.bytes);
    let (now, renewed) = (time(objects, name)?, changed(&found.meta).unwrap_or(0));
    Ok(Some(Described {
        is_live: text.is_held && is_live(objects, &found.meta, now),
        holder: text.holder,
        renewed,
        age: now.saturating_sub(renewed),
    }))
}

/// Who has the lease, and when he renewed it last by the clock of the store; `None` where nobody
/// has it. One that expired is still somebody's as long as nobody takes it over.
pub fn holder_and_renewal(objects: &Objects, name: &str) -> Result<Option<(String, u64)>, StorageError> {
    let Some(found) = objects.get(name)? else { return Ok(None) };
    let text = Text::parse(&found.bytes);
    Ok(text.is_held.then(|| (text.holder, changed(&found.meta).unwrap_or(0))))
}

/// Looks who has the lease or had it last. Nothing is written, so the time is that of this machine.
pub fn look(objects: &Objects, name: &str) -> Result<Holder, StorageError> {
    let Some(found) = objects.get(name)? else {
        return Ok(Holder::Untouched);
    };
    let text = Text::parse(&found.bytes);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
    Ok(match text.is_held && is_live(objects, &found.meta, now) {
        true => Holder::Held(text.holder),
        false => Holder::Free(text.holder),
    })
}

/// Where the objects of those are who share a lease.
fn shared(name: &str) -> String {
    format!("{name}.shared")
}

/// One of those who share a lease. What dead ones have left is deleted.
fn live_sharer(objects: &Objects, name: &str) -> Result<Option<String>, StorageError> {
    let found = objects.list_below(&[shared(name)])?;
    if found.is_empty() {
        return Ok(None);
    }
    let now = time(objects, name)?;
    for (name, meta) in found {
        if !is_live(objects, &meta, now) {
            objects.delete(&[name])?;
        } else if let Some(found) = objects.get(&name)? {
            return Ok(Some(Text::parse(&found.bytes).holder));
        }
    }
    Ok(None)
}

/// The version of a lease that says it is ours. A PUT that was repeated, since its answer was lost,
/// meets what it has put itself.
fn own_version(objects: &Objects, name: &str, text: &Text) -> Result<Option<UpdateVersion>, StorageError> {
    let found = objects.get(name)?;
    let own = found.filter(|found| Text::parse(&found.bytes).token == text.token);
    Ok(own.map(|found| version_to_replace(&found.meta)))
}

/// A lease that this process holds.
struct Held {
    objects: Objects,
    name: String,
    text: Text,
    /// Which version of the object is ours.
    version: Mutex<UpdateVersion>,
    hold: Arc<Hold>,
}

impl Held {
    /// Puts the object again. Where another one is there, somebody has taken the lease over.
    fn renew(&self, text: &Text) -> Result<(), StorageError> {
        let sent = Instant::now();
        let mut version = self.version.lock().unwrap_or_else(PoisonError::into_inner);
        let renewed = match self.objects.put_if(&self.name, &text.bytes(), Some(&version))? {
            None => own_version(&self.objects, &self.name, &self.text)?,
            renewed => renewed,
        };
        match renewed {
            Some(renewed) => {
                *version = renewed;
                self.hold.note_renewed(sent);
            }
            None => self.hold.note_taken_over(),
        }
        Ok(())
    }
}

/// Renews a lease until it is dropped, and gives it back then.
struct Renewing {
    held: Arc<Held>,
    /// Whether the object is deleted at the end; else it says that nobody holds it.
    is_deleted: bool,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Renewing {
    /// `sent`: when the request was sent that took the lease.
    fn start(
        objects: &Objects,
        name: &str,
        text: Text,
        version: UpdateVersion,
        sent: Instant,
        is_deleted: bool,
    ) -> Result<Renewing, StorageError> {
        let held = Arc::new(Held {
            objects: objects.clone(),
            name: name.to_owned(),
            text,
            version: Mutex::new(version),
            hold: objects.fence.hold(objects.shown(name), sent),
        });
        let (stop, stopped) = channel();
        let renewed = held.clone();
        let pause = objects.fence.expiry / RENEWALS;
        let renew = move || {
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                // A store that does not answer may do so before it is too late.
                let _ = renewed.renew(&renewed.text);
                if renewed.hold.is_taken_over() {
                    break;
                }
            }
        };
        let thread = thread::Builder::new().name("lease".to_owned()).spawn(renew);
        let thread = thread.map_err(StorageError::of("renew the lock", &objects.shown(name)))?;
        Ok(Renewing {
            held,
            is_deleted,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Renewing {
    /// What cannot be given back expires.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        if self.held.hold.is_lost() {
            return;
        }
        let Held { objects, name, text, .. } = &*self.held;
        let _ = match self.is_deleted {
            true => objects.delete(std::slice::from_ref(name)),
            false => self.held.renew(&Text {
                is_held: false,
                ..text.clone()
            }),
        };
    }
}
