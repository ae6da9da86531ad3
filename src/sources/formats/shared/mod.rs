//! Records that several senders write in the same way.

pub mod azure_envelope;
pub mod directory_audit;
pub mod graph_members;
pub mod license_event;
pub mod sign_in;
