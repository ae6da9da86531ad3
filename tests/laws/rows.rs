//! Rows of the warehouse and of the reference as texts, to compare and to read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use uptake::domain::day::Day;
use uptake::pipeline::settings::Settings;
use uptake::reference::{self, Tables};
use uptake::stages::activity::activity_28d::Activity28d;
use uptake::stages::activity::activity_daily::ActivityDaily;
use uptake::stages::licenses::assignments::Assignment;
use uptake::stages::licenses::subscriptions::Subscription;
use uptake::stages::measures::adoption::Adoption;
use uptake::stages::measures::customer_adoption::CustomerAdoption;
use uptake::stages::measures::portfolio::Portfolio;
use uptake::stages::measures::seat_outcomes::SEAT_OUTCOMES;
use uptake::stages::measures::spend::Spend;
use uptake::stages::measures::usage::Usage;
use uptake::stages::measures::workload_adoption::WorkloadAdoption;
use uptake::stages::next_steps::NextStep;
use uptake::stages::people::user_names::UserNameRow;
use uptake::stages::received::activity_events::ActivityEvent;
use uptake::stages::received::customers::Customer;
use uptake::stages::received::license_changes::LicenseChange;
use uptake::stages::received::license_holdings::LicenseHolding;
use uptake::stages::received::raw_files::RawFile;
use uptake::stages::received::rejects::Reject;
use uptake::stages::received::snapshots::SnapshotFile;
use uptake::stages::received::subscription_snapshots::SnapshotSubscription;
use uptake::stages::received::support_requests::SupportRequest;
use uptake::warehouse::store::Store;
use uptake::warehouse::table::Row;

use super::outcomes;

/// The tables whose bytes do not depend on the form of the raw files.
pub const FINAL_TABLES: [&str; 12] = [
    "activity_daily",
    "first_activity",
    "activity_28d",
    "assignments",
    "subscriptions",
    "usage",
    "adoption",
    "workload_adoption",
    "customer_adoption",
    "spend",
    "next_steps",
    "portfolio",
];

/// Rows of a table: key -> cells, both as `name=value|...`.
pub type Lines = BTreeMap<String, String>;

/// Rows by table.
pub type AllLines = BTreeMap<&'static str, Lines>;

macro_rules! cells {
    ($row:expr; $($field:ident)+) => {{
        let mut text = String::new();
        $(let _ = write!(text, "{}={:?}|", stringify!($field), $row.$field);)+
        text
    }};
}

/// For a table the texts of a row of the warehouse, and of the reference.
macro_rules! texts {
    ($module:ident, $row:ty, $key:ty, $value:ty; [$($k:ident)+] [$($v:ident)+]) => {
        mod $module {
            use super::*;
            pub fn found(row: &$row) -> (String, String) {
                (cells!(row; $($k)+), cells!(row; $($v)+))
            }
            pub fn expected(key: &$key, row: &$value) -> (String, String) {
                (cells!(key; $($k)+), cells!(row; $($v)+))
            }
        }
    };
}

texts!(events, ActivityEvent, reference::ActivityEventsKey, reference::ActivityEvents;
    [tenant_id day event_id user_id app_id resource_id interactive]
    [event_time workload succeeded guest foreign_resource agent named_workload evidence source_file source_line]);
texts!(daily, ActivityDaily, reference::ActivityDailyKey, reference::ActivityDaily;
    [tenant_id user_id workload] [interactive_sign_ins non_interactive_sign_ins actions reports guest first_at last_at]);
texts!(rolling, Activity28d, reference::ActivityDailyKey, reference::Activity28d;
    [tenant_id user_id workload] [active_bits interactive_bits non_interactive_bits action_bits report_bits active_days last_active_day]);
texts!(assigned, Assignment, reference::AssignmentsKey, reference::Assignments;
    [tenant_id user_id sku_id assigned_day] [removed_day source]);
texts!(listed, Subscription, reference::SubscriptionsKey, reference::Subscriptions;
    [tenant_id subscription_id] [sku_id seats state is_trial seller ends_on renews_on term auto_renew snapshot_day]);
texts!(used, Usage, reference::UsageKey, reference::Usage;
    [tenant_id sku_id workload]
    [entitlements_total entitlements_active active_current active_moved active_switched active_lapsed active_trial active_over_assigned usage_ratio usage_ratio_adjusted]);
texts!(adopted, Adoption, reference::AdoptionKey, reference::Adoption;
    [tenant_id sku_id]
    [seats_sold seats_sold_own seats_trial seats_lapsed seats_assigned seats_assigned_disabled seats_unassigned users_waiting deployment_ratio seats_assigned_own_prorated
     entitlements_total entitlements_active active_current active_moved active_switched active_lapsed active_trial active_over_assigned usage_ratio
     usage_ratio_adjusted in_scope scope_reason window_days_covered activity_source window_complete seats_snapshot_day]);
