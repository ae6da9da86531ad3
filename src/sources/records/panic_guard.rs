//! Guards calls of a library on bytes that may be anything. A library may panic over them. That is
//! no bug of uptake and nothing to report: what it read becomes a reject.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Calls a library; `None` where it panics. What it left half done must not be used any more.
pub fn guarded<T>(read: impl FnOnce() -> T) -> Option<T> {
    let before = IS_GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(read));
    IS_GUARDED.set(before);
    result.ok()
}

/// Whether this thread is inside of such a call: then a panic needs no message.
pub fn is_guarded() -> bool {
    IS_GUARDED.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_no_value_and_only_what_is_inside_is_guarded() {
        assert!(!is_guarded());
        assert_eq!(guarded(is_guarded), Some(true));
        assert_eq!(guarded(|| panic!("over bytes")), None::<()>);
        assert!(!is_guarded());
    }
}
