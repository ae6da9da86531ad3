//! Where a library reads bytes that may be anything. It may answer with a panic, which is no bug of
//! ours and nothing to report: what it read is a reject.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// What a library makes of bytes; `None` where it panics. Whatever it left half done must not be
/// used any more.
pub fn guarded<T>(read: impl FnOnce() -> T) -> Option<T> {
    let before = IS_GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(read));
    IS_GUARDED.set(before);
    result.ok()
}

/// Whether a panic of this thread is one of a library over somebody's bytes: then nobody has to be
/// told.
pub fn is_guarded() -> bool {
    IS_GUARDED.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::panic, reason = "it is what is looked at")]
    fn a_panic_is_no_value_and_only_what_is_inside_is_guarded() {
        assert!(!is_guarded());
        assert_eq!(guarded(is_guarded), Some(true));
        assert_eq!(guarded(|| panic!("over bytes")), None::<()>);
        assert!(!is_guarded());
    }
}
