//! Handles Ctrl-C and requests to end (SIGTERM, SIGHUP), for every command and in each of its
//! phases.
//!
//! The first signal asks the command to stop, which it does between two files (`Watch::go_on`). If
//! the command does not get there soon (because it sorts millions of rows, or a disk does not
//! answer), the process is ended from here. That is safe, because files appear whole or not at all.
//! A second signal ends the process at once.

use std::panic;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::cli::exit::{Code, Failure};
use crate::storage::temporary_folder;

/// How long a command may take to end by itself.
const GRACE: Duration = Duration::from_millis(600);
/// How long the last message and the removal of temporary folders may take. Possibly nobody is
/// there to read the message.
const LAST_MESSAGE: Duration = Duration::from_millis(300);
/// From this signal on, nothing is waited for.
const AT_ONCE: u32 = 3;
/// The stack size of a main thread.
const STACK_BYTES: usize = 8 << 20;

/// Whether somebody wants the command to end.
#[derive(Debug)]
pub struct Interruption {
    is_requested: AtomicBool,
    signals: Mutex<Signals>,
    changed: Condvar,
}

#[derive(Debug)]
struct Signals {
    count: u32,
    first_at: Option<Instant>,
    /// The number of nested pieces of work in progress.
    depth: u32,
}

impl Default for Interruption {
    fn default() -> Interruption {
        Interruption::new()
    }
}

impl Interruption {
    pub const fn new() -> Interruption {
        let signals = Signals {
            count: 0,
            first_at: None,
            depth: 0,
        };
        Interruption {
            is_requested: AtomicBool::new(false),
            signals: Mutex::new(signals),
            changed: Condvar::new(),
        }
    }

    /// The flag that a command checks between two files.
    pub fn flag(&self) -> &AtomicBool {
        &self.is_requested
    }

    /// Handles a signal.
    pub fn signal(&self) {
        self.is_requested.store(true, Ordering::Relaxed);
        let mut signals = self.signals();
        signals.count += 1;
        signals.first_at.get_or_insert_with(Instant::now);
        if signals.count >= AT_ONCE {
            process::exit(Code::Interrupted as i32);
        }
        self.changed.notify_all();
    }

    /// Runs a piece of work on a thread of its own. If the work does not end soon after a signal,
    /// writes the last message, removes temporary folders, and ends the process with exit code 130.
    /// If pieces of work are nested, the innermost one writes the message.
    pub fn run<T: Send>(
        &self,
        work: impl FnOnce() -> Result<T, Failure> + Send,
        last_message: impl Fn() + Send + Sync,
    ) -> Result<T, Failure> {
        let level = {
            let mut signals = self.signals();
            signals.depth += 1;
            signals.depth
        };
        let is_done = AtomicBool::new(false);
        thread::scope(|scope| {
            let held = WorkInProgress {
                interruption: self,
                is_done: &is_done,
            };
            let worker = thread::Builder::new().name("uptake".to_owned()).stack_size(STACK_BYTES);
            let worker = worker.spawn_scoped(scope, move || {
                let _held = held;
                work()
            });
            let worker = worker.map_err(|error| Failure::new(Code::Store, format!("cannot start a thread: {error}")))?;
            if self.outlasts_its_grace(level, &is_done) {
                end(&last_message);
            }
            worker.join().unwrap_or_else(|panic| panic::resume_unwind(panic))
        })
    }

    /// Waits until the work is done (returns false) or has exceeded its grace time (returns true).
    fn outlasts_its_grace(&self, level: u32, is_done: &AtomicBool) -> bool {
        let mut signals = self.signals();
        loop {
            if is_done.load(Ordering::Acquire) {
                return false;
            }
            signals = match signals.first_at.filter(|_| signals.depth == level) {
                Some(_) if signals.count > 1 => return true,
                Some(at) if at.elapsed() >= GRACE => return true,
                Some(at) => {
                    let rest = GRACE.saturating_sub(at.elapsed());
                    self.changed.wait_timeout(signals, rest).unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.changed.wait(signals).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn signals(&self) -> MutexGuard<'_, Signals> {
        self.signals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A piece of work in progress. When it is dropped, for whatever reason, those who wait are woken.
struct WorkInProgress<'a> {
    interruption: &'a Interruption,
    is_done: &'a AtomicBool,
}

impl Drop for WorkInProgress<'_> {
    fn drop(&mut self) {
        let mut signals = self.interruption.signals();
        signals.depth -= 1;
        self.is_done.store(true, Ordering::Release);
        self.interruption.changed.notify_all();
    }
}

/// Writes the last message, removes temporary folders, and ends the process.
fn end(last_message: &(impl Fn() + Send + Sync)) -> ! {
    thread::scope(|scope| {
        let (done, wait) = mpsc::channel();
        let message_thread = thread::Builder::new().spawn_scoped(scope, move || {
            last_message();
            temporary_folder::remove_all();
            let _ = done.send(());
        });
        if message_thread.is_ok() {
            let _ = wait.recv_timeout(LAST_MESSAGE);
        }
        process::exit(Code::Interrupted as i32)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_ends_soon_after_a_signal_gives_what_it_gives() {
        let interruption = Interruption::new();
        let nothing = || ();
        assert_eq!(interruption.run(|| Ok(1), nothing).unwrap(), 1);
        let work = || {
            let inner = interruption.run(
                || {
                    interruption.signal();
                    Ok(interruption.flag().load(Ordering::Relaxed))
                },
                nothing,
            );
            assert!(inner?, "whoever works sees that somebody asked");
            Err::<(), _>(Failure::new(Code::Interrupted, "interrupted"))
        };
        assert_eq!(interruption.run(work, nothing).unwrap_err().code, Code::Interrupted);
        assert_eq!(interruption.signals().depth, 0);
    }

    #[test]
    fn a_panic_in_the_work_is_a_panic_of_the_command() {
        let interruption = Interruption::new();
        let work = || -> Result<(), Failure> { std::panic::resume_unwind(Box::new("a bug")) };
        let held = panic::catch_unwind(panic::AssertUnwindSafe(|| interruption.run(work, || ())));
        assert_eq!(*held.unwrap_err().downcast::<&str>().unwrap(), "a bug");
        assert_eq!(interruption.signals().depth, 0);
    }
}