texts!(by_workload, WorkloadAdoption, reference::WorkloadAdoptionKey, reference::WorkloadAdoption;
    [tenant_id workload] [entitlements_total entitlements_active active_unlicensed usage_ratio usage_ratio_licensed users_entitled
     users_active users_ratio]);
texts!(by_customer, CustomerAdoption, reference::CustomerAdoptionKey, reference::CustomerAdoption;
    [tenant_id] [users_entitled users_active users_ratio seats_sold seats_assigned products subscriptions_age_days holdings_age_days]);
texts!(priced, Spend, reference::AdoptionKey, reference::Spend;
    [tenant_id sku_id]
    [currency price_per_month seats_sold seats_unassigned seats_idle seats_disabled cost_sold cost_unassigned cost_idle cost_disabled in_scope]);
texts!(summed, Portfolio, reference::PortfolioKey, reference::Portfolio;
    [sku_id workload]
    [customers customers_without_seats seats_sold seats_sold_own seats_trial seats_lapsed seats_assigned seats_assigned_disabled seats_unassigned users_waiting deployment_ratio
     seats_assigned_own_prorated entitlements_total entitlements_active active_current active_moved active_switched active_lapsed active_trial
     active_over_assigned active_unlicensed usage_ratio usage_ratio_adjusted usage_ratio_licensed users_entitled users_active users_ratio]);

texts!(advised, NextStep, reference::NextStepsKey, reference::NextSteps; [tenant_id sku_id workload code] [money_per_month currency evidence]);

/// The days (`day=` or `received=`) that a table has folders for.
pub fn days_of(settings: &Settings, table: &str) -> BTreeSet<Day> {
    let Ok(entries) = std::fs::read_dir(settings.warehouse.join(table)) else {
        return BTreeSet::new();
    };
    entries
        .filter_map(|entry| Day::parse(entry.ok()?.file_name().to_str()?.split_once('=')?.1))
        .collect()
}

/// Every row of a table, each with its partition. Fails where a shard's file is missing.
pub fn rows<R: Row>(settings: &Settings) -> Result<Vec<(Option<Day>, R)>, String> {
    let store = Store::at(&settings.warehouse);
    let contract = R::CONTRACT;
    let days: Vec<Option<Day>> = match contract.partition.column() {
        None => vec![None],
        Some(_) => days_of(settings, contract.name).into_iter().map(Some).collect(),
    };
    let mut all = Vec::new();
    for day in days {
        for shard in 0..contract.files(u32::from(settings.shards)) {
            let place = (day, shard);
            let path = store.path(contract, place);
            if day.is_none() && !settings.warehouse.join(contract.name).exists() {
                continue;
            }
            let rows: Vec<R> = store.rows(place).map_err(|error| format!("{}: {error}", path.display()))?;
            all.extend(rows.into_iter().map(|row| (day, row)));
        }
    }
    Ok(all)
}

fn lines<R: Row>(settings: &Settings, text: impl Fn(&R) -> (String, String)) -> Result<Lines, String> {
    let mut lines = Lines::new();
    for (day, row) in rows::<R>(settings)? {
        let (key, cells) = text(&row);
        let key = day.map_or(key.clone(), |day| format!("{day} {key}"));
        if let Some(other) = lines.insert(key.clone(), cells) {
            return Err(format!("{}: the key is there twice: {key} {other}", R::CONTRACT.name));
        }
    }
    Ok(lines)
}

/// The tables from `activity_daily` on, as the warehouse has them.
pub fn found(settings: &Settings) -> Result<AllLines, String> {
    Ok(BTreeMap::from([
        ("activity_daily", lines(settings, daily::found)?),
        ("activity_28d", lines(settings, rolling::found)?),
        ("assignments", lines(settings, assigned::found)?),
        ("subscriptions", lines(settings, listed::found)?),
        ("usage", lines(settings, used::found)?),
        ("adoption", lines(settings, adopted::found)?),
        ("workload_adoption", lines(settings, by_workload::found)?),
        ("customer_adoption", lines(settings, by_customer::found)?),
        ("spend", lines(settings, priced::found)?),
        ("next_steps", lines(settings, advised::found)?),
        ("portfolio", lines(settings, summed::found)?),
        (SEAT_OUTCOMES.name, outcomes::found(settings)?),
    ]))
}

