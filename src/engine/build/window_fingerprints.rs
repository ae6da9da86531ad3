//! What the files of the tables that look back on windows would be made from today: by comparing
//! that with what their footers say, a changed day makes exactly the days stale whose windows it is
//! in.

use std::collections::BTreeMap;

use crate::domain::day::Day;
use crate::domain::digest::{Digest, Fingerprint, Hasher};
use crate::domain::guid::Guid;
use crate::domain::settings_group::SettingsGroup;
use crate::domain::window::{self, WINDOW_DAYS};
use crate::engine::build::account_states;
use crate::engine::build::account_states::account_spans;
use crate::engine::build::activity_daily::facts_of;
use crate::engine::build::assignments::{HolderDigests, assignments};
use crate::engine::context::Job;
use crate::engine::error::EngineError;
use crate::engine::plan::day_range::Range;
use crate::engine::plan::fingerprint::settings_digest;
use crate::engine::plan::interval_digests;
use crate::engine::plan::interval_digests::Span;
use crate::engine::plan::task::DayFiles;
use crate::engine::state::State;
use crate::stages::activity::activity_28d::ACTIVITY_28D;
use crate::stages::activity::activity_coverage::ACTIVITY_COVERAGE;
use crate::stages::activity::first_activity::{FIRST_ACTIVITY, FirstActivity};
use crate::stages::licenses::account_states::AccountSpan;
use crate::stages::licenses::assignments::Assignment;
use crate::stages::licenses::subscriptions::{SUBSCRIPTIONS, Timeline};
use crate::stages::measures::adoption::ADOPTION;
use crate::stages::measures::customer_adoption::CUSTOMER_ADOPTION;
use crate::stages::measures::portfolio::PORTFOLIO;
use crate::stages::measures::spend::SPEND;
use crate::stages::measures::usage::USAGE;
use crate::stages::measures::window_pass::Coverage;
use crate::stages::measures::workload_adoption::WORKLOAD_ADOPTION;
use crate::stages::next_steps::NEXT_STEPS;
use crate::stages::next_steps::support::Support;
use crate::stages::received::activity_events::shard_of;
use crate::warehouse::contract::Contract;

/// The tables that one pass makes.
pub const PASS_TABLES: [&Contract; 7] = [
    &ACTIVITY_28D,
    &USAGE,
    &ADOPTION,
    &WORKLOAD_ADOPTION,
    &CUSTOMER_ADOPTION,
    &SPEND,
    &NEXT_STEPS,
];

/// The same and `subscriptions`: the tables of a shard of which one plan says which days are made.
pub fn window_tables() -> impl Iterator<Item = &'static Contract> {
    [&SUBSCRIPTIONS].into_iter().chain(PASS_TABLES)
}

/// What one shard's tables are made from.
pub struct ShardInputs<'a> {
    pub shard: u32,
    pub timeline: &'a Timeline,
    pub assignments: Vec<Assignment>,
    pub accounts: Vec<AccountSpan>,
    pub coverage: Coverage,
    /// Nothing where no next steps are wanted.
    pub first_activity: Vec<FirstActivity>,
    /// Nothing where no next steps are wanted.
    pub support: Support,
}

impl<'a> ShardInputs<'a> {
    /// `opened` are the support requests of the shard's customers, `first` the first days of those
    /// that have any event. On which days they have some is not read here: a plan does it for the
    /// days that it is to make.
    pub fn read(
        job: &Job<'_>,
        state: &State,
        shard: u32,
        timeline: &'a Timeline,
        opened: BTreeMap<Guid, Vec<Day>>,
        first: BTreeMap<Guid, Day>,
    ) -> Result<ShardInputs<'a>, EngineError> {
        let with_first = job.tables.contains(NEXT_STEPS.name) && state.footer(&FIRST_ACTIVITY, (None, shard)).is_some();
        Ok(ShardInputs {
            shard,
            timeline,
            assignments: assignments(job.store, state, shard)?,
            accounts: account_spans(job.store, state, shard)?,
            coverage: Coverage {
                days: BTreeMap::new(),
                first,
            },
            first_activity: if with_first { job.store.rows((None, shard))? } else { Vec::new() },
            support: Support::of(opened, timeline),
        })
    }

    /// What next steps are made from besides what `adoption` is: for each day of the range a
    /// digest.
    fn advice(&self, job: &Job<'_>) -> Vec<Digest> {
        let (range, thresholds) = (job.range, &job.settings.rules.thresholds);
        let of_days = |members: &mut dyn Iterator<Item = (Digest, Span)>| interval_digests::digests(members, range.first, range.last);
        let lately = of_days(&mut self.assignments.iter().filter_map(|row| {
            let assigned = row.assigned_day?;
            let over = assigned.plus(thresholds.grace_days);
            let until = row.removed_day.map_or(over, |removed| removed.min(over));
            Some((row.holder_digest(), (Some(assigned), Some(until))))
        }));
        let ever_active = of_days(&mut self.first_activity.iter().map(|row| (row.digest(), (Some(row.first_day), None))));
        let known_since = of_days(&mut self.coverage.first.iter().map(|(tenant, first)| {
            let since = window::first_day(range.first).max(*first);
            let member = Hasher::new().bytes(&tenant.bytes()).number(i64::from(since.0)).finish();
            (member, (Some(*first), None))
        }));
        let support = range
            .first
            .to(range.last)
            .map(|day| self.support.digest(day, self.timeline, thresholds.new_product_days));
        let days = lately.into_iter().zip(ever_active).zip(known_since).zip(support);
        days.map(|(((lately, ever_active), known_since), support)| {
            let mut hasher = Hasher::new();
            hasher.digest(lately).digest(ever_active).digest(known_since).digest(support);
            hasher.finish()
        })
        .collect()
    }
}

