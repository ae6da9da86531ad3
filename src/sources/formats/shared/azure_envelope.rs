//! The envelope that Azure Monitor's diagnostic settings put around every record, whatever its
//! category.
//!
//! ```json
//! {"time":"2026-09-01T08:00:00.1234567Z","category":"SignInLogs","tenantId":"<guid>","operationName":"Sign-in activity",
//!  "resultType":"0","properties":{"id":"<guid>","createdDateTime":"..."}}
//! ```
//!
//! Traps: all categories come in one stream. `time` is when the record was logged; when it happened
//! stands in the properties. Some writers leave `properties` as a string with the JSON text of the
//! object. `resultType` is a string or a number.

use crate::sources::fields::values::{Field, not_nested};
use crate::sources::json::key_set::Keys;
use crate::sources::json::string::Text;
use crate::sources::json::structure::Structure;
use crate::sources::json::value::{Json, Node, Value};
use crate::sources::record::Reason;

static KEYS: Keys<6> = Keys::of(["time", "category", "tenantId", "operationName", "resultType", "properties"]);

/// The members of an envelope that matter.
#[derive(Clone, Copy, Default)]
pub struct Envelope<'a> {
    pub category: Option<Node<'a>>,
    pub tenant: Option<Node<'a>>,
    pub time: Option<Node<'a>>,
    pub operation: Option<Node<'a>>,
    pub result_type: Option<Node<'a>>,
    pub properties: Option<Node<'a>>,
}

impl<'a> Envelope<'a> {
    #[inline]
    pub fn of(record: Node<'a>) -> Envelope<'a> {
        let mut envelope = Envelope::default();
        [
            envelope.time,
            envelope.category,
            envelope.tenant,
            envelope.operation,
            envelope.result_type,
            envelope.properties,
        ] = record.fields(&KEYS);
        envelope
    }

    /// The category. What is no string counts as missing.
    #[inline]
    pub fn category(&self) -> Result<Text<'a>, Reason> {
        match self.category.map(Node::value) {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(Reason::MissingCategory),
        }
    }
}

/// Memory to unpack an object that is JSON within a string: its text and its structure.
#[derive(Default)]
pub struct UnpackBuffer {
    text: Vec<u8>,
    structure: Structure,
}

/// The object in a field, unpacked if it is JSON within a string. `None` where the field is
/// missing. `slot` keeps what was unpacked as long as the caller looks at the object.
#[inline]
pub fn unpacked_object<'a>(
    field: Option<impl Field<'a>>,
    unpacked: &'a mut UnpackBuffer,
    slot: &'a mut Option<Json<'a>>,
) -> Result<Option<Node<'a>>, Reason> {
    match field.map(Field::value) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(Value::Text(packed)) => {
            let json = unpacked.unpack(packed).map_err(|_| not_nested(Value::Text(packed)))?;
            let object = Node::outermost(slot.insert(json));
            if object.is_object() {
                Ok(Some(object))
            } else {
                Err(Reason::UnreadableValue)
            }
        }
        Some(_) => Err(Reason::UnreadableValue),
    }
}

/// The list in a field, unpacked if it is JSON within a string; any other field as it is. `slot`
/// keeps what was unpacked as long as the caller looks at the list.
pub fn unpacked_list<'a>(
    field: Option<Node<'a>>,
    unpacked: &'a mut UnpackBuffer,
    slot: &'a mut Option<Json<'a>>,
) -> Result<Option<Node<'a>>, Reason> {
    match field.map(Node::value) {
        Some(Value::Text(packed)) if packed.is_empty() => Ok(None),
        Some(Value::Text(packed)) => Ok(Some(Node::outermost(slot.insert(unpacked.unpack(packed)?)))),
        _ => Ok(field),
    }
}

impl UnpackBuffer {
    fn unpack(&mut self, packed: Text<'_>) -> Result<Json<'_>, Reason> {
        self.text.clear();
        match packed.plain() {
            Some(plain) => self.text.extend_from_slice(plain),
            None => packed.append_escaped(&mut self.text).ok_or(Reason::UnreadableValue)?,
        }
        // This also refuses what is not UTF-8.
        self.structure.find(&self.text).map_err(|_| Reason::UnreadableValue)?;
        Ok(Json {
            text: &self.text,
            structure: &self.structure,
        })
    }
}
