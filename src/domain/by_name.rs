//! Users of whom only the name is known: their ids say so.

/// What the id of such a user begins with; a hash of tenant and name follows.
pub const BY_NAME: &str = "upn:";

/// The same for the pseudonym of such an id.
pub const BY_NAME_PSEUDONYM: &str = "n:";

/// Whether an id stands for a name.
pub fn is_by_name(id: &str) -> bool {
    id.starts_with(BY_NAME) || id.starts_with(BY_NAME_PSEUDONYM)
}
