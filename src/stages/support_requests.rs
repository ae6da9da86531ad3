//! `support_requests`: what customers asked the partner's support, by the last list that named a request.

use crate::domain::day::Instant;
use crate::domain::guid::Guid;
use crate::warehouse::table::table;

table! {
    /// A support request as a raw list names it.
    SUPPORT_REQUESTS = "support_requests", version 1, Received, single;
    SupportRequest {
        @key tenant_id: Guid = "the customer",
        @key request_id: String = "the request",
        @key source_file: String = "path of the raw file",
        @key source_line: i64 = "line in the raw file; of a document its first line",
        @key source_record: i64 = "number of the record in its page, from 1; 0 where a line is a record",
        opened_at: Instant = "when it was opened, cut to microseconds",
        topic: String = "what it is about, in free text; empty where the list does not say",
    }
}

/// The rows sorted by the key, copies away.
pub fn distinct(mut rows: Vec<SupportRequest>) -> Vec<SupportRequest> {
    let key = |row: &SupportRequest| {
        let place = (row.source_file.clone(), row.source_line, row.source_record);
        (row.tenant_id, row.request_id.clone(), place)
    };
    rows.sort_by_cached_key(key);
    rows.dedup_by(|a, b| key(a) == key(b));
    rows
}
