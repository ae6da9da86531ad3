//! Reads the kinds of fields that several formats have: ids, tenants, times, numbers, words.

use std::borrow::Cow;

use crate::domain::day::{Day, EARLIEST, Instant, MICROS_PER_DAY};
use crate::domain::guid::Guid;
use crate::domain::subscription::State;
use crate::sources::date_order::Dates;
use crate::sources::fields::time::{Spelled, parse_instant};
use crate::sources::file_context::FileContext;
use crate::sources::json::key_set::Keys;
use crate::sources::json::string::Text;
use crate::sources::json::value::{Node, Value};
use crate::sources::record::Reason;

/// A field of a record: a value of a JSON text that was not looked at yet, or one that was.
pub trait Field<'a>: Copy {
    fn value(self) -> Value<'a>;
}

impl<'a> Field<'a> for Node<'a> {
    #[inline]
    fn value(self) -> Value<'a> {
        Node::value(self)
    }
}

impl<'a> Field<'a> for Value<'a> {
    #[inline]
    fn value(self) -> Value<'a> {
        self
    }
}

/// The value of a field that is there and not null.
#[inline]
pub fn present<'a>(field: Option<impl Field<'a>>) -> Option<Value<'a>> {
    match field?.value() {
        Value::Null => None,
        value => Some(value),
    }
}

/// The string in a field. Missing and null are `None`, anything else is unreadable.
#[inline]
pub fn text<'a>(field: Option<impl Field<'a>>) -> Result<Option<Text<'a>>, Reason> {
    match present(field) {
        None => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text)),
        Some(_) => Err(Reason::UnreadableValue),
    }
}

/// The array in a field. Missing and null are `None`. Windows PowerShell wraps some arrays:
/// `{"value":[...],"Count":2}`.
pub fn array<'a>(field: Option<impl Field<'a>>) -> Result<Option<Node<'a>>, Reason> {
    match present(field) {
        None => Ok(None),
        Some(Value::Array(array)) => Ok(Some(array)),
        Some(Value::Object(object)) => match object.fields(&const { Keys::of(["value", "Count"]) }) {
            [Some(array), Some(_)] if array.is_array() => Ok(Some(array)),
            _ => Err(Reason::UnreadableValue),
        },
        Some(value) => Err(not_nested(value)),
    }
}

/// The reason for the reject of a value in the place of an object or array. `ConvertTo-Json` turns
/// what lies deeper than its `-Depth` into text, and `Export-Csv` does so with all objects.
pub fn not_nested(value: Value<'_>) -> Reason {
    match value {
        Value::Text(text) if text.decode(&mut String::new()).is_some_and(is_cut) => Reason::CutByPowershell,
        _ => Reason::UnreadableValue,
    }
}

/// How the names of types begin that PowerShell writes for objects of Microsoft's modules. Names of
/// apps begin like others of Microsoft's types (`Microsoft.Azure.SyncFabric`).
const CUT_TYPES: [&str; 5] = [
    "System.",
    "Microsoft.Graph.",
    "Microsoft.Open.",
    "Microsoft.Online.",
    "Microsoft.Store.",
];

/// Whether a text is what PowerShell writes in the place of an object or array: its members
/// (`@{errorCode=0; ...}`), or the name of its type (`System.Object[]`,
/// `Microsoft.Graph.PowerShell.Models.MicrosoftGraphSignInStatus`), which an array of several
/// repeats.
pub fn is_cut(text: &str) -> bool {
    let is_type = |word: &str| {
        let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"._+`,[]".contains(&byte);
        CUT_TYPES.iter().any(|space| word.starts_with(space)) && word.bytes().all(is_sign)
    };
    let mut words = text.split(' ').peekable();
    text.starts_with("@{") || (words.peek().is_some() && words.all(is_type))
}

/// An id in lower case, whatever it looks like; a missing one is empty. Nearly all ids are written
/// in lower case and need no memory of their own.
#[inline]
pub fn folded_id<'a>(field: Option<impl Field<'a>>) -> Result<Cow<'a, str>, Reason> {
    text(field)?.map_or(Ok(Cow::Borrowed("")), folded)
}

/// An id that has to be there and not empty.
#[inline]
pub fn required_id<'a>(field: Option<impl Field<'a>>) -> Result<Cow<'a, str>, Reason> {
    text(field)?.filter(|text| !text.is_empty()).map_or(Err(Reason::MissingId), folded)
}

