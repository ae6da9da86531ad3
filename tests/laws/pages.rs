//! The pages of a site say what its published tables say, whatever its customers are called; those
//! with people name as many as the next steps count.

use std::collections::BTreeMap;

use serde_json::Value;
use uptake::domain::next_steps::{Language, StepCode};
use uptake::domain::words::Words;
use uptake::engine::query::explain::people;
use uptake::explain::count::tiers::Tier;
use uptake::explain::view::everyone::Everyone;
use uptake::pages::figures::customer::CustomerFigures;
use uptake::pages::figures::read::read;
use uptake::pages::html;
use uptake::pipeline::settings::Settings;
use uptake::reports::published_reader::PublishedReader;
use uptake::storage;
use uptake::warehouse::store::Store;

use super::Verdict;
use crate::report::agree::{customer_agrees, customers, portfolio_agrees};

/// Holds all pages about the last day against the tables.
pub fn agree(settings: &Settings) -> Verdict {
    if !settings.published.join("calendar.parquet").is_file() {
        return Ok(());
    }
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let published = storage::at(&settings.published);
    let open = |name: &str| published.open(name);
    let reader = PublishedReader::new(&open);
    let Some(days) = reader.days().map_err(|error| said(&error))? else {
        return Ok(());
    };
    let stale_days = settings.rules.snapshot_stale_days;
    let figures = read(&reader, days, stale_days, None).map_err(|error| said(&error))?;
    let words = Words(Language::English);
    let page = html::portfolio::write(words, &figures);
    is_whole(&page)?;
    portfolio_agrees(&page, &settings.published);
    let rows = customers(&settings.published);
    for customer in &figures.customers {
        let id = customer.id().to_string();
        let row = rows.iter().find(|row| row["tenant_id"] == id).ok_or("a customer without a row")?;
        let everyone = people(settings, &Store::at(&settings.warehouse), customer.id(), days.1).map_err(|error| said(&error))?;
        tiers_agree(&everyone, customer)?;
        for everyone in [None, Some(&everyone)] {
            let page = html::customer::write(words, &figures, customer, everyone);
            is_whole(&page)?;
            customer_agrees(&page, row, &settings.published);
        }
    }
    Ok(())
}

/// No name is anything but a text.
fn is_whole(page: &str) -> Verdict {
    match page.contains("<script>alert") || page.matches("<script>").count() != 1 {
        true => Err("a name became a script".to_owned()),
        false => Ok(()),
    }
}

/// The users of each tier are as many as the step says that has been made from the same day.
fn tiers_agree(everyone: &Everyone, customer: &CustomerFigures) -> Verdict {
    if !everyone.differences.is_empty() {
        return Err(format!("{:#?}", everyone.differences));
    }
    for product in &everyone.products {
        let of_product = |code: StepCode| {
            customer
                .steps
                .iter()
                .find(|step| step.row.code == code && step.row.sku_id == Some(product.sku))
        };
        let Some(step) = of_product(StepCode::UnusedSeats) else { continue };
        let evidence: BTreeMap<String, Value> = serde_json::from_str(&step.row.evidence).map_err(|error| error.to_string())?;
        for (tier, key) in [
            (Tier::Disabled, "seats_disabled"),
            (Tier::NeverActive, "seats_never_active"),
            (Tier::Inactive, "seats_inactive"),
            (Tier::New, "seats_new"),
        ] {
            let named = product.idle.iter().filter(|(of, _)| *of == tier).count() as i64;
            let counted = evidence[key].as_i64().unwrap_or(0);
            if named != counted {
                return Err(format!("{}: {named} users are {tier}, and {counted} are counted", product.sku));
            }
        }
    }
    Ok(())
}
