//! Renders what was restated from one release to another.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::domain::day::Day;
use crate::domain::day_ranges::{range_text, runs};
use crate::domain::guid::Guid;
use crate::domain::words::counted;
use crate::reports::error::ReportError;
use crate::reports::releases::diff::seats::{ACTIVE, SEATS, SeatChange};
use crate::reports::releases::diff::table_changes::RowChange;
use crate::reports::releases::diff::{Diff, cells};
use crate::stages::measures::adoption::ADOPTION;

/// How many customers' products the text has. JSON has all of them.
const MOST_LINES: usize = 20;
/// How many reasons a line has.
const MOST_REASONS: usize = 3;

/// Renders it as text.
pub fn text(diff: &Diff) -> String {
    let mut text = format!("release {} -> {}\n", diff.old.release, diff.new.release);
    text.push_str(&days_text(diff));
    if diff.rows() == 0 {
        text.push_str("restated: nothing\n");
        return text;
    }
    let by_product = by_product(&diff.seats);
    let customers: BTreeSet<Guid> = diff.seats.iter().map(|change| change.tenant_id).collect();
    let days: BTreeSet<Day> = diff.seats.iter().map(|change| change.day).collect();
    if let (Some(first), Some(last)) = (days.first(), days.last()) {
        text.push_str(&format!(
            "restated: seats of {}, {} of customers, {} ({})\n",
            counted(customers.len(), "customer"),
            counted(by_product.len(), "product"),
            counted(days.len(), "day"),
            range_text((*first, *last))
        ));
    } else {
        text.push_str("restated: no seats\n");
    }
    if let Some((day, share)) = diff.most_restated() {
        text.push_str(&format!(
            "most on {day}: {} of {} ({:.2} %)\n",
            share.restated,
            counted(share.seats.max(0) as usize, "seat"),
            share.share() * 100.0
        ));
    }
    let mut products: Vec<&Vec<&SeatChange>> = by_product.values().collect();
    products.sort_by_key(|changes| -changes.iter().map(|change| change.restated()).max().unwrap_or(0));
    for changes in products.iter().take(MOST_LINES) {
        text.push_str(&product_text(diff, changes));
    }
    if let Some(more) = products.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
        text.push_str(&format!("and {} more (`--format json` has all)\n", counted(more, "product")));
    }
    let rows: Vec<String> = diff
        .tables
        .iter()
        .map(|table| format!("{} {}", table.table, table.rows.len()))
        .collect();
    text.push_str(&format!("rows that differ: {}\n", rows.join(", ")));
    text
}

fn days_text(diff: &Diff) -> String {
    let both = match diff.days {
        Some(days) => format!("days in both: {}", range_text(days)),
        None => "days in both: none".to_owned(),
    };
    let more = |count: u64, what: &str| match count {
        0 => String::new(),
        count => format!("; {} {what}", counted(count as usize, "day")),
    };
    format!("{both}{}{}\n", more(diff.days_added, "new"), more(diff.days_removed, "gone"))
}

/// The changes of each customer's product.
fn by_product(seats: &[SeatChange]) -> BTreeMap<(Guid, Guid), Vec<&SeatChange>> {
    let mut by_product: BTreeMap<(Guid, Guid), Vec<&SeatChange>> = BTreeMap::new();
    for change in seats {
        by_product.entry((change.tenant_id, change.sku_id)).or_default().push(change);
    }
    by_product
}

/// A customer's product: where it moved most, and why.
fn product_text(diff: &Diff, changes: &[&SeatChange]) -> String {
    let Some(most) = changes.iter().max_by_key(|change| (change.restated(), change.day)) else {
        return String::new();
    };
    let days: Vec<Day> = changes.iter().map(|change| change.day).collect();
    let ranges: Vec<String> = runs(&days).into_iter().map(range_text).collect();
    let mut text = format!(
        "\n{}, {}: {}\n  {}: {}\n",
        diff.customer(most.tenant_id),
        diff.product(most.sku_id),
        ranges.join(", "),
        most.day,
        counts_text(most)
    );
    let reasons = diff.reasons.why(ADOPTION.name, most.day);
    let more = reasons.len().saturating_sub(MOST_REASONS);
    for reason in reasons.iter().take(MOST_REASONS) {
        text.push_str(&format!("  because {reason}\n"));
    }
    match more {
        _ if reasons.is_empty() => text.push_str("  no run noted why\n"),
        0 => {}
        more => text.push_str(&format!("  and {}\n", counted(more, "more reason"))),
    }
    text
}

