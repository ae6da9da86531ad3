//! Checks the tables against each other on every day, not only on days that the last run made. It
//! uses `stages/checks` and no cache.

use std::collections::BTreeSet;

use crate::audit::findings::{Finding, FindingKind};
use crate::audit::report::{CheckRequest, Places, Report, trusted};
use crate::domain::day::Day;
use crate::domain::window;
use crate::engine::cache::customer_first_days::FirstDays;
use crate::engine::error::EngineError;
use crate::engine::plan::day_range::Range;
use crate::engine::publish::cross_checks;
use crate::engine::publish::cross_checks::{CheckedTables, day_tables};
use crate::engine::state::State;
use crate::stages::activity::activity_coverage::ACTIVITY_COVERAGE;
use crate::stages::activity::activity_daily::{ACTIVITY_BEFORE, ACTIVITY_DAILY};
use crate::stages::licenses::account_states::ACCOUNT_STATES;
use crate::stages::licenses::assignments::ASSIGNMENTS;
use crate::warehouse::contract::Contract;

/// How many days of tables are checked at once.
const DAYS_AT_ONCE: usize = 64;

/// Checks each day whose files are complete. The checks under the settings run only if everything
/// that the day is made from can be trusted.
pub fn check(
    request: &CheckRequest<'_>,
    state: &State,
    range: Range,
    broken: &Places,
    untrusted: &Places,
    report: &mut Report,
) -> Result<(), EngineError> {
    let shards = u32::from(request.settings.shards);
    let in_doubt = |places: &Places, contract: &Contract, day: Option<Day>| {
        (0..contract.files(shards)).any(|shard| places.contains(&(contract.name, (day, shard))))
    };
    let lacks =
        |contract: &Contract, day: Day| (0..contract.files(shards)).any(|shard| state.footer(contract, (Some(day), shard)).is_none());
    let is_whole = |day: &Day| day_tables().all(|contract| !lacks(contract, *day) && !in_doubt(broken, contract, Some(*day)));
    let days: Vec<Day> = range.days().filter(is_whole).collect();
    let coverage_in_doubt = untrusted.iter().any(|(table, _)| *table == ACTIVITY_COVERAGE.name);
    let is_certain = |day: &Day| {
        let looked_at = || window::first_day(*day).to(*day);
        ![&ASSIGNMENTS, &ACCOUNT_STATES]
            .into_iter()
            .any(|contract| in_doubt(untrusted, contract, None))
            && !coverage_in_doubt
            && day_tables().all(|contract| !in_doubt(untrusted, contract, Some(*day)))
            && [&ACTIVITY_DAILY, &ACTIVITY_BEFORE]
                .into_iter()
                .all(|contract| looked_at().all(|day| !in_doubt(untrusted, contract, Some(day))))
    };
    let certain: BTreeSet<Day> = days.iter().copied().filter(is_certain).collect();
    let tables = CheckedTables {
        settings: request.settings,
        store: request.store,
        state,
        range,
        watch: request.watch,
    };
    for some in days.chunks(DAYS_AT_ONCE) {
        let held = cross_checks::check(&tables, &mut FirstDays::default(), some, &certain);
        let Some((count, shown)) = trusted(held, untrusted, report)? else {
            continue;
        };
        let more = count - shown.len() as u64;
        report.faults.extend(shown.into_iter().map(|what| Finding {
            kind: FindingKind::Promise,
            table: None,
            day: None,
            file: None,
            what,
        }));
        report.faults.count += more;
        report.days_held += some.len() as u64;
    }
    Ok(())
}
