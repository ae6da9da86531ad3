//! The raw records behind events, read again from where they were read: how they begin, with
//! everything masked that could be about a person.

use std::collections::BTreeMap;
use std::io::ErrorKind;

use crate::engine::error::EngineError;
use crate::engine::ingest::collector::ids_in_excerpts;
use crate::engine::input::discover::input_of;
use crate::engine::input::raw_file::OpenFile;
use crate::explain::view::user::{EventLine, RawRecord};
use crate::pipeline::settings::Settings;
use crate::sources::find_record::{FoundRecord, find_records};
use crate::stages::received::reject_excerpt::excerpt;
use crate::storage::error::OpenFault;

/// Puts the beginning of its raw record to each event. Where a file or a record is gone, that is
/// said instead.
pub fn fill_in(settings: &Settings, lines: &mut [EventLine]) -> Result<(), EngineError> {
    let mut files: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        files.entry(line.source_file.clone()).or_default().push(at);
    }
    for (path, wanted) in files {
        let found = read(settings, &path, &wanted.iter().map(|at| place_of(&lines[*at])).collect::<Vec<_>>())?;
        for (at, found) in wanted.into_iter().zip(found) {
            lines[at].raw = Some(match found {
                FoundRecord::Record(bytes) => RawRecord::Excerpt(excerpt(&bytes, ids_in_excerpts(&settings.user_ids))),
                FoundRecord::Missing(why) => RawRecord::Missing(why.to_owned()),
            });
        }
    }
    Ok(())
}

fn place_of(line: &EventLine) -> (u64, String) {
    (u64::try_from(line.source_line).unwrap_or(0), line.event_id.clone())
}

/// The records at some places of a file.
fn read(settings: &Settings, path: &str, wanted: &[(u64, String)]) -> Result<Vec<FoundRecord>, EngineError> {
    let missing = |why: &'static str| Ok(wanted.iter().map(|_| FoundRecord::Missing(why)).collect());
    let input = input_of(settings);
    if !matches!(input.look(""), Ok(Some(_))) {
        return missing("the input folder is gone (`--input DIR` names another one)");
    }
    let file = match input.open_inside(path, None) {
        Ok(file) => file,
        Err(OpenFault::LeadsOut) => return missing("the file is a link out of the input folder"),
        Err(OpenFault::Unreadable(error)) if error.kind() == ErrorKind::NotFound => {
            return missing("the raw file is gone; what it said is in `activity_events`");
        }
        Err(OpenFault::Unreadable(error)) => return Err(EngineError::input("read", &input.shown(path))(error)),
    };
    Ok(find_records(&mut OpenFile::of(file.reader()), file.size(), wanted))
}
