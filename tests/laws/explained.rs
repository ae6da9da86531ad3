//! Everything that can be explained of a site agrees with its tables, adds up, and cites lines that
//! have the events.

use std::collections::BTreeSet;
use std::io::Read;

use uptake::domain::day::Day;
use uptake::domain::kinds::Evidence;
use uptake::engine::query::explain::{Answer, ExplainRequest, explain};
use uptake::explain::view::product::ProductExplanation;
use uptake::explain::view::user::{EventLine, RawRecord};
use uptake::pipeline::settings::Settings;
use uptake::stages::measures::adoption::Adoption;
use uptake::stages::measures::usage::Usage;
use uptake::storage;
use uptake::warehouse::store::Store;

use super::rows::{days_of, rows};

/// Explains every customer, product, workload and user on the last day and on two others.
pub fn agrees(settings: &Settings) -> Result<(), String> {
    let days: Vec<Day> = days_of(settings, "adoption").into_iter().collect();
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Ok(());
    };
    let chosen = BTreeSet::from([*first, days[days.len() / 2], *last]);
    let adoption = rows::<Adoption>(settings)?;
    let usage = rows::<Usage>(settings)?;
    for day in chosen {
        let of_day: Vec<&Adoption> = adoption.iter().filter(|(of, _)| *of == Some(day)).map(|(_, row)| row).collect();
        let tenants: BTreeSet<_> = of_day.iter().map(|row| row.tenant_id).collect();
        for tenant in tenants {
            let asked = ExplainRequest {
                customer: Some(tenant.to_string()),
                day: Some(day),
                ..ExplainRequest::default()
            };
            let Answer::Customer(view) = answer(settings, &asked)? else {
                return Err("no customer".to_owned());
            };
            let mine = || of_day.iter().filter(|row| row.tenant_id == tenant);
            equal("products", view.products.len(), mine().count())?;
            let mut users = BTreeSet::new();
            for row in mine() {
                let asked = ExplainRequest {
                    product: Some(row.sku_id.to_string()),
                    ..asked.clone()
                };
                let explanation = product(settings, &asked)?;
                equal("parts", explanation.numbers.parts, row.parts())?;
                equal("entitlements", explanation.numbers.entitlements, row.entitlements_total)?;
                equal("ratio", explanation.numbers.usage(), row.usage_ratio)?;
                adds_up(&explanation)?;
                let people = &explanation.people;
                users.extend(
                    [&people.current, &people.moved, &people.switched, &people.inactive]
                        .into_iter()
                        .flatten()
                        .map(|person| person.user.clone()),
                );
                let workloads = usage
                    .iter()
                    .filter(|(of, usage)| *of == Some(day) && (usage.tenant_id, usage.sku_id) == (tenant, row.sku_id));
                for (_, row) in workloads {
                    let asked = ExplainRequest {
                        workload: Some(row.workload.to_uppercase()),
                        ..asked.clone()
                    };
                    let explanation = product(settings, &asked)?;
                    equal("parts of a workload", explanation.numbers.parts, row.parts())?;
                    adds_up(&explanation)?;
                }
            }
            for user in users {
                let asked = ExplainRequest {
                    user: Some(user.to_uppercase()),
                    show_raw: true,
                    ..asked.clone()
                };
                let Answer::User(explanation) = answer(settings, &asked)? else {
                    return Err("no user".to_owned());
                };
                equal("user", &explanation.user, &user)?;
                explanation
                    .days
                    .iter()
                    .flat_map(|day| &day.lines)
                    .try_for_each(|line| has_event(settings, line))?;
            }
        }
    }
    Ok(())
}

/// An answer in which nothing differs from the tables.
fn answer(settings: &Settings, asked: &ExplainRequest) -> Result<Answer, String> {
    let answer = explain(settings, &Store::at(&settings.warehouse), asked).map_err(|error| format!("{asked:?}: {error}"))?;
    match answer.differences() {
        [] => Ok(answer),
        differences => Err(format!("{asked:?}: {differences:#?}")),
    }
}

fn product(settings: &Settings, asked: &ExplainRequest) -> Result<ProductExplanation, String> {
    match answer(settings, asked)? {
        Answer::Product(explanation) => Ok(*explanation),
        _ => Err("no product".to_owned()),
    }
}

