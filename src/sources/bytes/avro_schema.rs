//! The schema of an Avro file, as far as it takes to pass over values: what is in them does not
//! matter but for the bodies of events.

use std::collections::HashMap;
use std::ops::Range;

use serde_json::Value;

/// Schemas and values nest no deeper.
const DEEPEST: usize = 32;
/// The member of an event that has what was sent.
const BODY: &str = "Body";

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Null,
    /// Booleans.
    Byte,
    /// Numbers of any length, and symbols of an enumeration.
    Long,
    /// So many bytes: floating numbers and fixed ones.
    Fixed(usize),
    /// Texts and bytes: a length and so many bytes.
    Bytes,
    List(Box<Kind>),
    Map(Box<Kind>),
    Union(Vec<Kind>),
    Record(Vec<Kind>),
    /// A kind that has a name, by its number.
    Named(usize),
}

/// The schema of the events of a file.
pub struct Schema {
    fields: Vec<Kind>,
    /// Which field the body is.
    body: usize,
    named: Vec<Kind>,
}

impl Schema {
    /// Reads a schema. `None` where it cannot be read, or has no body.
    pub fn parse(text: &[u8]) -> Option<Schema> {
        let value: Value = serde_json::from_slice(text).ok()?;
        let names = value.get("fields")?.as_array()?.iter().map(|field| field["name"].as_str());
        let body = names.into_iter().position(|name| name == Some(BODY))?;
        let mut names = Names::default();
        let kind = names.kind(&value, DEEPEST)?;
        let Kind::Named(number) = kind else { return None };
        let Kind::Record(fields) = names.kinds.get(number)?.clone() else {
            return None;
        };
        let is_body = match fields.get(body)? {
            Kind::Union(kinds) => kinds.contains(&Kind::Bytes) && kinds.iter().all(|kind| matches!(kind, Kind::Null | Kind::Bytes)),
            kind => *kind == Kind::Bytes,
        };
        is_body.then_some(Schema {
            fields,
            body,
            named: names.kinds,
        })
    }

    /// Where the body is of the event that some bytes begin with; they go on behind the event. `None`
    /// where they are no event. A missing body is empty.
    pub fn body(&self, bytes: &mut &[u8]) -> Option<Range<usize>> {
        let whole = bytes.len();
        let mut body = 0..0;
        for (number, kind) in self.fields.iter().enumerate() {
            if number != self.body {
                self.pass(kind, bytes, DEEPEST)?;
                continue;
            }
            let kind = match kind {
                Kind::Union(kinds) => kinds.get(usize::try_from(long(bytes)?).ok()?)?,
                kind => kind,
            };
            if *kind == Kind::Bytes {
                let length = take_bytes(bytes)?.len();
                let end = whole - bytes.len();
                body = end - length..end;
            }
        }
        Some(body)
    }

    /// Passes over a value.
    fn pass(&self, kind: &Kind, bytes: &mut &[u8], deepest: usize) -> Option<()> {
        let deeper = deepest.checked_sub(1)?;
        match kind {
            Kind::Null => {}
            Kind::Byte => drop(take(bytes, 1)?),
            Kind::Long => drop(long(bytes)?),
            Kind::Fixed(size) => drop(take(bytes, *size)?),
            Kind::Bytes => drop(take_bytes(bytes)?),
            Kind::List(item) => self.pass_items(item, false, bytes, deeper)?,
            Kind::Map(value) => self.pass_items(value, true, bytes, deeper)?,
            Kind::Union(kinds) => self.pass(kinds.get(usize::try_from(long(bytes)?).ok()?)?, bytes, deeper)?,
            Kind::Record(fields) => fields.iter().try_for_each(|field| self.pass(field, bytes, deeper))?,
            Kind::Named(number) => self.pass(self.named.get(*number)?, bytes, deeper)?,
        }
        Some(())
    }

    /// Passes over the blocks of a list or map.
    fn pass_items(&self, kind: &Kind, have_keys: bool, bytes: &mut &[u8], deeper: usize) -> Option<()> {
        loop {
            let count = long(bytes)?;
            if count == 0 {
                return Some(());
            }
            if count < 0 {
                // The block says how many bytes it has.
                take_bytes(bytes)?;
                continue;
            }
            for _ in 0..count {
                let before = bytes.len();
                if have_keys {
                    take_bytes(bytes)?;
                }
                self.pass(kind, bytes, deeper)?;
                // Items without any bytes could be as many as a number can say.
                if bytes.len() == before {
                    break;
                }
            }
        }
    }
}

/// The kinds that have names.
#[derive(Default)]
struct Names {
    numbers: HashMap<String, usize>,
    kinds: Vec<Kind>,
}

impl Names {
    fn kind(&mut self, schema: &Value, deepest: usize) -> Option<Kind> {
        let deeper = deepest.checked_sub(1)?;
        match schema {
            Value::String(name) => self.plain(name),
            Value::Array(kinds) => kinds
                .iter()
                .map(|kind| self.kind(kind, deeper))
                .collect::<Option<_>>()
                .map(Kind::Union),
            Value::Object(members) => match members.get("type")? {
                Value::String(name) => match name.as_str() {
                    "array" => Some(Kind::List(Box::new(self.kind(members.get("items")?, deeper)?))),
                    "map" => Some(Kind::Map(Box::new(self.kind(members.get("values")?, deeper)?))),
                    "record" | "error" => {
                        // Its fields may name it.
                        let number = self.add(members.get("name")?.as_str()?);
                        let fields = members.get("fields")?.as_array()?.iter();
                        let kinds: Option<Vec<Kind>> = fields.map(|field| self.kind(field.get("type")?, deeper)).collect();
                        *self.kinds.get_mut(number)? = Kind::Record(kinds?);
                        Some(Kind::Named(number))
                    }
                    "enum" | "fixed" => {
                        let number = self.add(members.get("name")?.as_str()?);
                        *self.kinds.get_mut(number)? = match members.get("size") {
                            Some(size) => Kind::Fixed(usize::try_from(size.as_u64()?).ok()?),
                            None => Kind::Long,
                        };
                        Some(Kind::Named(number))
                    }
                    name => self.plain(name),
                },
                kind => self.kind(kind, deeper),
            },
            _ => None,
        }
    }

    fn add(&mut self, name: &str) -> usize {
        self.kinds.push(Kind::Null);
        self.numbers.insert(name.to_owned(), self.kinds.len() - 1);
        self.kinds.len() - 1
    }

    fn plain(&self, name: &str) -> Option<Kind> {
        Some(match name {
            "null" => Kind::Null,
            "boolean" => Kind::Byte,
            "int" | "long" => Kind::Long,
            "float" => Kind::Fixed(4),
            "double" => Kind::Fixed(8),
            "bytes" | "string" => Kind::Bytes,
            name => {
                let last = name.rsplit('.').next()?;
                Kind::Named(*self.numbers.get(name).or_else(|| self.numbers.get(last))?)
            }
        })
    }
}

/// A number: seven bits a byte, the lowest first, and its sign in the lowest bit of all.
pub fn long(bytes: &mut &[u8]) -> Option<i64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let byte = take(bytes, 1)?[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some((value >> 1) as i64 ^ -((value & 1) as i64));
        }
    }
    None
}

/// A length and so many bytes.
pub fn take_bytes<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(long(bytes)?).ok()?;
    take(bytes, length)
}

pub fn take<'b>(bytes: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}