/// The counts that moved.
fn counts_text(change: &SeatChange) -> String {
    let count = |count: Option<i64>| count.map_or("none".to_owned(), |count| count.to_string());
    let moved = (0..SEATS.len()).filter(|at| change.old[*at] != change.new[*at]);
    let moved = moved.map(|at| {
        format!(
            "{} {} -> {} ({:+})",
            SEATS[at],
            count(change.old[at]),
            count(change.new[at]),
            change.moved(at)
        )
    });
    let moved = moved.collect::<Vec<_>>().join(", ");
    match change.change {
        RowChange::Changed => moved,
        RowChange::Added => format!("not there before, now {ACTIVE_NAME} {}", count(change.new[ACTIVE])),
        RowChange::Removed => format!("{ACTIVE_NAME} {} before, not there any more", count(change.old[ACTIVE])),
    }
}

const ACTIVE_NAME: &str = SEATS[ACTIVE];

/// Renders all of it as JSON.
pub fn json(diff: &Diff) -> Result<Value, ReportError> {
    let release = |release: &crate::reports::releases::release::Release| {
        json!({
            "release": release.release, "began": release.began, "version": release.version,
            "first_day": release.first_day, "last_day": release.last_day,
        })
    };
    let mut tables: Map<String, Value> = Map::new();
    let mut rows: Vec<(String, Vec<Value>)> = Vec::new();
    let mut last: Option<Value> = None;
    cells::each(diff, &mut |cell| {
        let key: Map<String, Value> = cell.key.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let of = json!({"day": cell.day.to_string(), "change": cell.change, "key": key});
        if rows.last().is_none_or(|(table, _)| table != cell.table) {
            rows.push((cell.table.to_owned(), Vec::new()));
            last = None;
        }
        let Some((_, of_table)) = rows.last_mut() else { return };
        if last.as_ref() != Some(&of) {
            let mut row = of.clone();
            row["why"] = json!(diff.reasons.why(cell.table, cell.day));
            row["values"] = json!({});
            of_table.push(row);
            last = Some(of);
        }
        let difference = cell.old_number.zip(cell.new_number).map(|(old, new)| new - old);
        let value = |text: &Option<String>, number: Option<f64>| number.map_or_else(|| json!(text), |number| json!(number));
        if let Some(row) = of_table.last_mut() {
            row["values"][cell.column] =
                json!({"old": value(&cell.old, cell.old_number), "new": value(&cell.new, cell.new_number), "difference": difference});
        }
    })?;
    tables.extend(rows.into_iter().map(|(table, rows)| (table, Value::Array(rows))));
    let days = diff.shares.iter().map(|(day, share)| {
        json!({
            "day": day.to_string(), "seats_restated": share.restated, "seats": share.seats, "share": share.share(),
            "why": diff.reasons.why(ADOPTION.name, *day),
        })
    });
    let customers: BTreeSet<String> = diff.seats.iter().map(|change| change.tenant_id.to_string()).collect();
    Ok(json!({
        "old": release(&diff.old),
        "new": release(&diff.new),
        "days": {
            "first": diff.days.map(|(first, _)| first.to_string()), "last": diff.days.map(|(_, last)| last.to_string()),
            "added": diff.days_added, "removed": diff.days_removed,
        },
        "settings_changed": diff.reasons.settings,
        "restated": {
            "customers": customers,
            "products": by_product(&diff.seats).len(),
            "days": days.collect::<Vec<_>>(),
        },
        "tables": tables,
    }))
}
