//! The next steps that a run's closing summary names: the most valuable ones of the last day, in
//! the pipeline's language.
//!
//! The value of a step is the number of seats that it concerns (`seats_concerned`):
//! unused seats, users beyond the entitlements, seats that end; a support request counts as one.
//! Steps about the same product, workload or customer are about the same seats, so only the most
//! valuable of them is named. Steps of equal value stand in the order of their key.
//!
//! By money, the value is `money_per_month`. Amounts of different currencies are not compared: each
//! currency has a list of its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::catalogue::Catalogue;
use crate::domain::guid::Guid;
use crate::domain::money::{Currency, Money};
use crate::domain::next_steps::{Language, StepCode};
use crate::domain::words::Words;
use crate::domain::words::summary as said;
use crate::reports::summary::step_lines::{about, line};
use crate::reports::summary::text::heading;
use crate::stages::next_steps::NextStep;

/// How many steps are named at most.
const MOST: usize = 5;

/// By what steps are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepOrder {
    Seats,
    Money,
}

/// A step that the summary names.
#[derive(Clone, Debug, PartialEq)]
pub struct ValuableStep {
    pub seats_concerned: i64,
    /// `None` without a price.
    pub money: Option<(Money, Currency)>,
    pub code: StepCode,
    /// The customer, and the product or workload where it is about one.
    pub about: String,
}

/// The most valuable steps of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct ValuableSteps {
    pub language: Language,
    /// By seats concerned, the most valuable first.
    pub steps: Vec<ValuableStep>,
    /// By money per month, currency by currency, the most valuable first.
    pub by_money: Vec<ValuableStep>,
    /// How many steps the day has.
    pub count: usize,
}

impl ValuableSteps {
    /// Picks from all steps of a day. `customers` are the customers' names.
    pub fn of(rows: &[NextStep], customers: &BTreeMap<Guid, String>, catalogue: &Catalogue, language: Language) -> ValuableSteps {
        let step = |row: &NextStep| ValuableStep {
            seats_concerned: row.seats_concerned,
            money: row.money_per_month.zip(row.currency),
            code: row.code,
            about: about((row.tenant_id, row.sku_id, row.workload.as_deref()), customers, catalogue),
        };
        let mut currencies: BTreeMap<Currency, Vec<&NextStep>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.money_per_month.is_some()) {
            if let Some(currency) = row.currency {
                currencies.entry(currency).or_default().push(row);
            }
        }
        let by_money = |row: &NextStep| row.money_per_month.map_or(0, |money| money.0);
        let dearest = currencies.into_values().flat_map(|rows| most_valuable(rows, by_money));
        ValuableSteps {
            language,
            steps: most_valuable(rows.iter().collect(), |row| row.seats_concerned)
                .into_iter()
                .map(step)
                .collect(),
            by_money: dearest.map(step).collect(),
            count: rows.len(),
        }
    }

    /// The steps as text that ends with a line end; empty where there is none.
    pub fn text(&self, order: StepOrder, color: bool) -> String {
        let words = Words(self.language);
        if self.steps.is_empty() {
            return String::new();
        }
        let mut text = String::new();
        let by_money = order == StepOrder::Money && !self.by_money.is_empty();
        let (heading_text, steps) = match by_money {
            true => (said::STEPS_BY_MONEY, &self.by_money),
            false => (said::NEXT_STEPS, &self.steps),
        };
        if order == StepOrder::Money && !by_money {
            text.push_str(&format!("{}\n", words.say(said::NO_PRICES)));
        }
        let values = steps.iter().map(|step| match step.money.filter(|_| by_money) {
            Some((money, currency)) => words.money(money, currency),
            None => words.grouped(step.seats_concerned),
        });
        let values: Vec<String> = values.collect();
        let widest = values.iter().map(|value| value.chars().count()).max().unwrap_or(0).max(6);
        text.push_str(&format!("{}\n", heading(words.say(heading_text), color)));
        for (step, value) in steps.iter().zip(values) {
            text.push_str(&line(words, (&value, widest), step.code, &step.about));
        }
        let more = self.count - steps.len();
        if more > 0 {
            let file = words.fill(said::MORE_STEPS, &[("file", &"next_steps.parquet")]);
            text.push_str(&format!("  {:>widest$}  {file}\n", words.grouped(more as i64)));
        }
        text
    }
}