/// The fingerprints that a shard's files should have, by table and day.
pub struct Fingerprints(BTreeMap<&'static str, BTreeMap<Day, Fingerprint>>);

impl Fingerprints {
    pub fn of(job: &Job<'_>, state: &State, inputs: &ShardInputs<'_>) -> Fingerprints {
        let (range, shard) = (job.range, inputs.shard);
        let begin = window::first_day(range.first);
        let holders = HolderDigests::of(&inputs.assignments, begin, range.last);
        let in_force = inputs.timeline.digests(range.first, range.last);
        let arrivals = tenants_since(&inputs.coverage, range);
        let lists = lists_of_users(inputs.timeline, range);
        let advice = inputs.advice(job);
        let scope = out_of_scope(job, shard);
        let spare = spare_seats(job, shard);
        let accounts = account_states::digests(&inputs.accounts, range.first, range.last);
        let activity: Vec<Digest> = range
            .looked_at()
            .map(|day| {
                let (table, place) = facts_of(range, day, shard);
                state.digest(table, place)
            })
            .collect();
        let covered: Vec<Digest> = range
            .looked_at()
            .map(|day| {
                state
                    .footer(&ACTIVITY_COVERAGE, (Some(day), shard))
                    .and_then(|footer| footer.days.first())
                    .map(|part| part.digest)
                    .unwrap_or_default()
            })
            .collect();
        let mut inputs_of: BTreeMap<&'static str, BTreeMap<Day, Digest>> = BTreeMap::new();
        for day in range.days() {
            let at = (day.0 - range.first.0) as usize;
            let days = at..at + WINDOW_DAYS as usize;
            let window_of = |digests: &[Digest]| {
                let mut hasher = Hasher::new();
                digests.iter().for_each(|digest| {
                    hasher.digest(*digest);
                });
                hasher
            };
            let mut use_of = window_of(&activity[days.clone()]);
            window::first_day(day).to(day).for_each(|day| {
                use_of.digest(holders.held(day));
            });
            use_of.digest(holders.has(day)).digest(in_force[at]);
            let use_of = use_of.finish();
            let covered = window_of(&covered[days.clone()])
                .digest(arrivals[at])
                .digest(use_of)
                .digest(accounts[at])
                .finish();
            let mut put = |contract: &Contract, inputs: Digest| {
                inputs_of.entry(contract.name).or_default().insert(day, inputs);
            };
            put(&SUBSCRIPTIONS, in_force[at]);
            put(&ACTIVITY_28D, window_of(&activity[days]).finish());
            put(&USAGE, use_of);
            let in_scope = |inputs: Digest| Hasher::new().digest(inputs).digest(scope[at]).finish();
            put(&ADOPTION, in_scope(covered));
            put(&WORKLOAD_ADOPTION, in_scope(use_of));
            put(
                &CUSTOMER_ADOPTION,
                Hasher::new().digest(in_scope(use_of)).digest(lists[at]).finish(),
            );
            put(&SPEND, in_scope(covered));
            put(
                &NEXT_STEPS,
                Hasher::new().digest(in_scope(covered)).digest(advice[at]).digest(spare).finish(),
            );
        }
        let with_settings = |contract: &Contract| {
            let settings = settings_digest(contract, job.settings);
            let days = inputs_of.remove(contract.name).into_iter().flatten();
            let print = |(day, inputs)| {
                let settings = with_prices(contract, settings, job, day);
                (day, Fingerprint { settings, inputs })
            };
            (contract.name, days.map(print).collect())
        };
        Fingerprints(window_tables().map(with_settings).collect())
    }

    /// All of them.
    pub fn all(self) -> BTreeMap<&'static str, BTreeMap<Day, Fingerprint>> {
        self.0
    }

    /// The days on which a file is not what it would be made from today.
    pub fn stale(self, job: &Job<'_>, state: &State, shard: u32) -> DayFiles {
        let mut stale = DayFiles::new();
        for contract in window_tables().filter(|contract| job.tables.contains(contract.name)) {
            let prints = self.0.get(contract.name).into_iter().flatten();
            let days = prints
                .filter(|(day, print)| {
                    job.forced.covers(**day, shard) || state.fingerprint(contract, (Some(**day), shard)) != Some(**print)
                })
                .map(|(day, print)| (*day, *print));
            stale.insert(contract.name.into(), days.collect());
        }
        stale
    }
}