#[inline]
fn folded(text: Text<'_>) -> Result<Cow<'_, str>, Reason> {
    match text.plain().and_then(folded_already) {
        Some(plain) => Ok(Cow::Borrowed(plain)),
        None => {
            let mut decoded = String::new();
            text.append_to(&mut decoded).ok_or(Reason::UnreadableValue)?;
            Ok(Cow::Owned(decoded.to_lowercase()))
        }
    }
}

/// The text, if it is ASCII without capital letters.
#[inline]
fn folded_already(text: &[u8]) -> Option<&str> {
    // An id has 36 bytes. They are checked eight at a time; the last eight overlap with those
    // before.
    let others = match text.last_chunk::<8>() {
        Some(last) => {
            let words = text.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word));
            words.fold(not_folded(u64::from_le_bytes(*last)), |others, word| others | not_folded(word))
        }
        None => {
            let mut padded = [0; 8];
            padded[..text.len()].copy_from_slice(text);
            not_folded(u64::from_le_bytes(padded))
        }
    };
    // SAFETY: each byte was just seen to be ASCII.
    (others == 0).then(|| unsafe { std::str::from_utf8_unchecked(text) })
}

/// The top bit of each of eight bytes that is a capital letter or not ASCII.
#[inline(always)]
fn not_folded(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // Without its top bit, no byte of a sum carries into the next one. Then the top bit of the sum
    // says whether the byte is at least `A`, or above `Z`.
    let low = word & (EACH * 0x7f);
    let from_a = low + EACH * (0x80 - b'A' as u64);
    let above_z = low + EACH * (0x80 - b'Z' as u64 - 1);
    (word | (from_a & !above_z)) & (EACH * 0x80)
}

/// Finds the tenant of a record: the one that it names, which must not contradict the path, else
/// that of the path.
#[derive(Default)]
pub struct Tenants {
    /// The last text that was read. Most likely it comes again.
    last: Option<([u8; 36], Guid)>,
}

impl Tenants {
    #[inline]
    pub fn of_record<'a>(&mut self, field: Option<impl Field<'a>>, context: &FileContext) -> Result<Guid, Reason> {
        let text = match present(field) {
            None => return context.tenant.ok_or(Reason::MissingTenant),
            Some(Value::Text(text)) if text.is_empty() => return context.tenant.ok_or(Reason::MissingTenant),
            Some(Value::Text(text)) => text,
            Some(_) => return Err(Reason::MalformedTenant),
        };
        let tenant = match (text.plain(), self.last) {
            (Some(plain), Some((last, tenant))) if plain == last => tenant,
            _ => self.parse(text).ok_or(Reason::MalformedTenant)?,
        };
        match context.tenant {
            Some(of_path) if of_path != tenant => Err(Reason::TenantContradictsPath),
            _ => Ok(tenant),
        }
    }

    /// Whether a text is a GUID other than this tenant.
    #[inline]
    pub fn is_other(&self, text: Text<'_>, tenant: Guid) -> bool {
        match (text.plain(), self.last) {
            (Some(plain), Some((last, known))) if plain == last => known != tenant,
            _ => guid(text).is_some_and(|other| other != tenant),
        }
    }

    fn parse(&mut self, text: Text<'_>) -> Option<Guid> {
        let tenant = guid(text)?;
        self.last = text.plain().and_then(|plain| plain.try_into().ok()).map(|plain| (plain, tenant));
        Some(tenant)
    }
}

/// A GUID in any case.
pub fn guid(text: Text<'_>) -> Option<Guid> {
    match text.plain() {
        Some(plain) => Guid::parse(plain),
        None => Guid::parse(text.decode(&mut String::new())?.as_bytes()),
    }
}

/// The instant that a text spells, in the order of day and month of the file's dates.
#[inline]
pub fn instant(text: Text<'_>, dates: &Dates) -> Result<Instant, Reason> {
    let spelled = match text.plain() {
        Some(plain) => parse_instant(plain),
        None => text.decode(&mut String::new()).and_then(|text| parse_instant(text.as_bytes())),
    };
    match spelled.ok_or(Reason::UnreadableTime)? {
        Spelled::At(at) => Ok(at),
        Spelled::Slashed {
            month_first,
            day_first,
            is_day_usual,
        } => dates.choose(month_first, day_first, is_day_usual),
    }
}

/// The time of an event: its own, which has to be readable, or where it has none, that of its
/// envelope. It must not be before 2010, nor more than a day after the receipt of the file.
#[inline]
pub fn event_time<'a>(own: Option<impl Field<'a>>, envelope: Option<impl Field<'a>>, context: &FileContext) -> Result<Instant, Reason> {
    let at = match present(own).or_else(|| present(envelope)) {
        None => return Err(Reason::MissingTime),
        Some(Value::Text(text)) => instant(text, &context.dates)?,
        Some(Value::Instant(at)) => at,
        Some(value) => instant(wrapped_time(value).ok_or(Reason::UnreadableTime)?, &context.dates)?,
    };
    if at < EARLIEST {
        return Err(Reason::TimeBefore2010);
    }
    match context.received_until {
        Some(until) if at.0 - until.0 > MICROS_PER_DAY => Err(Reason::TimeAfterReceipt),
        _ => Ok(at),
    }
}

