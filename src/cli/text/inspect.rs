//! Renders the result of `uptake inspect`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::engine::inspect::{Inspection, Reading};

/// How many tenants are named. The JSON form has all of them.
const MOST_TENANTS: usize = 5;

/// Renders everything as JSON.
pub fn json(inspections: &[Inspection]) -> Value {
    let sums: Vec<Value> = summed(inspections)
        .into_iter()
        .map(|((feed, format), sum)| {
            json!({
                "feed": feed, "format": format, "files": sum.files, "records": sum.records, "accepted": sum.accepted,
                "rejected": sum.rejected, "not_ours": sum.not_ours, "rows": sum.rows,
            })
        })
        .collect();
    json!({ "files": inspections, "sums": sums })
}

/// Renders one file. An empty line separates it from the file before.
pub fn block(inspection: &Inspection, is_first: bool, colored: bool) -> String {
    let mut text = if is_first { String::new() } else { "\n".to_owned() };
    let (bold, plain) = if colored { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    text.push_str(&format!("{bold}{}{plain}\n", inspection.file));
    let compression = match inspection.compression {
        "plain" => "not compressed".to_owned(),
        name => format!("compressed with {name}"),
    };
    text.push_str(&line("size", &format!("{} bytes, {compression}", inspection.bytes)));
    let of_path: Vec<String> = [("tenant", &inspection.path_tenant), ("day", &inspection.path_day)]
        .into_iter()
        .filter_map(|(name, value)| value.as_ref().map(|value| format!("{name} {value}")))
        .collect();
    if !of_path.is_empty() {
        text.push_str(&line("path", &of_path.join(", ")));
    }
    if !inspection.is_readable() {
        let what = match (inspection.bytes, inspection.readings.as_slice()) {
            (0, _) => "an empty file",
            (_, []) if inspection.page.is_some() => "no log that can be read, but known",
            (_, []) => "no log that can be read: it has the keys or columns of no known form",
            (_, readings) if readings.iter().all(|reading| reading.rejected == 0 && reading.not_ours > 0) => {
                "a log that is known, but not one record of it is about use or licenses"
            }
            (_, readings) if readings.iter().any(lacks_a_path) => {
                "a log that is known, but neither it nor its path says whose it is and of which day"
            }
            _ => "no log that can be read: not one record of it could be used",
        };
        text.push_str(&line("is", what));
    }
    if let Some(unknown) = &inspection.unknown {
        text.push_str(&line("", unknown));
    }
    if let Some(page) = inspection.page {
        text.push_str(&line("see", page));
    }
    for reading in &inspection.readings {
        text.push_str(&about(reading));
    }
    if let Some(begins) = inspection.begins.as_ref().filter(|begins| !begins.is_empty()) {
        text.push_str(&line("begins", &format!("{begins:?}")));
    }
    text
}

/// Renders what a file contains for one feed.
fn about(reading: &Reading) -> String {
    let mut text = line(
        if reading.is_of_use() { "is" } else { "tried" },
        &format!("{} in the format {}, because {}", reading.feed, reading.format, reading.why),
    );
    text.push_str(&line("see", &reading.page));
    let tenants: Vec<String> = reading
        .tenants
        .iter()
        .take(MOST_TENANTS)
        .map(|tenant| format!("{} ({})", tenant.tenant_id, counted(tenant.rows, "row")))
        .collect();
    let more = reading.tenants.len().saturating_sub(MOST_TENANTS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    if !tenants.is_empty() {
        text.push_str(&line("tenants", &format!("{}{more}", tenants.join(", "))));
    }
    for warning in &reading.warnings {
        text.push_str(&line("warning", warning));
    }
    if let (Some(first), Some(last)) = (&reading.first_day, &reading.last_day) {
        let days = match reading.days {
            1 => first.clone(),
            days => format!("{first} to {last}, {days} of them with rows"),
        };
        text.push_str(&line("days", &days));
    }
    text.push_str(&line(
        "records",
        &format!(
            "{}: {} accepted, {} of other feeds, {}",
            reading.records,
            reading.accepted,
            reading.not_ours,
            counted(reading.rejected, "reject")
        ),
    ));
    for reject in &reading.rejects {
        let place = match reject.first_line {
            0 => "the file as a whole".to_owned(),
            line => format!("the first in line {line}"),
        };
        let detail = reject.detail.as_ref().map_or_else(String::new, |detail| format!(": {detail}"));
        text.push_str(&line("", &format!("{} {}, {place}{detail}", reject.count, reject.reason)));
    }
    let Some(source) = &reading.source else { return text };
    text.push_str(&line("rows", &format!("{} for the table {}", reading.rows, reading.table)));
    for row in &reading.sample {
        text.push_str(&line("", &Value::Object(row.clone()).to_string()));
    }
    text.push_str("\n  In a pipeline file:\n\n");
    for written in source.text().lines() {
        text.push_str(format!("    {written}").trim_end());
        text.push('\n');
    }
    text
}

/// Whether all that was wrong with a file is where it lies.
fn lacks_a_path(reading: &Reading) -> bool {
    let is_of_path = |reason: &str| reason == "missing_tenant" || reason == "missing_day";
    !reading.rejects.is_empty() && reading.rejects.iter().all(|reject| is_of_path(reject.reason))
}

fn line(name: &str, value: &str) -> String {
    format!("  {name:<9}{value}\n")
}

fn counted(count: u64, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

/// Renders the sums over several files by feed. For one file there is nothing to add.
pub fn sums(inspections: &[Inspection]) -> String {
    if inspections.len() < 2 {
        return String::new();
    }
    let mut text = "\nAll files\n".to_owned();
    for ((feed, format), sum) in summed(inspections) {
        text.push_str(&format!(
            "  {feed} in the format {format}: {}, {}, {} accepted, {} of other feeds, {}, {}\n",
            counted(sum.files, "file"),
            counted(sum.records, "record"),
            sum.accepted,
            sum.not_ours,
            counted(sum.rejected, "reject"),
            counted(sum.rows, "row")
        ));
    }
    let unread = inspections.iter().filter(|inspection| !inspection.is_readable()).count();
    if unread > 0 {
        text.push_str(&format!("  no log that can be read: {}\n", counted(unread as u64, "file")));
    }
    text
}

#[derive(Default)]
struct Sum {
    files: u64,
    records: u64,
    accepted: u64,
    rejected: u64,
    not_ours: u64,
    rows: u64,
}

fn summed(inspections: &[Inspection]) -> BTreeMap<(&'static str, &'static str), Sum> {
    let mut sums: BTreeMap<(&'static str, &'static str), Sum> = BTreeMap::new();
    for reading in inspections
        .iter()
        .flat_map(|inspection| &inspection.readings)
        .filter(|reading| reading.is_of_use())
    {
        let sum = sums.entry((reading.feed, reading.format)).or_default();
        sum.files += 1;
        sum.records += reading.records;
        sum.accepted += reading.accepted;
        sum.rejected += reading.rejected;
        sum.not_ours += reading.not_ours;
        sum.rows += reading.rows;
    }
    sums
}