/// Users are as many as their part says, and changes sum up to the difference.
fn adds_up(explanation: &ProductExplanation) -> Result<(), String> {
    let (numbers, people) = (&explanation.numbers, &explanation.people);
    equal("moved users", people.moved.len() as i64, numbers.parts.moved)?;
    equal("switched users", people.switched.len() as i64, numbers.parts.switched)?;
    let current = people.current.len() as i64;
    equal("users with the product", current, numbers.users.holders)?;
    equal("assigned users", current + people.inactive.len() as i64, numbers.assigned)?;
    let disabled = people.current.iter().chain(&people.inactive);
    let disabled = disabled.filter(|person| person.disabled_since.is_some()).count() as i64;
    equal("users with a disabled account", disabled, numbers.disabled)?;
    equal("users who wait", people.waiting.len() as i64, numbers.waiting)?;
    for change in &explanation.changes {
        let sum = |of: fn(&uptake::explain::count::changes::UserChange) -> i64| change.users.iter().map(of).sum::<i64>();
        let before = &change.before;
        equal("active", sum(|group| group.active), numbers.users.active - before.users.active)?;
        equal("holders", sum(|group| group.holders), numbers.users.holders - before.users.holders)?;
        equal("moved", sum(|group| group.moved), numbers.parts.moved - before.parts.moved)?;
        equal(
            "switched",
            sum(|group| group.switched),
            numbers.parts.switched - before.parts.switched,
        )?;
        equal(
            "assigned",
            change.gained.len() as i64 - change.lost.len() as i64,
            numbers.assigned - before.assigned,
        )?;
        if let (Some(now), Some(then)) = (numbers.seats, before.seats) {
            let sum = |of: fn(&uptake::explain::count::changes::SeatChange) -> i64| change.seats.iter().map(of).sum::<i64>();
            equal("sold", sum(|seats| seats.sold), now.sold - then.sold)?;
            equal("entitled", sum(|seats| seats.entitled), now.entitled - then.entitled)?;
            equal("trial", sum(|seats| seats.trial), now.trial - then.trial)?;
            equal("lapsed", sum(|seats| seats.lapsed), now.lapsed - then.lapsed)?;
        }
    }
    Ok(())
}

/// The cited line has the event: itself, or where it only begins a document what follows it.
fn has_event(settings: &Settings, line: &EventLine) -> Result<(), String> {
    let file = storage::at(&settings.inputs[0].root)
        .open_inside(&line.source_file, None)
        .map_err(|error| format!("{}: {error}", line.source_file))?;
    let mut bytes = Vec::new();
    file.reader().read_to_end(&mut bytes).unwrap();
    let text = decoded(inflated(&bytes));
    let from = text
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.source_line as usize - 1)
        .map(<[u8]>::len)
        .sum::<usize>();
    let rest = &text[from..];
    let cited = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_whole = serde_json::from_slice::<serde_json::Value>(cited).is_ok();
    let place = String::from_utf8_lossy(if is_whole { cited } else { rest }).to_lowercase();
    // A row of a usage report has no id: it is the line.
    if line.evidence != Evidence::Report && !place.contains(&line.event_id) {
        return Err(format!("{line:?} is not in its line: {}", String::from_utf8_lossy(cited)));
    }
    match &line.raw {
        Some(RawRecord::Excerpt(text)) if !text.is_empty() => Ok(()),
        // In a page of many users nothing says which row it is.
        Some(RawRecord::Missing(_)) if line.evidence == Evidence::Report && (!is_whole || text.contains(&b'[')) => Ok(()),
        raw => Err(format!("{line:?} is not found again: {raw:?}")),
    }
}

/// A text in UTF-8, whatever it is written in.
fn decoded(text: Vec<u8>) -> Vec<u8> {
    let order: fn([u8; 2]) -> u16 = match text.as_slice() {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0, _, ..] => u16::from_be_bytes,
        _ => return text,
    };
    let units: Vec<u16> = text.as_chunks::<2>().0.iter().map(|unit| order(*unit)).collect();
    String::from_utf16(&units)
        .unwrap()
        .trim_start_matches('\u{feff}')
        .as_bytes()
        .to_vec()
}

fn inflated(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    match bytes {
        [0x1f, 0x8b, ..] => flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut text).map(drop),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => zstd::stream::copy_decode(bytes, &mut text),
        _ => {
            text.extend_from_slice(bytes);
            Ok(())
        }
    }
    .unwrap();
    text
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Result<(), String> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{what}: explained {found:?}, and it is {expected:?}"))
    }
}