/// The settings half with the prices that count on the day, for a table that reads them: another
/// price makes the days again on which it counts, and no others.
fn with_prices(contract: &Contract, settings: Digest, job: &Job<'_>, day: Day) -> Digest {
    let reads_prices = contract.made_from.settings_by_effect.contains(&SettingsGroup::Prices);
    let prices = job.settings.rules.catalogue.prices.digest(day).filter(|_| reads_prices);
    prices.map_or(settings, |prices| Hasher::new().digest(settings).digest(prices).finish())
}

/// What the portfolio of a day is made from.
pub fn portfolio_fingerprint(job: &Job<'_>, state: &State, day: Day) -> Fingerprint {
    let mut inputs = Hasher::new();
    for contract in PORTFOLIO.made_from.tables.iter().map(|upstream| upstream.table) {
        for shard in 0..job.shards() {
            inputs.digest(state.digest(contract, (Some(day), shard)));
        }
    }
    Fingerprint {
        settings: settings_digest(&PORTFOLIO, job.settings),
        inputs: inputs.finish(),
    }
}

/// For each day of the range a digest of the latest lists of users.
fn lists_of_users(timeline: &Timeline, range: Range) -> Vec<Digest> {
    let lists = timeline.holdings().flat_map(|(tenant, days)| {
        let days: Vec<Day> = days.iter().collect();
        let until = days.iter().copied().skip(1).map(Some).chain([None]);
        let list = |(taken_on, until): (&Day, Option<Day>)| {
            let mut hasher = Hasher::new();
            hasher.bytes(&tenant.bytes()).number(i64::from(taken_on.0));
            (hasher.finish(), (Some(*taken_on), until))
        };
        days.iter().zip(until).map(list).collect::<Vec<_>>()
    });
    interval_digests::digests(lists, range.first, range.last)
}

/// For each day of the range a digest of what is out of scope in a shard by the exceptions.
fn out_of_scope(job: &Job<'_>, shard: u32) -> Vec<Digest> {
    let is_mine = |tenant: &Option<Guid>| tenant.is_none_or(|tenant| shard_of(tenant, job.shards()) == shard);
    let excluded = job.settings.rules.exceptions.excluded();
    let members = excluded
        .filter(|(excepted, _)| is_mine(&excepted.tenant))
        .map(|(excepted, exclusion)| {
            let mut hasher = Hasher::new();
            for id in [excepted.tenant, excepted.sku] {
                hasher.text(&id.map_or_else(String::new, |id| id.to_string()));
            }
            (hasher.text(&exclusion.reason).finish(), (exclusion.from, None))
        });
    interval_digests::digests(members, job.range.first, job.range.last)
}

/// A digest of the seats of a shard's customers that are meant to be unused.
fn spare_seats(job: &Job<'_>, shard: u32) -> Digest {
    let mut hasher = Hasher::new();
    let spare = job.settings.rules.exceptions.spare.iter();
    for ((tenant, sku), seats) in spare.filter(|((tenant, _), _)| shard_of(*tenant, job.shards()) == shard) {
        hasher.bytes(&tenant.bytes()).bytes(&sku.bytes()).number(*seats);
    }
    hasher.finish()
}

/// For each day of the range a digest of the tenants whose window is complete.
fn tenants_since(coverage: &Coverage, range: Range) -> Vec<Digest> {
    let tenants = coverage
        .first
        .iter()
        .map(|(tenant, first)| (Digest::of(&tenant.bytes()), (Some(first.plus(WINDOW_DAYS - 1)), None)));
    interval_digests::digests(tenants, range.first, range.last)
}
