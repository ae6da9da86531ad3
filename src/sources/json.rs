//! Values of a JSON text whose structure is known: members, items, and the few scalars that a reader needs, decoded on demand.
//!
//! What is not asked for is skipped by structure. The rules where JSON texts may differ from the book:
//!
//! * a member is a string that a colon follows directly (blanks allowed) in an object; keys are case-sensitive, their escapes decoded;
//! * of repeated keys the last counts, whatever it is: whoever walks the members keeps the latest;
//! * a value that is asked for must be well-formed and be followed by a comma or a closing bracket, else it is [`Value::Unreadable`];
//! * in strings a lone surrogate reads as U+FFFD; control characters are taken as they are.

use crate::domain::day::Instant;
use crate::sources::keys::Keys;
use crate::sources::structure::{Structure, is_blank};
use crate::sources::text::Text;

/// A text and what [`Structure::find`] found in it.
#[derive(Clone, Copy)]
pub struct Json<'a> {
    pub text: &'a [u8],
    pub structure: &'a Structure,
}

/// A value in a text, not yet looked at. Small: readers collect them by the dozen for every record.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    json: &'a Json<'a>,
    /// Where its first byte is.
    at: u32,
    /// The number of the first bracket at or after that place.
    bracket: u32,
}

/// A value that was looked at.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    Null,
    Bool(bool),
    /// A number, as it stands in the text.
    Number(&'a [u8]),
    Text(Text<'a>),
    Object(Node<'a>),
    Array(Node<'a>),
    /// A moment, where a form that is no JSON has it as one.
    Instant(Instant),
    /// Not JSON.
    Unreadable,
}

impl<'a> Node<'a> {
    /// The outermost value of a text.
    pub fn outermost(json: &'a Json<'a>) -> Node<'a> {
        Node {
            json,
            at: json.structure.bracket(0).at,
            bracket: 0,
        }
    }

    fn first_byte(self) -> u8 {
        self.json.text.get(self.at as usize).copied().unwrap_or(b' ')
    }

    pub fn is_object(self) -> bool {
        self.first_byte() == b'{'
    }

    pub fn is_array(self) -> bool {
        self.first_byte() == b'['
    }

    /// The number of the bracket that closes this object or array.
    #[inline]
    fn closed_by(self) -> usize {
        self.json.structure.bracket(self.bracket as usize).closed_by as usize
    }

    /// The place right after this object or array.
    #[inline]
    fn end_of_brackets(self) -> usize {
        self.json.structure.bracket(self.closed_by()).at as usize + 1
    }

    /// The text of the value, for a message.
    pub fn raw(self) -> &'a [u8] {
        let Json { text, structure } = *self.json;
        let at = self.at as usize;
        let end = match self.first_byte() {
            b'{' | b'[' => self.end_of_brackets(),
            b'"' => structure.quote_from(at + 1).map_or(text.len(), |quote| quote + 1),
            _ => at + text[at..].iter().take_while(|byte| !matches!(byte, b',' | b'}' | b']')).count(),
        };
        &text[at..end]
    }

    /// Calls `each` with every member of an object whose key may be one of `keys`, in their order, the key decoded; with others
    /// it may be called too. Something else than an object has no members.
    #[inline]
    pub fn members(self, keys: Keys, mut each: impl FnMut(&[u8], Node<'a>)) {
        if !self.is_object() {
            return;
        }
        let Json { text, structure } = *self.json;
        let mut next = self.bracket + 1;
        let mut colon = structure.bracket(self.bracket as usize).colons as usize;
        let end = structure.bracket(self.closed_by()).colons as usize;
        while colon < end {
            let place = structure.colon(colon);
            let bracket = structure.bracket(next as usize);
            if (bracket.at as usize) < place {
                // A bracket that is nobody's value; what is in it is nobody's member.
                next = bracket.closed_by + 1;
                colon = structure.bracket(bracket.closed_by as usize).colons as usize;
                continue;
            }
            colon += 1;
            let at = skip_blanks(text, place + 1) as u32;
            let value = Node {
                json: self.json,
                at,
                bracket: next,
            };
            if bracket.at == at && bracket.closed_by != 0 {
                next = bracket.closed_by + 1;
                colon = structure.bracket(bracket.closed_by as usize).colons as usize;
            }
            if !keys.may_end_at(text, place) {
                continue;
            }
            match self.key_before(place) {
                Some(Text { raw, escaped: false }) => each(raw, value),
                Some(key) => decode_key(key, &mut |key| each(key, value)),
                None => {}
            }
        }
    }

    /// The string that ends right before a colon.
    #[inline(always)]
    fn key_before(self, colon: usize) -> Option<Text<'a>> {
        let Json { text, structure } = *self.json;
        let mut last = colon - 1;
        while is_blank(text[last]) {
            last -= 1;
        }
        let (first, escaped) = structure.string_until(last)?;
        Some(Text {
            raw: &text[first..last],
            escaped,
        })
    }

    /// The member with this key, the last one if there are several.
    pub fn member(self, key: &[u8]) -> Option<Node<'a>> {
        let mut found = None;
        self.members(Keys::of(&[key]), |name, value| {
            if name == key {
                found = Some(value);
            }
        });
        found
    }

    /// The values of an array. Something else has none.
    pub fn items(self) -> Items<'a> {
        let end = if self.is_array() { self.end_of_brackets() - 1 } else { 0 };
        Items {
            of: self,
            at: self.at as usize + 1,
            bracket: self.bracket + 1,
            end,
        }
    }

    /// What the value is.
    pub fn value(self) -> Value<'a> {
        let Json { text, structure } = *self.json;
        let at = self.at as usize;
        let (value, end) = match self.first_byte() {
            b'"' => {
                let Some(quote) = structure.quote_from(at + 1) else {
                    return Value::Unreadable;
                };
                let escaped = structure.has_backslash(at + 1, quote);
                (
                    Value::Text(Text {
                        raw: &text[at + 1..quote],
                        escaped,
                    }),
                    quote + 1,
                )
            }
            b'{' => (Value::Object(self), self.end_of_brackets()),
            b'[' => (Value::Array(self), self.end_of_brackets()),
            _ => self.word(),
        };
        match text.get(skip_blanks(text, end)) {
            Some(b',' | b'}' | b']') => value,
            // The outermost value has nothing after it.
            None if self.bracket == 0 => value,
            _ => Value::Unreadable,
        }
    }

    /// A value without quotes or brackets, and the place right after it.
    fn word(self) -> (Value<'a>, usize) {
        let rest = self.json.text.get(self.at as usize..).unwrap_or_default();
        let length = rest
            .iter()
            .take_while(|byte| !matches!(byte, b',' | b'}' | b']') && !is_blank(**byte))
            .count();
        let token = &rest[..length];
        let value = match token {
            b"null" => Value::Null,
            b"true" => Value::Bool(true),
            b"false" => Value::Bool(false),
            _ if is_number(token) => Value::Number(token),
            _ => Value::Unreadable,
        };
        (value, self.at as usize + length)
    }
}

