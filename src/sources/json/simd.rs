//! Finds the bytes that give JSON its structure, 64 bytes at a time, as bit masks. Bit 0 is the
//! first byte.
//!
//! There are three implementations with the same result, but for one byte (see [`FALSE_MARK`]):
//! AVX2 where the machine has it, which is found out at run time; SSE2 on every other x86-64;
//! elsewhere plain arithmetic on eight bytes at a time.

/// Which of 64 bytes are quotes, backslashes and marks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Masks {
    pub quotes: u64,
    pub backslashes: u64,
    /// `:`, `{`, `}`, `[` and `]`, and with AVX2 also [`FALSE_MARK`], which is removed later.
    pub marks: u64,
    /// Whether there are bytes above 127.
    pub has_not_ascii: bool,
}

/// A control character that AVX2 takes for a mark. It is nearly never there, and to let it pass
/// saves a step for every block.
pub const FALSE_MARK: u8 = 0x1a;

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
#[inline(always)]
pub fn classify(block: &[u8; 64]) -> Masks {
    // SAFETY: compiled only where SSE2 is part of the target, so every machine that runs this has
    // it; no pointers are involved.
    unsafe { with_sse2(block) }
}

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
#[target_feature(enable = "sse2")]
#[inline]
fn with_sse2(block: &[u8; 64]) -> Masks {
    use std::arch::x86_64::{__m128i, _mm_cmpeq_epi8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8};
    let half = |at: usize| {
        let mut word = [0u8; 8];
        word.copy_from_slice(&block[at..at + 8]);
        i64::from_le_bytes(word)
    };
    let mask = |hits: __m128i| u64::from(_mm_movemask_epi8(hits) as u16);
    let mut masks = Masks::default();
    for part in 0..4 {
        let bytes = _mm_set_epi64x(half(part * 16 + 8), half(part * 16));
        let is = |byte: u8, bytes: __m128i| _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte as i8));
        // `[` and `{`, and `]` and `}`, differ in bit 5 only. No other byte becomes one of them.
        let folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
        let shift = part * 16;
        masks.quotes |= mask(is(b'"', bytes)) << shift;
        masks.backslashes |= mask(is(b'\\', bytes)) << shift;
        let brackets = _mm_or_si128(is(b'{', folded), is(b'}', folded));
        masks.marks |= mask(_mm_or_si128(brackets, is(b':', bytes))) << shift;
        masks.has_not_ascii |= mask(bytes) != 0;
    }
    masks
}

/// The same for machines with AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[inline]
pub fn classify_with_avx2(block: &[u8; 64]) -> Masks {
    use std::arch::x86_64::{
        __m256i, _mm_set_epi64x, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256,
        _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8,
    };
    let (halves, _) = block.as_chunks::<32>();
    let mask = |hits: __m256i| u64::from(_mm256_movemask_epi8(hits) as u32);
    // For the low four bits of a byte, the mark that it can be with bit 5 set: `:` is 3a, `{` 7b,
    // `}` 7d. `[` and `]` become `{` and `}`.
    let known = _mm256_broadcastsi128_si256(_mm_set_epi64x(0x0000_7d00_7b3a_0000, 0));
    let mut masks = Masks::default();
    let mut all = _mm256_setzero_si256();
    for (part, half) in halves.iter().enumerate() {
        // SAFETY: reads the 32 bytes of `half`, for which any alignment is good.
        let bytes = unsafe { _mm256_loadu_si256(half.as_ptr().cast()) };
        let is = |byte: u8| _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte as i8));
        let folded = _mm256_or_si256(bytes, _mm256_set1_epi8(0x20));
        let shift = part * 32;
        masks.quotes |= mask(is(b'"')) << shift;
        masks.backslashes |= mask(is(b'\\')) << shift;
        masks.marks |= mask(_mm256_cmpeq_epi8(folded, _mm256_shuffle_epi8(known, bytes))) << shift;
        all = _mm256_or_si256(all, bytes);
    }
    masks.has_not_ascii = mask(all) != 0;
    masks
}

/// [`equal`] for machines with AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[inline]
pub fn equal_with_avx2(block: &[u8; 64], byte: u8) -> u64 {
    use std::arch::x86_64::{_mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_set1_epi8};
    let (halves, _) = block.as_chunks::<32>();
    let mut mask = 0;
    for (part, half) in halves.iter().enumerate() {
        // SAFETY: reads the 32 bytes of `half`, for which any alignment is good.
        let bytes = unsafe { _mm256_loadu_si256(half.as_ptr().cast()) };
        let hits = _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte as i8)));
        mask |= u64::from(hits as u32) << (part * 32);
    }
    mask
}

/// Which of 64 bytes are this one.
#[inline(always)]
pub fn equal(block: &[u8; 64], byte: u8) -> u64 {
    let mut mask = 0;
    for (at, other) in block.iter().enumerate() {
        mask |= u64::from(*other == byte) << at;
    }
    mask
}

