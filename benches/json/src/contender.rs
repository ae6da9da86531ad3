//! A contender finds the values of some paths in a line.

use std::hint::black_box;
use std::marker::PhantomData;

use crate::shape::Shape;

/// A value that was found. What has members or items is not looked into.
#[derive(Clone, Copy)]
pub enum Found<'a> {
    Null,
    Bool(bool),
    /// A number as it stands in the text.
    Digits(&'a [u8]),
    /// A number that the contender parses, asked or not.
    Integer(i64),
    Float(f64),
    /// A text, its escapes decoded.
    Text(&'a str),
    Nested,
}

/// Finds values of lines of one shape.
pub trait Scanner<S: Shape> {
    const NAME: &'static str;

    /// Gives `take` the number of each path that the line has, and its value there. The line is
    /// `text[..length]`; what follows are at least [`PADDING`](crate::batch::PADDING) bytes of
    /// anything. `None`: the line cannot be read.
    fn scan(&mut self, text: &mut [u8], length: usize, take: &mut impl FnMut(usize, Found<'_>)) -> Option<()>;
}

/// A scanner, whatever its type and shape.
pub trait Contender {
    fn name(&self) -> &'static str;

    /// Reads all lines of a text, each given as where it begins and how long it is.
    fn pass(&mut self, text: &mut [u8], lines: &[(usize, usize)]);

    /// The values of one line in words, one for each path.
    fn values(&mut self, text: &mut [u8], length: usize) -> Vec<Option<String>>;

    /// The paths that are looked for.
    fn paths(&self) -> &'static [&'static [&'static str]];
}

pub fn of<S: Shape + 'static, C: Scanner<S> + 'static>(scanner: C) -> Box<dyn Contender> {
    Box::new(Of {
        scanner,
        shape: PhantomData::<S>,
    })
}

struct Of<S, C> {
    scanner: C,
    shape: PhantomData<S>,
}

impl<S: Shape, C: Scanner<S>> Contender for Of<S, C> {
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn pass(&mut self, text: &mut [u8], lines: &[(usize, usize)]) {
        for (begin, length) in lines {
            let read = self.scanner.scan(&mut text[*begin..], *length, &mut |number, found| {
                black_box((number, found));
            });
            assert!(read.is_some(), "a line was read before");
        }
    }

    fn values(&mut self, text: &mut [u8], length: usize) -> Vec<Option<String>> {
        let mut values = vec![None; S::PATHS.len()];
        let read = self
            .scanner
            .scan(text, length, &mut |number, found| values[number] = Some(in_words(found)));
        read.map_or(Vec::new(), |()| values)
    }

    fn paths(&self) -> &'static [&'static [&'static str]] {
        S::PATHS
    }
}

fn in_words(found: Found<'_>) -> String {
    match found {
        Found::Null => "null".to_owned(),
        Found::Bool(value) => value.to_string(),
        Found::Digits(digits) => String::from_utf8_lossy(digits).into_owned(),
        Found::Integer(value) => value.to_string(),
        Found::Float(value) => value.to_string(),
        Found::Text(text) => format!("\"{text}\""),
        Found::Nested => "…".to_owned(),
    }
}

/// The same for a value of the parser that all have to agree with.
pub fn in_words_of(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => in_words(Found::Text(text)),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => in_words(Found::Nested),
        plain => plain.to_string(),
    }
}
