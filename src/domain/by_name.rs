//! Users who are known by name only. The prefix of their id tells them from other users.

/// Prefix of the id of a user who is known by name only. A hash of tenant and name follows.
pub const BY_NAME: &str = "upn:";

/// Prefix of the pseudonym of such an id.
pub const BY_NAME_PSEUDONYM: &str = "n:";

/// Returns whether the id belongs to a user who is known by name only.
pub fn is_by_name(id: &str) -> bool {
    id.starts_with(BY_NAME) || id.starts_with(BY_NAME_PSEUDONYM)
}
