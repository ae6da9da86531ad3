//! The values of a JSON text whose structure is known: members, items, and the few scalars that a
//! reader needs. They are decoded when they are asked for.
//!
//! What is not asked for is skipped by structure. Where a text may differ from the JSON standard,
//! these are the rules:
//!
//! * a member is a string that a colon follows directly (blanks allowed) in an object; keys are
//!   case-sensitive, their escapes decoded;
//! * of repeated keys the last one counts, whatever its value is;
//! * a value that is asked for must be well-formed and be followed by a comma or a closing bracket,
//!   else it is [`Value::Unreadable`];
//! * in strings a lone surrogate reads as U+FFFD; control characters are taken as they are.

use crate::domain::day::Instant;
use crate::sources::json::brackets::Colons;
use crate::sources::json::key_set::{Candidate, Keys};
use crate::sources::json::string::Text;
use crate::sources::json::structure::{Structure, is_blank};

/// A text and what [`Structure::find`] found in it.
#[derive(Clone, Copy)]
pub struct Json<'a> {
    pub text: &'a [u8],
    pub structure: &'a Structure,
}

/// A value in a text that was not looked at yet. It is small, because readers collect a dozen of
/// them for every record.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    json: &'a Json<'a>,
    /// Where its first byte is.
    at: u32,
    /// The number of the first mark at or after that place.
    mark: u32,
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
    /// An instant. JSON has none, but Parquet has.
    Instant(Instant),
    /// Not JSON.
    Unreadable,
}

impl<'a> Node<'a> {
    /// The outermost value of a text.
    pub fn outermost(json: &'a Json<'a>) -> Node<'a> {
        Node {
            json,
            at: json.structure.marks().place(0) as u32,
            mark: 0,
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
    fn closer(self) -> usize {
        self.json.structure.marks().closer(self.mark as usize)
    }

    /// The place behind this object or array.
    #[inline]
    fn end_of_brackets(self) -> usize {
        self.json.structure.marks().place(self.closer()) + 1
    }

    /// The bytes of the value, for a reject.
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

    /// The values of these keys in an object, of each key the last one. What is no object has no
    /// members.
    #[inline]
    pub fn fields<const N: usize>(self, keys: &Keys<N>) -> [Option<Node<'a>>; N] {
        if self.json.structure.has_unicode_escapes() {
            self.fields_in_spelled(keys)
        } else {
            self.fields_where(keys, |_| false)
        }
    }

    /// The same, for a text in which an escape may spell a letter.
    #[inline(never)]
    fn fields_in_spelled<const N: usize>(self, keys: &Keys<N>) -> [Option<Node<'a>>; N] {
        self.fields_where(keys, |colon| self.json.structure.may_have_unicode_escape(colon))
    }

    /// `may_have_unicode_escape` says whether such an escape may be in the key before a colon.
    #[inline(always)]
    fn fields_where<const N: usize>(self, keys: &Keys<N>, may_have_unicode_escape: impl Fn(usize) -> bool) -> [Option<Node<'a>>; N] {
        let Json { text, structure } = *self.json;
        let mut fields = [None; N];
        for (colon, next) in self.colons() {
            let tail = tail_before(text, colon);
            let number = if tail >> 56 == u64::from(b'"') && !may_have_unicode_escape(colon) {
                // Most members are none of the keys: one branch tells.
                let Some(candidate) = keys.candidate(tail) else { continue };
                key_before(text, structure, colon, keys, candidate)
            } else {
                careful_key_before(text, structure, colon, keys)
            };
            if let Some(number) = number {
                fields[number] = Some(self.value_after(colon, next));
            }
        }
        fields
    }

    /// The value of this key.
    #[inline]
    pub fn field(self, key: &Keys<1>) -> Option<Node<'a>> {
        let [field] = self.fields(key);
        field
    }

