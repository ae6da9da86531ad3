//! The column `evidence` of `next_steps`: the numbers behind a step as one JSON object on one line.
//! Its keys are sorted, so equal numbers give equal bytes.

use std::collections::BTreeMap;

use serde_json::Value;

/// Numbers, days and flags by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence(BTreeMap<String, Value>);

/// The number of seats that a step concerns. The evidence of every step has it.
const SEATS_CONCERNED: &str = "seats_concerned";

impl Evidence {
    /// Makes evidence from the [`SEATS_CONCERNED`] and other values.
    pub fn of<const N: usize>(seats_concerned: i64, more: [(&str, Value); N]) -> Evidence {
        let mut numbers: BTreeMap<String, Value> = more.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        numbers.insert(SEATS_CONCERNED.to_owned(), Value::from(seats_concerned));
        Evidence(numbers)
    }

    /// Adds more values.
    pub fn with<const N: usize>(mut self, more: [(&str, Value); N]) -> Evidence {
        self.0.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
        self
    }

    /// Parses the text of the column. Returns `None` if it is not a JSON object.
    pub fn parse(text: &str) -> Option<Evidence> {
        serde_json::from_str(text).ok().map(Evidence)
    }

    /// Returns the text of the column.
    pub fn text(&self) -> String {
        let fields = self.0.iter().map(|(name, value)| format!("{}:{value}", Value::from(name.as_str())));
        format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
    }

    /// Returns a value, or `None` if there is none with this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Returns a count, or 0 if it is null or missing.
    pub fn count(&self, name: &str) -> i64 {
        self.get(name).and_then(Value::as_i64).unwrap_or(0)
    }

    /// Returns how many seats the step concerns.
    pub fn seats_concerned(&self) -> i64 {
        self.count(SEATS_CONCERNED)
    }

    /// Returns whether there is a value with this name. It may be null.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Iterates over all values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_compact_sorted_and_comes_back() {
        let evidence = Evidence::of(
            3,
            [
                ("usage_ratio", 0.5.into()),
                ("ends_on", "2026-10-01".into()),
                ("seats_sold", Value::Null),
            ],
        );
        let text = r#"{"ends_on":"2026-10-01","seats_concerned":3,"seats_sold":null,"usage_ratio":0.5}"#;
        assert_eq!(evidence.text(), text);
        assert_eq!(Evidence::parse(text), Some(evidence));
        assert_eq!(Evidence::parse("[]"), None);
    }
}
