//! A value that says whether an object is what it was when somebody looked at it before.

use serde::{Deserialize, Serialize};

use crate::domain::digest::Hasher;

/// Which content an object has, as far as its storage can say without reading it. Two tags of one
/// object are compared by [`VersionTag::is_same_as`].
///
/// A folder has no better sign than size and time of change. Within one tick of the clock of a file
/// system a file can change twice, and the tag stays what it was. So a tag knows whether the change
/// is so recent that another one could go unseen: it is not settled then, and nobody keeps it for
/// later.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct VersionTag {
    size: u64,
    /// Differs where the content does; 0: the storage does not say.
    stamp: u128,
    #[serde(skip)]
    is_settled: bool,
}

impl VersionTag {
    /// Of an object that nobody has looked at.
    pub(super) const UNKNOWN: VersionTag = VersionTag::new(0, 0, false);

    pub(super) const fn new(size: u64, stamp: u128, is_settled: bool) -> VersionTag {
        VersionTag { size, stamp, is_settled }
    }

    /// What differs where the content does.
    pub(super) fn stamp(&self) -> u128 {
        self.stamp
    }

    /// The size of the object, in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether another change of the object will give it another tag.
    pub fn is_settled(&self) -> bool {
        self.is_settled
    }

    /// Whether the object has the same content. Nobody knows where the storage does not say when it
    /// changed.
    pub fn is_same_as(&self, other: &VersionTag) -> bool {
        self.stamp != 0 && self == other
    }

    /// Adds the tag to what a digest is of.
    pub fn add_to(&self, hasher: &mut Hasher) {
        hasher.number(self.size as i64).bytes(&self.stamp.to_le_bytes());
    }
}

/// Whether a tag is settled is no part of which one it is.
impl PartialEq for VersionTag {
    fn eq(&self, other: &VersionTag) -> bool {
        (self.size, self.stamp) == (other.size, other.stamp)
    }
}

impl Eq for VersionTag {}
