//! Reads one raw file.

use crate::sources::date_order::Dates;
use crate::sources::file_context::FileContext;

/// Reads a file, and again where its dates turn out to have another order than was assumed. What
/// was seen is not forgotten, so it is read three times at most. What `read` gives the last time
/// counts.
pub fn read_in_order<T>(context: &FileContext, mut read: impl FnMut(&FileContext) -> T) -> T {
    let mut context = context.clone();
    context.dates = Dates::default();
    loop {
        let found = read(&context);
        match context.dates.instead() {
            None => return found,
            Some(dates) => context.dates = dates,
        }
    }
}
