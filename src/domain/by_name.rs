//! Users of whom only the name is known: their ids say so.

/// What the id of such a user begins with; a hash of tenant and name follows.
pub const BY_NAME: &str = "upn:";

/// Whether an id stands for a name.
pub fn is_by_name(id: &str) -> bool {
    id.starts_with(BY_NAME)
}
