//! Reads bytes as a file of some feed and format, and finds fault with what no bytes may lead to.

use uptake::domain::catalogue::Catalogue;
use uptake::domain::day::{Day, Zone};
use uptake::domain::guid::Guid;
use uptake::domain::kinds::Feed;
use uptake::pipeline::catalogue::built_in;
use uptake::sources::bytes::input::Input;
use uptake::sources::file_context::FileContext;
use uptake::sources::path::PathFacts;
use uptake::sources::{self, Format};

use crate::sink::Found;

const TENANT: &[u8] = b"8a4de8b5-095c-47d0-a96f-a75130c61d53";

/// What the path of the cases says: its tenant and its day. Every second input has a path that says
/// nothing.
pub fn context(input: &[u8]) -> FileContext {
    let known = input.len() % 2 == 0;
    let day = Day::parse("2026-09-01").filter(|_| known);
    let facts = PathFacts {
        tenant: Guid::parse(TENANT).filter(|_| known),
        day,
        received_until: day.map(|day| day.plus(1).start_utc()),
        ..PathFacts::default()
    };
    CATALOGUE.with(|catalogue| FileContext::of(facts, &Zone::utc(), catalogue))
}

thread_local! {
    static CATALOGUE: Catalogue = built_in().parse().map(|loaded| loaded.catalogue).unwrap_or_default();
}

/// Reads bytes, and finds fault with what no bytes may lead to.
pub fn read(feed: Feed, format: Format, mut input: impl Input, size: usize, context: &FileContext) -> Result<Found, String> {
    let mut found = Found::default();
    found.counts = sources::read(feed, format, &mut input, size as u64, context, &mut found);
    let counts = found.counts;
    if counts.records != counts.accepted + counts.rejected + counts.not_ours {
        return Err(format!("counts do not add up: {counts:?}"));
    }
    if counts.rejected != found.rejects.len() as u64 {
        return Err(format!("{} rejects are told and {} counted", found.rejects.len(), counts.rejected));
    }
    if counts.accepted == 0 && !found.rows.is_empty() {
        return Err("rows of no record".to_owned());
    }
    match found.faults.is_empty() {
        true => Ok(found),
        false => Err(found.faults.join("; ")),
    }
}
