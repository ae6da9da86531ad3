//! What runs keep for the next one and can learn again, in files beside the tables that can be
//! deleted at any time. They are read every night and have thousands of entries, so they are no
//! text: a version, the content, and the digest of both. What is not as it was written, or of
//! another version, is as good as not there.

use std::fs;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::digest::Digest;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::store::Store;

/// Keeps something. The version rises when its form changes.
pub fn save(store: &Store, name: &str, version: u8, content: &impl Serialize) -> Result<(), WarehouseError> {
    let bytes = to_bytes(version, content).map_err(|error| WarehouseError::Contract(error.to_string()))?;
    store.replace_private(name, &bytes)
}

/// What was kept; `None` where nothing was that can be used.
pub fn load<T: DeserializeOwned>(store: &Store, name: &str, version: u8) -> Option<T> {
    of_bytes(&fs::read(store.private().join(name)).ok()?, version)
}

fn to_bytes(version: u8, content: &impl Serialize) -> postcard::Result<Vec<u8>> {
    let mut bytes = postcard::to_extend(content, vec![version])?;
    let digest = Digest::of(&bytes);
    bytes.extend(digest.0.to_le_bytes());
    Ok(bytes)
}

fn of_bytes<T: DeserializeOwned>(bytes: &[u8], version: u8) -> Option<T> {
    let (said, digest) = bytes.split_last_chunk()?;
    let (found, content) = said.split_first()?;
    let is_sound = *found == version && Digest::of(said).0.to_le_bytes() == *digest;
    is_sound.then(|| postcard::from_bytes(content).ok())?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends by panicking")]

    use super::*;

    #[test]
    fn only_what_is_as_it_was_written_is_believed() {
        let content = (1u128 << 100, Some("text".to_owned()), vec![Digest(7)]);
        let bytes = to_bytes(3, &content).unwrap();
        assert_eq!(of_bytes(&bytes, 3), Some(content));
        let read = |bytes: &[u8], version| of_bytes::<(u128, Option<String>, Vec<Digest>)>(bytes, version);
        assert_eq!(read(&bytes, 4), None);
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1;
            assert_eq!(read(&other, 3), None, "{at}");
            assert_eq!(read(&bytes[..at], 3), None, "{at}");
        }
    }
}
