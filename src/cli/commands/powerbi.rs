//! `uptake powerbi`: writes a Power BI project into a folder of its own.
//!
//! A file beside the project says what was written. What a folder has besides, or somebody changed,
//! is never written over: whoever works on the project in Power BI keeps the work.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cli::args::global::Global;
use crate::cli::args::powerbi::PowerBiArgs;
use crate::cli::context::{Context, check_url};
use crate::cli::exit::{Code, Failure};
use crate::cli::print;
use crate::domain::digest::Digest;
use crate::domain::words::{Words, counted};
use crate::powerbi::folder::{PublishedFolder, Unreadable};
use crate::powerbi::project::{self, ProjectFile};
use crate::storage::error::StorageError;
use crate::storage::interface::{Kind, Storage};
use crate::storage::{self, folder_paths, is_url};

/// What was written, with the digests of the files.
const WRITTEN: &str = "uptake-files.json";
/// What Power BI, Git and a call that died put beside a project for themselves: nobody's work.
const BESIDE: [&str; 4] = [".pbi", ".gitignore", ".git", ".uptake"];

/// Writes the project, and says which file to open.
pub fn run(args: &PowerBiArgs, global: &Global) -> Result<(), Failure> {
    let context = Context::read(&args.pipeline, global)?;
    check_url("--out", &args.out)?;
    let folder = match &args.folder {
        Some(written) => PublishedFolder::parse(written),
        None => PublishedFolder::parse(&whole(&context.settings.published)),
    };
    let folder = folder.map_err(unreadable)?;
    let words = Words(args.language.unwrap_or(context.settings.rules.language));
    let files = project::files(&folder, words);
    if folder_paths::kind(&args.out).is_ok_and(|kind| kind != Kind::Folder) {
        return Err(Failure::new(Code::Usage, format!("`{}` is no folder", args.out.display())).hint("name a new folder"));
    }
    let out = storage::at(&args.out);
    let there = check(&*out, &files, &args.out)?;
    write(&*out, &files, &there).map_err(|error| {
        Failure::new(Code::Store, format!("cannot write the project: {error}"))
            .hint("choose a place that this user may write to, or free some space, and try again")
    })?;
    if global.quiet {
        return Ok(());
    }
    let (count, pbip) = (counted(files.len(), "file"), args.out.join("uptake.pbip"));
    print(&format!("{count} in {}\nopen {}\n", args.out.display(), pbip.display()))
}

/// The published folder from the root on, as somebody else needs it.
fn whole(published: &Path) -> String {
    match is_url(published) {
        true => published.to_string_lossy().into_owned(),
        false => folder_paths::real(published).to_string_lossy().into_owned(),
    }
}

fn unreadable(why: Unreadable) -> Failure {
    let (what, hint) = match why {
        Unreadable::NoAccount => (
            "the URL of the published files does not say the storage account, which Power BI needs",
            "`--folder https://ACCOUNT.dfs.core.windows.net/CONTAINER/PATH` says it",
        ),
        Unreadable::OtherStore => (
            "Power BI reads folders and Azure's storage, and the published files are in another store",
            "name a folder that has a copy of them with `--folder`",
        ),
        Unreadable::NoPath => (
            "`--folder` is no folder",
            "name the published folder as the PC with Power BI sees it, such as `C:\\uptake\\published`",
        ),
    };
    Failure::new(Code::Usage, what).hint(hint)
}

/// The names of the files that are there, all of which uptake wrote; else why nothing is written.
fn check(out: &dyn Storage, files: &[ProjectFile], shown: &Path) -> Result<Vec<String>, Failure> {
    let unseen = |error: StorageError| Failure::new(Code::Store, format!("cannot look into `{}`: {error}", shown.display()));
    let written: BTreeMap<String, Digest> = match out.read(WRITTEN).map_err(unseen)? {
        Some(bytes) => serde_json::from_slice(&bytes).unwrap_or_default(),
        None => BTreeMap::new(),
    };
    let there = names_below(out, "").map_err(unseen)?;
    for name in there.iter().filter(|name| *name != WRITTEN) {
        // A project that was written in part is as good as none: its files are those of before, or
        // those that are written now.
        let new = files.iter().find(|file| file.path == *name);
        if !written.contains_key(name) && new.is_none() {
            return Err(
                Failure::new(Code::Usage, format!("`{}` has something else in it: `{name}`", shown.display()))
                    .hint("name a new folder; nothing was touched"),
            );
        }
        let now = out.read(name).map_err(unseen)?.map(|bytes| Digest::of(&bytes));
        if now != written.get(name).copied() && now != new.map(|file| Digest::of(file.text.as_bytes())) {
            return Err(
                Failure::new(Code::Usage, format!("`{name}` in `{}` is not as uptake wrote it", shown.display()))
                    .hint("somebody works on this project: name a new folder, or delete this one; nothing was touched"),
            );
        }
    }
    Ok(there)
}

/// Every object below a prefix, but for what is beside a project.
fn names_below(out: &dyn Storage, prefix: &str) -> Result<Vec<String>, StorageError> {
    let mut names = Vec::new();
    for entry in out.list(prefix, None)?.unwrap_or_default().entries {
        if BESIDE.contains(&entry.name.as_str()) {
            continue;
        }
        let name = match prefix {
            "" => entry.name,
            _ => format!("{prefix}/{}", entry.name),
        };
        match entry.metadata.kind {
            Kind::Folder => names.extend(names_below(out, &name)?),
            _ => names.push(name),
        }
    }
    names.sort();
    Ok(names)
}

/// Puts the files into place, removes those that the project does not have any more, and says last
/// what was written.
fn write(out: &dyn Storage, files: &[ProjectFile], there: &[String]) -> Result<(), StorageError> {
    for file in files {
        out.put_bytes(&file.path, file.text.as_bytes())?;
    }
    let is_old = |name: &&String| *name != WRITTEN && !files.iter().any(|file| file.path == **name);
    for name in there.iter().filter(is_old) {
        out.delete(name)?;
    }
    let digests: BTreeMap<&str, String> = files
        .iter()
        .map(|file| (file.path.as_str(), Digest::of(file.text.as_bytes()).to_string()))
        .collect();
    let text = format!("{:#}\n", serde_json::json!(digests));
    out.put_bytes(WRITTEN, text.as_bytes())
}
