//! The values of a column without its nulls, as the encoder of a column chunk needs them: plain
//! bytes, a dictionary, the least and the greatest value. Plain and dictionary-coded texts give the
//! same: equal rows are equal bytes.

use std::borrow::Cow;
use std::hash::Hash;
use std::ops::Range;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, StringArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType, UInt32Type};

use crate::warehouse::encode::dictionary::{Dictionary, DirectLookup, HashLookup, Sample, build_dictionary};
use crate::warehouse::key_order::is_ascending;

/// Where more than half of the first numbers are distinct, the others will hardly repeat.
const NUMBERS_SAMPLE: Sample = Sample {
    values: 2048,
    max_distinct: 1024,
};
/// Texts are worth a dictionary sooner. Where no text repeats they are ids of events.
const TEXTS_SAMPLE: Sample = Sample {
    values: 2048,
    max_distinct: 2047,
};
/// Numbers whose range is smaller than this are looked up in a table instead of a hash map.
const MAX_DIRECT_VALUES: u64 = 4096;
/// Statistics have no least and greatest where one of them is a longer text.
const MAX_BOUND_BYTES: usize = 64;

/// The values of a column that are not null.
pub trait ColumnValues {
    /// How many there are.
    fn count(&self) -> usize;
    /// The dictionary; `None` where it does not pay.
    fn dictionary(&self) -> Option<Dictionary>;
    /// Appends some values in the encoding PLAIN.
    fn append_plain(&self, range: Range<usize>, out: &mut Vec<u8>);
    /// The places of the least and the greatest value of a range that is not empty.
    fn extremes(&self, range: Range<usize>) -> (usize, usize);
    fn is_less(&self, one: usize, other: usize) -> bool;
    /// A value as statistics have it; `None` where it is too long for them.
    fn bound(&self, at: usize) -> Option<Vec<u8>>;
}

/// The values of a column that are not null; `None` for a type that no contract has.
pub fn column_values(column: &ArrayRef) -> Option<Box<dyn ColumnValues + '_>> {
    let nulls = column.nulls().filter(|nulls| nulls.null_count() > 0);
    fn valid<'a, T: Copy>(values: &'a [T], nulls: Option<&NullBuffer>) -> Cow<'a, [T]> {
        match nulls {
            None => Cow::Borrowed(values),
            Some(nulls) => nulls.valid_indices().map(|at| values[at]).collect(),
        }
    }
    fn numbers<'a, T: Number + 'a>(values: Cow<'a, [T]>, may_repeat: bool) -> Box<dyn ColumnValues + 'a> {
        Box::new(Numbers { values, may_repeat })
    }
    Some(match column.data_type() {
        DataType::UInt32 => numbers(valid(column.as_primitive::<UInt32Type>().values(), nulls), true),
        DataType::Date32 => numbers(valid(column.as_primitive::<Date32Type>().values(), nulls), true),
        DataType::Int64 => numbers(valid(column.as_primitive::<Int64Type>().values(), nulls), true),
        DataType::Timestamp(..) => numbers(valid(column.as_primitive::<TimestampMicrosecondType>().values(), nulls), false),
        // In the file a decimal number of up to 18 digits is a whole one of 64 bits.
        DataType::Decimal128(..) => {
            let amounts = valid(column.as_primitive::<Decimal128Type>().values(), nulls);
            numbers(Cow::Owned(amounts.iter().map(|amount| *amount as i64).collect::<Vec<i64>>()), true)
        }
        DataType::Float64 => numbers(valid(column.as_primitive::<Float64Type>().values(), nulls), true),
        DataType::Boolean => Box::new(Booleans(valid_booleans(column.as_boolean()))),
        DataType::Utf8 => {
            let texts = column.as_string::<i32>();
            let places = (0..texts.len() as u32).filter(|at| nulls.is_none_or(|nulls| nulls.is_valid(*at as usize)));
            Box::new(PlainTexts {
                texts,
                places: places.collect(),
            })
        }
        DataType::Dictionary(..) => {
            let dictionary = column.as_dictionary::<UInt32Type>();
            let texts = dictionary.values().as_string::<i32>();
            Box::new(CodedTexts {
                texts,
                sorted: is_ascending(texts),
                keys: valid(dictionary.keys().values(), nulls),
            })
        }
        _ => return None,
    })
}