    /// The colons of an object itself, not those of the objects in it.
    #[inline(always)]
    fn colons(self) -> Colons<'a> {
        let end = if self.is_object() { self.closer() } else { 0 };
        self.json.structure.marks().colons(self.mark as usize + 1, end)
    }

    /// The value behind a member's colon.
    #[inline]
    fn value_after(self, colon: usize, next: u32) -> Node<'a> {
        Node {
            json: self.json,
            at: skip_blanks(self.json.text, colon + 1) as u32,
            mark: next,
        }
    }

    /// The members of an object in their order, also where a key is repeated.
    pub fn keyed(self) -> impl Iterator<Item = (Text<'a>, Node<'a>)> {
        let Json { text, structure } = *self.json;
        let member = move |(colon, next)| Some((string_before(text, structure, colon)?, self.value_after(colon, next)));
        self.colons().filter_map(member)
    }

    /// All members of an object with their keys decoded, to say what a reject lacks.
    pub fn members(self) -> Vec<(String, Node<'a>)> {
        let mut members = Vec::new();
        for (raw, value) in self.keyed() {
            let mut key = String::new();
            if raw.append_to(&mut key).is_some() {
                members.push((key, value));
            }
        }
        members
    }

    /// The values of an array. What is no array has none.
    pub fn items(self) -> Items<'a> {
        let end = if self.is_array() { self.end_of_brackets() - 1 } else { 0 };
        Items {
            of: self,
            at: self.at as usize + 1,
            mark: self.mark + 1,
            end,
        }
    }

    /// What the value is.
    pub fn value(self) -> Value<'a> {
        let Json { text, structure } = *self.json;
        let at = self.at as usize;
        let (value, end) = match self.first_byte() {
            b'"' => {
                let Some((quote, escaped)) = structure.string_from(at + 1) else {
                    return Value::Unreadable;
                };
                let raw = &text[at + 1..quote];
                (Value::Text(Text { raw, escaped }), quote + 1)
            }
            b'{' => (Value::Object(self), self.end_of_brackets()),
            b'[' => (Value::Array(self), self.end_of_brackets()),
            _ => self.word(),
        };
        match text.get(skip_blanks(text, end)) {
            Some(b',' | b'}' | b']') => value,
            // The outermost value has nothing behind it.
            None if self.mark == 0 => value,
            _ => Value::Unreadable,
        }
    }

    /// A value without quotes or brackets, and the place behind it.
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

/// Which of some keys stands before a colon. A quote is right before the colon, and no escape in
/// the key may spell a letter.
#[inline(always)]
fn key_before<const N: usize>(text: &[u8], structure: &Structure, colon: usize, keys: &Keys<N>, candidate: Candidate) -> Option<usize> {
    let padded;
    let window = match text[..colon].last_chunk() {
        Some(window) => window,
        None => {
            padded = self::padded(&text[..colon]);
            &padded
        }
    };
    let number = keys.ending(window, candidate)?;
    // Between two quotes there are only letters. The last quote ends a string, because the colon is
    // outside of strings. So the first one begins it, unless a backslash stands before it.
    let is_escaped = colon
        .checked_sub(3 + keys.length(number))
        .is_some_and(|before| text[before] == b'\\');
    if is_escaped {
        return careful_key_before(text, structure, colon, keys);
    }
    Some(number)
}

/// The last eight bytes before a colon.
#[inline(always)]
fn tail_before(text: &[u8], colon: usize) -> u64 {
    let before = &text[..colon];
    match before.last_chunk() {
        Some(tail) => u64::from_le_bytes(*tail),
        None => u64::from_le_bytes(padded(before)),
    }
}

/// The bytes before a colon near the beginning of a text, filled up with blanks.
#[cold]
fn padded<const SIZE: usize>(before: &[u8]) -> [u8; SIZE] {
    let mut window = [b' '; SIZE];
    window[SIZE - before.len()..].copy_from_slice(before);
    window
}

/// The same, however the key is spelled, and with blanks before the colon.
#[cold]
#[inline(never)]
fn careful_key_before<const N: usize>(text: &[u8], structure: &Structure, colon: usize, keys: &Keys<N>) -> Option<usize> {
    let mut key = String::new();
    string_before(text, structure, colon)?.append_to(&mut key)?;
    keys.position(&key)
}

/// The string that ends before a colon, and before the blanks that stand there.
fn string_before<'a>(text: &'a [u8], structure: &Structure, colon: usize) -> Option<Text<'a>> {
    let last = text[..colon].iter().rposition(|byte| !is_blank(*byte))?;
    let (first, escaped) = structure.string_until(last)?;
    Some(Text {
        raw: &text[first..last],
        escaped,
    })
}

#[inline]
fn skip_blanks(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while text.get(at).is_some_and(|byte| is_blank(*byte)) {
        at += 1;
    }
    at
}

/// Whether a word is a number of JSON.
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

/// The number of bytes before the next comma, bracket or string of an array. A quote behind a
/// backslash begins no string, even outside of strings.
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

/// The values of an array, one after the other. Whether the commas between them are right is not
/// checked.
pub struct Items<'a> {
    of: Node<'a>,
    at: usize,
    mark: u32,
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
        while (self.mark as usize) < self.of.closer() && structure.marks().place(self.mark as usize) < self.at {
            self.mark += 1;
        }
        let item = Node {
            json: self.of.json,
            at: self.at as u32,
            mark: self.mark,
        };
        match text[self.at] {
            b'{' | b'[' => {
                let closer = item.closer();
                self.at = structure.marks().place(closer) + 1;
                self.mark = closer as u32 + 1;
            }
            b'"' => self.at = structure.quote_from(self.at + 1).map_or(self.end, |quote| quote + 1),
            _ => {
                self.at += word_length(&text[self.at..self.end]).max(1);
            }
        }
        Some(item)
    }
}
