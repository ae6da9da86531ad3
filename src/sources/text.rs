//! Strings of a JSON text, decoded on demand.

/// A string as it stands in the text, between its quotes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Text<'a> {
    pub(super) raw: &'a [u8],
    pub(super) escaped: bool,
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
        if !self.escaped {
            // A cell of a table may have backslashes that are only that.
            out.push_str(rest);
            return Some(());
        }
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
