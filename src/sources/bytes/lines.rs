//! Cuts a content into lines, in a buffer of bounded size, whatever the sizes of reads.
//!
//! A line ends with `\n`. What follows the last `\n` is a line too, unless it is empty. A line
//! above the limit is skipped without being kept. Line numbers count every line, also blank ones,
//! from 1.

use std::cell::Cell;

use crate::sources::bytes::content::Content;
use crate::sources::bytes::raw_input::ContentError;

/// How much is read at a time. It fits into a processor's second cache, because every byte is
/// looked at three times.
const CHUNK_BYTES: usize = 128 * 1024;
/// How much of a line that is too long is kept for the rejects.
const HEAD_BYTES: usize = 4096;

/// The largest buffer that is kept for the next file. A page of a thousand sign-ins fits.
const KEPT_BYTES: usize = 4 << 20;

thread_local! {
    /// The buffer of the last file that this thread read. Files are small and many: new memory for
    /// each of them would be a third of the cost of reading it.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A buffer of at least this size.
fn buffer_of(size: usize) -> Vec<u8> {
    let mut buffer = SPARE.take();
    if buffer.len() < size {
        buffer.resize(size, 0);
    }
    buffer
}

/// One step along the lines.
#[derive(Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// A line without its `\n`; `ended` says whether it had one.
    Line {
        number: u64,
        bytes: &'a [u8],
        ended: bool,
    },
    /// A line above the limit: its first bytes.
    TooLong {
        number: u64,
        head: &'a [u8],
    },
    /// The content ended before its end, within this line.
    Error {
        number: u64,
        bytes: &'a [u8],
        error: ContentError,
    },
    End,
}

/// The lines of a content.
pub struct Lines<'a> {
    /// Where more bytes come from. `None` for a part of a file, which is in the buffer as a whole.
    content: Option<Content<'a>>,
    limit: usize,
    buffer: Vec<u8>,
    /// How much of the buffer is used. Only a long line needs all of it, and a small part of it
    /// stays in the processor's caches.
    room: usize,
    /// From where to where the bytes are that were read and not yet given.
    start: usize,
    end: usize,
    /// How many of these bytes were searched for the end of a line, without success.
    searched: usize,
    number: u64,
    ended: Option<Option<ContentError>>,
}

impl<'a> Lines<'a> {
    /// The lines of a content that is probably of `size_hint` bytes, none longer than `limit`.
    pub fn new(content: Content<'a>, size_hint: u64, limit: usize) -> Lines<'a> {
        let size = usize::try_from(size_hint)
            .unwrap_or(usize::MAX)
            .saturating_add(16)
            .clamp(4096, CHUNK_BYTES);
        Lines {
            content: Some(content),
            limit,
            buffer: buffer_of(size),
            room: size,
            start: 0,
            end: 0,
            searched: 0,
            number: 0,
            ended: None,
        }
    }

    /// The lines of a part of a file. The part ends with a whole line, or where the file ends, with
    /// the error there.
    pub fn of_part(bytes: Vec<u8>, lines_before: u64, error: Option<ContentError>, limit: usize) -> Lines<'a> {
        Lines {
            content: None,
            limit,
            room: bytes.len(),
            start: 0,
            end: bytes.len(),
            buffer: bytes,
            searched: 0,
            number: lines_before,
            ended: Some(error),
        }
    }

