//! Answers of the Log Analytics API, whose tables have the names of their columns once:
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

/// Gives each row, and what it is as an object; `None` where it is no list.
pub fn for_each_row(tables: Node<'_>, mut take: impl FnMut(Node<'_>, Option<&[u8]>)) {
    let mut text = Vec::new();
    for table in tables.items().filter(|table| table.is_object()) {
        let [columns, rows] = table
            .fields(&const { Keys::in_any_case(["columns", "rows"]) })
            .map(|list| list.filter(|list| list.is_array()));
        let names: Vec<&[u8]> = columns.map_or(Vec::new(), |columns| columns.items().map(name_of).collect());
        for row in rows.into_iter().flat_map(Node::items) {
            if !row.is_array() {
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
