//! Inflates a gzip file that is in memory in one call of libdeflate. That is more than twice as
//! fast as a stream that can stop at any byte.
//!
//! Only a sound file is inflated so. Any other one is left to the stream, which gives what comes
//! before the damage.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::NonNull;

use libdeflate_sys::{
    libdeflate_alloc_decompressor, libdeflate_decompressor, libdeflate_free_decompressor, libdeflate_gzip_decompress_ex,
    libdeflate_result_LIBDEFLATE_INSUFFICIENT_SPACE as INSUFFICIENT_SPACE, libdeflate_result_LIBDEFLATE_SUCCESS as SUCCESS,
};

/// How a member begins.
pub const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Where the flags of a member are, and the flag that its header has a checksum. libdeflate does
/// not look at that checksum.
const FLAGS_AT: usize = 3;
const HAS_HEADER_CHECKSUM: u8 = 2;
/// The least memory that is allocated for a content. A file says its length only for its last
/// member, so what it says may be too short.
const LEAST_ROOM: usize = 64 * 1024;
/// The most memory that is kept for the next file.
const KEPT_BYTES: usize = 8 << 20;

thread_local! {
    /// What this thread inflated its last file with.
    static SPARE: Cell<Option<Inflater>> = const { Cell::new(None) };
}

/// The content of a file, and how far it was read. The memory is used again for the next file.
pub struct Whole {
    inflater: Option<Inflater>,
    at: usize,
}

struct Inflater {
    decompressor: NonNull<libdeflate_decompressor>,
    content: Vec<u8>,
}

impl Whole {
    /// Inflates all members of a file. `None` where the file is damaged, its content is longer than
    /// `limit`, or memory is short.
    pub fn inflate(file: &[u8], limit: usize) -> Option<Whole> {
        let mut whole = Whole {
            inflater: Some(SPARE.take().or_else(Inflater::new)?),
            at: 0,
        };
        whole.inflater.as_mut()?.inflate(file, limit)?;
        Some(whole)
    }

    /// Gives the next bytes: 0 at the end.
    pub fn read(&mut self, out: &mut [u8]) -> usize {
        let content = self.inflater.as_ref().map_or(&[][..], |inflater| &inflater.content);
        let rest = content.get(self.at..).unwrap_or_default();
        let count = rest.len().min(out.len());
        out[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        count
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        if let Some(inflater) = self.inflater.take().filter(|inflater| inflater.content.capacity() <= KEPT_BYTES) {
            SPARE.set(Some(inflater));
        }
    }
}

impl Inflater {
    fn new() -> Option<Inflater> {
        // SAFETY: it takes nothing; what it gives is checked.
        let decompressor = NonNull::new(unsafe { libdeflate_alloc_decompressor() })?;
        Some(Inflater {
            decompressor,
            content: Vec::new(),
        })
    }

    fn inflate(&mut self, file: &[u8], limit: usize) -> Option<()> {
        let told = u32::from_le_bytes(*file.last_chunk()?) as usize;
        self.content.clear();
        self.content.reserve(told.max(LEAST_ROOM).min(limit));
        let mut rest = file;
        loop {
            // Zeros after a member are padding.
            let padding = rest.iter().take_while(|byte| **byte == 0).count();
            rest = &rest[padding..];
            if rest.is_empty() {
                return (self.content.len() <= limit).then_some(());
            }
            let has_header_checksum = rest.get(FLAGS_AT)? & HAS_HEADER_CHECKSUM != 0;
            if !rest.starts_with(&GZIP) || has_header_checksum {
                return None;
            }
            rest = &rest[self.member(rest, limit)?..];
        }
    }

    /// Inflates the member at the beginning of some bytes, and says how long it is.
    fn member(&mut self, bytes: &[u8], limit: usize) -> Option<usize> {
        loop {
            let room = self.content.spare_capacity_mut();
            let (mut taken, mut given) = (0, 0);
            // SAFETY: the decompressor is there until `drop` and nobody else's, and what is read
            // and written lies within the two slices.
            let result = unsafe {
                libdeflate_gzip_decompress_ex(
                    self.decompressor.as_ptr(),
                    bytes.as_ptr().cast::<c_void>(),
                    bytes.len(),
                    room.as_mut_ptr().cast::<c_void>(),
                    room.len(),
                    &mut taken,
                    &mut given,
                )
            };
            match result {
                SUCCESS => {
                    // SAFETY: these bytes of the spare capacity were just written.
                    unsafe { self.content.set_len(self.content.len() + given) };
                    return Some(taken);
                }
                INSUFFICIENT_SPACE if self.content.capacity() < limit => {
                    let more = self.content.capacity().min(limit - self.content.capacity());
                    self.content.reserve_exact(self.content.capacity() - self.content.len() + more);
                }
                _ => return None,
            }
        }
    }
}

impl Drop for Inflater {
    fn drop(&mut self) {
        // SAFETY: it was allocated by libdeflate, and is freed once.
        unsafe { libdeflate_free_decompressor(self.decompressor.as_ptr()) };
    }
}