/// The same, as the reference computes them.
pub fn expected(tables: &Tables) -> AllLines {
    macro_rules! lines {
        ($rows:expr, $text:path) => {
            $rows
                .iter()
                .map(|(key, row)| {
                    let (text, cells) = $text(key, row);
                    (format!("{} {text}", key.day), cells)
                })
                .collect()
        };
    }
    BTreeMap::from([
        ("activity_daily", lines!(tables.activity_daily, daily::expected)),
        ("activity_28d", lines!(tables.activity_28d, rolling::expected)),
        (
            "assignments",
            tables.assignments.iter().map(|(key, row)| assigned::expected(key, row)).collect(),
        ),
        ("subscriptions", lines!(tables.subscriptions, listed::expected)),
        ("usage", lines!(tables.usage, used::expected)),
        ("adoption", lines!(tables.adoption, adopted::expected)),
        ("workload_adoption", lines!(tables.workload_adoption, by_workload::expected)),
        ("customer_adoption", lines!(tables.customer_adoption, by_customer::expected)),
        ("spend", lines!(tables.spend, priced::expected)),
        ("next_steps", lines!(tables.next_steps, advised::expected)),
        ("portfolio", lines!(tables.portfolio, summed::expected)),
        (SEAT_OUTCOMES.name, outcomes::expected(tables)),
    ])
}

/// The distinct events of all partitions: of copies the one that the spec keeps.
pub fn found_events(settings: &Settings, with_source: bool) -> Result<Lines, String> {
    let mut all: Vec<ActivityEvent> = rows::<ActivityEvent>(settings)?.into_iter().map(|(_, row)| row).collect();
    all.sort_by_key(|row| (!row.succeeded, row.event_time, row.source_file.clone(), row.source_line));
    let mut lines = Lines::new();
    for row in &all {
        let (key, cells) = events::found(row);
        lines.entry(key).or_insert(if with_source { cells } else { without_source(&cells) });
    }
    Ok(lines)
}

/// The same, by the reference.
pub fn expected_events(tables: &Tables) -> Lines {
    tables.activity_events.iter().map(|(key, row)| events::expected(key, row)).collect()
}

fn without_source(cells: &str) -> String {
    cells
        .split_inclusive('|')
        .filter(|cell| !cell.starts_with("source_file=") && !cell.starts_with("source_line="))
        .collect()
}

/// The tables before `activity_daily` as far as they must not depend on how the files are cut:
/// where they came from aside, copies once. With `by_partition` every row has its partition.
pub fn raw_lines(settings: &Settings, by_partition: bool) -> Result<AllLines, String> {
    let of = |day: Option<Day>| if by_partition { format!("{day:?} ") } else { String::new() };
    let mut all = AllLines::new();

    let mut lines = Lines::new();
    let mut rows_of: Vec<(Option<Day>, ActivityEvent)> = rows(settings)?;
    rows_of.sort_by_key(|(_, row)| (!row.succeeded, row.event_time, row.source_file.clone(), row.source_line));
    for (day, row) in rows_of {
        let (key, cells) = events::found(&row);
        lines.entry(of(day) + &key).or_insert_with(|| without_source(&cells));
    }
    all.insert("activity_events", lines);

    let mut lines = Lines::new();
    let mut rows_of: Vec<(Option<Day>, LicenseChange)> = rows(settings)?;
    rows_of.sort_by_key(|(_, row)| row.event_time);
    for (day, row) in rows_of {
        lines
            .entry(of(day) + &cells!(row; tenant_id user_id sku_id event_id action))
            .or_insert_with(|| cells!(row; event_time day));
    }
    all.insert("license_changes", lines);

    let holdings: Vec<(Option<Day>, LicenseHolding)> = rows(settings)?;
    all.insert(
        "license_holdings",
        holdings
            .into_iter()
            .map(|(day, row)| (of(day) + &cells!(row; tenant_id day user_id sku_id), String::new()))
            .collect(),
    );

    let mut lines: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    for (day, row) in rows::<SnapshotFile>(settings)? {
        let (readable, rejected) = lines.entry(of(day) + &cells!(row; feed source tenant_id day)).or_default();
        *readable |= row.readable;
        *rejected |= row.rejected;
    }
    all.insert(
        "snapshots",
        lines.into_iter().map(|(key, cells)| (key, format!("{cells:?}"))).collect(),
    );

    let mut lines = Lines::new();
    let mut rows_of: Vec<(Option<Day>, SnapshotSubscription)> = rows(settings)?;
    rows_of.sort_by_key(|(_, row)| (row.source_file.clone(), row.source_line, row.source_record));
    for (day, row) in rows_of {
        // The last counts.
        lines.insert(
            of(day) + &cells!(row; source tenant_id snapshot_day subscription_id),
            cells!(row; sku_id seats state is_trial owner_tenant_id seller ends_on created_on renews_on term auto_renew),
        );
    }
    all.insert("subscription_snapshots", lines);

    let customers: Vec<(Option<Day>, Customer)> = rows(settings)?;
    all.insert(
        "customers",
        customers
            .into_iter()
            .map(|(day, row)| (of(day) + &cells!(row; tenant_id name domain country segment left_on), String::new()))
            .collect(),
    );

    let requests: Vec<(Option<Day>, SupportRequest)> = rows(settings)?;
    all.insert(
        "support_requests",
        requests
            .into_iter()
            .map(|(day, row)| (of(day) + &cells!(row; tenant_id request_id opened_at topic), String::new()))
            .collect(),
    );

    // What is no record by itself may be one reject or several, depending on what stands around it.
    let of_document = ["broken_json", "invalid_utf8", "nested_too_deep", "unfinished_last_line"];
    let rejects: Vec<(Option<Day>, Reject)> = rows(settings)?;
    let rejects = rejects.into_iter().filter(|(_, row)| !of_document.contains(&row.reason.as_str()));
    // An excerpt has the blanks of the document that the record stood in, and less of the record.
    let begins = |row: &Reject| row.excerpt.split_whitespace().flat_map(str::chars).take(60).collect::<String>();
    all.insert(
        "rejects",
        rejects
            .map(|(day, row)| (of(day) + &cells!(row; source reason) + &begins(&row), String::new()))
            .collect(),
    );
    Ok(all)
}

