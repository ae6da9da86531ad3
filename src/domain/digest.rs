//! 128-bit digests of what a partition contains and of what it was made from.
//!
//! There are three ways to compute one. A [`Digester`] takes bytes in pieces. A [`Hasher`] takes a
//! sequence of values. A [`SetDigest`] takes the members of a set, which can be added and removed
//! in any order: the digest of "who has which license" can be carried from one day to the next by
//! its changes.

use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use twox_hash::{XxHash3_64, XxHash3_128, xxhash3_128};

use crate::domain::day::Day;

/// 128 bits that identify some content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Digest(pub u128);

impl Digest {
    /// Digests some bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(XxHash3_128::oneshot(bytes))
    }

    /// Reads the 32 hexadecimal digits that `Display` writes.
    pub fn parse(text: &str) -> Option<Digest> {
        (text.len() == 32)
            .then(|| u128::from_str_radix(text, 16).ok())
            .flatten()
            .map(Digest)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Text formats get the hexadecimal digits, binary formats the bytes.
impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_bytes(&self.0.to_le_bytes())
        }
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            Digest::parse(&text).ok_or_else(|| D::Error::custom("not a digest"))
        } else {
            let bytes = <&[u8]>::deserialize(deserializer)?;
            let bytes = bytes.try_into().map_err(|_| D::Error::custom("not a digest"))?;
            Ok(Digest(u128::from_le_bytes(bytes)))
        }
    }
}

/// What a partition was made from, as two digests, so that a plan can say which of them changed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The table's version and the settings and catalogues that it reads.
    pub settings: Digest,
    /// The content of the partitions, or of the raw files, that it was made from.
    pub inputs: Digest,
}

impl Fingerprint {
    /// Reads the two digests that `Display` writes.
    pub fn parse(text: &str) -> Option<Fingerprint> {
        let (settings, inputs) = text.split_once('-')?;
        Some(Fingerprint {
            settings: Digest::parse(settings)?,
            inputs: Digest::parse(inputs)?,
        })
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.settings, self.inputs)
    }
}

/// A 64-bit hash of a text. Hash tables and shards use it.
#[inline]
pub fn hash64(bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot(bytes)
}

/// Digests bytes that come in pieces. The result is that of [`Digest::of`] over all of them.
pub struct Digester(xxhash3_128::Hasher);

impl Digester {
    pub fn new() -> Digester {
        Digester(xxhash3_128::Hasher::new())
    }

    pub fn add(&mut self, piece: &[u8]) {
        self.0.write(piece);
    }

    /// Returns the digest of all pieces so far.
    pub fn digest(&self) -> Digest {
        Digest(self.0.finish_128())
    }
}

impl Default for Digester {
    fn default() -> Digester {
        Digester::new()
    }
}

/// Digests a sequence of values. A text is preceded by its length, so that `ab, c` and `a, bc`
/// differ.
///
/// The sequences are short and there are many of them. Collecting one in a buffer and digesting it
/// at once is several times faster than digesting it piece by piece.
#[derive(Clone, Default)]
pub struct Hasher(Vec<u8>);

impl Hasher {
    pub fn new() -> Hasher {
        Hasher::default()
    }

    /// Begins a new sequence and reuses the buffer.
    pub fn clear(&mut self) -> &mut Hasher {
        self.0.clear();
        self
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Hasher {
        self.0.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        // Ids have 36 bytes: pieces of fixed sizes are copied without a call.
        let (pieces, rest) = bytes.as_chunks::<16>();
        pieces.iter().for_each(|piece| self.0.extend_from_slice(piece));
        let (pieces, rest) = rest.as_chunks::<4>();
        pieces.iter().for_each(|piece| self.0.extend_from_slice(piece));
        rest.iter().for_each(|byte| self.0.push(*byte));
        self
    }

    pub fn text(&mut self, text: &str) -> &mut Hasher {
        self.bytes(text.as_bytes())
    }

    pub fn number(&mut self, number: i64) -> &mut Hasher {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    /// A day, or that there is none.
    pub fn day(&mut self, day: Option<Day>) -> &mut Hasher {
        self.number(day.map_or(i64::MIN, |day| i64::from(day.0)))
    }

    pub fn digest(&mut self, digest: Digest) -> &mut Hasher {
        self.0.extend_from_slice(&digest.0.to_le_bytes());
        self
    }

    pub fn finish(&self) -> Digest {
        Digest::of(&self.0)
    }

    /// Returns the buffer: the bytes that would be digested.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Digests a set: the sum of the digests of its members.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct SetDigest(u128);

impl SetDigest {
    pub fn add(&mut self, member: Digest) {
        self.0 = self.0.wrapping_add(member.0);
    }

    pub fn remove(&mut self, member: Digest) {
        self.0 = self.0.wrapping_sub(member.0);
    }

    pub fn digest(self) -> Digest {
        Digest(self.0)
    }
}
