//! A row of a table as an object of JSON, for readers that need objects: its columns are the
//! members. Tables with few rows of use are read so; sign-ins, of which there are many, are not.

use crate::sources::json::structure::Structure;
use crate::sources::json::value::{Json, Node, Value};
use crate::sources::record::Reason;
use crate::sources::records::table::Cells;

/// Memory to write rows to.
#[derive(Default)]
pub struct RowObject {
    text: Vec<u8>,
    structure: Structure,
}

impl RowObject {
    /// The row as an object with members of these names; the numbers are those of the columns.
    pub fn of(&mut self, columns: impl Iterator<Item = (usize, &'static str)>, cells: &impl Cells) -> Result<Json<'_>, Reason> {
        self.text.clear();
        self.text.push(b'{');
        for (column, name) in columns {
            let Some(value) = cells.cell(column) else { continue };
            if self.text.len() > 1 {
                self.text.push(b',');
            }
            self.text.extend_from_slice(format!("\"{name}\":").as_bytes());
            write(value, &mut self.text)?;
        }
        self.text.push(b'}');
        self.structure.find(&self.text).map_err(|_| Reason::UnreadableValue)?;
        Ok(Json {
            text: &self.text,
            structure: &self.structure,
        })
    }
}

fn write(value: Value<'_>, out: &mut Vec<u8>) -> Result<(), Reason> {
    let quoted = |text: &str, out: &mut Vec<u8>| serde_json::to_writer(out, text).map_err(|_| Reason::UnreadableValue);
    match value {
        Value::Text(text) => quoted(text.decode(&mut String::new()).ok_or(Reason::UnreadableValue)?, out)?,
        Value::Instant(at) => quoted(&at.to_string(), out)?,
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
        Value::Number(token) => out.extend_from_slice(token),
        Value::Object(node) | Value::Array(node) => out.extend_from_slice(Node::raw(node)),
        Value::Unreadable => return Err(Reason::UnreadableValue),
    }
    Ok(())
}
