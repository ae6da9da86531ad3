//! What became of seats, in the published file: the rows as texts, and what they add up to.

use std::collections::BTreeMap;
use std::fmt::Debug;

use uptake::domain::day::Day;
use uptake::pipeline::settings::Settings;
use uptake::reference;
use uptake::reports::published_reader::{Days, PublishedReader};
use uptake::stages::measures::adoption::Adoption;
use uptake::stages::measures::seat_outcomes::{SEAT_OUTCOMES, SeatOutcome};
use uptake::storage;

use super::rows::Lines;

/// The rows of the published file with their days; none where nothing is published.
pub fn rows(settings: &Settings) -> Result<Vec<(Day, SeatOutcome)>, String> {
    let published = storage::at(&settings.published);
    let open = |name: &str| published.open(name);
    if open(&format!("{}.parquet", SEAT_OUTCOMES.name)).is_err_and(|error| error.is_missing()) {
        return Ok(Vec::new());
    }
    let always = Days::Range(Day(i32::MIN / 2), Day(i32::MAX / 2));
    PublishedReader::new(&open).rows(&always).map_err(|error| error.to_string())
}

/// What is between the braces of a struct's debug text, a cell after the other.
fn cells(row: &impl Debug) -> String {
    let text = format!("{row:?}");
    let inner = text.split_once('{').map_or("", |(_, rest)| rest).trim_end_matches('}').trim();
    inner.replace(", ", "|")
}

pub fn found(settings: &Settings) -> Result<Lines, String> {
    let mut lines = Lines::new();
    for (day, row) in rows(settings)? {
        let key = format!("{day} {:?} {:?}", row.tenant_id, row.sku_id);
        let all = cells(&row);
        // The key comes first; the reference has it apart.
        let value = all.splitn(3, '|').nth(2).unwrap_or_default().to_owned();
        if lines.insert(key.clone(), value).is_some() {
            return Err(format!("seat_outcomes: the key is there twice: {key}"));
        }
    }
    Ok(lines)
}

pub fn expected(tables: &reference::Tables) -> Lines {
    let line = |(key, row): (&reference::AdoptionKey, &reference::SeatOutcomes)| {
        (format!("{} {:?} {:?}", key.day, key.tenant_id, key.sku_id), cells(row))
    };
    tables.seat_outcomes.iter().map(line).collect()
}

/// The groups add up to the seats of both days, and these are the seats of `adoption`. Every seat of
/// `adoption` is in a row, on each day that is published.
pub fn add_up(settings: &Settings, adoption: &[(Option<Day>, Adoption)]) -> Result<(), String> {
    let of_adoption: BTreeMap<_, &Adoption> = adoption
        .iter()
        .filter_map(|(day, row)| Some((((*day)?, row.tenant_id, row.sku_id), row)))
        .collect();
    let outcomes = rows(settings)?;
    for (day, row) in &outcomes {
        let on = |day: Day| of_adoption.get(&(day, row.tenant_id, row.sku_id)).copied();
        let (now, before) = (on(*day), on(row.earlier_day));
        let assigned = |row: Option<&Adoption>| row.map_or(0, |row| row.seats_assigned);
        let active = |row: Option<&Adoption>| {
            let holders = |row: &Adoption| row.active_current + row.active_lapsed + row.active_trial + row.active_over_assigned;
            row.map_or(0, holders)
        };
        let sum = |groups: &[Option<i64>]| groups.iter().copied().sum::<Option<i64>>();
        let stayed = [row.seats_retained, row.seats_reactivated, row.seats_stopped, row.seats_unused];
        let used_of_reclaimed = row
            .seats_reclaimed
            .zip(row.seats_reclaimed_unused)
            .map(|(all, unused)| all - unused);
        let is = |sum: Option<i64>, whole: i64| sum.is_none_or(|sum| sum == whole);
        let holds = row.earlier_day == day.plus(-28)
            && row.seats_assigned == assigned(now)
            && is(row.seats_active, active(now))
            && is(row.seats_assigned_earlier, assigned(before))
            && is(row.seats_active_earlier, active(before))
            && is(sum(&[sum(&stayed), row.seats_new]), row.seats_assigned)
            && is(sum(&[sum(&stayed), row.seats_reclaimed]), assigned(before))
            && is(sum(&[row.seats_retained, row.seats_reactivated, row.seats_new_active]), active(now))
            && is(sum(&[row.seats_retained, row.seats_stopped, used_of_reclaimed]), active(before))
            && row.seats_active_every_week <= row.seats_active
            && row.seats_new_active <= row.seats_new.or(Some(0)).filter(|_| row.seats_new_active.is_some())
            && used_of_reclaimed.is_none_or(|used| used >= 0)
            && now.is_none_or(|now| {
                (Some(now.window_days_covered), Some(now.window_complete), now.in_scope)
                    == (row.window_days_covered, row.window_complete, row.in_scope)
            });
        if !holds {
            return Err(format!("seat_outcomes of {day} do not add up: {row:?}\n{now:?}\n{before:?}"));
        }
    }
    let days: Vec<Day> = outcomes.iter().map(|(day, _)| *day).collect();
    let last = adoption.iter().filter_map(|(day, _)| *day).max();
    let is_published = |day: Day| Some(day) == last || day.plus(1).date().day() == 1;
    let missing = of_adoption.iter().find(|((day, tenant, sku), row)| {
        let has = |(of, outcome): &&(Day, SeatOutcome)| (*of, outcome.tenant_id, outcome.sku_id) == (*day, *tenant, *sku);
        is_published(*day) && row.seats_assigned > 0 && !outcomes.iter().any(|outcome| has(&outcome))
    });
    match (missing, days.iter().find(|day| !is_published(**day))) {
        (Some((key, _)), _) => Err(format!("seat_outcomes lack the seats of {key:?}")),
        (_, Some(day)) => Err(format!("seat_outcomes have the day {day}")),
        (None, None) => Ok(()),
    }
}