/// The day of an instant in the pipeline's time zone. `None` where it is missing.
pub fn day_of<'a>(field: Option<impl Field<'a>>, context: &FileContext) -> Result<Option<Day>, Reason> {
    match present(field) {
        None => Ok(None),
        Some(Value::Text(text)) if text.is_empty() => Ok(None),
        Some(Value::Text(text)) => Ok(Some(context.zone.day_of(instant(text, &context.dates)?))),
        Some(value) => {
            let text = wrapped_time(value).ok_or(Reason::UnreadableTime)?;
            Ok(Some(context.zone.day_of(instant(text, &context.dates)?)))
        }
    }
}

/// The time in an object, as Windows PowerShell wraps some:
/// `{"value":"/Date(1788336071000)/","DisplayHint":2,"DateTime":"..."}`. The last is in words.
fn wrapped_time(value: Value<'_>) -> Option<Text<'_>> {
    let Value::Object(object) = value else { return None };
    match object.fields(&const { Keys::of(["value", "DateTime"]) }) {
        [Some(value), Some(_)] => match value.value() {
            Value::Text(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// The state of a subscription that a status means. `None` where it is no known status.
pub fn state<'a>(field: Option<impl Field<'a>>) -> Option<State> {
    let mut buffer = String::new();
    State::of_status(text(field).ok()??.decode(&mut buffer)?)
}

/// The most seats of a subscription: Graph keeps them in 32 bits, and sums of so many cannot
/// overflow.
const MOST_SEATS: i64 = i32::MAX as i64;

/// A number of seats from 0 to [`MOST_SEATS`], as a number or as a text of digits.
pub fn seats<'a>(field: Option<impl Field<'a>>) -> Option<i64> {
    let mut buffer = String::new();
    let digits = match present(field)? {
        Value::Number(token) => token,
        Value::Text(text) => text.decode(&mut buffer)?.as_bytes(),
        _ => return None,
    };
    let add = |seats: i64, byte: &u8| {
        let seats = seats * 10 + i64::from(byte.is_ascii_digit().then(|| byte - b'0')?);
        (seats <= MOST_SEATS).then_some(seats)
    };
    (!digits.is_empty()).then(|| digits.iter().try_fold(0, add))?
}

/// Whether a text is this word in any case.
#[inline]
pub fn is_word(text: Text<'_>, word: &str) -> bool {
    match text.plain() {
        // Nearly all texts are equal to the word, or have another length.
        Some(plain) if plain.len() != word.len() || plain == word.as_bytes() => plain.len() == word.len(),
        Some(plain) => plain.eq_ignore_ascii_case(word.as_bytes()),
        None => text
            .decode(&mut String::new())
            .is_some_and(|decoded| decoded.eq_ignore_ascii_case(word)),
    }
}

/// Whether an integer is 0, as a number or as text. `None` where it is no integer.
pub fn is_zero(value: Value<'_>) -> Option<bool> {
    let mut buffer = String::new();
    let token = match value {
        Value::Number(token) => token,
        Value::Text(text) => text.decode(&mut buffer)?.as_bytes(),
        _ => return None,
    };
    let digits = token.strip_prefix(b"-").unwrap_or(token);
    let is_integer = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    is_integer.then(|| digits.iter().all(|digit| *digit == b'0'))
}

/// A boolean, or the word for one in any case. `None` where it is neither.
pub fn boolean(value: Value<'_>) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(value),
        Value::Text(text) if is_word(text, "true") => Some(true),
        Value::Text(text) if is_word(text, "false") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn folded_texts_are_ascii_without_capitals(mut text in "[ -~]{0,40}", at in any::<proptest::sample::Index>(), byte in any::<char>()) {
            let is_folded = |text: &str| text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
            text.make_ascii_lowercase();
            prop_assert_eq!(folded_already(text.as_bytes()), Some(text.as_str()));
            if !text.is_empty() {
                text.insert(at.index(text.len()), byte);
                prop_assert_eq!(folded_already(text.as_bytes()).is_some(), is_folded(&text));
            }
        }
    }

    #[test]
    fn every_byte_is_folded_or_not_wherever_it_stands() {
        for byte in 0..=255 {
            for at in 0..8 {
                let mut word = *b"az@[`{09";
                word[at] = byte;
                let is_folded = word.iter().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
                assert_eq!(not_folded(u64::from_le_bytes(word)) == 0, is_folded, "{byte} at {at}");
            }
        }
    }
}