/// Which of 64 bytes are above 127.
pub fn not_ascii(block: &[u8; 64]) -> u64 {
    let mut mask = 0;
    for (at, byte) in block.iter().enumerate() {
        mask |= u64::from(*byte >> 7) << at;
    }
    mask
}

/// [`within`] for machines that can multiply without carries.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "pclmulqdq")]
#[inline]
pub fn within_with_pclmul(quotes: u64) -> u64 {
    use std::arch::x86_64::{_mm_clmulepi64_si128, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_set1_epi8};
    _mm_cvtsi128_si64(_mm_clmulepi64_si128::<0>(_mm_set_epi64x(0, quotes as i64), _mm_set1_epi8(-1))) as u64
}

#[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
#[inline(always)]
pub fn classify(block: &[u8; 64]) -> Masks {
    portable(block)
}

/// The same with plain arithmetic.
#[cfg(any(test, not(all(target_arch = "x86_64", target_feature = "sse2"))))]
fn portable(block: &[u8; 64]) -> Masks {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    // The top bit of each byte, gathered into the low eight bits.
    let gather = |tops: u64| ((tops & !LOW) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    let is = |byte: u8, word: u64| {
        let differs = word ^ u64::from_ne_bytes([byte; 8]);
        gather(!((differs & LOW).wrapping_add(LOW) | differs))
    };
    let mut masks = Masks::default();
    for (part, bytes) in block.chunks_exact(8).enumerate() {
        let mut word = [0u8; 8];
        word.copy_from_slice(bytes);
        let word = u64::from_le_bytes(word);
        let folded = word | 0x2020_2020_2020_2020;
        masks.quotes |= is(b'"', word) << (part * 8);
        masks.backslashes |= is(b'\\', word) << (part * 8);
        masks.marks |= (is(b'{', folded) | is(b'}', folded) | is(b':', word)) << (part * 8);
        masks.has_not_ascii |= gather(word) != 0;
    }
    masks
}

/// Which of 64 bytes follow a backslash that is not itself escaped. `carry` (0 or 1) says so of the
/// first byte, and is set for the next block.
#[inline(always)]
pub fn escaped(backslashes: u64, carry: &mut u64) -> u64 {
    if backslashes == 0 {
        return std::mem::take(carry);
    }
    const EVEN: u64 = 0x5555_5555_5555_5555;
    let backslashes = backslashes & !*carry;
    let follows = backslashes << 1 | *carry;
    // Runs of backslashes that begin at an odd place: an addition carries through the run and
    // leaves a bit behind its end.
    let odd_starts = backslashes & !EVEN & !follows;
    let (ends, overflow) = odd_starts.overflowing_add(backslashes);
    *carry = u64::from(overflow);
    (EVEN ^ (ends << 1)) & follows
}

/// Bit n is the parity of the bits 0 to n. So bits are set from each opening quote up to the byte
/// before the closing quote.
#[inline(always)]
pub fn within(quotes: u64) -> u64 {
    let mut bits = quotes;
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn all_ways_of_looking_see_the_same(bytes in proptest::collection::vec(prop_oneof![any::<u8>(), proptest::sample::select(b"{}[]:\"\\,\x1a\x1b\x1d\xdb\xfb".to_vec())], 64)) {
            let mut block = [0u8; 64];
            block.copy_from_slice(&bytes);
            prop_assert_eq!(classify(&block), portable(&block));
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("pclmulqdq") {
                // SAFETY: the machine was just asked.
                let mut seen = unsafe { classify_with_avx2(&block) };
                seen.marks &= !equal(&block, FALSE_MARK);
                prop_assert_eq!(seen, portable(&block));
                let quotes = portable(&block).quotes;
                // SAFETY: the machine was just asked.
                prop_assert_eq!(unsafe { within_with_pclmul(quotes) }, within(quotes));
            }
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") {
                // SAFETY: the machine was just asked.
                prop_assert_eq!(unsafe { equal_with_avx2(&block, bytes[0]) }, equal(&block, bytes[0]));
            }
            let places = |of: &[u8]| block.iter().enumerate().map(|(at, byte)| u64::from(of.contains(byte)) << at).sum::<u64>();
            prop_assert_eq!(classify(&block).marks, places(b":{}[]"));
            prop_assert_eq!(not_ascii(&block), block.iter().enumerate().map(|(at, byte)| u64::from(!byte.is_ascii()) << at).sum::<u64>());
            prop_assert_eq!(classify(&block).has_not_ascii, not_ascii(&block) != 0);
        }

        #[test]
        fn escapes_are_those_that_a_walk_finds(bytes in proptest::collection::vec(proptest::bool::ANY, 128)) {
            let mut carry = 0;
            let mut found = Vec::new();
            for half in bytes.chunks(64) {
                let mask = half.iter().enumerate().map(|(at, set)| u64::from(*set) << at).sum();
                let bits = escaped(mask, &mut carry);
                found.extend((0..64).map(|at| bits >> at & 1 == 1));
            }
            let mut expected = Vec::new();
            let mut next = false;
            for set in bytes {
                expected.push(next);
                next = set && !next;
            }
            prop_assert_eq!(found, expected);
        }
    }
}
