//! Renders all customers with their ratios, freshness and next steps: text, CSV, JSON.

use serde_json::{Value, json};

use crate::domain::window::WINDOW_DAYS;
use crate::domain::words::{Words, explain as phrases};
use crate::explain::render::words::{self, known, percent};
use crate::explain::view::customer_overview::{CustomerOverview, CustomerRow};
use crate::reports::summary::text::padded;
use crate::stages::next_steps::NextStep;

/// The widths of the columns of the text.
const NAME: usize = 36;
const COLUMN: usize = 12;

/// One line a customer.
pub fn text(overview: &CustomerOverview, w: Words, colored: bool) -> String {
    let (bold, plain) = if colored { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    let mut text = format!("{bold}{}{plain}\n", w.fill(phrases::CUSTOMERS_ON, &[("day", &overview.day)]));
    let line = |name: &str, cells: [String; 6]| {
        let cells: String = cells.iter().map(|cell| format!("{cell:>COLUMN$}")).collect();
        format!("  {}{cells}\n", padded(name, NAME))
    };
    let heading = [
        phrases::SEATS_SOLD,
        phrases::DEPLOYMENT_COLUMN,
        phrases::USAGE_COLUMN,
        phrases::DAYS_COLUMN,
        phrases::LIST_COLUMN,
        phrases::STEPS_COLUMN,
    ];
    text.push_str(&line("", heading.map(|column| w.say(column).to_owned())));
    for row in &overview.customers {
        let age = row.people.as_ref().and_then(|people| people.subscriptions_age_days);
        let cells = [
            known(w, row.line.seats_sold),
            percent(w, row.line.deployment),
            percent(w, row.line.usage),
            row.window_days_covered
                .map_or_else(|| "-".to_owned(), |days| format!("{days}/{WINDOW_DAYS}")),
            age.map_or_else(|| "-".to_owned(), |age| w.grouped(age)),
            w.grouped(i64::try_from(row.steps.len()).unwrap_or(i64::MAX)),
        ];
        text.push_str(&line(&name(row), cells));
    }
    text.push_str(&format!("\n{}\n", w.say(phrases::COLUMNS_MEAN)));
    text
}

/// How a line calls a customer.
fn name(row: &CustomerRow) -> String {
    let customer = &row.line.customer;
    match customer.name.is_empty() {
        true => words::customer(customer),
        false => customer.name.clone(),
    }
}

/// The columns of CSV, which are the members of JSON but for the steps: these have their codes here.
const COLUMNS: [&str; 19] = [
    "day",
    "tenant_id",
    "name",
    "domain",
    "seats_sold",
    "seats_assigned",
    "deployment_ratio",
    "entitlements_total",
    "entitlements_active",
    "usage_ratio",
    "users_entitled",
    "users_active",
    "users_ratio",
    "window_days_covered",
    "window_complete",
    "subscriptions_age_days",
    "holdings_age_days",
    "steps",
    "step_codes",
];

/// One line a customer, for a spreadsheet. An empty cell is unknown.
pub fn csv(overview: &CustomerOverview) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    // Nothing refuses bytes in memory.
    let _ = writer.write_record(COLUMNS);
    for row in &overview.customers {
        let codes: Vec<&str> = row.steps.iter().map(|step| step.code.name()).collect();
        let mut record: Vec<String> = vec![overview.day.to_string()];
        record.extend(facts(row).iter().map(|(_, value)| cell(value)));
        record.extend([row.steps.len().to_string(), codes.join(" ")]);
        let _ = writer.write_record(&record);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// Everything, the evidence of the steps too.
pub fn json(overview: &CustomerOverview) -> Value {
    let step = |step: &NextStep| {
        json!({
            "code": step.code.name(),
            "sku_id": step.sku_id.map(|sku| sku.to_string()),
            "workload": step.workload,
            "seats_concerned": step.seats_concerned,
            "evidence": serde_json::from_str::<Value>(&step.evidence).unwrap_or(Value::Null),
        })
    };
    let customer = |row: &CustomerRow| {
        let mut object: serde_json::Map<String, Value> = facts(row).into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        object.insert("steps".to_owned(), row.steps.iter().map(step).collect());
        Value::Object(object)
    };
    json!({
        "day": overview.day.to_string(),
        "customers": overview.customers.iter().map(customer).collect::<Vec<_>>(),
    })
}

/// What is known of a customer, in the order of the columns.
fn facts(row: &CustomerRow) -> [(&'static str, Value); 16] {
    let (line, people) = (&row.line, row.people.as_ref());
    let name = |text: &str| if text.is_empty() { Value::Null } else { Value::from(text) };
    [
        ("tenant_id", json!(line.customer.tenant_id.to_string())),
        ("name", name(&line.customer.name)),
        ("domain", name(&line.customer.domain)),
        ("seats_sold", json!(line.seats_sold)),
        ("seats_assigned", json!(line.seats_assigned)),
        ("deployment_ratio", json!(line.deployment)),
        ("entitlements_total", json!(line.entitlements)),
        ("entitlements_active", json!(line.active)),
        ("usage_ratio", json!(line.usage)),
        ("users_entitled", json!(people.map(|people| people.users_entitled))),
        ("users_active", json!(people.map(|people| people.users_active))),
        ("users_ratio", json!(people.and_then(|people| people.users_ratio))),
        ("window_days_covered", json!(row.window_days_covered)),
        ("window_complete", json!(row.window_complete)),
        (
            "subscriptions_age_days",
            json!(people.and_then(|people| people.subscriptions_age_days)),
        ),
        ("holdings_age_days", json!(people.and_then(|people| people.holdings_age_days))),
    ]
}
