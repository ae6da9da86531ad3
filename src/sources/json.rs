//! Values of a JSON text whose structure is known: members, items, and the few scalars that a reader needs, decoded on demand.
//!
//! What is not asked for is skipped by structure. The rules where JSON texts may differ from the book:
//!
//! * a member is a string that a colon follows directly (blanks allowed) in an object; keys are case-sensitive, their escapes decoded;
//! * of repeated keys the last counts, whatever it is: whoever walks the members keeps the latest;
//! * a value that is asked for must be well-formed and be followed by a comma or a closing bracket, else it is [`Value::Unreadable`];
//! * in strings a lone surrogate reads as U+FFFD; control characters are taken as they are.

use crate::sources::structure::{Structure, is_blank};

/// A value in a text, not yet looked at.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    text: &'a [u8],
    structure: &'a Structure,
    /// Where its first byte is.
    at: usize,
    /// The number of the first bracket at or after that place.
    bracket: usize,
}

/// A string as it stands in the text, between its quotes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Text<'a> {
    raw: &'a [u8],
    escaped: bool,
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
    /// Not JSON.
    Unreadable,
}

impl<'a> Node<'a> {
    /// The outermost value of a text; `structure` is what [`Structure::find`] found in it.
    pub fn outermost(text: &'a [u8], structure: &'a Structure) -> Node<'a> {
        Node { text, structure, at: structure.bracket(0).at as usize, bracket: 0 }
    }

    fn first_byte(self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(b' ')
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
        self.structure.bracket(self.bracket).closed_by as usize
    }

    /// The place right after this object or array.
    #[inline]
    fn end_of_brackets(self) -> usize {
        self.structure.bracket(self.closed_by()).at as usize + 1
    }

    /// The text of the value, for a message.
    pub fn raw(self) -> &'a [u8] {
        let end = match self.first_byte() {
            b'{' | b'[' => self.end_of_brackets(),
            b'"' => self.structure.quote_from(self.at + 1).map_or(self.text.len(), |quote| quote + 1),
            _ => {
                self.at
                    + self.text[self.at..]
                        .iter()
                        .take_while(|byte| !matches!(byte, b',' | b'}' | b']'))
                        .count()
            }
        };
        &self.text[self.at..end]
    }

    /// Calls `each` with every member of an object in its order, the key decoded. Something else has no members.
    #[inline]
    pub fn members(self, mut each: impl FnMut(&[u8], Node<'a>)) {
        if !self.is_object() {
            return;
        }
        let structure = self.structure;
        let mut next = self.bracket + 1;
        let mut colon = structure.bracket(self.bracket).colons as usize;
        let end = structure.bracket(self.closed_by()).colons as usize;
        while colon < end {
            let place = structure.colon(colon);
            let bracket = structure.bracket(next);
            if (bracket.at as usize) < place {
                // A bracket that is nobody's value; what is in it is nobody's member.
                next = bracket.closed_by as usize + 1;
                colon = structure.bracket(next - 1).colons as usize;
                continue;
            }
            colon += 1;
            let at = skip_blanks(self.text, place + 1);
            let value = Node { text: self.text, structure, at, bracket: next };
            if bracket.at as usize == at && bracket.closed_by != 0 {
                next = bracket.closed_by as usize + 1;
                colon = structure.bracket(next - 1).colons as usize;
            }
            let Some(key) = self.key_before(place) else { continue };
            if key.escaped {
                let mut decoded = String::new();
                if key.append_to(&mut decoded).is_some() {
                    each(decoded.as_bytes(), value);
                }
            } else {
                each(key.raw, value);
            }
        }
    }

    /// The string that ends right before a colon.
    #[inline(always)]
    fn key_before(self, colon: usize) -> Option<Text<'a>> {
        let mut last = colon - 1;
        while is_blank(self.text[last]) {
            last -= 1;
        }
        let (first, escaped) = self.structure.string_until(last)?;
        Some(Text { raw: &self.text[first..last], escaped })
    }

    /// The member with this key, the last one if there are several.
    pub fn member(self, key: &[u8]) -> Option<Node<'a>> {
        let mut found = None;
        self.members(|name, value| {
            if name == key {
                found = Some(value);
            }
        });
        found
    }

    /// The values of an array. Something else has none.
    pub fn items(self) -> Items<'a> {
        let end = if self.is_array() { self.end_of_brackets() - 1 } else { self.at };
        Items {
            of: self,
            at: self.at + 1,
            bracket: self.bracket + 1,
            end,
        }
    }

    /// What the value is.
    pub fn value(self) -> Value<'a> {
        let (value, end) = match self.first_byte() {
            b'"' => {
                let Some(quote) = self.structure.quote_from(self.at + 1) else {
                    return Value::Unreadable;
                };
                let raw = &self.text[self.at + 1..quote];
                (
                    Value::Text(Text {
                        raw,
                        escaped: self.structure.has_backslash(self.at + 1, quote),
                    }),
                    quote + 1,
                )
            }
            b'{' => (Value::Object(self), self.end_of_brackets()),
            b'[' => (Value::Array(self), self.end_of_brackets()),
            _ => {
                let length = self.text[self.at..]
                    .iter()
                    .take_while(|byte| !matches!(byte, b',' | b'}' | b']') && !is_blank(**byte))
                    .count();
                let token = &self.text[self.at..self.at + length];
                let value = match token {
                    b"null" => Value::Null,
                    b"true" => Value::Bool(true),
                    b"false" => Value::Bool(false),
                    _ if is_number(token) => Value::Number(token),
                    _ => Value::Unreadable,
                };
                (value, self.at + length)
            }
        };
        match self.text.get(skip_blanks(self.text, end)) {
            Some(b',' | b'}' | b']') => value,
            // The outermost value has nothing after it.
            None if self.bracket == 0 => value,
            _ => Value::Unreadable,
        }
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

