//! `uptake init`: writes a pipeline file for a folder of raw files.

use std::path::{Component, Path, PathBuf};

use crate::cli::args::global::Global;
use crate::cli::args::init::InitArgs;
use crate::cli::context::check_url;
use crate::cli::exit::{Code, Failure};
use crate::cli::text::init as text;
use crate::cli::{output, print};
use crate::domain::rules::Rules;
use crate::engine::inspect::proposal::propose;
use crate::pipeline::catalogue::built_in;
use crate::pipeline::file;
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
    check_url("FOLDER", &args.folder)?;
    match folder_paths::kind(&args.folder) {
        _ if storage::is_url(&args.folder) => {}
        Ok(Kind::Folder) => {}
        Ok(_) => {
            let failure = Failure::new(Code::Usage, format!("`{}` is no folder", args.folder.display()));
            return Err(failure.hint("name the folder of the raw files; what one file is, `uptake inspect FILE` says"));
        }
        Err(error) => {
            let failure = Failure::new(Code::Usage, format!("cannot read the folder `{}`: {error}", args.folder.display()));
            return Err(failure.hint("name the folder of the raw files; `uptake sample --out demo` makes one up"));
        }
    }
    let loaded = built_in().parse().map_err(|error| Failure::new(Code::Bug, error))?;
    let rules = Rules {
        catalogue: loaded.catalogue,
        ..Rules::standard()
    };
    let proposal = propose(&args.folder, &rules)?;
    if proposal.sources.is_empty() {
        let folder = args.folder.display();
        let message = match proposal.unknown.first() {
            None => format!("`{folder}` has no files"),
            Some(unknown) => format!("`{folder}` has no file that can be read; `{}`: {}", unknown.example, unknown.what),
        };
        return Err(Failure::new(Code::Input, message).hint(
            "docs/formats.md lists what can be read; `uptake inspect FILE` says what a file is; `uptake sample --out demo` makes some up",
        ));
    }
    let folder = out.parent().unwrap_or(Path::new(""));
    let seen = |path: &Path| seen_from(folder, path).to_string_lossy().replace('\\', "/");
    let pipeline = text::pipeline(
        &proposal,
        &seen(&args.folder),
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
