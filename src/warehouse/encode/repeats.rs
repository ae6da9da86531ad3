//! Texts of equal length, compressed with matches that are known beforehand.
//!
//! Most of a table about users is ids: sorted, all of one length, and chance but for what
//! neighbours begin with. A compressor that searches finds next to nothing in them and takes most
//! of its time for it. What repeats is known without a search: the length that stands before every
//! text, and the beginning that a text shares with the one before. These matches are given to zstd,
//! which is left with what it does at once: it writes them and the remaining bytes with few bits.
//! The result is an ordinary zstd frame.

use std::ffi::CStr;
use std::io;
use std::ptr::NonNull;

use zstd_sys::{
    ZSTD_CCtx, ZSTD_CCtx_reset, ZSTD_CCtx_setParameter, ZSTD_ResetDirective, ZSTD_Sequence, ZSTD_cParameter, ZSTD_compressBound,
    ZSTD_compressSequencesAndLiterals, ZSTD_createCCtx, ZSTD_freeCCtx, ZSTD_getErrorName, ZSTD_isError,
};

/// The most bytes of a block, which has codes of its own. Below 2^16, which the lengths of matches
/// and of literals may not exceed.
const BLOCK_BYTES: usize = 64 * 1000;
/// Shorter matches cannot be written.
const LEAST_MATCH: usize = 3;
/// What zstd wants to be able to read behind the literals.
const READ_BEYOND: usize = 8;

/// A compressor of entries of equal length.
pub struct Repeats {
    context: NonNull<ZSTD_CCtx>,
    sequences: Vec<ZSTD_Sequence>,
    literals: Vec<u8>,
}

impl Repeats {
    pub fn new(level: i32) -> io::Result<Repeats> {
        // SAFETY: takes nothing, and gives a context that is ours alone, or null.
        let context = NonNull::new(unsafe { ZSTD_createCCtx() }).ok_or(io::ErrorKind::OutOfMemory)?;
        let repeats = Repeats {
            context,
            sequences: Vec::new(),
            literals: Vec::new(),
        };
        let parameters = [
            (ZSTD_cParameter::ZSTD_c_compressionLevel, level),
            (ZSTD_cParameter::ZSTD_c_minMatch, LEAST_MATCH as i32),
            // Where a block ends is said by a sequence without a match.
            (ZSTD_cParameter::ZSTD_c_experimentalParam11, 1),
            // A distance that is the one before takes no bits.
            (ZSTD_cParameter::ZSTD_c_experimentalParam19, 1),
        ];
        for (parameter, value) in parameters {
            // SAFETY: the context lives as long as `repeats`.
            checked(unsafe { ZSTD_CCtx_setParameter(context.as_ptr(), parameter, value) })?;
        }
        Ok(repeats)
    }

    /// The entries, each of `width` bytes, as a zstd frame; an error where zstd would rather leave
    /// them as they are.
    pub fn compress(&mut self, entries: &[u8], width: usize) -> io::Result<Vec<u8>> {
        if width == 0 || width > BLOCK_BYTES || entries.is_empty() || !entries.len().is_multiple_of(width) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.find(entries, width);
        self.literals.reserve(READ_BEYOND);
        // SAFETY: takes a number only.
        let mut frame: Vec<u8> = Vec::with_capacity(unsafe { ZSTD_compressBound(entries.len()) });
        let context = self.context.as_ptr();
        // SAFETY: the context is alive and used by nobody else; each pointer goes with the length
        // or capacity of the vector that it is of. The sequences are valid: `find` makes them out
        // of the entries, so that their lengths add up to those of the entries and of the literals,
        // and every match stands `width` bytes after the same bytes.
        let length = unsafe {
            checked(ZSTD_CCtx_reset(context, ZSTD_ResetDirective::ZSTD_reset_session_only))?;
            checked(ZSTD_compressSequencesAndLiterals(
                context,
                frame.as_mut_ptr().cast(),
                frame.capacity(),
                self.sequences.as_ptr(),
                self.sequences.len(),
                self.literals.as_ptr().cast(),
                self.literals.len(),
                self.literals.capacity(),
                entries.len(),
            ))?
        };
        // SAFETY: zstd has written so many bytes, which is at most the capacity that it was told.
        unsafe { frame.set_len(length) };
        Ok(frame)
    }

