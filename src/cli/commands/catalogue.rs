//! `uptake catalogue refresh`: holds Microsoft's newest list of products against the built-in ones.

use std::io::Write;
use std::path::Path;

use crate::cli::args::catalogue::{CatalogueCommand, RefreshArgs};
use crate::cli::args::values::Format;
use crate::cli::exit::{Code, Failure};
use crate::cli::print;
use crate::cli::text;
use crate::pipeline::refresh::comparison::{Known, compare};
use crate::pipeline::refresh::{download, files};
use crate::storage::disk::Disk;

/// What to do about a file that is no list of products.
const WHERE_FROM: &str =
    "take the CSV that \"Product names and service plan identifiers for licensing\" on learn.microsoft.com links to, as it is";

/// Runs the command.
pub fn run(command: &CatalogueCommand) -> Result<(), Failure> {
    match command {
        CatalogueCommand::Refresh(args) => refresh(args),
    }
}

fn refresh(args: &RefreshArgs) -> Result<(), Failure> {
    let name = args.file.display().to_string();
    let bytes = std::fs::read(&args.file)
        .map_err(|error| Failure::new(Code::Usage, format!("cannot read the list `{name}`: {error}")).hint("look at the path"))?;
    let unusable = |error| Failure::new(Code::Input, error).hint(WHERE_FROM);
    let listed = download::read(&name, &bytes).map_err(unusable)?;
    let known = Known::built_in().map_err(|error| Failure::new(Code::Bug, error))?;
    let comparison = compare(&name, &known, &listed).map_err(unusable)?;
    let texts = [
        (&args.out, files::skus(&known, &listed)),
        (&args.plans_out, files::plans(&known, &listed)),
    ];
    for (path, text) in texts {
        if let Some(path) = path {
            let text = text.map_err(|error| Failure::new(Code::Bug, error))?;
            write(path, &text)?;
        }
    }
    match args.format {
        Format::Text => print(&text::catalogue::comparison(&comparison)),
        Format::Json => {
            let value = serde_json::to_value(&comparison).map_err(|error| Failure::new(Code::Bug, error))?;
            print(&format!("{value:#}\n"))
        }
    }
}

/// Writes a file beside the one that it replaces, and renames it.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let disk = Disk::default();
    let unfinished = path.with_extension("csv.unfinished");
    let written = disk
        .create_file(&unfinished)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync()))
        .and_then(|()| disk.rename(&unfinished, path));
    written.map_err(|error| {
        disk.tidy_file(&unfinished);
        Failure::new(Code::Store, format!("cannot write `{}`: {error}", path.display())).hint("look at the folder, and try again")
    })
}
