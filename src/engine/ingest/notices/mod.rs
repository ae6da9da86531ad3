//! What there is to tell of raw files besides their rejects.

pub mod file_notices;
pub mod file_tenants;