    /// What each entry shares with the beginning of the one before is a match, everything else is
    /// literals.
    fn find(&mut self, entries: &[u8], width: usize) {
        self.sequences.clear();
        self.literals.clear();
        let mut before: Option<&[u8]> = None;
        for block in entries.chunks(BLOCK_BYTES / width * width) {
            let first = self.sequences.len();
            let mut waiting = 0;
            for entry in block.chunks_exact(width) {
                let mut shared = before.map_or(0, |before| common_prefix(before, entry));
                match self.sequences[first..].last_mut() {
                    // The match before reaches up to here, and goes on.
                    Some(sequence) if waiting == 0 => sequence.matchLength += shared as u32,
                    _ if shared < LEAST_MATCH => shared = 0,
                    _ => {
                        self.sequences.push(sequence(width, waiting, shared));
                        waiting = 0;
                    }
                }
                self.literals.extend_from_slice(&entry[shared..]);
                waiting += width - shared;
                before = Some(entry);
            }
            self.sequences.push(sequence(0, waiting, 0));
        }
    }
}

/// So many literals, then a match of `length` bytes at a distance.
fn sequence(distance: usize, literals: usize, length: usize) -> ZSTD_Sequence {
    ZSTD_Sequence {
        offset: distance as u32,
        litLength: literals as u32,
        matchLength: length as u32,
        rep: 0,
    }
}

/// How many bytes both begin with.
fn common_prefix(one: &[u8], other: &[u8]) -> usize {
    let (ones, others) = (one.as_chunks::<8>().0, other.as_chunks::<8>().0);
    for (at, (one, other)) in ones.iter().zip(others).enumerate() {
        let differing = u64::from_le_bytes(*one) ^ u64::from_le_bytes(*other);
        if differing != 0 {
            return at * 8 + differing.trailing_zeros() as usize / 8;
        }
    }
    let same = ones.len().min(others.len()) * 8;
    same + one[same..]
        .iter()
        .zip(&other[same..])
        .take_while(|(one, other)| one == other)
        .count()
}

fn checked(result: usize) -> io::Result<usize> {
    // SAFETY: takes a number only.
    if unsafe { ZSTD_isError(result) } == 0 {
        return Ok(result);
    }
    // SAFETY: gives a text of the library, which is always there.
    let name = unsafe { CStr::from_ptr(ZSTD_getErrorName(result)) };
    Err(io::Error::other(name.to_string_lossy()))
}

impl Drop for Repeats {
    fn drop(&mut self) {
        // SAFETY: made by `ZSTD_createCCtx`, and nobody has it any more.
        unsafe { ZSTD_freeCCtx(self.context.as_ptr()) };
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends by panicking")]

    use proptest::prelude::*;

    use super::*;

    /// Texts with their lengths before them, as a dictionary page has them.
    fn page(texts: &[String]) -> Vec<u8> {
        let put = |text: &String| {
            (text.len() as u32)
                .to_le_bytes()
                .into_iter()
                .chain(text.bytes())
                .collect::<Vec<u8>>()
        };
        texts.iter().flat_map(put).collect()
    }

    fn ids(count: usize) -> Vec<String> {
        let mut state = 1u64;
        let mut chance = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state >> 32
        };
        let mut ids: Vec<String> = (0..count)
            .map(|_| {
                format!(
                    "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
                    chance(),
                    chance() & 0xffff,
                    chance() & 0xfff,
                    chance() & 0xfff,
                    chance() << 16 | chance() & 0xffff
                )
            })
            .collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn ids_take_less_room_than_a_search_leaves_them() {
        let mut repeats = Repeats::new(1).unwrap();
        for count in [100, 1_600, 1_601, 20_000] {
            let page = page(&ids(count));
            let frame = repeats.compress(&page, 40).unwrap();
            assert_eq!(zstd::bulk::decompress(&frame, page.len()).unwrap(), page, "{count}");
            assert_eq!(Repeats::new(1).unwrap().compress(&page, 40).unwrap(), frame, "{count}");
            let searched = zstd::bulk::compress(&page, 1).unwrap();
            assert!(frame.len() < searched.len(), "{count}: {} and {}", frame.len(), searched.len());
        }
    }

    proptest! {
        #[test]
        fn any_entries_come_back_or_are_refused(width in 1usize..70, bytes in prop::collection::vec(prop_oneof![Just(0u8), any::<u8>()], 0..9_000)) {
            let entries = &bytes[..bytes.len() / width * width];
            if let Ok(frame) = Repeats::new(1).unwrap().compress(entries, width) {
                prop_assert_eq!(zstd::bulk::decompress(&frame, entries.len()).unwrap(), entries);
            }
        }
    }
}
