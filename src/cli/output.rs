//! The file that a command writes its result to, where the call names one: it is replaced whole, or
//! stays as it was.

use std::path::Path;

use crate::cli::exit::{Code, Failure};
use crate::storage::interface::Kind;
use crate::storage::{self, folder_paths};

/// Refuses a path that cannot become a file, before anything is worked out.
pub fn check(path: &Path) -> Result<(), Failure> {
    let wrong = |what: &str, hint: &str| Err(Failure::new(Code::Usage, format!("`{}` {what}", path.display())).hint(hint));
    match folder_paths::kind(path) {
        Ok(Kind::Object) => return Ok(()),
        Ok(Kind::Folder) => return wrong("is a folder", "name a file in it"),
        Ok(_) => return wrong("is no file that can be replaced", "leave `--out` away to write to standard output"),
        Err(_) => {}
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    match (path.file_name(), folder_paths::kind(folder)) {
        (None, _) => wrong("is no name of a file", "name a file"),
        (_, Ok(Kind::Folder)) => Ok(()),
        (_, Ok(_)) => wrong("cannot be written", &format!("`{}` is no folder", folder.display())),
        (_, Err(error)) => wrong(
            "cannot be written",
            &format!("the folder `{}` cannot be used: {error}", folder.display()),
        ),
    }
}

/// Writes the file.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    storage::put_named(path, bytes).map_err(|fault| {
        Failure::new(Code::Store, format!("cannot write `{}`: {}", path.display(), fault.error))
            .hint("nothing was changed; choose a place that this user may write to, or free some space")
    })
}
