//! What somebody asks to be explained, answered out of the warehouse: who and what is meant, what
//! the tables say, and the explanation.

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::user_ids::UserIds;
use crate::engine::error::EngineError;
use crate::engine::query::customer_reader::{Reading, Scope};
use crate::engine::query::customers;
use crate::engine::query::event_lines;
use crate::engine::query::exceptions;
use crate::engine::query::name_lookup::Named;
use crate::explain::count::differences::Difference;
use crate::explain::count::numbers::Subject;
use crate::explain::facts::{Facts, ProductName};
use crate::explain::view::customer;
use crate::explain::view::customer::{CustomerView, known_products};
use crate::explain::view::customer_list::CustomerList;
use crate::explain::view::customer_overview::CustomerOverview;
use crate::explain::view::everyone::{Everyone, everyone};
use crate::explain::view::product;
use crate::explain::view::product::ProductExplanation;
use crate::explain::view::user;
use crate::explain::view::user::UserExplanation;
use crate::pipeline::settings::Settings;
use crate::sources::fields::user_name::id_of_name;
use crate::stages::measures::adoption::ADOPTION;
use crate::stages::people::user_names::Names;
use crate::warehouse::store::Store;

/// What is to be explained.
#[derive(Clone, Debug, Default)]
pub struct ExplainRequest {
    /// Tenant id, name or domain, or how one of these begins; `None`: all customers.
    pub customer: Option<String>,
    /// SKU id, part number or name, or how one of these begins.
    pub product: Option<String>,
    pub workload: Option<String>,
    /// `None`: the last day of the tables.
    pub day: Option<Day>,
    /// A user's id, as it is stored or as the logs have it.
    pub user: Option<String>,
    /// Reads the raw files again, to show how the records begin.
    pub show_raw: bool,
}

/// The explanation.
#[derive(Clone, Debug)]
pub enum Answer {
    Product(Box<ProductExplanation>),
    Customer(Box<CustomerView>),
    Customers(CustomerList),
    User(Box<UserExplanation>),
}

impl Answer {
    /// Where the tables say something else than what was counted.
    pub fn differences(&self) -> &[Difference] {
        match self {
            Answer::Product(product) => &product.differences,
            Answer::Customer(customer) => &customer.differences,
            // Nothing is counted again.
            Answer::Customers(_) => &[],
            Answer::User(user) => &user.differences,
        }
    }
}

/// Answers out of the warehouse; nothing is written.
pub fn explain(settings: &Settings, store: &Store, request: &ExplainRequest) -> Result<Answer, EngineError> {
    let (days, day) = days(settings, store, request.day)?;
    let settings = &exceptions::applied(settings, &customers::listed(store)?);
    let reading = Reading::new(settings, store, days, day)?;
    let Some(customer) = &request.customer else {
        return Ok(Answer::Customers(reading.customers()?));
    };
    let customer = reading.customer(customer)?;
    let scope = match (&request.product, &request.user) {
        (Some(_), None) => Scope::Compared,
        _ => Scope::Day,
    };
    let facts = reading.facts(customer, scope)?;
    let sku = request.product.as_ref().map(|written| product_of(&facts, written)).transpose()?;
    let workload = request
        .workload
        .as_ref()
        .map(|written| workload_of(&facts, sku, written))
        .transpose()?;
    let subject = sku.map(|sku| Subject {
        sku,
        workload: workload.as_deref(),
    });
    match (&request.user, subject) {
        (Some(written), subject) => {
            let names = event_lines::names(&reading, facts.tenant())?;
            let id = user_of(settings, &facts, &names, written)?;
            let lines = event_lines::lines(&reading, facts.tenant(), &id, &names, request.show_raw)?;
            Ok(Answer::User(Box::new(user::explain(&facts, &id, subject, lines))))
        }
        (None, Some(subject)) => Ok(Answer::Product(Box::new(product::explain(&facts, subject)))),
        (None, None) => Ok(Answer::Customer(Box::new(customer::view(&facts)))),
    }
}

/// The people of a customer on a day of the tables.
pub fn people(settings: &Settings, store: &Store, tenant: Guid, day: Day) -> Result<Everyone, EngineError> {
    let (days, day) = days(settings, store, Some(day))?;
    let settings = &exceptions::applied(settings, &customers::listed(store)?);
    let reading = Reading::new(settings, store, days, day)?;
    let customer = reading.customer(&tenant.to_string())?;
    Ok(everyone(&reading.facts(customer, Scope::Compared)?))
}

/// All customers on a day, or on the last one.
pub fn overview(settings: &Settings, store: &Store, day: Option<Day>) -> Result<CustomerOverview, EngineError> {
    let (days, day) = days(settings, store, day)?;
    Reading::new(settings, store, days, day)?.overview()
}

/// The days of the tables, and the one that was named of them, or the last one.
fn days(settings: &Settings, store: &Store, named: Option<Day>) -> Result<(Vec<Day>, Day), EngineError> {
    let mut days = store.partitions(&ADOPTION)?;
    let is_outside = |day: &Day| settings.first_day.is_some_and(|first| *day < first) || settings.last_day.is_some_and(|last| *day > last);
    days.retain(|day| !is_outside(day));
    let day = day_of(store, &days, named)?;
    Ok((days, day))
}

/// The day that was named, or the last one.
fn day_of(store: &Store, days: &[Day], named: Option<Day>) -> Result<Day, EngineError> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Err(EngineError::Usage(format!(
            "there are no tables in `{}` yet: `uptake run` makes them; `--warehouse DIR` names another folder",
            store.root().display()
        )));
    };
    match named {
        None => Ok(*last),
        Some(day) if days.contains(&day) => Ok(day),
        Some(day) if day < *first || day > *last => Err(EngineError::Usage(format!(
            "the tables have no {day}: they go from {first} to {last}"
        ))),
        Some(day) => Err(EngineError::Usage(format!("the tables lack {day}: `uptake run` makes it"))),
    }
}

