//! The value of a modified property `AssignedLicense`: the SKUs that a user has before or after a
//! change.
//!
//! It is `["[SkuName=SPE_E3, AccountId=<guid>, SkuId=<guid>, DisabledPlans=[]]"]`, as JSON text
//! within a string (with line breaks in it) or as a real array. The items are not JSON. Each item
//! has to have a `SkuId=`, with a GUID behind it. A list of something else, such as PowerShell's
//! `System.Object[]` for values that are nested too deep, cannot be read; it is not taken for an
//! empty list.

use memchr::memmem;

use crate::domain::guid::Guid;
use crate::sources::fields::values::{Field, present};
use crate::sources::json::value::Value;
use crate::sources::record::Reason;

const KEY: &[u8] = b"SkuId=";
/// The text that each item has once.
const NAME: &[u8] = b"SkuName=";

/// Distinct SKUs in the order of their first appearance.
pub struct LicenseList {
    skus: Vec<Guid>,
    buffer: String,
    key: memmem::Finder<'static>,
}

impl Default for LicenseList {
    fn default() -> LicenseList {
        LicenseList {
            skus: Vec::new(),
            buffer: String::new(),
            key: memmem::Finder::new(KEY),
        }
    }
}

impl LicenseList {
    pub fn clear(&mut self) {
        self.skus.clear();
    }

    pub fn skus(&self) -> &[Guid] {
        &self.skus
    }

    /// Adds the SKUs of a value. A missing value, null and an empty text are an empty list.
    pub fn read<'a>(&mut self, value: Option<impl Field<'a>>) -> Result<(), Reason> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let read = match present(value) {
            None => Some(()),
            Some(Value::Text(text)) => text.decode(&mut buffer).and_then(|text| self.read_text(text.trim())),
            Some(Value::Array(array)) => array.items().try_for_each(|item| match item.value() {
                Value::Text(text) => text.decode(&mut buffer).and_then(|text| self.take_skus(text.as_bytes())),
                _ => None,
            }),
            Some(_) => None,
        };
        self.buffer = buffer;
        read.ok_or(Reason::UnreadableLicenseList)
    }

    fn read_text(&mut self, text: &str) -> Option<()> {
        match text {
            "" | "null" => Some(()),
            _ => match text.strip_prefix('[')?.strip_suffix(']')?.trim() {
                "" => Some(()),
                items => self.take_skus(items.as_bytes()),
            },
        }
    }

    /// Adds the SKUs of one item or several.
    fn take_skus(&mut self, text: &[u8]) -> Option<()> {
        let items = memmem::find_iter(text, NAME).count().max(1);
        if self.key.find_iter(text).count() < items {
            return None;
        }
        for found in self.key.find_iter(text) {
            let from = found + KEY.len();
            let sku = Guid::parse(text.get(from..from + 36)?)?;
            if text.get(from + 36).is_some_and(u8::is_ascii_alphanumeric) {
                return None;
            }
            if !self.skus.contains(&sku) {
                self.skus.push(sku);
            }
        }
        Some(())
    }
}
