//! simd-json: everything onto a tape, whose memory is used again, then the members that matter.

use simd_json::{Buffers, Node, StaticNode, fill_tape_padded};

use crate::contender::{Found, Scanner};
use crate::shape::{Member, Object, Shape};

/// The bytes after a line need not be copied for it; escapes are decoded where they stand.
pub struct Tape {
    buffers: Buffers,
    tape: Option<simd_json::Tape<'static>>,
}

impl Default for Tape {
    fn default() -> Tape {
        Tape {
            buffers: Buffers::default(),
            tape: Some(simd_json::Tape::null()),
        }
    }
}

impl<S: Shape> Scanner<S> for Tape {
    const NAME: &'static str = "simd-json, tape";

    fn scan(&mut self, text: &mut [u8], length: usize, take: &mut impl FnMut(usize, Found<'_>)) -> Option<()> {
        let mut tape = self.tape.take()?.reset();
        let filled = fill_tape_padded(text, length, &mut self.buffers, &mut tape);
        let read = filled.ok().and_then(|()| members::<S>(Object::Record, &tape.0, take));
        self.tape = Some(tape.reset());
        read
    }
}

/// Looks at the members of the object with which some nodes begin. Its count is that of the nodes
/// within it.
fn members<S: Shape>(object: Object, nodes: &[Node<'_>], take: &mut impl FnMut(usize, Found<'_>)) -> Option<()> {
    let (Node::Object { count, .. }, _) = nodes.split_first()? else {
        return Some(());
    };
    let mut rest = nodes.get(1..1 + count)?;
    while let [Node::String(key), value, ..] = rest {
        match S::member(object, key) {
            Member::Value(number) => take(number, found(value)),
            Member::Object(inner) => self::members::<S>(inner, &rest[1..], take)?,
            Member::Other => {}
        }
        rest = match value {
            Node::Object { count, .. } | Node::Array { count, .. } => rest.get(2 + count..)?,
            Node::String(_) | Node::Static(_) => &rest[2..],
        };
    }
    Some(())
}

#[inline]
fn found<'a>(node: &Node<'a>) -> Found<'a> {
    match node {
        Node::String(text) => Found::Text(text),
        Node::Static(StaticNode::Null) => Found::Null,
        Node::Static(StaticNode::Bool(value)) => Found::Bool(*value),
        Node::Static(StaticNode::I64(value)) => Found::Integer(*value),
        Node::Static(StaticNode::U64(value)) => Found::Integer(*value as i64),
        Node::Static(StaticNode::F64(value)) => Found::Float(*value),
        Node::Object { .. } | Node::Array { .. } => Found::Nested,
    }
}
