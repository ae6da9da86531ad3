//! A way to the files of a folder, in which a test can come in between, as [`Disk`] is for what is
//! written.
//!
//! [`Disk`]: crate::storage::disk::Disk

use std::io;
use std::path::Path;
use std::sync::Arc;

/// A way in which a folder is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// The names in a folder.
    List,
    /// Size and time of change of a file.
    Look,
    Open,
    /// Some bytes of an open file.
    Read,
}

/// Is told of every access before it happens, and can refuse it.
type Hook = dyn Fn(Access, &Path) -> io::Result<()> + Send + Sync;

/// A way to a folder.
#[derive(Clone, Default)]
pub struct Reads {
    hook: Option<Arc<Hook>>,
}

impl Reads {
    /// Asks before every access. An error is what the system answers instead.
    pub fn watched(hook: impl Fn(Access, &Path) -> io::Result<()> + Send + Sync + 'static) -> Reads {
        Reads {
            hook: Some(Arc::new(hook)),
        }
    }

    pub(super) fn ask(&self, access: Access, path: &Path) -> io::Result<()> {
        match &self.hook {
            Some(hook) => hook(access, path),
            None => Ok(()),
        }
    }
}
