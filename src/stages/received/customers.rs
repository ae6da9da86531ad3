//! `customers`: the customers, as raw customer lists name them.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::warehouse::table::table;

table! {
    /// A customer as a raw customer list names it.
    CUSTOMERS = "customers", version 2 reads 1, Received, single,
        feeds [Customers];
    Customer {
        @key tenant_id: Guid = "the customer's tenant",
        @key source_file: String = "path of the raw file",
        @key source_line: i64 = "line in the raw file",
        name: String = "name; empty where the list has none",
        domain: String = "internet domain; empty where the list has none",
        country: String = "country; empty where the list has none",
        segment: String = "the partner's segment; empty where the list has none",
        [since 2] left_on: Option<Day> = "the first day on which it is no customer any more; null: it still is one",
    }
}

/// Sorts the rows by key and removes copies.
pub fn distinct(mut rows: Vec<Customer>) -> Vec<Customer> {
    rows.sort_unstable_by(|a, b| (a.tenant_id, &a.source_file, a.source_line).cmp(&(b.tenant_id, &b.source_file, b.source_line)));
    rows.dedup_by(|a, b| (a.tenant_id, &a.source_file, a.source_line) == (b.tenant_id, &b.source_file, b.source_line));
    rows
}

/// Returns one entry per tenant. If a customer is listed twice, the last by (received, file, line)
/// counts. `rows` come in the order of `received`.
pub fn latest(rows: Vec<Customer>) -> BTreeMap<Guid, Customer> {
    rows.into_iter().map(|row| (row.tenant_id, row)).collect()
}
