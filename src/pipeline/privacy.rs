//! `[privacy]`: under which ids users are stored.

use std::path::{Path, PathBuf};

use super::page::Written;
use super::section::Section;
use crate::domain::kinds::spelled;
use crate::domain::user_ids::{KEY_BYTES, Pseudonyms, UserIds, trimmed};

spelled! {
    /// What becomes of user ids.
    UserIdForm {
        Plain = "plain",
        Pseudonymous = "pseudonymous",
    }
}

/// What the table says.
#[derive(Clone, Debug, Default)]
pub struct Privacy {
    /// `None`: not written, ids are plain.
    pub user_ids: Option<UserIdForm>,
    /// The file with the key, and its line.
    pub key_file: Option<Written<PathBuf>>,
    /// The content of that file. Whoever reads the pipeline file reads it too, where
    /// [`Privacy::needed_key_file`] names it.
    pub key: Option<Vec<u8>>,
}

impl Privacy {
    /// The file that the caller has to read into `key`.
    pub fn needed_key_file(&self) -> Option<&Written<PathBuf>> {
        self.key_file.as_ref().filter(|_| self.is_pseudonymous())
    }

    fn is_pseudonymous(&self) -> bool {
        self.user_ids == Some(UserIdForm::Pseudonymous)
    }

    /// Under which ids users are stored; else the line and the words of what is wrong. The key is
    /// in neither.
    pub(super) fn settle(&self) -> Result<UserIds, (usize, String)> {
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

/// Reads the table; paths are relative to `folder`.
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
