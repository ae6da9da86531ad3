//! Answers of the Log Analytics API, whose tables have the names of their columns once:
//!
//! A row has as many cells as there are columns, or none, or nobody knows which is which. A table without rows
//! that can be found is a record that cannot be read.
//!
//! ```json
//! {"tables":[{"name":"PrimaryResult","columns":[{"name":"Id","type":"string"}],"rows":[["e1"]]}]}
//! ```
//!
//! Where Azure Data Explorer asks the workspace, the same names begin with capitals, and a column
//! has a `ColumnName`.

use crate::sources::json::key_set::Keys;
use crate::sources::json::value::Node;

/// The tables of an answer; `None` where an object is none.
pub fn tables_of(object: Node<'_>) -> Option<Node<'_>> {
    let [tables, capitals] = object.fields(&const { Keys::of(["tables", "Tables"]) });
    tables.or(capitals).filter(|tables| tables.is_array())
}

/// Gives each row, and what it is as an object. `None` where it is none of the columns' rows, and for
/// a table whose rows are missing.
pub fn for_each_row(tables: Node<'_>, mut take: impl FnMut(Node<'_>, Option<&[u8]>)) {
    let mut text = Vec::new();
    for table in tables.items() {
        let lists = table
            .is_object()
            .then(|| table.fields(&const { Keys::in_any_case(["columns", "rows"]) }));
        let [columns, rows] = lists.unwrap_or_default().map(|list| list.filter(|list| list.is_array()));
        let Some(rows) = rows else {
            take(table, None);
            continue;
        };
        let names: Vec<&[u8]> = columns.map_or(Vec::new(), |columns| columns.items().map(name_of).collect());
        for row in rows.items() {
            let cells = row.is_array().then(|| row.items().count());
            if !cells.is_some_and(|cells| cells == 0 || cells == names.len()) {
                take(row, None);
                continue;
            }
            text.clear();
            text.push(b'{');
            for (name, cell) in names.iter().zip(row.items()).filter(|(name, _)| !name.is_empty()) {
                if text.len() > 1 {
                    text.push(b',');
                }
                text.extend_from_slice(name);
                text.push(b':');
                text.extend_from_slice(cell.raw());
            }
            text.push(b'}');
            take(row, Some(&text));
        }
    }
}

/// The name of a column as it is written, with its quotes; empty where it has none.
fn name_of(column: Node<'_>) -> &[u8] {
    let name = match column
        .is_object()
        .then(|| column.fields(&const { Keys::of(["name", "ColumnName"]) }))
    {
        Some([name, capitals]) => name.or(capitals),
        None => None,
    };
    name.map(Node::raw).filter(|name| name.starts_with(b"\"")).unwrap_or_default()
}
