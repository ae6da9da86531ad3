//! Raw bytes to canonical records and rejects: pure, and never failing on content. One raw format one file.

pub mod record;