/// The values of an array, one after the other; separators are not judged.
pub struct Items<'a> {
    of: Node<'a>,
    at: usize,
    bracket: usize,
    end: usize,
}

impl<'a> Iterator for Items<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        let Node { text, structure, .. } = self.of;
        while self.at < self.end && (is_blank(text[self.at]) || text[self.at] == b',') {
            self.at += 1;
        }
        if self.at >= self.end {
            return None;
        }
        while self.bracket < self.of.closed_by() && (structure.bracket(self.bracket).at as usize) < self.at {
            self.bracket += 1;
        }
        let item = Node { text, structure, at: self.at, bracket: self.bracket };
        match text[self.at] {
            b'{' | b'[' => {
                self.at = item.end_of_brackets();
                self.bracket = item.closed_by() + 1;
            }
            b'"' => self.at = structure.quote_from(self.at + 1).map_or(self.end, |quote| quote + 1),
            _ => {
                let rest = &text[self.at..self.end];
                let length = rest.iter().take_while(|byte| !matches!(byte, b',' | b'{' | b'[' | b'"')).count();
                self.at += length.max(1);
            }
        }
        Some(item)
    }
}

impl<'a> Text<'a> {
    /// The text itself where it has no escapes.
    pub fn plain(self) -> Option<&'a [u8]> {
        (!self.escaped).then_some(self.raw)
    }

    pub fn is_empty(self) -> bool {
        self.raw.is_empty()
    }

    /// Whether the decoded text is this one.
    #[inline]
    pub fn is(self, text: &str) -> bool {
        match self.plain() {
            Some(plain) => plain == text.as_bytes(),
            None => self.decode(&mut String::new()) == Some(text),
        }
    }

    /// Appends the text, its escapes decoded; `None` (and nothing of use appended) where an escape is none of JSON's.
    pub fn append_to(self, out: &mut String) -> Option<()> {
        let mut rest = std::str::from_utf8(self.raw).ok()?;
        while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
            out.push_str(&rest[..at]);
            let escape = *rest.as_bytes().get(at + 1)?;
            rest = rest.get(at + 2..)?;
            let plain = match escape {
                b'"' | b'\\' | b'/' => char::from(escape),
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'u' => {
                    let unit = hexadecimal(rest)?;
                    rest = rest.get(4..)?;
                    let low = (0xd800..0xdc00)
                        .contains(&unit)
                        .then(|| rest.strip_prefix("\\u").and_then(hexadecimal))
                        .flatten();
                    match low.filter(|low| (0xdc00..0xe000).contains(low)) {
                        Some(low) => {
                            rest = rest.get(6..)?;
                            char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00))?
                        }
                        None => char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER),
                    }
                }
                _ => return None,
            };
            out.push(plain);
        }
        out.push_str(rest);
        Some(())
    }

    /// The decoded text: borrowed where it has no escapes, else put into `buffer`.
    pub fn decode<'b>(self, buffer: &'b mut String) -> Option<&'b str>
    where
        'a: 'b,
    {
        if self.escaped {
            buffer.clear();
            self.append_to(buffer)?;
            Some(buffer)
        } else {
            std::str::from_utf8(self.raw).ok()
        }
    }
}

fn hexadecimal(text: &str) -> Option<u32> {
    let digits = text.get(..4)?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then(|| u32::from_str_radix(digits, 16).ok())?
}
