//! What the engine reports while it works: one closed list of events. Whoever watches them decides
//! nothing.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::engine::error::EngineError;

/// Something that happened in a run.
#[derive(Clone, Debug)]
pub enum Event {
    /// A table is being made: `total` units of `unit` ahead.
    Begin {
        what: &'static str,
        unit: &'static str,
        total: u64,
    },
    /// Some of them are done.
    Advance(u64),
    /// So many bytes of raw files were read.
    Read(u64),
    /// All of them are.
    End,
    /// Something that a person should know, though the run goes on.
    Warning(String),
}

/// Takes the events, and says when to stop.
pub struct Watch<'a> {
    pub notify: &'a (dyn Fn(Event) + Sync),
    /// Set when the user wants the run to end.
    pub interrupted: &'a AtomicBool,
}

impl Watch<'_> {
    /// Reports an event.
    pub fn tell(&self, event: Event) {
        (self.notify)(event);
    }

    /// Ends the run if the user wants that: called between files, which are each put into place
    /// whole.
    pub fn go_on(&self) -> Result<(), EngineError> {
        if self.interrupted.load(Ordering::Relaxed) {
            Err(EngineError::Interrupted)
        } else {
            Ok(())
        }
    }
}
