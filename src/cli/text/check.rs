//! Renders the report of `uptake check`: a few lines and a list for people, everything for
//! programs.

use serde_json::{Value, json};

use crate::audit::findings::{Bounded, Finding};
use crate::audit::report::Report;
use crate::domain::words::counted;
use crate::pipeline::settings::Settings;

/// Renders the report as one JSON object.
pub fn json(settings: &Settings, report: &Report) -> Value {
    let mut value = json!({"pipeline": settings.name, "healthy": report.is_healthy()});
    if let (Value::Object(all), Value::Object(more)) = (&mut value, json!(report)) {
        all.extend(more);
    }
    value
}

/// Renders the report as text: what was checked, then what is wrong.
pub fn text(settings: &Settings, report: &Report) -> String {
    let days = match (report.first_day, report.last_day) {
        (Some(first), Some(last)) => format!(", {first} to {last}"),
        _ => String::new(),
    };
    let mut text = format!(
        "{}{days}\n\nFiles      {} of the warehouse, {}, {}\n",
        settings.name,
        grouped(report.files),
        counted(report.rows, "row"),
        size(report.bytes)
    );
    text.push_str(&format!("Days       {} held against each other\n", grouped(report.days_held)));
    text.push_str(&format!("Published  {}\n", counted(report.published_files, "file")));
    if let Some(oracle) = &report.oracle {
        let raw = oracle.raw_files;
        text.push_str(&format!(
            "Customers  {} of {} computed again (--seed {}): {}, from {}",
            oracle.customers.len(),
            oracle.customers_known,
            oracle.seed,
            counted(oracle.rows, "row"),
            counted(raw.read, "raw file")
        ));
        if raw.gone + raw.changed > 0 {
            text.push_str(&format!(
                " and what the warehouse keeps of {} that are gone or changed",
                grouped(raw.gone + raw.changed)
            ));
        }
        text.push('\n');
        for tenant in oracle.customers.iter().filter(|_| oracle.customers.len() <= 10) {
            text.push_str(&format!("           {tenant}\n"));
        }
    }
    for warning in &report.warnings {
        text.push_str(&format!("Warning    {warning}\n"));
    }
    list(&mut text, "Faults", &report.faults, fault);
    if let Some(oracle) = &report.oracle {
        list(&mut text, "Differences", &oracle.differences, |one| one.words(true));
    }
    text.push_str(&if report.is_healthy() {
        "\nNothing is wrong.\n".to_owned()
    } else {
        format!("\nNot as it should be: {}.\n", sum(report))
    });
    text
}

/// Says in a few words how much is wrong.
pub fn sum(report: &Report) -> String {
    let differences = report.oracle.as_ref().map_or(0, |oracle| oracle.differences.count);
    let parts = [(report.faults.count, "fault"), (differences, "difference")];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, one)| counted(*count, one))
        .collect();
    parts.join(" and ")
}

fn list<T>(text: &mut String, title: &str, list: &Bounded<T>, words: impl Fn(&T) -> String) {
    if list.is_empty() {
        return;
    }
    text.push_str(&format!("\n{title}\n"));
    for one in &list.shown {
        text.push_str(&format!("  {}\n", words(one)));
    }
    let more = list.count - list.shown.len() as u64;
    if more > 0 {
        text.push_str(&format!("  and {} more\n", grouped(more)));
    }
}

fn fault(fault: &Finding) -> String {
    match &fault.file {
        Some(file) => format!("`{file}`: {}", fault.what),
        None => match fault.table {
            Some(table) => format!("`{table}`: {}", fault.what),
            None => fault.what.clone(),
        },
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn size(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
