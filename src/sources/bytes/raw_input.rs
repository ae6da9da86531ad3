//! The bytes of a file as they are stored, with a buffer for a file that is compressed.

use std::io::ErrorKind;

use crate::sources::bytes::input::Input;

/// How much is read from a compressed file at a time.
pub const CHUNK_BYTES: usize = 64 * 1024;

/// Why reading stopped before the end of the content.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ContentError {
    /// The file could not be read.
    Unreadable,
    /// The compressed stream is cut or damaged.
    Corrupt,
    /// It inflates beyond the limit.
    Bomb,
}

/// The file as it is stored.
pub struct RawInput<'a> {
    pub input: &'a mut dyn Input,
    pub buffer: Vec<u8>,
    /// From where to where the bytes are that were read and not yet inflated.
    pub start: usize,
    pub end: usize,
    pub ended: bool,
    /// The error of the last read, after which no more can be read.
    error: Option<ContentError>,
}

impl<'a> RawInput<'a> {
    pub fn new(input: &'a mut dyn Input) -> RawInput<'a> {
        RawInput {
            input,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            ended: false,
            error: None,
        }
    }

    /// Reads some bytes past the buffer: 0 at the end.
    pub fn read_input(&mut self, out: &mut [u8]) -> Result<usize, ContentError> {
        loop {
            match self.input.read(out) {
                Ok(count) => return Ok(count.min(out.len())),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Err(ContentError::Unreadable),
            }
        }
    }

    /// The bytes that were read and not yet inflated.
    pub fn waiting(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Reads until at least `count` bytes wait to be inflated; fewer only at the end of the file.
    pub fn fill(&mut self, count: usize) -> Result<(), ContentError> {
        while self.waiting().len() < count && !self.ended {
            if self.end + CHUNK_BYTES > self.buffer.len() {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
                if self.end + CHUNK_BYTES > self.buffer.len() {
                    self.buffer.resize(2 * self.buffer.len().max(CHUNK_BYTES), 0);
                }
            }
            let mut buffer = std::mem::take(&mut self.buffer);
            let read = match self.error {
                Some(error) => Err(error),
                None => self.read_input(&mut buffer[self.end..]),
            };
            self.buffer = buffer;
            self.error = read.err();
            let read = read?;
            self.end += read;
            self.ended = read == 0;
        }
        Ok(())
    }
}
