//! A large file in parts of whole lines that are read side by side. To cut it is a small part of
//! the work of reading it.
//!
//! A file is cut only where its format allows it (see the registry) and its first line is a sound
//! object by itself, so that each line stands for itself (see `records/json_file.rs`). What the parts give, one
//! after the other, is what the whole file gives.

use crate::domain::kinds::Feed;
use crate::sources::bytes::content::Content;
use crate::sources::bytes::input::Input;
use crate::sources::bytes::limits::Limits;
use crate::sources::bytes::lines::Lines;
use crate::sources::bytes::open_file::OpenFile;
use crate::sources::bytes::raw_input::ContentError;
use crate::sources::detect;
use crate::sources::file_context::FileContext;
use crate::sources::format::{Choice, Format};
use crate::sources::formats::entry::ReadPart;
use crate::sources::formats::registry;
use crate::sources::json::structure::{Structure, is_blank};
use crate::sources::output::Output;
use crate::sources::record::{FileCounts, Sink};

/// A large file, cut part by part.
pub struct Parts<'a> {
    content: Content<'a>,
    read: ReadPart,
    choice: Option<Choice>,
    limits: Limits,
    part_bytes: usize,
    /// What was read behind the end of the last part: the beginning of a line.
    rest: Vec<u8>,
    lines_before: u64,
    ended: bool,
}

/// Some lines of a file.
pub struct Part {
    bytes: Vec<u8>,
    lines_before: u64,
    /// The error at which reading stopped, behind these lines.
    error: Option<ContentError>,
    read: ReadPart,
    limits: Limits,
}

impl<'a> Parts<'a> {
    /// Opens a file of `size` bytes, as it is stored, to be cut into parts of about `part_bytes`.
    /// `None` where the file may not be cut; then it has to be opened again to be read.
    pub fn open(feed: Feed, format: Format, input: &'a mut dyn Input, size: u64, part_bytes: usize) -> Option<Parts<'a>> {
        let mut file = OpenFile::new(input, size, Limits::of_file(size));
        let choice = match format {
            Format::Auto => Some(detect::choose(feed, file.head())?),
            _ => None,
        };
        let entry = registry::entry(feed, choice.as_ref().map_or(format, |choice| choice.format))?;
        if detect::is_companion(entry, &mut file) {
            return None;
        }
        let read = entry.part_reader_of(&mut file)?;
        has_sound_first_line(file.head()).then_some(Parts {
            content: file.content,
            read,
            choice,
            limits: file.limits,
            part_bytes,
            rest: Vec::new(),
            lines_before: 0,
            ended: false,
        })
    }

    /// The format that `auto` chose.
    pub fn choice(&self) -> Option<&Choice> {
        self.choice.as_ref()
    }

    /// Reads until there are at least `part_bytes` and the end of a line, or the end of the file.
    fn fill(&mut self) -> (Vec<u8>, Option<ContentError>) {
        let mut bytes = Vec::with_capacity(self.part_bytes + self.rest.len());
        bytes.append(&mut self.rest);
        loop {
            let from = bytes.len();
            bytes.resize(from.max(self.part_bytes).max(from + self.part_bytes / 4 + 1), 0);
            let read = self.content.read(&mut bytes[from..]);
            bytes.truncate(from + read.unwrap_or(0));
            match read {
                Ok(0) => {
                    self.ended = true;
                    return (bytes, None);
                }
                Err(error) => {
                    self.ended = true;
                    return (bytes, Some(error));
                }
                Ok(_) if bytes.len() < self.part_bytes => {}
                Ok(_) => match memchr::memrchr(b'\n', &bytes) {
                    Some(last) => {
                        self.rest.extend_from_slice(&bytes[last + 1..]);
                        bytes.truncate(last + 1);
                        return (bytes, None);
                    }
                    // A line that is too long becomes a reject. Its end is not needed for that.
                    None => bytes.truncate(self.limits.line_bytes + 1),
                },
            }
        }
    }
}

impl Iterator for Parts<'_> {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        if self.ended {
            return None;
        }
        let (bytes, error) = self.fill();
        let lines_before = self.lines_before;
        self.lines_before += memchr::memchr_iter(b'\n', &bytes).count() as u64;
        Some(Part {
            bytes,
            lines_before,
            error,
            read: self.read,
            limits: self.limits,
        })
    }
}

impl Part {
    /// Reads the lines of the part, as [`read`](crate::sources::read) reads those of a file.
    pub fn read(self, context: &FileContext, sink: &mut dyn Sink) -> FileCounts {
        let mut out = Output::new(sink);
        let lines = Lines::of_part(self.bytes, self.lines_before, self.error, self.limits.line_bytes);
        (self.read)(lines, self.limits, context, &mut out);
        out.counts
    }
}

/// Whether the first line that is not blank is a sound object by itself, and ends within this
/// beginning of a file.
fn has_sound_first_line(head: &[u8]) -> bool {
    let Some(end) = memchr::memrchr(b'\n', head) else { return false };
    let mut lines = head[..end].split(|byte| *byte == b'\n');
    let first = lines.find(|line| !line.iter().all(|byte| is_blank(*byte)));
    first.is_some_and(|line| line.trim_ascii_start().starts_with(b"{") && Structure::default().find(line).is_ok())
}