#[cold]
#[inline(never)]
fn decode_key(key: Text<'_>, each: &mut dyn FnMut(&[u8])) {
    let mut decoded = String::new();
    if key.append_to(&mut decoded).is_some() {
        each(decoded.as_bytes());
    }
}

#[inline]
fn skip_blanks(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while text.get(at).is_some_and(|byte| is_blank(*byte)) {
        at += 1;
    }
    at
}

/// The number grammar of JSON.
fn is_number(token: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = token.strip_prefix(b"-").unwrap_or(token);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return false;
    }
    rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = &fraction[count..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = exponent.strip_prefix(b"+").or(exponent.strip_prefix(b"-")).unwrap_or(exponent);
        let count = digits(exponent);
        return count > 0 && count == exponent.len();
    }
    rest.is_empty()
}

/// How far it is to the next comma, bracket or string of an array. A quote after a backslash begins no string, also where no string is around it.
fn word_length(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        at += match byte {
            b',' | b'{' | b'[' | b'"' => return at,
            b'\\' if matches!(text.get(at + 1), Some(b'"' | b'\\')) => 2,
            _ => 1,
        };
    }
    text.len()
}

/// The values of an array, one after the other; separators are not judged.
pub struct Items<'a> {
    of: Node<'a>,
    at: usize,
    bracket: u32,
    end: usize,
}

impl<'a> Iterator for Items<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        let Json { text, structure } = *self.of.json;
        while self.at < self.end && (is_blank(text[self.at]) || text[self.at] == b',') {
            self.at += 1;
        }
        if self.at >= self.end {
            return None;
        }
        while (self.bracket as usize) < self.of.closed_by() && (structure.bracket(self.bracket as usize).at as usize) < self.at {
            self.bracket += 1;
        }
        let item = Node {
            json: self.of.json,
            at: self.at as u32,
            bracket: self.bracket,
        };
        match text[self.at] {
            b'{' | b'[' => {
                self.at = item.end_of_brackets();
                self.bracket = item.closed_by() as u32 + 1;
            }
            b'"' => self.at = structure.quote_from(self.at + 1).map_or(self.end, |quote| quote + 1),
            _ => {
                self.at += word_length(&text[self.at..self.end]).max(1);
            }
        }
        Some(item)
    }
}
