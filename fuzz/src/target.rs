//! What is fuzzed: a reader for each feed and format, and what stands beside the readers. A check
//! returns the behaviour, or what is wrong.

use std::io::{Read, Write};

use uptake::domain::kinds::Feed;
use uptake::sources::Format;
use uptake::sources::bytes::input::Input;
use uptake::sources::fields::time::{Spelled, parse_instant};
use uptake::sources::path::path_context;

use crate::archive;
use crate::reading::{context, read};
use crate::same;

/// Something that takes bytes.
#[derive(Clone, Copy)]
pub enum Target {
    Reader(Feed, Format),
    /// The reader of JSON against a full parser.
    Same(Feed, Format),
    /// The list of members of a zip file, and what is read of each.
    Archive,
    /// What a path says, and what a text says as a time.
    Words,
}

impl Target {
    pub fn all() -> Vec<Target> {
        let pairs = || {
            Feed::ALL
                .iter()
                .flat_map(|feed| Format::for_feed(*feed).into_iter().map(|format| (*feed, format)))
        };
        let readers = pairs().map(|(feed, format)| Target::Reader(feed, format));
        let json = pairs().filter(|(_, format)| format.comes_as_json());
        readers
            .chain(json.map(|(feed, format)| Target::Same(feed, format)))
            .chain([Target::Archive, Target::Words])
            .collect()
    }

    pub fn name(&self) -> String {
        match self {
            Target::Reader(feed, format) => format!("{feed}-{format}"),
            Target::Same(feed, format) => format!("same-{feed}-{format}"),
            Target::Archive => "zip".to_owned(),
            Target::Words => "words".to_owned(),
        }
    }

    /// The format whose seeds are taken; `None`: all seeds.
    pub fn format(&self) -> Option<&'static str> {
        match self {
            Target::Reader(_, Format::Auto) | Target::Words => None,
            Target::Reader(_, format) | Target::Same(_, format) => Some(format.name()),
            Target::Archive => Some("zip"),
        }
    }

    pub fn check(&self, input: &[u8]) -> Result<String, String> {
        match self {
            Target::Reader(feed, format) => reader(*feed, *format, input),
            Target::Same(feed, format) => same::check(*feed, *format, input),
            Target::Archive => archive::check(input),
            Target::Words => words(input),
        }
    }
}

fn reader(feed: Feed, format: Format, input: &[u8]) -> Result<String, String> {
    let context = context(input);
    let found = read(feed, format, input, input.len(), &context)?;
    // What is read does not depend on the sizes of reads, nor on compression.
    let piece = 1 + input.len() % 61;
    if read(feed, format, Slow { rest: input, piece }, input.len(), &context)? != found {
        return Err(format!("reads of {piece} bytes give something else"));
    }
    if input.len() % 8 == 0 {
        let packed = match input.len() % 16 {
            0 => zstd::encode_all(input, 1).map_err(|error| error.to_string())?,
            _ => gzip(input)?,
        };
        let is_packed = input.starts_with(&[0x1f, 0x8b]) || input.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
        if !is_packed && read(feed, format, &packed[..], packed.len(), &context)? != found {
            return Err("compressed it gives something else".to_owned());
        }
        // A cut stream gives the beginning and one reject, or nothing worse.
        read(feed, format, &packed[..packed.len() * 2 / 3], packed.len(), &context)?;
    }
    Ok(found.behaviour())
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .map_err(|error| error.to_string())
}

/// Gives a few bytes a read.
struct Slow<'a> {
    rest: &'a [u8],
    piece: usize,
}

impl Read for Slow<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.piece.min(out.len());
        self.rest.read(&mut out[..count])
    }
}

impl Input for Slow<'_> {}

/// Each line of the input as a path and as a time.
fn words(input: &[u8]) -> Result<String, String> {
    let mut behaviour = Vec::new();
    for line in input.split(|byte| matches!(byte, b'\n' | b'"')).take(200) {
        let text = String::from_utf8_lossy(line);
        let facts = path_context(&text, None, None);
        let time = parse_instant(line);
        if let (Some(day), Some(until)) = (facts.day, facts.received_until)
            && !(day.start_utc() < until && until <= day.plus(1).start_utc())
        {
            return Err(format!("a path received outside of its day: {text}"));
        }
        if let Some(Spelled::At(at)) = time
            // A time beyond what a calendar writes is written as a number.
            && !at.to_string().ends_with("µs")
            && parse_instant(at.to_string().as_bytes()) != Some(Spelled::At(at))
        {
            return Err(format!("a time is read, written and read as another: {text}"));
        }
        behaviour.push((facts.tenant.is_some(), facts.day.is_some(), time.is_some(), line.len().min(40)));
    }
    behaviour.sort_unstable();
    behaviour.dedup();
    Ok(format!("{behaviour:?}"))
}