/// A number of fixed width.
trait Number: Copy {
    type Key: Eq + Hash + Copy;
    /// Its bits: equal numbers have equal ones.
    fn key(self) -> Self::Key;
    fn append_key(key: Self::Key, out: &mut Vec<u8>);
    fn is_less(self, other: Self) -> bool;
    /// How far it is above a number that is not greater; `None` for a type that is not whole.
    fn offset_from(self, least: Self) -> Option<u64>;
    /// The key of the number that is so far above it.
    fn at_offset(self, offset: u32) -> Self::Key;
}

macro_rules! number {
    ($type:ty, $key:ty, |$value:ident| $of:expr, |$it:ident, $least:ident| $above:expr) => {
        impl Number for $type {
            type Key = $key;
            #[inline]
            fn key(self) -> $key {
                let $value = self;
                $of
            }
            #[inline]
            fn append_key(key: $key, out: &mut Vec<u8>) {
                out.extend_from_slice(&key.to_le_bytes());
            }
            #[inline]
            fn is_less(self, other: $type) -> bool {
                self < other
            }
            #[inline]
            fn offset_from(self, $least: $type) -> Option<u64> {
                let $it = self;
                $above
            }
            #[inline]
            fn at_offset(self, offset: u32) -> $key {
                self.key().wrapping_add(<$key>::from(offset))
            }
        }
    };
}

number!(u32, u32, |value| value, |it, least| Some(u64::from(it.wrapping_sub(least))));
number!(i32, u32, |value| value as u32, |it, least| Some(u64::from(
    it.wrapping_sub(least) as u32
)));
number!(i64, u64, |value| value as u64, |it, least| Some(it.wrapping_sub(least) as u64));
number!(f64, u64, |value| value.to_bits(), |_it, _least| None);

/// The least and the greatest of some values. It has no branches, so it becomes vector instructions.
fn bounds<T: Copy>(first: T, values: &[T], is_less: impl Fn(T, T) -> bool) -> (T, T) {
    let (mut least, mut greatest) = (first, first);
    for &value in values {
        least = if is_less(value, least) { value } else { least };
        greatest = if is_less(greatest, value) { value } else { greatest };
    }
    (least, greatest)
}

/// The places of the least and the greatest of some values.
fn extremes<T: Copy>(values: &[T], range: Range<usize>, is_less: impl Fn(T, T) -> bool) -> (usize, usize) {
    let (least, greatest) = bounds(values[range.start], &values[range.clone()], &is_less);
    let place = |is_it: &dyn Fn(T) -> bool| range.clone().find(|at| is_it(values[*at])).unwrap_or(range.start);
    (place(&|value| !is_less(least, value)), place(&|value| !is_less(value, greatest)))
}

struct Numbers<'a, T: Clone> {
    values: Cow<'a, [T]>,
    /// False for moments, which hardly ever come twice: they are not tried for a dictionary.
    may_repeat: bool,
}

impl<T: Number> ColumnValues for Numbers<'_, T> {
    fn count(&self) -> usize {
        self.values.len()
    }

    fn dictionary(&self) -> Option<Dictionary> {
        if !self.may_repeat {
            return None;
        }
        let first = *self.values.first()?;
        let (least, greatest) = bounds(first, &self.values, |one, other| one.is_less(other));
        match greatest.offset_from(least) {
            Some(most) if most < MAX_DIRECT_VALUES => {
                let offsets = self.values.iter().map(|value| value.offset_from(least).unwrap_or(0) as u32);
                let put = |offset: u32, out: &mut Vec<u8>| T::append_key(least.at_offset(offset), out);
                build_dictionary(offsets, NUMBERS_SAMPLE, 0, DirectLookup::below(most as usize + 1), put)
            }
            _ => build_dictionary(
                self.values.iter().map(|value| value.key()),
                NUMBERS_SAMPLE,
                0,
                HashLookup::default(),
                T::append_key,
            ),
        }
    }

    fn append_plain(&self, range: Range<usize>, out: &mut Vec<u8>) {
        self.values[range].iter().for_each(|value| T::append_key(value.key(), out));
    }

    fn extremes(&self, range: Range<usize>) -> (usize, usize) {
        extremes(&self.values, range, |one, other| one.is_less(other))
    }

    fn is_less(&self, one: usize, other: usize) -> bool {
        self.values[one].is_less(self.values[other])
    }

    fn bound(&self, at: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        T::append_key(self.values[at].key(), &mut bytes);
        Some(bytes)
    }
}

struct Booleans(Vec<bool>);

