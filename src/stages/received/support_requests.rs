//! `support_requests`: support requests of customers, as raw lists name them.

use std::collections::BTreeMap;

use crate::domain::day::{Day, Instant, Zone};
use crate::domain::guid::Guid;
use crate::warehouse::table::table;

table! {
    /// A support request as a raw list names it.
    SUPPORT_REQUESTS = "support_requests", version 1, Received, single,
        feeds [SupportRequests];
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

/// Sorts the rows by key and removes copies.
pub fn distinct(mut rows: Vec<SupportRequest>) -> Vec<SupportRequest> {
    let key = |row: &SupportRequest| {
        let place = (row.source_file.clone(), row.source_line, row.source_record);
        (row.tenant_id, row.request_id.clone(), place)
    };
    rows.sort_by_cached_key(key);
    rows.dedup_by(|a, b| key(a) == key(b));
    rows
}

/// Returns one entry per request. If one is listed twice, the last by (received, file, line,
/// record) counts. `rows` come in the order of `received`.
pub fn latest(rows: Vec<SupportRequest>) -> BTreeMap<(Guid, String), SupportRequest> {
    rows.into_iter().map(|row| ((row.tenant_id, row.request_id.clone()), row)).collect()
}

/// Returns, for each customer, the days on which requests were opened, in order. A day occurs once
/// per request. `rows` come in the order of `received`.
pub fn opened_days(rows: Vec<SupportRequest>, zone: &Zone) -> BTreeMap<Guid, Vec<Day>> {
    let mut days: BTreeMap<Guid, Vec<Day>> = BTreeMap::new();
    for request in latest(rows).into_values() {
        days.entry(request.tenant_id).or_default().push(zone.day_of(request.opened_at));
    }
    days.values_mut().for_each(|days| days.sort_unstable());
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_listed_again_counts_once_on_the_day_that_the_last_list_says() {
        let row = |tenant, request: &str, hours: i64| SupportRequest {
            tenant_id: Guid(tenant),
            request_id: request.to_owned(),
            source_file: "list.csv".to_owned(),
            source_line: 2,
            source_record: 0,
            opened_at: Instant(hours * 3_600_000_000),
            topic: String::new(),
        };
        let rows = vec![row(1, "one", 1), row(1, "two", 50), row(2, "one", 25), row(1, "one", 49)];
        let expected = BTreeMap::from([(Guid(1), vec![Day(2), Day(2)]), (Guid(2), vec![Day(1)])]);
        assert_eq!(opened_days(rows, &Zone::utc()), expected);
    }
}
