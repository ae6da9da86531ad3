//! `uptake diff`: what was restated from one release to another, and why. It writes nothing but its
//! result.

use std::io::{self, Write};

use super::{failed, find, known, read};
use crate::cli::args::global::Global;
use crate::cli::args::releases::{DiffArgs, DiffFormat};
use crate::cli::context::Context;
use crate::cli::exit::{Code, Failure};
use crate::cli::text::diff;
use crate::cli::{output, print, written};
use crate::reports::releases::diff::{Diff, cells};
use crate::reports::releases::folder;
use crate::reports::releases::release::Release;
use crate::storage;
use crate::storage::interface::Storage;

/// Prints it, or writes it to a file.
pub fn run(args: &DiffArgs, global: &Global) -> Result<(), Failure> {
    let format = args.format();
    match &args.out {
        Some(out) => output::check(out)?,
        None if format == DiffFormat::Parquet => {
            return Err(Failure::new(Code::Usage, "a Parquet file is not for a terminal").hint("name a file with `--out FILE`"));
        }
        None => {}
    }
    let context = Context::read(&args.pipeline, global)?;
    let published = storage::at(&context.settings.published);
    let (old, new) = releases(args, &*published)?;
    let diff = Diff::of(&*published, old, new).map_err(failed)?;
    let bytes = match format {
        DiffFormat::Text => diff::text(&diff).into_bytes(),
        DiffFormat::Json => format!("{:#}\n", diff::json(&diff).map_err(failed)?).into_bytes(),
        DiffFormat::Parquet => cells::parquet(&diff).map_err(failed)?,
    };
    match &args.out {
        Some(out) => output::write(out, &bytes),
        None if format == DiffFormat::Text => print(&String::from_utf8_lossy(&bytes)),
        None => {
            let mut standard = io::stdout().lock();
            written(standard.write_all(&bytes).and_then(|()| standard.flush()))
        }
    }
}

/// The two that are asked for.
fn releases(args: &DiffArgs, published: &dyn Storage) -> Result<(Release, Release), Failure> {
    let ids = folder::ids(published).map_err(failed)?;
    let few = || Failure::new(Code::Input, "there are no two releases to compare").hint(known(&ids));
    let new = match &args.new {
        Some(written) => find(published, written)?,
        None => read(published, *ids.last().ok_or_else(few)?)?,
    };
    let old = match &args.old {
        Some(written) => find(published, written)?,
        None => read(published, *ids.iter().rev().find(|id| **id < new.release).ok_or_else(few)?)?,
    };
    Ok((old, new))
}