fn valid_booleans(column: &BooleanArray) -> Vec<bool> {
    column.iter().flatten().collect()
}

impl ColumnValues for Booleans {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn dictionary(&self) -> Option<Dictionary> {
        None
    }

    /// A bit each.
    fn append_plain(&self, range: Range<usize>, out: &mut Vec<u8>) {
        out.extend(
            self.0[range]
                .chunks(8)
                .map(|bits| bits.iter().rev().fold(0u8, |byte, bit| byte << 1 | u8::from(*bit))),
        );
    }

    fn extremes(&self, range: Range<usize>) -> (usize, usize) {
        let place = |of: bool| range.clone().find(|at| self.0[*at] == of).unwrap_or(range.start);
        (place(false), place(true))
    }

    fn is_less(&self, one: usize, other: usize) -> bool {
        !self.0[one] && self.0[other]
    }

    fn bound(&self, at: usize) -> Option<Vec<u8>> {
        Some(vec![u8::from(self.0[at])])
    }
}

/// Appends a text with its length before it.
fn append_text(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

fn text_bound(text: &str) -> Option<Vec<u8>> {
    (text.len() <= MAX_BOUND_BYTES).then(|| text.as_bytes().to_vec())
}

/// The places of the least and the greatest of texts.
fn text_extremes<'a>(range: Range<usize>, text: impl Fn(usize) -> &'a str) -> (usize, usize) {
    let (mut least, mut greatest) = (range.start, range.start);
    for at in range.skip(1) {
        if text(at) < text(least) {
            least = at;
        } else if text(at) > text(greatest) {
            greatest = at;
        }
    }
    (least, greatest)
}

struct PlainTexts<'a> {
    texts: &'a StringArray,
    /// The rows that are not null.
    places: Vec<u32>,
}

impl<'a> PlainTexts<'a> {
    fn text(&self, at: usize) -> &'a str {
        self.texts.value(self.places[at] as usize)
    }
}

impl ColumnValues for PlainTexts<'_> {
    fn count(&self) -> usize {
        self.places.len()
    }

    fn dictionary(&self) -> Option<Dictionary> {
        build_dictionary(
            (0..self.places.len()).map(|at| self.text(at)),
            TEXTS_SAMPLE,
            0,
            HashLookup::default(),
            append_text,
        )
    }

    fn append_plain(&self, range: Range<usize>, out: &mut Vec<u8>) {
        range.for_each(|at| append_text(self.text(at), out));
    }

    fn extremes(&self, range: Range<usize>) -> (usize, usize) {
        text_extremes(range, |at| self.text(at))
    }

    fn is_less(&self, one: usize, other: usize) -> bool {
        self.text(one) < self.text(other)
    }

    fn bound(&self, at: usize) -> Option<Vec<u8>> {
        text_bound(self.text(at))
    }
}

/// Texts that come dictionary-coded. Their dictionary may have entries that this column does not
/// use.
struct CodedTexts<'a> {
    texts: &'a StringArray,
    /// Whether the order of the codes is that of the texts.
    sorted: bool,
    keys: Cow<'a, [u32]>,
}

impl<'a> CodedTexts<'a> {
    fn text(&self, at: usize) -> &'a str {
        self.texts.value(self.keys[at] as usize)
    }
}

impl ColumnValues for CodedTexts<'_> {
    fn count(&self) -> usize {
        self.keys.len()
    }

    fn dictionary(&self) -> Option<Dictionary> {
        let put = |key: u32, out: &mut Vec<u8>| append_text(self.texts.value(key as usize), out);
        // The entries are at most all texts with their lengths.
        let room = self.texts.value_data().len() + size_of::<u32>() * self.texts.len();
        build_dictionary(
            self.keys.iter().copied(),
            TEXTS_SAMPLE,
            room,
            DirectLookup::below(self.texts.len()),
            put,
        )
    }

    fn append_plain(&self, range: Range<usize>, out: &mut Vec<u8>) {
        range.for_each(|at| append_text(self.text(at), out));
    }

    fn extremes(&self, range: Range<usize>) -> (usize, usize) {
        if !self.sorted {
            return text_extremes(range, |at| self.text(at));
        }
        extremes(&self.keys, range, |one, other| one < other)
    }

    fn is_less(&self, one: usize, other: usize) -> bool {
        self.text(one) < self.text(other)
    }

    fn bound(&self, at: usize) -> Option<Vec<u8>> {
        text_bound(self.text(at))
    }
}
