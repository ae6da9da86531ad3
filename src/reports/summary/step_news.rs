//! What is new among the next steps of the last published day, and what is done: against what was
//! published before.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use crate::domain::catalogue::Catalogue;
use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::money::Currency;
use crate::domain::next_steps::{Language, StepCode};
use crate::domain::words::Words;
use crate::domain::words::summary as said;
use crate::reports::summary::step_lines::{about, line};
use crate::reports::summary::text::heading;
use crate::stages::next_steps::NextStep;

/// How many new steps, and how many that are done, are named at most.
const MOST: usize = 3;

/// Which step it is, whatever its numbers say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepId {
    pub tenant_id: Guid,
    pub sku_id: Option<Guid>,
    pub workload: Option<String>,
    /// How [`StepCode`] spells it.
    pub code: String,
}

impl StepId {
    /// The step of a row.
    pub fn of(row: &NextStep) -> StepId {
        StepId {
            tenant_id: row.tenant_id,
            sku_id: row.sku_id,
            workload: row.workload.clone(),
            code: row.code.name().to_owned(),
        }
    }
}

/// One line; `-` where it is about no product or workload.
impl fmt::Display for StepId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sku = self.sku_id.map_or_else(|| "-".to_owned(), |sku| sku.to_string());
        let workload = self.workload.as_deref().unwrap_or("-");
        write!(formatter, "{} {sku} {workload} {}", self.tenant_id, self.code)
    }
}

/// The steps of the last day that was published before, each with the seats concerned.
#[derive(Clone, Debug, PartialEq)]
pub struct EarlierSteps {
    pub day: Day,
    pub steps: BTreeMap<StepId, i64>,
}

/// What is new and what is done.
#[derive(Clone, Debug, PartialEq)]
pub struct StepNews {
    pub day: Day,
    /// The last day that was published before; `None` if nothing was, and every step is new.
    pub previous_day: Option<Day>,
    /// By the seats concerned, the most first.
    pub new: Vec<NamedStep>,
    pub done: Vec<NamedStep>,
    pub language: Language,
}

/// A step with the names that belong to its ids.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedStep {
    pub id: StepId,
    pub seats_concerned: i64,
    /// The customer, and the product or workload where it is about one.
    pub about: String,
    pub customer_name: Option<String>,
    pub product_name: Option<String>,
    pub part_number: Option<String>,
    /// The row; `None` of a step that is done.
    pub row: Option<NextStep>,
}

impl StepNews {
    /// Compares the steps of a day with those that were published before. `customers` are the
    /// customers' names.
    pub fn between(
        before: Option<&EarlierSteps>,
        (day, rows): (Day, &[NextStep]),
        customers: &BTreeMap<Guid, String>,
        catalogue: &Catalogue,
        language: Language,
    ) -> StepNews {
        let now: BTreeMap<StepId, &NextStep> = rows.iter().map(|row| (StepId::of(row), row)).collect();
        let none = BTreeMap::new();
        let earlier = before.map_or(&none, |before| &before.steps);
        let named = |id: &StepId, seats_concerned: i64, row: Option<&NextStep>| {
            let product = id.sku_id.and_then(|sku| catalogue.products.get(&sku));
            let filled = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
            NamedStep {
                about: about((id.tenant_id, id.sku_id, id.workload.as_deref()), customers, catalogue),
                id: id.clone(),
                seats_concerned,
                customer_name: customers.get(&id.tenant_id).and_then(filled),
                product_name: product.and_then(|product| filled(&product.name)),
                part_number: product.and_then(|product| filled(&product.part_number)),
                row: row.cloned(),
            }
        };
        let new = now.iter().filter(|(id, _)| !earlier.contains_key(id));
        let done = earlier.iter().filter(|(id, _)| !now.contains_key(id));
        StepNews {
            day,
            previous_day: before.map(|before| before.day),
            new: by_seats(new.map(|(id, row)| named(id, row.seats_concerned, Some(row))).collect()),
            done: by_seats(done.map(|(id, seats)| named(id, *seats, None)).collect()),
            language,
        }
    }

    /// The news as text that ends with a line end; empty where nothing was published before, or
    /// nothing is new or done.
    pub fn text(&self, color: bool) -> String {
        let words = Words(self.language);
        let Some(previous_day) = self.previous_day.filter(|_| !self.new.is_empty() || !self.done.is_empty()) else {
            return String::new();
        };
        let counts = [("new", self.new.len()), ("done", self.done.len())].map(|(name, count)| (name, words.grouped(count as i64)));
        let title = words.fill(
            said::STEPS_SINCE,
            &[("day", &previous_day), (counts[0].0, &counts[0].1), (counts[1].0, &counts[1].1)],
        );
        let mut text = format!("{}\n", heading(&title, color));
        for (label, steps) in [(said::NEW, &self.new), (said::DONE, &self.done)] {
            for step in steps.iter().take(MOST) {
                let Some(code) = StepCode::parse(&step.id.code) else { continue };
                let about = format!("{}: {}", words.say(label), step.about);
                text.push_str(&line(words, (&words.grouped(step.seats_concerned), 6), code, &about));
            }
        }
        text
    }

