//! `uptake inspect`: says what raw files contain, without a pipeline.

use std::path::Path;

use crate::cli::args::global::Global;
use crate::cli::args::read::InspectArgs;
use crate::cli::args::values::Format as Printed;
use crate::cli::context::check_url;
use crate::cli::exit::{Code, Failure};
use crate::cli::print;
use crate::cli::text;
use crate::domain::rules::Rules;
use crate::engine::inspect::{self, Asked, Inspection};
use crate::pipeline::catalogue::built_in;
use crate::sources::Format;
use crate::storage::interface::Kind;
use crate::storage::{self, folder_paths};

/// Prints one block per file and, for several files, a sum.
pub fn run(args: &InspectArgs, global: &Global) -> Result<(), Failure> {
    let asked = Asked {
        feed: args.feed,
        format: args.format_of_file,
    };
    if let (Some(feed), Some(format)) = (asked.feed, asked.format)
        && !Format::for_feed(feed).contains(&format)
    {
        let known: Vec<&str> = Format::for_feed(feed).iter().map(|format| format.name()).collect();
        return Err(
            Failure::new(Code::Usage, format!("feed `{feed}` does not come in the format `{format}`"))
                .hint(format!("it comes in {}", known.join(", "))),
        );
    }
    args.files.iter().try_for_each(|path| check(path))?;
    let loaded = built_in().parse().map_err(|error| Failure::new(Code::Bug, error))?;
    let rules = Rules {
        catalogue: loaded.catalogue,
        ..Rules::standard()
    };
    let mut inspections: Vec<Inspection> = Vec::new();
    for path in &args.files {
        for inspection in inspect::inspect(path, &asked, &rules)? {
            if args.format == Printed::Text {
                print(&text::inspect::block(&inspection, inspections.is_empty(), global.colored()))?;
            }
            inspections.push(inspection);
        }
    }
    match args.format {
        Printed::Text => print(&text::inspect::sums(&inspections))?,
        Printed::Json => print(&format!("{:#}\n", text::inspect::json(&inspections)))?,
    }
    refuse_unreadable(&inspections)
}

/// Refuses a path that is not a regular file before anything is read.
fn check(path: &Path) -> Result<(), Failure> {
    let wrong = |what: &str, hint: String| Err(Failure::new(Code::Usage, format!("`{}` {what}", path.display())).hint(hint));
    if storage::is_url(path) {
        return check_url("FILE", path);
    }
    match folder_paths::kind(path) {
        Ok(Kind::Folder) => wrong(
            "is a folder",
            format!("name the files in it, such as `uptake inspect {}/*`", path.display()),
        ),
        Ok(Kind::Object) => Ok(()),
        Ok(_) => wrong("is not a file that can be read to its end", String::new()),
        Err(error) => wrong(&format!("cannot be read: {error}"), "look at the path".to_owned()),
    }
}

/// Fails if nothing can be read in one of the files.
fn refuse_unreadable(inspections: &[Inspection]) -> Result<(), Failure> {
    let unreadable: Vec<&str> = inspections
        .iter()
        .filter(|inspection| !inspection.is_readable())
        .map(|inspection| inspection.file.as_str())
        .collect();
    let message = match unreadable.as_slice() {
        [] => return Ok(()),
        [one] => format!("nothing in `{one}` can be read"),
        [first, ..] => format!("nothing can be read in {} files, the first of them `{first}`", unreadable.len()),
    };
    Err(Failure::new(Code::Input, message).hint("`--feed FEED` and `--as FORMAT` say what a file is; docs/formats.md lists the formats"))
}
