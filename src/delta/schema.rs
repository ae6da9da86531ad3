//! The columns of a table as Delta writes them.

use serde_json::{Value, json};

use crate::domain::digest::Digest;
use crate::domain::money;
use crate::reports::published_table::PublishedTable;
use crate::warehouse::contract::Kind;

/// The `schemaString` of a table: a JSON text.
pub fn schema_string(table: &PublishedTable) -> String {
    let field = |column: &crate::warehouse::contract::Column| {
        json!({
            "name": column.name,
            "type": data_type(column.kind),
            "nullable": column.nullable,
            "metadata": {"comment": column.about},
        })
    };
    let fields: Vec<Value> = table.columns.iter().map(field).collect();
    json!({"type": "struct", "fields": fields}).to_string()
}

/// What a reader knows of a table before it reads a file: another one needs new metadata.
pub fn digest_of(table: &PublishedTable) -> Digest {
    Digest::of(format!("{}\n{}", table.about.trim(), schema_string(table)).as_bytes())
}

fn data_type(kind: Kind) -> String {
    match kind {
        Kind::Text => "string".to_owned(),
        Kind::Count => "long".to_owned(),
        Kind::Bits => "integer".to_owned(),
        Kind::Flag => "boolean".to_owned(),
        Kind::Day => "date".to_owned(),
        Kind::Instant => "timestamp".to_owned(),
        Kind::Ratio => "double".to_owned(),
        Kind::Money => format!("decimal({},{})", money::PRECISION, money::SCALE),
    }
}
