//! A zip file: the list of its members is that of plain paths, each there once, whose bytes lie within
//! the archive, and each member is read as any other file is.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;

use uptake::domain::kinds::Feed;
use uptake::sources::Format;
use uptake::storage;

use crate::reading::{context, read};

/// The frame that a packed member is given in: header and sums of a gzip file.
const FRAME_BYTES: usize = 18;
/// How many members are read. They may overlap, so that few bytes have many long ones.
const MOST_READ: usize = 20;

/// Takes the input for an archive.
pub fn check(input: &[u8]) -> Result<String, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = folder.path().join("archive.zip");
    fs::write(&path, input).map_err(|error| error.to_string())?;
    let members = storage::members_named(&path).map_err(|error| format!("the list cannot be read: {error}"))?;
    let (mut names, mut behaviour) = (BTreeSet::new(), format!("{} ", members.len().min(5)));
    for (name, _) in &members {
        let is_plain = name.split('/').all(|part| !matches!(part, "" | "." | "..") && !part.contains('\\'));
        if !is_plain || !names.insert(name) {
            return Err(format!("a name that is no plain path, or there twice: {name:?}"));
        }
    }
    for (name, member) in members.iter().take(MOST_READ) {
        let mut content = Vec::new();
        let given = member.reader().read_to_end(&mut content).map_err(|error| format!("{name:?}: {error}"))?;
        if given as u64 > member.size() || given > input.len() + FRAME_BYTES {
            return Err(format!("{name:?} gives {given} bytes of {}", member.size()));
        }
        let found = read(Feed::Activity, Format::Auto, content.as_slice(), content.len(), &context(input))?;
        behaviour += &found.behaviour();
    }
    Ok(behaviour)
}