/// The product that is meant: one of the customer's, if it can be.
fn product_of(facts: &Facts<'_>, written: &str) -> Result<Guid, EngineError> {
    let own = names(facts, known_products(facts).into_iter());
    let all = names(facts, facts.rules.catalogue.products.keys().copied());
    let ids = |skus: &[Guid]| skus.iter().map(Guid::to_string).collect::<Vec<_>>().join(", ");
    // A whole name that another product has is not how one of the customer's products begins.
    let (mut of_own, mut of_all) = (own.find(written), all.find(written));
    if of_own.is_empty() && of_all.is_empty() {
        (of_own, of_all) = (own.beginning(written), all.beginning(written));
    }
    match (of_own.as_slice(), of_all.as_slice()) {
        ([one], _) => Ok(*one),
        ([], []) => {
            let hint = own.hint(written, &all.hint(written, "name one by SKU id, part number or name"));
            Err(EngineError::Usage(format!("there is no product `{written}`: {hint}")))
        }
        ([], _) => Err(EngineError::Usage(format!(
            "`{}` has no product `{written}`, neither on {} nor before: it has {}",
            customer_words(facts),
            facts.day,
            listed(facts)
        ))),
        (several, _) if own.find(written).is_empty() => Err(EngineError::Usage(format!(
            "{} of the customer's products begin with `{written}`: {}",
            several.len(),
            own.listed(several)
        ))),
        (several, _) => Err(EngineError::Usage(format!(
            "`{written}` is the name of {} of the customer's products: say which by SKU id ({})",
            several.len(),
            ids(several)
        ))),
    }
}

/// What products are called.
fn names(facts: &Facts<'_>, skus: impl Iterator<Item = Guid>) -> Named<Guid> {
    let mut named = Named::new();
    for product in skus.map(|sku| ProductName::of(facts, sku)) {
        for name in [&product.part_number, &product.name, &product.sku_id.to_string()] {
            named.add(name, product.sku_id);
        }
    }
    named
}

fn listed(facts: &Facts<'_>) -> String {
    let names: Vec<String> = known_products(facts)
        .into_iter()
        .map(|sku| ProductName::of(facts, sku))
        .map(|product| match product.part_number.is_empty() {
            true => format!("`{}`", product.sku_id),
            false => format!("`{}`", product.part_number),
        })
        .collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn customer_words(facts: &Facts<'_>) -> String {
    match facts.customer.name.is_empty() {
        true => facts.tenant().to_string(),
        false => facts.customer.name.clone(),
    }
}

/// The workload that is meant: one of the product's.
fn workload_of(facts: &Facts<'_>, sku: Option<Guid>, written: &str) -> Result<String, EngineError> {
    let Some(sku) = sku else {
        return Err(EngineError::Usage(
            "`--workload` is one of a product's workloads: name the product with `--product`".to_owned(),
        ));
    };
    let known: Vec<&str> = facts.rules.catalogue.workloads_of(sku).collect();
    let mut named = Named::new();
    known.iter().enumerate().for_each(|(at, workload)| named.add(workload, at));
    match named.find(written).first() {
        Some(at) => Ok(known[*at].to_owned()),
        None if known.is_empty() => Err(EngineError::Usage(format!(
            "no workload of the product is known, so there is no `{written}`: leave `--workload` out"
        ))),
        None => {
            let all = format!("it has `{}`", known.join("`, `"));
            Err(EngineError::Usage(format!(
                "the product has no workload `{written}`: {}",
                named.hint(written, &all)
            )))
        }
    }
}

/// The id under which the user is stored whom somebody means by an id or, where names are known, by
/// a name. An id of the logs is led to its pseudonym where the key is at hand; under pseudonyms
/// what was written is no part of any message.
fn user_of(settings: &Settings, facts: &Facts<'_>, names: &Names, written: &str) -> Result<String, EngineError> {
    let known = user::known_users(facts);
    let written = written.trim().to_lowercase();
    let tenant = facts.tenant();
    let by_name = id_of_name(tenant, &written);
    let candidates = [
        written.clone(),
        settings.user_ids.stored_again(tenant, &written).into_owned(),
        settings.user_ids.stored_again(tenant, &by_name).into_owned(),
    ];
    // Who has the name on the day, else who ever had it.
    let of_day = names.on(facts.day);
    let mut meant = candidates
        .iter()
        .flat_map(|id| [of_day.user_of(id)].into_iter().chain(names.holders(id)));
    if let Some(found) = meant.find(|id| known.contains(id)) {
        return Ok(found.to_owned());
    }
    let customer = customer_words(facts);
    Err(EngineError::Usage(match &settings.user_ids {
        UserIds::Plain => {
            let mut named = Named::new();
            known.iter().enumerate().for_each(|(at, id)| named.add(id, at));
            let hint = named.hint(
                &written,
                "`explain` with `--product` and `--format json` lists the users of a product",
            );
            format!(
                "`{customer}` has no user `{written}` with a license or with activity from {} on: {hint}",
                reach(facts)
            )
        }
        UserIds::Pseudonymous(_) => format!(
            "`{customer}` has no user with this id, by itself or under its pseudonym, who has a license or activity from {} on",
            reach(facts)
        ),
    }))
}

/// The first day of activity that was looked at.
fn reach(facts: &Facts<'_>) -> Day {
    facts.activity.keys().next().copied().unwrap_or(facts.day)
}