    /// The news as a program reads it.
    pub fn json(&self, pipeline: &str) -> Value {
        let step = |step: &NamedStep| {
            let mut value = json!({
                "tenant_id": step.id.tenant_id.to_string(),
                "customer_name": step.customer_name,
                "sku_id": step.id.sku_id.map(|sku| sku.to_string()),
                "product_name": step.product_name,
                "part_number": step.part_number,
                "workload": step.id.workload,
                "code": step.id.code,
                "seats_concerned": step.seats_concerned,
            });
            if let Some(row) = &step.row {
                // A text, since a number of JSON would be read as a fraction that is not exact.
                let money = row.money_per_month.zip(row.currency);
                value["money_per_month"] = json!(money.map(|(money, currency)| money.text(currency)));
                value["currency"] = json!(row.currency.map(Currency::code));
                value["evidence"] = serde_json::from_str(&row.evidence).unwrap_or(Value::Null);
                value["cause"] = json!(row.cause);
                value["strategies"] = json!(row.strategies);
            }
            value
        };
        json!({
            "pipeline": pipeline,
            "day": self.day.to_string(),
            "previous_day": self.previous_day.map(|day| day.to_string()),
            "new": self.new.iter().map(step).collect::<Vec<_>>(),
            "done": self.done.iter().map(step).collect::<Vec<_>>(),
        })
    }
}

/// The most seats first, and steps of equal value in the order of their keys.
fn by_seats(mut steps: Vec<NamedStep>) -> Vec<NamedStep> {
    steps.sort_by(|a, b| b.seats_concerned.cmp(&a.seats_concerned).then_with(|| a.id.cmp(&b.id)));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Money;
    use crate::stages::next_steps::evidence::Evidence;

    fn row(sku: u128, code: StepCode, seats: i64) -> NextStep {
        NextStep {
            tenant_id: Guid(1),
            sku_id: Some(Guid(sku)),
            workload: None,
            code,
            seats_concerned: seats,
            money_per_month: None,
            currency: None,
            evidence: Evidence::of(seats, []).text(),
            cause: "A cause.".to_owned(),
            strategies: "A strategy.".to_owned(),
        }
    }

    fn before(rows: &[NextStep]) -> EarlierSteps {
        EarlierSteps {
            day: Day(20_000),
            steps: rows.iter().map(|row| (StepId::of(row), row.seats_concerned)).collect(),
        }
    }

    fn news(before: Option<&EarlierSteps>, rows: &[NextStep]) -> StepNews {
        let customers = BTreeMap::from([(Guid(1), "Contoso".to_owned())]);
        StepNews::between(before, (Day(20_001), rows), &customers, &Catalogue::default(), Language::English)
    }

    #[test]
    fn a_step_with_other_numbers_is_neither_new_nor_done() {
        let earlier = before(&[row(7, StepCode::Overuse, 4), row(8, StepCode::UnusedSeats, 2)]);
        let rows = [
            row(7, StepCode::Overuse, 5),
            row(9, StepCode::UnusedSeats, 2),
            row(9, StepCode::LowUsage, 30),
        ];
        let news = news(Some(&earlier), &rows);
        let found = |steps: &[NamedStep]| {
            steps
                .iter()
                .map(|step| (step.id.sku_id.unwrap().0, step.seats_concerned))
                .collect::<Vec<_>>()
        };
        assert_eq!((found(&news.new), found(&news.done)), (vec![(9, 30), (9, 2)], vec![(8, 2)]));
        let expected = "\
Next steps since 2024-10-04: 2 new, 1 done
      30  low usage                 new: Contoso, 00000000-0000-0000-0000-00000…
       2  unused seats              new: Contoso, 00000000-0000-0000-0000-00000…
       2  unused seats              done: Contoso, 00000000-0000-0000-0000-0000…
";
        assert_eq!(news.text(false), expected);
    }

    #[test]
    fn at_first_every_step_is_new_and_nobody_is_told_of_a_day_before() {
        let news = news(None, &[row(7, StepCode::Overuse, 5)]);
        assert_eq!(news.text(false), "");
        let value = news.json("nightly");
        assert_eq!(value["previous_day"], Value::Null);
        assert_eq!(value["new"][0]["evidence"]["seats_concerned"], 5);
        assert_eq!(value["new"][0]["customer_name"], "Contoso");
    }

    #[test]
    fn money_is_a_text_with_the_digits_of_its_currency() {
        let priced = NextStep {
            money_per_month: Some(Money(61_7500)),
            currency: Currency::of("EUR"),
            ..row(7, StepCode::Overuse, 5)
        };
        let value = news(None, &[priced, row(8, StepCode::Overuse, 1)]).json("nightly");
        assert_eq!(
            (&value["new"][0]["money_per_month"], &value["new"][0]["currency"]),
            (&json!("61.75"), &json!("EUR"))
        );
        assert_eq!(
            (&value["new"][1]["money_per_month"], &value["new"][1]["currency"]),
            (&Value::Null, &Value::Null)
        );
    }

    #[test]
    fn a_night_without_news_says_nothing() {
        let rows = [row(7, StepCode::Overuse, 5)];
        let news = news(Some(&before(&rows)), &rows);
        assert_eq!((news.new.len(), news.done.len(), news.text(false).as_str()), (0, 0, ""));
    }
}
