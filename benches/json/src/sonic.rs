//! sonic-rs: many paths at once, checked and unchecked, and an object's members one after the
//! other.

use sonic_rs::{JsonType, JsonValueTrait, LazyValue, ObjectJsonIter, PointerTree};

use crate::contender::{Found, Scanner};
use crate::shape::{Member, Object, Shape};

/// All paths in one pass. What is skipped is checked.
pub struct GetMany(PointerTree);

impl GetMany {
    pub fn new(paths: &[&[&str]]) -> GetMany {
        GetMany(tree(paths))
    }
}

impl<S: Shape> Scanner<S> for GetMany {
    const NAME: &'static str = "sonic-rs, get_many";

    fn scan(&mut self, text: &mut [u8], length: usize, take: &mut impl FnMut(usize, Found<'_>)) -> Option<()> {
        give(sonic_rs::get_many(&text[..length], &self.0).ok()?, take)
    }
}

/// The same without a check: for texts that are known to be sound, which raw files are not.
pub struct GetManyUnchecked(PointerTree);

impl GetManyUnchecked {
    pub fn new(paths: &[&[&str]]) -> GetManyUnchecked {
        GetManyUnchecked(tree(paths))
    }
}

impl<S: Shape> Scanner<S> for GetManyUnchecked {
    const NAME: &'static str = "sonic-rs, get_many_unchecked";

    fn scan(&mut self, text: &mut [u8], length: usize, take: &mut impl FnMut(usize, Found<'_>)) -> Option<()> {
        // SAFETY: a full parser has read all lines of the benchmark before.
        give(unsafe { sonic_rs::get_many_unchecked(&text[..length], &self.0) }.ok()?, take)
    }
}

fn tree(paths: &[&[&str]]) -> PointerTree {
    let mut tree = PointerTree::new();
    paths.iter().for_each(|path| tree.add_path(*path));
    tree
}

fn give(values: Vec<Option<LazyValue<'_>>>, take: &mut impl FnMut(usize, Found<'_>)) -> Option<()> {
    for (number, value) in values.iter().enumerate() {
        if let Some(value) = value {
            take(number, found(value)?);
        }
    }
    Some(())
}

/// The members of each object in which a path goes on.
pub struct LazyValues;

impl<S: Shape> Scanner<S> for LazyValues {
    const NAME: &'static str = "sonic-rs, lazy values";

    fn scan(&mut self, text: &mut [u8], length: usize, take: &mut impl FnMut(usize, Found<'_>)) -> Option<()> {
        members::<S>(Object::Record, sonic_rs::to_object_iter(&text[..length]), take)
    }
}

fn members<S: Shape>(object: Object, members: ObjectJsonIter<'_>, take: &mut impl FnMut(usize, Found<'_>)) -> Option<()> {
    for member in members {
        let (key, value) = member.ok()?;
        match S::member(object, &key) {
            Member::Value(number) => take(number, found(&value)?),
            Member::Object(inner) if value.is_object() => self::members::<S>(inner, value.into_object_iter()?, take)?,
            Member::Object(_) | Member::Other => {}
        }
    }
    Some(())
}

#[inline]
fn found<'v>(value: &'v LazyValue<'_>) -> Option<Found<'v>> {
    Some(match value.get_type() {
        JsonType::Null => Found::Null,
        JsonType::Boolean => Found::Bool(value.as_bool()?),
        JsonType::Number => Found::Digits(value.as_raw_str().as_bytes()),
        JsonType::String => Found::Text(value.as_str()?),
        JsonType::Object | JsonType::Array => Found::Nested,
    })
}
