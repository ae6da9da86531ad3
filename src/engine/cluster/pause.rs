//! How long is waited between two looks: short at first, then longer. A look at a store is a request
//! that somebody pays for.

use std::time::Duration;

use crate::storage::is_url;
use crate::warehouse::store::Store;

/// The next pauses.
pub struct Pause {
    next: Duration,
    longest: Duration,
}

impl Pause {
    pub fn of(store: &Store) -> Pause {
        let is_remote = is_url(store.root());
        let (shortest, longest) = if is_remote { (50, 1_000) } else { (5, 200) };
        Pause {
            next: Duration::from_millis(shortest),
            longest: Duration::from_millis(longest),
        }
    }

    pub fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 3 / 2).min(self.longest);
        pause
    }
}
