//! The next steps that a run's closing summary names: the most valuable ones of the last day, in
//! the pipeline's language.
//!
//! The value of a step is the number of seats that it concerns (`seats_concerned`):
//! unused seats, users beyond the entitlements, seats that end; a support request counts as one.
//! Steps about the same product, workload or customer are about the same seats, so only the most
//! valuable of them is named. Steps of equal value stand in the order of their key.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::catalogue::Catalogue;
use crate::domain::guid::Guid;
use crate::domain::next_steps::{Language, StepCode};
use crate::domain::words::Words;
use crate::domain::words::summary as said;
use crate::reports::summary::step_lines::{about, line};
use crate::reports::summary::text::heading;
use crate::stages::next_steps::NextStep;

/// How many steps are named at most.
const MOST: usize = 5;

/// A step that the summary names.
#[derive(Clone, Debug, PartialEq)]
pub struct ValuableStep {
    pub seats_concerned: i64,
    pub code: StepCode,
    /// The customer, and the product or workload where it is about one.
    pub about: String,
}

/// The most valuable steps of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct ValuableSteps {
    pub language: Language,
    /// The most valuable first.
    pub steps: Vec<ValuableStep>,
    /// How many more steps the day has.
    pub more: usize,
}

impl ValuableSteps {
    /// Picks from all steps of a day. `customers` are the customers' names.
    pub fn of(rows: &[NextStep], customers: &BTreeMap<Guid, String>, catalogue: &Catalogue, language: Language) -> ValuableSteps {
        let mut ranked: Vec<&NextStep> = rows.iter().collect();
        ranked.sort_by(|row, other| {
            let key = |row: &NextStep| (row.tenant_id, row.sku_id, row.workload.clone(), row.code);
            other
                .seats_concerned
                .cmp(&row.seats_concerned)
                .then_with(|| key(row).cmp(&key(other)))
        });
        let mut named = BTreeSet::new();
        ranked.retain(|row| named.insert((row.tenant_id, row.sku_id, row.workload.clone())));
        let steps: Vec<ValuableStep> = ranked
            .into_iter()
            .take(MOST)
            .map(|row| ValuableStep {
                seats_concerned: row.seats_concerned,
                code: row.code,
                about: about((row.tenant_id, row.sku_id, row.workload.as_deref()), customers, catalogue),
            })
            .collect();
        ValuableSteps {
            language,
            more: rows.len() - steps.len(),
            steps,
        }
    }

    /// The steps as text that ends with a line end; empty where there is none.
    pub fn text(&self, color: bool) -> String {
        let words = Words(self.language);
        if self.steps.is_empty() {
            return String::new();
        }
        let mut text = format!("{}\n", heading(words.say(said::NEXT_STEPS), color));
        for step in &self.steps {
            text.push_str(&line(words, step.seats_concerned, step.code, &step.about));
        }
        if self.more > 0 {
            let more = words.fill(said::MORE_STEPS, &[("file", &"next_steps.parquet")]);
            text.push_str(&format!("  {:>6}  {more}\n", words.grouped(self.more as i64)));
        }
        text
    }
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
            workloads: BTreeSet::new(),
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
        let text = picked(&rows, Language::English).text(false);
        assert_eq!(text, expected);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
        let mut turned = rows;
        turned.reverse();
        assert_eq!(picked(&turned, Language::English).text(false), expected);
    }

    #[test]
    fn at_most_five_are_named_and_none_say_nothing() {
        let rows: Vec<NextStep> = (1..=7).map(|sku| row(1, Some(sku), StepCode::UnusedSeats, sku as i64)).collect();
        let picked_steps = picked(&rows, Language::German);
        let seats: Vec<i64> = picked_steps.steps.iter().map(|step| step.seats_concerned).collect();
        assert_eq!((seats, picked_steps.more), (vec![7, 6, 5, 4, 3], 2));
        let text = picked_steps.text(true);
        assert!(
            text.starts_with("\u{1b}[1mDie wertvollsten") && text.contains("ungenutzte Lizenzen"),
            "{text}"
        );
        assert!(text.ends_with("2  weitere in next_steps.parquet\n"), "{text}");
        assert_eq!(picked(&[], Language::English).text(false), "");
    }
}
