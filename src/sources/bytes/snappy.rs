//! Unpacks blocks of Snappy as Avro has them: the block, and a checksum of what it unpacks to. The
//! limit is held before memory is taken, whatever length a block claims.

use flate2::Crc;

use crate::sources::bytes::raw_input::ContentError;

const CHECKSUM_BYTES: usize = 4;
/// How much memory is taken for a length that is only claimed.
const FIRST_BYTES: usize = 1 << 20;

/// Unpacks a block to at most so many bytes.
pub fn unpack(packed: &[u8], most: usize) -> Result<Vec<u8>, ContentError> {
    let (block, checksum) = packed.split_last_chunk::<CHECKSUM_BYTES>().ok_or(ContentError::Corrupt)?;
    let mut rest = block;
    let length = length(&mut rest).ok_or(ContentError::Corrupt)?;
    if length > most {
        return Err(ContentError::Bomb);
    }
    let mut out = Vec::with_capacity(length.min(FIRST_BYTES));
    while !rest.is_empty() {
        element(&mut rest, &mut out, length).ok_or(ContentError::Corrupt)?;
    }
    let mut crc = Crc::new();
    crc.update(&out);
    if out.len() == length && crc.sum() == u32::from_be_bytes(*checksum) {
        Ok(out)
    } else {
        Err(ContentError::Corrupt)
    }
}

/// How long a block claims to be: seven bits a byte, the lowest first.
fn length(rest: &mut &[u8]) -> Option<usize> {
    let mut value = 0u64;
    for shift in (0..35).step_by(7) {
        let byte = rest.split_off_first()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return usize::try_from(value).ok();
        }
    }
    None
}

/// Unpacks one element: bytes as they are, or some that were there before. `None` where it is none,
/// or leads beyond `length` bytes.
fn element(rest: &mut &[u8], out: &mut Vec<u8>, length: usize) -> Option<()> {
    let tag = *rest.split_off_first()?;
    let high = usize::from(tag >> 2);
    let (offset, count) = match tag & 3 {
        0 => {
            let count = match high {
                0..60 => high,
                _ => number(rest, high - 59)?,
            };
            let literal = rest.split_off(..count.checked_add(1)?)?;
            if literal.len() > length - out.len() {
                return None;
            }
            out.extend_from_slice(literal);
            return Some(());
        }
        1 => ((high >> 3) << 8 | number(rest, 1)?, (high & 7) + 4),
        2 => (number(rest, 2)?, high + 1),
        _ => (number(rest, 4)?, high + 1),
    };
    let from = out.len().checked_sub(offset).filter(|_| offset > 0)?;
    if count > length - out.len() {
        return None;
    }
    if offset >= count {
        out.extend_from_within(from..from + count);
    } else {
        // What is copied goes on with itself.
        for at in from..from + count {
            out.push(out[at]);
        }
    }
    Some(())
}

/// A number of so many bytes, the lowest first.
fn number(rest: &mut &[u8], bytes: usize) -> Option<usize> {
    let mut word = [0; 8];
    word[..bytes].copy_from_slice(rest.split_off(..bytes)?);
    usize::try_from(u64::from_le_bytes(word)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The claimed length, some elements, and the checksum.
    fn block(elements: &[u8], unpacked: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        let mut rest = unpacked.len();
        while rest > 0x7f {
            packed.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        packed.push(rest as u8);
        packed.extend_from_slice(elements);
        let mut crc = Crc::new();
        crc.update(unpacked);
        packed.extend(crc.sum().to_be_bytes());
        packed
    }

    #[test]
    fn what_another_program_packed_is_unpacked() {
        let records: Vec<String> = (0..6)
            .map(|number| format!("{{\"category\":\"SignInLogs\",\"id\":\"{number}\"}}"))
            .collect();
        let text = format!("{{\"records\":[{}]}}{}{}", records.join(","), " ".repeat(70), "abc".repeat(7));
        let elements = b"\xb8{\"records\":[{\"category\":\"SignInLogs\",\"id\":\"0\"},z#\x00\x041\"\x82#\x00\x002\x86#\x00\x003\x86#\x00\x004\x86#\x00\x145\"}]} \xfe\x01\x00\x05\x01\x08abcF\x03\x00";
        let packed = block(elements, text.as_bytes());
        assert_eq!(unpack(&packed, text.len()), Ok(text.clone().into_bytes()));
        assert_eq!(unpack(&packed, text.len() - 1), Err(ContentError::Bomb));
        let mut changed = packed;
        changed[20] ^= 1;
        assert_eq!(unpack(&changed, text.len()), Err(ContentError::Corrupt));
    }

    #[test]
    fn what_leads_out_of_the_block_is_corrupt() {
        for elements in [
            // A copy of what is not there, of nothing, and literals and copies that are cut or too long.
            &b"\x01\x01"[..],
            b"\x00a\x01\x00",
            b"\x00a\x05\x02",
            b"\x08ab",
            b"\xf0",
            b"\xff\xff\xff\xff\xff",
            b"\x02\x01",
            b"\x00a\xfe\x01\x00",
            b"\x10abcde",
        ] {
            assert_eq!(unpack(&block(elements, b"abcd"), 100), Err(ContentError::Corrupt), "{elements:?}");
        }
        assert_eq!(unpack(b"\xff\xff\xff\xff\x0f", usize::MAX), Err(ContentError::Corrupt));
        assert_eq!(unpack(b"", 10), Err(ContentError::Corrupt));
    }

    proptest! {
        #[test]
        fn literals_and_copies_of_every_kind_are_unpacked(
            steps in proptest::collection::vec((proptest::collection::vec(any::<u8>(), 1..300), 0u8..4, any::<proptest::sample::Index>(), 1usize..=64), 1..12),
        ) {
            let (mut elements, mut expected) = (Vec::new(), Vec::new());
            for (literal, kind, at, count) in steps {
                let last = literal.len() - 1;
                match last {
                    0..60 => elements.push((last as u8) << 2),
                    60..256 => elements.extend([60 << 2, last as u8]),
                    _ => elements.extend([61 << 2, last as u8, (last >> 8) as u8]),
                }
                elements.extend_from_slice(&literal);
                expected.extend(literal);
                let offset = at.index(expected.len()) + 1;
                let count = if kind == 1 { count.clamp(4, 11) } else { count };
                let tag = kind | ((count - 1) as u8) << 2;
                match kind {
                    0 => continue,
                    1 if offset < 2048 => elements.extend([1 | ((count - 4) as u8) << 2 | (offset >> 8 << 5) as u8, offset as u8]),
                    1 => continue,
                    2 => elements.extend([tag, offset as u8, (offset >> 8) as u8]),
                    _ => elements.extend([&[tag][..], &(offset as u32).to_le_bytes()].concat()),
                }
                for from in expected.len() - offset..expected.len() - offset + count {
                    expected.push(expected[from]);
                }
            }
            prop_assert_eq!(unpack(&block(&elements, &expected), expected.len()), Ok(expected));
        }

        #[test]
        fn nothing_unpacks_to_more_than_the_limit(bytes in proptest::collection::vec(any::<u8>(), 0..60), most in 0usize..300) {
            if let Ok(unpacked) = unpack(&bytes, most) {
                prop_assert!(unpacked.len() <= most);
            }
        }
    }
}
