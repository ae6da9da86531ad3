//! Messages to standard error. A message that cannot be written (a full disk behind `2>>`, a reader that is gone) is dropped: nobody
//! can be told, and the work goes on.

use std::io::Write;

/// Writes a line to standard error, as a whole.
pub fn say(line: &str) {
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}
