//! The numbers behind a next step, as they stand in the column `evidence`: one JSON object on one
//! line, its keys in alphabetical order, so that equal numbers are equal bytes.

use std::collections::BTreeMap;

use serde_json::Value;

/// Numbers, days and flags by their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence(BTreeMap<String, Value>);

/// How many seats a step is about, in the evidence of every step.
const SEATS_CONCERNED: &str = "seats_concerned";

impl Evidence {
    /// Some numbers, one of them the [`SEATS_CONCERNED`].
    pub fn of<const N: usize>(seats_concerned: i64, more: [(&str, Value); N]) -> Evidence {
        let mut numbers: BTreeMap<String, Value> = more.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        numbers.insert(SEATS_CONCERNED.to_owned(), Value::from(seats_concerned));
        Evidence(numbers)
    }

    /// The same and more numbers.
    pub fn with<const N: usize>(mut self, more: [(&str, Value); N]) -> Evidence {
        self.0.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
        self
    }

    /// What the column has; `None` for a text that is no such object.
    pub fn parse(text: &str) -> Option<Evidence> {
        serde_json::from_str(text).ok().map(Evidence)
    }

    /// The column's text.
    pub fn text(&self) -> String {
        let fields = self.0.iter().map(|(name, value)| format!("{}:{value}", Value::from(name.as_str())));
        format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
    }

    /// A value; `None` where there is none of that name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A count; 0 where it is unknown or not there.
    pub fn count(&self, name: &str) -> i64 {
        self.get(name).and_then(Value::as_i64).unwrap_or(0)
    }

    /// How many seats the step is about.
    pub fn seats_concerned(&self) -> i64 {
        self.count(SEATS_CONCERNED)
    }

    /// Whether there is a value of that name, be it null.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// All of them, in order.
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