/// Every row of the tables before `activity_daily`, with every cell: what two runs over the same
/// files must agree on.
pub fn raw_rows(settings: &Settings) -> Result<AllLines, String> {
    fn all<R: Row + std::fmt::Debug>(settings: &Settings, text: impl Fn(&R) -> String) -> Result<Lines, String> {
        Ok(rows::<R>(settings)?
            .iter()
            .map(|(day, row)| (format!("{day:?} {}", text(row)), String::new()))
            .collect())
    }
    Ok(BTreeMap::from([
        ("activity_events", all(settings, |row: &ActivityEvent| format!("{row:?}"))?),
        ("license_changes", all(settings, |row: &LicenseChange| format!("{row:?}"))?),
        ("license_holdings", all(settings, |row: &LicenseHolding| format!("{row:?}"))?),
        ("snapshots", all(settings, |row: &SnapshotFile| format!("{row:?}"))?),
        (
            "subscription_snapshots",
            all(settings, |row: &SnapshotSubscription| format!("{row:?}"))?,
        ),
        ("customers", all(settings, |row: &Customer| format!("{row:?}"))?),
        ("support_requests", all(settings, |row: &SupportRequest| format!("{row:?}"))?),
        ("rejects", all(settings, |row: &Reject| format!("{row:?}"))?),
        ("user_names", all(settings, |row: &UserNameRow| format!("{row:?}"))?),
        (
            "raw_files",
            // How a file was read that is gone is not kept.
            all(settings, |row: &RawFile| {
                let reading = String::new();
                format!("{:?}", RawFile { reading, ..row.clone() })
            })?,
        ),
    ]))
}

/// Fails with the first rows of a table that differ, and in which cells.
pub fn compare(left_name: &str, left: &AllLines, right_name: &str, right: &AllLines) -> Result<(), String> {
    for (table, left) in left {
        compare_table(table, (left_name, left), (right_name, &right[table]))?;
    }
    Ok(())
}

pub fn compare_table(table: &str, (left_name, left): (&str, &Lines), (right_name, right): (&str, &Lines)) -> Result<(), String> {
    let keys: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    let differing: Vec<&String> = keys.into_iter().filter(|key| left.get(*key) != right.get(*key)).collect();
    if differing.is_empty() {
        return Ok(());
    }
    let mut text = format!("table {table}: {} rows differ\n", differing.len());
    for key in differing.iter().take(4) {
        let _ = writeln!(text, "  row {key}");
        match (left.get(*key), right.get(*key)) {
            (Some(one), Some(other)) => {
                for (cell, same) in one.split('|').zip(other.split('|')).filter(|(one, other)| one != other) {
                    let _ = writeln!(text, "    {left_name}: {cell}    {right_name}: {same}");
                }
                let _ = writeln!(text, "    {left_name}, all of it: {one}");
            }
            (Some(one), None) => drop(writeln!(text, "    only {left_name} has it: {one}")),
            (None, other) => drop(writeln!(text, "    only {right_name} has it: {}", other.unwrap())),
        }
    }
    Err(text)
}
