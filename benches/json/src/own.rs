//! Our own scanner: the structure of a line, then the members that matter.

use uptake::sources::json::structure::Structure;
use uptake::sources::json::value::{Json, Node, Value};

use crate::contender::{Found, Scanner};
use crate::shape::Shape;

#[derive(Default)]
pub struct Own {
    structure: Structure,
    decoded: String,
}

impl<S: Shape> Scanner<S> for Own {
    const NAME: &'static str = "ours";

    fn scan(&mut self, text: &mut [u8], length: usize, take: &mut impl FnMut(usize, Found<'_>)) -> Option<()> {
        let text = &text[..length];
        self.structure.find(text).ok()?;
        let json = Json {
            text,
            structure: &self.structure,
        };
        let mut is_readable = true;
        S::look(Node::outermost(&json), |number, node| {
            let found = match node.value() {
                Value::Null => Found::Null,
                Value::Bool(value) => Found::Bool(value),
                Value::Number(digits) => Found::Digits(digits),
                Value::Text(text) => match text.decode(&mut self.decoded) {
                    Some(text) => Found::Text(text),
                    None => return is_readable = false,
                },
                Value::Object(_) | Value::Array(_) => Found::Nested,
                Value::Instant(_) | Value::Unreadable => return is_readable = false,
            };
            take(number, found);
        });
        is_readable.then_some(())
    }
}
