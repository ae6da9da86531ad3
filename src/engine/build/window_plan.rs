//! Which files of the tables that look back on windows are made, and why: one value, which `plan`
//! prints and `run` carries out.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::digest::Fingerprint;
use crate::domain::guid::Guid;
use crate::domain::window;
use crate::engine::build::activity_daily::beyond_limit;
use crate::engine::build::assignments::all;
use crate::engine::build::window_fingerprints::{Fingerprints, ShardInputs, portfolio_fingerprint, window_tables};
use crate::engine::cache::customer_first_days::{FirstDays, covered};
use crate::engine::context::Job;
use crate::engine::error::EngineError;
use crate::engine::plan::causes::{Cause, Changes, why};
use crate::engine::plan::dependencies::upstream_causes;
use crate::engine::plan::rebuild::{Making, own_cause};
use crate::engine::plan::task::DayFiles;
use crate::engine::report::{Size, Step};
use crate::engine::state::State;
use crate::stages::licenses::subscriptions::{SUBSCRIPTIONS, Timeline};
use crate::stages::measures::portfolio::PORTFOLIO;
use crate::stages::next_steps::NEXT_STEPS;
use crate::stages::received::activity_events::shard_of;
use crate::stages::received::support_requests::{SupportRequest, opened_days};
use crate::warehouse::contract::Contract;
use crate::warehouse::store::listing::Place;

/// What is to be made, in the order of the data's way.
pub struct WindowsPlan<'a> {
    pub shards: Vec<ShardPlan<'a>>,
    /// The days of `portfolio`.
    pub portfolio: BTreeSet<Day>,
    /// Stale days that are left to another run.
    pub waiting: Vec<Day>,
    makings: Vec<(&'static Contract, Making)>,
}

/// What is to be made of one shard.
pub struct ShardPlan<'a> {
    pub inputs: ShardInputs<'a>,
    pub stale: DayFiles,
}

impl<'a> ShardPlan<'a> {
    /// What is stale of what these inputs make.
    pub fn of(job: &Job<'_>, state: &State, mut inputs: ShardInputs<'a>) -> Result<ShardPlan<'a>, EngineError> {
        let stale = Fingerprints::of(job, state, &inputs).stale(job, state, inputs.shard);
        let made: BTreeSet<Day> = stale.values().flat_map(|days| days.keys().copied()).collect();
        let looked_at: BTreeSet<Day> = made.iter().flat_map(|day| window::first_day(*day).to(*day)).collect();
        inputs.coverage.days = covered(job.store, state, inputs.shard, looked_at.into_iter())?;
        Ok(ShardPlan { inputs, stale })
    }

    /// The stale days of a table.
    pub fn days_of(&self, contract: &Contract) -> impl Iterator<Item = (&Day, &Fingerprint)> {
        self.stale.get(contract.name).into_iter().flatten()
    }
}

/// Whether any of the tables that are wanted looks back on windows.
pub fn is_wanted(tables: &BTreeSet<&'static str>) -> bool {
    window_tables().chain([&PORTFOLIO]).any(|table| tables.contains(table.name))
}

/// Compares what the files would be made from with what their footers say. `timelines` are those of
/// all shards, or none where nothing is wanted.
pub fn plan<'a>(
    job: &Job<'_>,
    state: &State,
    timelines: &'a [Timeline],
    first_days: &mut FirstDays,
    changes: &mut Changes,
) -> Result<WindowsPlan<'a>, EngineError> {
    let mut read_from = Vec::new();
    for ((shard, timeline), opened) in (0..).zip(timelines).zip(opened_requests(job, state)?) {
        let first = first_days.bring_up_to_date(job.store, state, shard, Some(job.range.last))?.clone();
        read_from.push((shard, timeline, opened, first));
    }
    let of_shard =
        |(shard, timeline, opened, first)| ShardPlan::of(job, state, ShardInputs::read(job, state, shard, timeline, opened, first)?);
    let mut shards: Vec<ShardPlan<'_>> = read_from.into_par_iter().map(of_shard).collect::<Result<_, EngineError>>()?;
    let days: BTreeSet<Day> = shards
        .iter()
        .flat_map(|shard| shard.stale.values())
        .flat_map(|days| days.keys().copied())
        .collect();
    let waiting = beyond_limit(job, &days);
    if let Some(first) = waiting.first() {
        for days in shards.iter_mut().flat_map(|shard| shard.stale.values_mut()) {
            days.retain(|day, _| day < first);
        }
    }
    let mut plan = WindowsPlan {
        shards,
        portfolio: BTreeSet::new(),
        waiting,
        makings: Vec::new(),
    };
    plan.find_causes(job, state, changes);
    plan.add_portfolio(job, state);
    Ok(plan)
}

