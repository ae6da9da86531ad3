//! `[privacy]`: the ids under which users are stored.

use std::path::{Path, PathBuf};

use crate::domain::kinds::spelled;
use crate::domain::user_ids::{KEY_BYTES, Pseudonyms, UserIds, trimmed};
use crate::pipeline::syntax::page::Written;
use crate::pipeline::syntax::section::Section;

spelled! {
    /// What happens to user ids.
    UserIdForm {
        Plain = "plain",
        Pseudonymous = "pseudonymous",
    }
}

/// The contents of the table.
#[derive(Clone, Debug, Default)]
pub struct Privacy {
    /// `None`: not written, ids are stored as they are.
    pub user_ids: Option<UserIdForm>,
    /// The file with the key, and its line.
    pub key_file: Option<Written<PathBuf>>,
    /// The content of that file. The caller reads it if [`Privacy::needed_key_file`] names it.
    pub key: Option<Vec<u8>>,
}

impl Privacy {
    /// Returns the file that the caller has to read into `key`.
    pub fn needed_key_file(&self) -> Option<&Written<PathBuf>> {
        self.key_file.as_ref().filter(|_| self.is_pseudonymous())
    }

    fn is_pseudonymous(&self) -> bool {
        self.user_ids == Some(UserIdForm::Pseudonymous)
    }

    /// Returns the ids under which users are stored, or the line and the message of a problem. The
    /// message does not contain the key.
    pub(super) fn resolve(&self) -> Result<UserIds, (usize, String)> {
        let Some(key_file) = self.needed_key_file() else {
            return Ok(UserIds::Plain);
        };
        let path = key_file.value.display();
        let Some(key) = &self.key else {
            return Err((key_file.line, format!("the key in `{path}` was not read")));
        };
        Pseudonyms::with_key(key).map(UserIds::Pseudonymous).ok_or_else(|| {
            let bytes = trimmed(key).len();
            let text = format!(
                "the key in `{path}` has {bytes} bytes, and at least {KEY_BYTES} are needed; make one with `openssl rand -hex 32`, and keep it: \
                 another key makes other ids"
            );
            (key_file.line, text)
        })
    }
}

/// Reads the table. Paths are relative to `folder`.
pub(super) fn read(section: &Section<'_>, folder: &Path) -> Privacy {
    let user_ids = section.word("user_ids", UserIdForm::ALL, UserIdForm::name);
    let key_file = section.text("key_file").map(|written| Written {
        value: folder.join(written.value),
        line: written.line,
    });
    match (user_ids, &key_file) {
        (Some(UserIdForm::Pseudonymous), None) if !section.has("key_file") => {
            let text = "`user_ids` `pseudonymous` needs a key; add `key_file = \"...\"`, a file of at least 16 secret bytes";
            section.note(section.line, text.to_owned());
        }
        (Some(UserIdForm::Plain) | None, Some(written)) if user_ids.is_some() || !section.has("user_ids") => {
            let text = "`key_file` has no use where user ids are plain; add `user_ids = \"pseudonymous\"`, or remove it";
            section.note(written.line, text.to_owned());
        }
        _ => {}
    }
    Privacy {
        user_ids,
        key_file,
        key: None,
    }
}
