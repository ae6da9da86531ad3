//! A visual: what it shows, where, and as which chart.

use serde_json::{Value, json};

use crate::domain::words::{Phrase, Words};
use crate::powerbi::measures::MEASURES;
use crate::powerbi::schemas::report_schema as schema;

/// Something that a visual shows.
#[derive(Clone, Copy)]
pub enum Field {
    Column(&'static str, &'static str),
    Measure(Phrase),
}

impl Field {
    /// The table and the name by which the model knows it.
    fn named(self) -> (&'static str, &'static str) {
        match self {
            Field::Column(table, name) => (table, name),
            Field::Measure(name) => {
                let measure = MEASURES.iter().find(|measure| measure.name == name);
                (measure.map_or("", |measure| measure.table), name.english)
            }
        }
    }

    fn expression(self) -> Value {
        let (table, name) = self.named();
        let kind = match self {
            Field::Column(..) => "Column",
            Field::Measure(_) => "Measure",
        };
        json!({kind: {"Expression": {"SourceRef": {"Entity": table}}, "Property": name}})
    }

    fn projection(self) -> Value {
        let (table, name) = self.named();
        json!({"field": self.expression(), "queryRef": format!("{table}.{name}"), "nativeQueryRef": name})
    }
}

/// Where a visual is, in pixels.
#[derive(Clone, Copy)]
pub struct Area {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

/// As what it is shown.
pub enum Shape {
    Card(Field),
    Slicer(Field),
    Line { along: Field, values: &'static [Field] },
    Bars { of: Field, value: Field },
    Table(&'static [Field]),
}

impl Shape {
    /// The type of the visual, and its fields by what they are there for.
    fn roles(&self) -> (&'static str, Vec<(&'static str, Vec<Field>)>) {
        match self {
            Shape::Card(field) => ("card", vec![("Values", vec![*field])]),
            Shape::Slicer(field) => ("slicer", vec![("Values", vec![*field])]),
            Shape::Line { along, values } => ("lineChart", vec![("Category", vec![*along]), ("Y", values.to_vec())]),
            Shape::Bars { of, value } => ("clusteredBarChart", vec![("Category", vec![*of]), ("Y", vec![*value])]),
            Shape::Table(fields) => ("tableEx", vec![("Values", fields.to_vec())]),
        }
    }
}

/// A visual of a page.
pub struct Visual {
    /// Unique on its page.
    pub name: &'static str,
    pub area: Area,
    pub shape: Shape,
    /// Else Power BI makes one of the fields' names.
    pub title: Option<Phrase>,
    /// Whether it shows rows of the last published day only: measures look at the last day by
    /// themselves, columns do not.
    pub is_of_last_day: bool,
}

impl Visual {
    /// Its file; `place` is its turn on the page.
    pub fn as_json(&self, words: Words, place: u32) -> Value {
        let (kind, roles) = self.shape.roles();
        let mut state = serde_json::Map::new();
        for (role, fields) in roles {
            let projections: Vec<Value> = fields.into_iter().map(Field::projection).collect();
            state.insert(role.to_owned(), json!({"projections": projections}));
        }
        let mut visual = json!({"visualType": kind, "query": {"queryState": state}});
        if let Some(title) = self.title {
            let text = words.say(title).replace('\'', "''");
            visual["visualContainerObjects"] = json!({"title": [{"properties": {
                "show": {"expr": {"Literal": {"Value": "true"}}},
                "text": {"expr": {"Literal": {"Value": format!("'{text}'")}}},
            }}]});
        }
        let Area { x, y, width, height } = self.area;
        let mut container = json!({
            "$schema": schema("visualContainer/2.9.0"),
            "name": self.name,
            "position": {"x": x, "y": y, "z": place, "height": height, "width": width, "tabOrder": place},
            "visual": visual,
        });
        if self.is_of_last_day {
            container["filterConfig"] = json!({"filters": [last_day(self.name)]});
        }
        container
    }
}

/// Takes the rows of the last published day.
fn last_day(visual: &str) -> Value {
    let is_last = json!({"Column": {"Expression": {"SourceRef": {"Source": "c"}}, "Property": "is_last"}});
    json!({
        "name": format!("{visual}_last_day"),
        "field": Field::Column("calendar", "is_last").expression(),
        "type": "Categorical",
        "filter": {
            "Version": 2,
            "From": [{"Name": "c", "Entity": "calendar", "Type": 0}],
            "Where": [{"Condition": {"In": {"Expressions": [is_last], "Values": [[{"Literal": {"Value": "true"}}]]}}}],
        },
    })
}
