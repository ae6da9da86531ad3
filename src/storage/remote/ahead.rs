//! Fetches objects before they are opened. Raw files are small and many, and those who read them
//! wait for each. So whoever knows what will be read says so, and it is fetched in that order, many
//! at once, as long as what was fetched and not opened yet is not too much.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use object_store::path::Path as Key;
use object_store::{Error, ObjectMeta, ObjectStore};

use crate::storage::remote::body::{self, MOST_AT_ONCE, Whole};
use crate::storage::remote::objects::AT_ONCE;
use crate::storage::remote::runtime;

/// How many bytes wait to be opened, or are on their way.
const MOST_WAITING: u64 = 256 << 20;

/// What a fetch gives.
pub type Fetched = Result<Result<Whole, ObjectMeta>, Error>;

/// Objects that are fetched ahead, of one store or of several. Clones share them.
#[derive(Clone, Default)]
pub struct Ahead {
    shared: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    /// What is to be fetched, with its size, in this order, as far as it is `wanted`.
    queue: VecDeque<(Arc<dyn ObjectStore>, Key, u64)>,
    wanted: HashSet<At>,
    /// What is on its way or there, with its size.
    slots: HashMap<At, (u64, Option<Fetched>)>,
    under_way: usize,
    bytes: u64,
}

/// Where an object is: the address of its connection, which lives as long as the process, and its
/// key there.
type At = (usize, Key);

fn at(store: &Arc<dyn ObjectStore>, key: &Key) -> At {
    (Arc::as_ptr(store).cast::<()>() as usize, key.clone())
}

impl Ahead {
    /// Nobody who holds this lock can panic, so nothing is ever half done.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what will be opened soon, and begins to fetch it.
    pub fn will_open(&self, store: &Arc<dyn ObjectStore>, wanted: impl Iterator<Item = (Key, u64)>) {
        let mut state = self.lock();
        for (key, size) in wanted.filter(|(_, size)| *size <= MOST_AT_ONCE) {
            state.wanted.insert(at(store, &key));
            state.queue.push_back((store.clone(), key, size));
        }
        self.fetch_some(&mut state);
    }

    /// Starts as many fetches as there is room for.
    fn fetch_some(&self, state: &mut State) {
        while state.under_way < AT_ONCE
            && let Some((store, key, size)) = state.queue.pop_front()
        {
            let place = at(&store, &key);
            if state.slots.contains_key(&place) || !state.wanted.contains(&place) {
                continue;
            }
            if state.bytes + size > MOST_WAITING && state.bytes > 0 {
                state.queue.push_front((store, key, size));
                return;
            }
            let Ok(handle) = runtime::handle() else { return };
            state.wanted.remove(&place);
            state.under_way += 1;
            state.bytes += size;
            state.slots.insert(place.clone(), (size, None));
            let ahead = self.clone();
            handle.spawn(async move {
                let fetched = body::fetch(&*store, &key).await;
                let mut state = ahead.lock();
                state.under_way -= 1;
                if let Some((_, slot)) = state.slots.get_mut(&place) {
                    *slot = Some(fetched);
                }
                ahead.fetch_some(&mut state);
                ahead.shared.1.notify_all();
            });
        }
    }

    /// An object that was fetched, or is on its way; `None` for any other, which its caller fetches.
    pub fn take(&self, store: &Arc<dyn ObjectStore>, key: &Key) -> Option<Fetched> {
        let (mut state, place) = (self.lock(), at(store, key));
        while state.slots.get(&place).is_some_and(|(_, fetched)| fetched.is_none()) {
            state = self.shared.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        match state.slots.remove(&place) {
            Some((size, fetched)) => {
                state.bytes -= size;
                self.fetch_some(&mut state);
                fetched
            }
            None => {
                state.wanted.remove(&place);
                None
            }
        }
    }
}