impl WindowsPlan<'_> {
    /// The steps, with what was made where it was made, else with an estimate.
    pub fn steps(&self, job: &Job<'_>, state: &State, changes: &Changes) -> Vec<Step> {
        let step = |(_, making): &(_, Making)| making.step(state, changes, job.reason());
        self.makings.iter().filter_map(step).collect()
    }

    /// Gives every file its size: the one that it has, or that it is likely to have.
    pub fn measure(&mut self, size: impl Fn(&Contract, Place) -> Size) {
        for (contract, making) in &mut self.makings {
            let places: Vec<Place> = making.places().collect();
            for place in places {
                making.add(place, size(contract, place), []);
            }
        }
    }

    fn find_causes(&mut self, job: &Job<'_>, state: &State, changes: &mut Changes) {
        for contract in window_tables() {
            let mut making = Making::new(contract);
            for shard in &self.shards {
                for (day, print) in shard.days_of(contract) {
                    let causes = causes(job, state, changes, contract, (*day, shard.inputs.shard), *print);
                    making.add((Some(*day), shard.inputs.shard), Size::default(), causes);
                }
            }
            if contract.name == SUBSCRIPTIONS.name {
                for (day, causes) in making.causes() {
                    let how = why(causes, changes, job.reason());
                    changes.note(SUBSCRIPTIONS.name, *day, how);
                }
            }
            self.makings.push((contract, making));
        }
    }

    /// The portfolio of every day of which something that it sums is made, or is not what it was
    /// made from.
    fn add_portfolio(&mut self, job: &Job<'_>, state: &State) {
        if !job.tables.contains(PORTFOLIO.name) {
            return;
        }
        let mut summed: BTreeMap<Day, BTreeSet<Cause>> = BTreeMap::new();
        for (_, making) in self.makings.iter().filter(|(of, _)| PORTFOLIO.is_made_from(of)) {
            for (day, causes) in making.causes() {
                summed.entry(*day).or_default().extend(causes);
            }
        }
        let mut making = Making::new(&PORTFOLIO);
        for day in job.range.days().filter(|day| self.waiting.first().is_none_or(|first| day < first)) {
            let place = (Some(day), 0);
            let print = portfolio_fingerprint(job, state, day);
            let is_stale = job.forced.day(day) || state.fingerprint(&PORTFOLIO, place) != Some(print);
            let inherited = summed.remove(&day);
            if !is_stale && inherited.is_none() {
                continue;
            }
            let own = if job.forced.day(day) {
                Some(Cause::Asked)
            } else {
                own_cause(state, &PORTFOLIO, place, print)
            };
            let causes = match (own, inherited) {
                (Some(own), _) => BTreeSet::from([own]),
                (None, Some(inherited)) => inherited,
                (None, None) => BTreeSet::from([Cause::Earlier]),
            };
            self.portfolio.insert(day);
            making.add(place, Size::default(), causes);
        }
        self.makings.push((&PORTFOLIO, making));
    }
}

/// When the customers of each shard opened support requests; nothing where no next steps are
/// wanted.
pub fn opened_requests(job: &Job<'_>, state: &State) -> Result<Vec<BTreeMap<Guid, Vec<Day>>>, EngineError> {
    let mut shards = vec![BTreeMap::new(); job.shards() as usize];
    if job.tables.contains(NEXT_STEPS.name) {
        let requests: Vec<SupportRequest> = all(job.store, state, 0, |_| true)?;
        for (tenant, days) in opened_days(requests, job.settings.zone()) {
            shards[shard_of(tenant, job.shards()) as usize].insert(tenant, days);
        }
    }
    Ok(shards)
}

/// Why a file of a day is stale.
fn causes(
    job: &Job<'_>,
    state: &State,
    changes: &Changes,
    contract: &'static Contract,
    (day, shard): (Day, u32),
    print: Fingerprint,
) -> BTreeSet<Cause> {
    if job.forced.covers(day, shard) {
        return BTreeSet::from([Cause::Asked]);
    }
    if let Some(own) = own_cause(state, contract, (Some(day), shard), print) {
        return BTreeSet::from([own]);
    }
    upstream_causes(changes, contract, Some(day))
}
