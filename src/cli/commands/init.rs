//! `uptake init`: writes a pipeline file for a folder of raw files.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use crate::cli::args::global::Global;
use crate::cli::args::init::InitArgs;
use crate::cli::context::check_url;
use crate::cli::exit::{Code, Failure};
use crate::cli::text::init as text;
use crate::cli::{output, print};
use crate::domain::rules::Rules;
use crate::engine::inspect::proposal::{Proposal, propose};
use crate::pipeline::catalogue::built_in;
use crate::pipeline::file;
use crate::pipeline::inputs::is_name_of_input;
use crate::storage::interface::Kind;
use crate::storage::{self, folder_paths};

/// The file that every command reads where the call names none.
const DEFAULT: &str = "pipelines/nightly.toml";

/// Looks at the folder and writes the file.
pub fn run(args: &InitArgs, global: &Global) -> Result<(), Failure> {
    let out = &args.out;
    let shown = out.display();
    if folder_paths::kind(out).is_ok() {
        return Err(Failure::new(Code::Usage, format!("`{shown}` is there already, and stays as it is"))
            .hint("name another file with `--out FILE`, or move this one away"));
    }
    args.folders.iter().try_for_each(|folder| check(folder))?;
    let loaded = built_in().parse().map_err(|error| Failure::new(Code::Bug, error))?;
    let rules = Rules {
        catalogue: loaded.catalogue,
        ..Rules::standard()
    };
    let names = names(&args.folders);
    let mut proposal = Proposal::default();
    for (folder, name) in args.folders.iter().zip(&names) {
        proposal.join(propose(folder, &rules)?, name.as_deref());
    }
    if proposal.sources.is_empty() {
        let folders: Vec<String> = args.folders.iter().map(|folder| format!("`{}`", folder.display())).collect();
        let (folders, has) = (folders.join(", "), if folders.len() == 1 { "has" } else { "have" });
        let message = match proposal.unknown.first() {
            None => format!("{folders} {has} no files"),
            Some(unknown) => format!("{folders} {has} no file that can be read; `{}`: {}", unknown.example, unknown.what),
        };
        return Err(Failure::new(Code::Input, message).hint(
            "docs/formats.md lists what can be read; `uptake inspect FILE` says what a file is; `uptake sample --out demo` makes some up",
        ));
    }
    let folder = out.parent().unwrap_or(Path::new(""));
    let seen = |path: &Path| seen_from(folder, path).to_string_lossy().replace('\\', "/");
    let inputs = names.into_iter().zip(args.folders.iter().map(|folder| seen(folder)));
    let pipeline = text::pipeline(
        &proposal,
        &inputs.collect::<Vec<_>>(),
        &seen(Path::new("warehouse")),
        &seen(Path::new("published")),
    );
    // What cannot be read back is never left with the user.
    file::parse(&pipeline, out).map_err(|error| Failure::new(Code::Bug, error).hint("please report this"))?;
    output::write(out, pipeline.as_bytes())?;
    if global.quiet {
        return Ok(());
    }
    let called = if out == Path::new(DEFAULT) {
        String::new()
    } else {
        format!(" {shown}")
    };
    print(&text::said(&proposal, out, &called))
}

/// Refuses what is no folder.
fn check(folder: &Path) -> Result<(), Failure> {
    check_url("FOLDER", folder)?;
    match folder_paths::kind(folder) {
        _ if storage::is_url(folder) => Ok(()),
        Ok(Kind::Folder) => Ok(()),
        Ok(_) => {
            let failure = Failure::new(Code::Usage, format!("`{}` is no folder", folder.display()));
            Err(failure.hint("name the folder of the raw files; what one file is, `uptake inspect FILE` says"))
        }
        Err(error) => {
            let failure = Failure::new(Code::Usage, format!("cannot read the folder `{}`: {error}", folder.display()));
            Err(failure.hint("name the folder of the raw files; `uptake sample --out demo` makes one up"))
        }
    }
}

/// How several inputs are called: by what tells their folders apart, such as the account in a URL.
/// One by itself has no name.
fn names(folders: &[PathBuf]) -> Vec<Option<String>> {
    if folders.len() == 1 {
        return vec![None];
    }
    let parts = |folder: &PathBuf| -> Vec<String> {
        let text = folder.to_string_lossy().replace('\\', "/");
        let parts = text.split('/').filter(|part| !part.is_empty());
        // The account alone says whose it is.
        parts
            .map(|part| part.strip_suffix(".blob.core.windows.net").unwrap_or(part).to_owned())
            .rev()
            .collect()
    };
    let parts: Vec<Vec<String>> = folders.iter().map(parts).collect();
    let at = |depth: usize| {
        let names: BTreeSet<&String> = parts.iter().filter_map(|parts| parts.get(depth)).collect();
        (names.len() == folders.len() && names.iter().all(|name| is_name_of_input(name))).then_some(depth)
    };
    let depth = (0..parts.iter().map(Vec::len).max().unwrap_or(0)).find_map(at);
    let name = |(number, parts): (usize, &Vec<String>)| depth.map_or_else(|| format!("input-{}", number + 1), |depth| parts[depth].clone());
    parts.iter().enumerate().map(name).map(Some).collect()
}

/// A path as it is seen from a folder, where both are relative to the current folder; else the path
/// from the root. A URL is the same from everywhere.
fn seen_from(folder: &Path, path: &Path) -> PathBuf {
    if storage::is_url(path) {
        return path.to_path_buf();
    }
    let is_plain = |path: &Path| {
        path.components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
    };
    if !is_plain(folder) || !is_plain(path) {
        return folder_paths::real(path);
    }
    let up = folder
        .components()
        .filter(|part| matches!(part, Component::Normal(_)))
        .map(|_| Component::ParentDir);
    let down = path.components().filter(|part| matches!(part, Component::Normal(_)));
    let seen: PathBuf = up.chain(down).collect();
    if seen.as_os_str().is_empty() { PathBuf::from(".") } else { seen }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_inputs_are_called_by_what_tells_them_apart() {
        let names = |folders: &[&str]| {
            let folders: Vec<PathBuf> = folders.iter().map(PathBuf::from).collect();
            super::names(&folders).into_iter().flatten().collect::<Vec<_>>()
        };
        assert_eq!(names(&["raw"]), [""; 0]);
        assert_eq!(names(&["/srv/contoso/", "/srv/fabrikam"]), ["contoso", "fabrikam"]);
        assert_eq!(
            names(&["https://a.blob.core.windows.net/logs", "https://b.blob.core.windows.net/logs"]),
            ["a", "b"]
        );
        assert_eq!(names(&["../a b", "../c"]), ["input-1", "input-2"]);
        assert_eq!(names(&["a", "a"]), ["input-1", "input-2"]);
    }

    #[track_caller]
    fn is_seen(folder: &str, path: &str, expected: &str) {
        assert_eq!(seen_from(Path::new(folder), Path::new(path)), Path::new(expected));
    }

    #[test]
    fn paths_are_seen_from_the_folder_of_the_pipeline_file() {
        is_seen("pipelines", "raw", "../raw");
        is_seen("pipelines", ".", "..");
        is_seen("", "raw", "raw");
        is_seen("", ".", ".");
        is_seen("./a/b", "./raw/logs", "../../raw/logs");
        is_seen("pipelines", "/srv/logs", "/srv/logs");
        is_seen("/etc/uptake", "/srv/logs", "/srv/logs");
    }
}