    /// Reads more, making room first; `false` when there is no more.
    pub fn read_more(&mut self) -> bool {
        let Some(content) = self.content.as_mut().filter(|_| self.ended.is_none()) else {
            return false;
        };
        if self.end == self.room {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            }
            if self.end + CHUNK_BYTES / 2 > self.room {
                self.room = (self.room * 2).max(CHUNK_BYTES);
                self.buffer.resize(self.room.max(self.buffer.len()), 0);
            }
        }
        match content.read(&mut self.buffer[self.end..self.room]) {
            Ok(0) => self.ended = Some(None),
            Ok(count) => self.end += count,
            Err(error) => self.ended = Some(Some(error)),
        }
        self.ended.is_none()
    }

    /// The next line.
    pub fn step(&mut self) -> Step<'_> {
        loop {
            let waiting = &self.buffer[self.start..self.end];
            if let Some(found) = memchr::memchr(b'\n', &waiting[self.searched..]) {
                let (from, length) = (self.start, self.searched + found);
                self.start += length + 1;
                self.searched = 0;
                self.number += 1;
                let bytes = &self.buffer[from..from + length];
                if length > self.limit {
                    return Step::TooLong {
                        number: self.number,
                        head: &bytes[..HEAD_BYTES.min(length)],
                    };
                }
                return Step::Line {
                    number: self.number,
                    bytes,
                    ended: true,
                };
            }
            self.searched = waiting.len();
            if self.searched > self.limit {
                return self.skip_line();
            }
            if !self.read_more() {
                return self.last();
            }
        }
    }

    /// Skips a line whose beginning is already longer than the limit.
    fn skip_line(&mut self) -> Step<'_> {
        let kept = HEAD_BYTES.min(self.end - self.start);
        self.buffer.copy_within(self.start..self.start + kept, 0);
        self.number += 1;
        self.searched = 0;
        loop {
            self.start = kept;
            self.end = kept;
            if !self.read_more() {
                break;
            }
            if let Some(found) = memchr::memchr(b'\n', &self.buffer[self.start..self.end]) {
                self.start += found + 1;
                break;
            }
        }
        Step::TooLong {
            number: self.number,
            head: &self.buffer[..kept],
        }
    }

    /// What follows the last `\n`: a line without an end, or the error.
    fn last(&mut self) -> Step<'_> {
        let bytes = &self.buffer[self.start..self.end];
        self.start = self.end;
        self.searched = 0;
        match self.ended {
            Some(Some(error)) => {
                self.ended = Some(None);
                Step::Error {
                    number: self.number + 1,
                    bytes,
                    error,
                }
            }
            _ if bytes.is_empty() => Step::End,
            _ => {
                self.number += 1;
                Step::Line {
                    number: self.number,
                    bytes,
                    ended: false,
                }
            }
        }
    }

    /// Goes back to the beginning of the line that the last step gave: that had `length` bytes, and
    /// an end or none.
    pub fn step_back(&mut self, length: usize, ended: bool) {
        self.start -= length + usize::from(ended);
        self.searched = 0;
        self.number -= 1;
    }

    /// Passes over so many of the waiting bytes.
    pub fn pass(&mut self, count: usize) {
        let passed = &self.buffer[self.start..self.start + count];
        self.number += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.start += count;
        self.searched = 0;
    }

    /// The number of the line that the next byte is on.
    pub fn next_number(&self) -> u64 {
        self.number + 1
    }

    /// Everything that is left; it is still to be read afterwards. `None` where it is more than
    /// `limit` bytes, or an error cuts it.
    pub fn rest(&mut self, limit: usize) -> Option<&[u8]> {
        while self.end - self.start <= limit {
            if !self.read_more() {
                return (self.ended == Some(None)).then_some(&self.buffer[self.start..self.end]);
            }
        }
        None
    }

    /// What was read from the content and not yet given as lines.
    pub fn waiting(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Whether reading stopped at an error.
    pub fn has_fault(&self) -> bool {
        matches!(self.ended, Some(Some(_)))
    }
}

impl Drop for Lines<'_> {
    fn drop(&mut self) {
        if self.buffer.len() <= KEPT_BYTES {
            SPARE.set(std::mem::take(&mut self.buffer));
        }
    }
}

impl Lines<'_> {
    /// Skips the whole lines that were read. A line that an error cut stays.
    pub fn pass_whole_lines(&mut self) {
        let waiting = &self.buffer[self.start..self.end];
        let passed = memchr::memrchr(b'\n', waiting).map_or(0, |last| last + 1);
        self.pass(passed);
    }

    /// Skips everything up to the end.
    pub fn pass_all(&mut self) {
        self.pass_whole_lines();
        while self.read_more() {
            self.pass_whole_lines();
        }
        if self.ended == Some(None) {
            self.start = self.end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::testing::{Slow, gzip};

    fn steps(raw: &[u8], piece: usize, limit: usize) -> Vec<String> {
        let mut input = Slow::new(raw, piece);
        let mut lines = Lines::new(Content::open(&mut input, u64::MAX), 0, limit);
        let mut found = Vec::new();
        loop {
            let step = lines.step();
            if step == Step::End {
                return found;
            }
            found.push(match step {
                Step::Line { number, bytes, ended } => {
                    format!("{number} {}{}", String::from_utf8_lossy(bytes), if ended { "" } else { " unended" })
                }
                Step::TooLong { number, head } => format!("{number} too long, {} kept", head.len()),
                Step::Error { number, bytes, error } => format!("{number} {error:?} in {}", String::from_utf8_lossy(bytes)),
                Step::End => String::new(),
            });
        }
    }

    #[test]
    fn lines_are_numbered_and_the_last_may_lack_its_end() {
        for piece in [1, 2, 3, 1000] {
            assert_eq!(
                steps(b"one\n\nthree\r\nfour", piece, 100),
                ["1 one", "2 ", "3 three\r", "4 four unended"]
            );
            assert_eq!(steps(b"one\n", piece, 100), ["1 one"]);
            assert!(steps(b"", piece, 100).is_empty());
        }
    }

    #[test]
    fn a_line_above_the_limit_is_skipped_and_the_next_one_is_read() {
        let text = [
            b"a\n".to_vec(),
            vec![b'x'; 300_000],
            b"\nb\n".to_vec(),
            vec![b'y'; 300_001],
            b"\n".to_vec(),
            vec![b'z'; 400_000],
        ]
        .concat();
        for piece in [1000, 65_536, 2_000_000] {
            assert_eq!(
                steps(&text, piece, 300_000)
                    .iter()
                    .map(|step| step.chars().take(40).collect::<String>())
                    .collect::<Vec<_>>(),
                [
                    "1 a".to_owned(),
                    format!("2 {}", "x".repeat(38)),
                    "3 b".to_owned(),
                    "4 too long, 4096 kept".to_owned(),
                    "5 too long, 4096 kept".to_owned(),
                ]
            );
        }
    }

    #[test]
    fn a_fault_names_the_line_that_it_cut() {
        let whole = gzip(b"one\ntwo\nthree three three\n");
        let cut = &whole[..whole.len() - 4];
        assert_eq!(steps(cut, 1, 100), ["1 one", "2 two", "3 three three three", "4 Corrupt in "]);
    }
}