/// The first of the rows by value, each product, workload or customer once.
fn most_valuable(rows: Vec<&NextStep>, value: impl Fn(&NextStep) -> i64) -> Vec<&NextStep> {
    let mut ranked: Vec<(i64, &NextStep)> = rows.into_iter().map(|row| (value(row), row)).collect();
    ranked.sort_by(|(value, row), (other_value, other)| {
        let key = |row: &NextStep| (row.tenant_id, row.sku_id, row.workload.clone(), row.code);
        other_value.cmp(value).then_with(|| key(row).cmp(&key(other)))
    });
    let mut named = BTreeSet::new();
    ranked.retain(|(_, row)| named.insert((row.tenant_id, row.sku_id, row.workload.clone())));
    ranked.into_iter().take(MOST).map(|(_, row)| row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Product;
    use crate::reports::summary::text::WIDTH;
    use crate::stages::next_steps::evidence::Evidence;

    fn row(tenant: u128, sku: Option<u128>, code: StepCode, seats: i64) -> NextStep {
        NextStep {
            tenant_id: Guid(tenant),
            sku_id: sku.map(Guid),
            workload: (code == StepCode::Upsell && sku.is_none()).then(|| "yammer".to_owned()),
            code,
            seats_concerned: seats,
            money_per_month: None,
            currency: None,
            evidence: Evidence::of(seats, []).text(),
            cause: String::new(),
            strategies: String::new(),
        }
    }

    fn picked(rows: &[NextStep], language: Language) -> ValuableSteps {
        let customers = BTreeMap::from([(Guid(1), "Contoso".to_owned()), (Guid(2), String::new())]);
        let mut catalogue = Catalogue::default();
        let product = Product {
            part_number: "SPE_E3".to_owned(),
            name: "Microsoft 365 E3".to_owned(),
            ..Product::default()
        };
        catalogue.products.insert(Guid(7), product);
        ValuableSteps::of(rows, &customers, &catalogue, language)
    }

    #[test]
    fn the_most_seats_come_first_and_each_product_once() {
        let rows = [
            row(1, Some(7), StepCode::LowUsage, 1200),
            row(1, Some(7), StepCode::UnusedSeats, 1100),
            row(1, None, StepCode::Upsell, 3),
            row(1, None, StepCode::SupportLoad, 3),
            row(2, Some(8), StepCode::Overuse, 40),
        ];
        let expected = "\
Most valuable next steps, by seats concerned
   1,200  low usage                 Contoso, SPE_E3
      40  used beyond the seats     00000000-0000-0000-0000-000000000002, 00000…
       3  many support requests     Contoso
       3  needs more seats          Contoso, yammer
       1  more in next_steps.parquet
";
        let text = picked(&rows, Language::English).text(StepOrder::Seats, false);
        assert_eq!(text, expected);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
        let mut turned = rows;
        turned.reverse();
        assert_eq!(picked(&turned, Language::English).text(StepOrder::Seats, false), expected);
    }

    #[test]
    fn at_most_five_are_named_and_none_say_nothing() {
        let rows: Vec<NextStep> = (1..=7).map(|sku| row(1, Some(sku), StepCode::UnusedSeats, sku as i64)).collect();
        let picked_steps = picked(&rows, Language::German);
        let seats: Vec<i64> = picked_steps.steps.iter().map(|step| step.seats_concerned).collect();
        assert_eq!((seats, picked_steps.count), (vec![7, 6, 5, 4, 3], 7));
        let text = picked_steps.text(StepOrder::Seats, true);
        assert!(
            text.starts_with("\u{1b}[1mDie wertvollsten") && text.contains("ungenutzte Lizenzen"),
            "{text}"
        );
        assert!(text.ends_with("2  weitere in next_steps.parquet\n"), "{text}");
        assert_eq!(picked(&[], Language::English).text(StepOrder::Seats, false), "");
    }

    #[test]
    fn by_money_each_currency_has_a_list_of_its_own() {
        let priced = |tenant, seats, money: i64, code| NextStep {
            money_per_month: Some(Money(money * 10_000)),
            currency: Currency::of(code),
            ..row(tenant, Some(7), StepCode::UnusedSeats, seats)
        };
        let rows = [
            priced(1, 9, 1_234, "EUR"),
            priced(2, 1, 20_000, "JPY"),
            priced(3, 2, 2_000, "EUR"),
            row(4, Some(7), StepCode::UnusedSeats, 100),
        ];
        let expected = "\
Most valuable next steps, by money per month
  2,000.00 EUR  unused seats              00000000-0000-0000-0000-000000000003,…
  1,234.00 EUR  unused seats              Contoso, SPE_E3
    20,000 JPY  unused seats              00000000-0000-0000-0000-000000000002,…
             1  more in next_steps.parquet
";
        let text = picked(&rows, Language::English).text(StepOrder::Money, false);
        assert_eq!(text, expected);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
        let unpriced = picked(&rows[3..], Language::German).text(StepOrder::Money, false);
        assert!(unpriced.starts_with("Kein Schritt hat einen Preis: "), "{unpriced}");
        assert!(unpriced.contains("     100  ungenutzte Lizenzen"), "{unpriced}");
    }
}
