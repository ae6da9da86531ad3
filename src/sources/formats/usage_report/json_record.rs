//! A row of a usage report as an object of JSON. Graph writes `privateChatMessageCount`, programs
//! that turn its CSV into JSON write `Private Chat Message Count`. Some reports have part of their
//! columns in a list of objects, one for each period: these are taken for members of the row.

use crate::sources::formats::usage_report::reports::{COLUMNS, Column, NAMES, folded};
use crate::sources::json::value::{Node, Value};
use crate::sources::records::table::Cells;

/// How many lists lie within each other at most.
const DEPTH: usize = 2;

/// The members of the objects that were read last, in their order. Most likely the next object has
/// the same ones, and no key has to be looked up.
#[derive(Default)]
pub struct Layouts([Vec<Member>; DEPTH]);

/// A key as it is written, and the column that it means.
struct Member {
    key: Vec<u8>,
    column: Option<Column>,
}

/// The columns that an object has.
pub struct JsonRow<'a> {
    values: [Option<Value<'a>>; NAMES.len()],
}

impl Cells for JsonRow<'_> {
    fn cell(&self, column: usize) -> Option<Value<'_>> {
        *self.values.get(column)?
    }

    fn has_column(&self, column: usize) -> bool {
        self.values.get(column).is_some_and(Option::is_some)
    }
}

impl Layouts {
    /// The columns of an object.
    pub fn row<'a>(&mut self, record: Node<'a>) -> JsonRow<'a> {
        let mut row = JsonRow {
            values: [None; NAMES.len()],
        };
        self.add(record, 0, &mut row);
        row
    }

    fn add<'a>(&mut self, object: Node<'a>, depth: usize, row: &mut JsonRow<'a>) {
        for (number, (key, node)) in object.keyed().enumerate() {
            let Some(layout) = self.0.get_mut(depth) else { return };
            let known = layout.get(number).filter(|member| !key.escaped && member.key == key.raw);
            let column = match known {
                Some(member) => member.column,
                None => {
                    let column = meant(key.decode(&mut String::new()).unwrap_or_default());
                    layout.truncate(number);
                    layout.push(Member {
                        key: key.raw.to_vec(),
                        column,
                    });
                    column
                }
            };
            if let Some(column) = column {
                row.values[column as usize] = Some(node.value());
            } else if node.is_array() {
                for item in node.items().filter(|item| item.is_object()) {
                    self.add(item, depth + 1, row);
                }
            }
        }
    }
}

/// The column that a key means.
fn meant(key: &str) -> Option<Column> {
    let key = folded(key);
    let place = NAMES.iter().position(|name| folded(name) == key)?;
    Some(COLUMNS[place])
}
