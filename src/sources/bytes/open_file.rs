//! A raw file that is open: its content, and how much of it may be asked for.

use crate::sources::bytes::content::Content;
use crate::sources::bytes::input::Input;
use crate::sources::bytes::limits::Limits;
use crate::sources::bytes::lines::Lines;

/// How much of a file is looked at to find out what it is.
const HEAD_BYTES: usize = 64 * 1024;

/// A raw file that is open.
pub struct OpenFile<'a> {
    pub content: Content<'a>,
    /// The size of the file as it is stored; compressed, its content is probably larger.
    pub size: u64,
    pub limits: Limits,
}

impl<'a> OpenFile<'a> {
    /// Opens a file of `size` bytes, as it is stored.
    pub fn new(input: &'a mut dyn Input, size: u64, limits: Limits) -> OpenFile<'a> {
        OpenFile {
            content: Content::open(input, limits.inflated_bytes),
            size,
            limits,
        }
    }

    /// How the content begins. The bytes are still to be read afterwards.
    pub fn head(&mut self) -> &[u8] {
        self.content.peek(HEAD_BYTES)
    }

    /// The content as lines.
    pub fn lines(self) -> Lines<'a> {
        Lines::new(self.content, self.size, self.limits.line_bytes)
    }
}
