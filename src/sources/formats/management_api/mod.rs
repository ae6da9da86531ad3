//! What the Office 365 Management Activity API gives, and the audit log that the portal exports.

pub mod activity;
pub mod license_changes;
pub mod record;
