//! The ids under which users are stored: the ids of the logs, or pseudonyms that only the holder of
//! a key can trace back.
//!
//! A pseudonym is `u:` and 32 hexadecimal digits: the first half of HMAC-SHA-256 over the tenant's
//! id (16 bytes) and the user's id, as the readers return it, in lower case. If only the user's
//! name is known, the prefix is `n:`. A pseudonym depends on nothing else, so a user has the same
//! one in every feed, every run and on every machine that has the key. No id in a log begins with
//! one of these prefixes.

use std::borrow::Cow;
use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::by_name::{BY_NAME_PSEUDONYM, is_by_name};
use crate::domain::digest::Digest;
use crate::domain::guid::Guid;

/// Prefix of a pseudonym.
const PREFIX: &str = "u:";
/// Number of hexadecimal digits after the prefix.
const DIGITS: usize = 32;

/// Minimum length of a key, in bytes.
pub const KEY_BYTES: usize = 16;

/// Which ids are stored for users.
#[derive(Clone, Debug, Default)]
pub enum UserIds {
    /// The ids of the logs.
    #[default]
    Plain,
    /// Under pseudonyms.
    Pseudonymous(Pseudonyms),
}

impl UserIds {
    /// Returns the id under which a user is stored. An empty id stays empty.
    pub fn stored<'a>(&self, tenant: Guid, user: &'a str) -> Cow<'a, str> {
        match self {
            UserIds::Pseudonymous(pseudonyms) if !user.is_empty() => Cow::Owned(pseudonyms.of(tenant, user)),
            _ => Cow::Borrowed(user),
        }
    }

    /// Returns the id under which a user of the warehouse is stored from now on; the warehouse may
    /// have been written under other settings. A pseudonym stays as it is, because nothing leads
    /// back from it.
    pub fn stored_again<'a>(&self, tenant: Guid, user: &'a str) -> Cow<'a, str> {
        match self {
            UserIds::Pseudonymous(_) if !is_pseudonym(user) => self.stored(tenant, user),
            _ => Cow::Borrowed(user),
        }
    }
}

/// Returns whether an id has the form of a pseudonym.
pub fn is_pseudonym(id: &str) -> bool {
    id.strip_prefix(PREFIX)
        .or_else(|| id.strip_prefix(BY_NAME_PSEUDONYM))
        .is_some_and(|digits| digits.len() == DIGITS && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
}

/// Makes pseudonyms with a key.
#[derive(Clone)]
pub struct Pseudonyms {
    keyed: Hmac<Sha256>,
    key_digest: Digest,
}

impl Pseudonyms {
    /// Makes pseudonyms with this key, or returns `None` if it is shorter than [`KEY_BYTES`]. Line
    /// ends after the key are ignored, because editors add them.
    pub fn with_key(key: &[u8]) -> Option<Pseudonyms> {
        let key = trimmed(key);
        if key.len() < KEY_BYTES {
            return None;
        }
        let keyed = Hmac::<Sha256>::new_from_slice(key).ok()?;
        let mut tagged = keyed.clone();
        tagged.update(b"uptake: which key is it?");
        let digest = tagged.finalize().into_bytes();
        Some(Pseudonyms {
            keyed,
            key_digest: Digest(first_half(&digest)),
        })
    }

    fn of(&self, tenant: Guid, user: &str) -> String {
        let mut mac = self.keyed.clone();
        mac.update(&tenant.bytes());
        mac.update(user.as_bytes());
        let prefix = if is_by_name(user) { BY_NAME_PSEUDONYM } else { PREFIX };
        format!("{prefix}{:032x}", first_half(&mac.finalize().into_bytes()))
    }

    /// A digest that differs from key to key and reveals nothing about the key.
    pub fn key_digest(&self) -> Digest {
        self.key_digest
    }
}

/// Never shows the key.
impl fmt::Debug for Pseudonyms {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pseudonyms")
    }
}

/// Returns a key without the line ends after it.
pub fn trimmed(key: &[u8]) -> &[u8] {
    let end = key
        .iter()
        .rposition(|byte| !matches!(byte, b'\n' | b'\r'))
        .map_or(0, |last| last + 1);
    &key[..end]
}

fn first_half(digest: &[u8]) -> u128 {
    digest.iter().take(16).fold(0, |bits, byte| bits << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: Guid = Guid(0x8a4d_e8b5_095c_47d0_a96f_a751_30c6_1d53);

    fn with(key: &[u8]) -> UserIds {
        UserIds::Pseudonymous(Pseudonyms::with_key(key).unwrap())
    }

    #[test]
    fn a_pseudonym_is_the_first_half_of_the_keyed_hash() {
        // The expected value comes from Python: hmac.new(key, tenant bytes + id,
        // sha256).hexdigest()[:32].
        let stored = with(b"0123456789abcdef")
            .stored(TENANT, "d9b2f5a0-0000-4000-8000-000000000001")
            .into_owned();
        assert_eq!(stored, "u:b117736e27b8ea81c86a6ecb8fa05a6c");
        assert!(is_pseudonym(&stored));
    }

    #[test]
    fn tenant_and_key_make_a_difference_and_line_ends_after_the_key_make_none() {
        let one = with(b"0123456789abcdef").stored(TENANT, "a").into_owned();
        assert_ne!(one, with(b"0123456789abcdeg").stored(TENANT, "a"));
        assert_ne!(one, with(b"0123456789abcdef").stored(Guid(1), "a"));
        assert_eq!(one, with(b"0123456789abcdef\r\n").stored(TENANT, "a"));
        let digest = |key: &[u8]| Pseudonyms::with_key(key).unwrap().key_digest();
        assert_ne!(digest(b"0123456789abcdef"), digest(b"0123456789abcdeg"));
    }

    #[test]
    fn nobody_stays_nobody_and_a_pseudonym_stays_what_it_is() {
        let ids = with(b"0123456789abcdef");
        assert_eq!(ids.stored(TENANT, ""), "");
        let stored = ids.stored(TENANT, "a").into_owned();
        assert_eq!(ids.stored_again(TENANT, &stored), stored);
        assert_eq!(ids.stored_again(TENANT, "a"), stored);
        assert_eq!(UserIds::Plain.stored_again(TENANT, &stored), stored);
        assert!(!is_pseudonym("upn:0123456789abcdef0123456789abcdef"));
    }

    #[test]
    fn a_short_key_is_none_and_no_key_is_ever_shown() {
        assert!(Pseudonyms::with_key(b"0123456789abcde\n").is_none());
        assert!(!format!("{:?}", with(b"0123456789abcdef")).contains("0123"));
    }
}
