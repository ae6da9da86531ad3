//! The oracle computes some customers a second time, slowly and simply, over all days, and compares
//! the result with the tables cell by cell.
//!
//! The second computation (`reference`) is written from the definitions and shares nothing with the
//! stages except the readers of raw files and the types of `domain`. Each customer is computed from
//! its own raw files only. If a raw file is gone, the rows that the warehouse carried over take its
//! place. Parts of a range of days are computed in parallel, because no day depends on another.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::AsArray;
use arrow::record_batch::RecordBatch;
use rayon::prelude::*;
use serde::Serialize;

use crate::audit::findings::{Bounded, all_as_text};
use crate::audit::recompute::carried_rows::CarriedRows;
use crate::audit::recompute::compared_tables::{COMPARED, portfolio};
use crate::audit::recompute::customer_choice::Choice;
use crate::audit::recompute::differences::{Difference, between};
use crate::audit::recompute::raw_files;
use crate::audit::recompute::raw_files::{KnownFiles, RawCounts};
use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::input::raw_file::RawFile;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::reference::{self, Inputs, Tables};
use crate::stages::measures::portfolio::PORTFOLIO;
use crate::stages::received::activity_events::shard_of;
use crate::warehouse::contract::{Contract, Partition, Place};
use crate::warehouse::store::Store;
use crate::warehouse::table::column_of;

/// How many customers are read in one pass and are in memory at once.
const CUSTOMERS_AT_ONCE: usize = 24;
/// How many days of a customer are computed at once.
const DAYS_AT_ONCE: usize = 16;

/// The result of the second computation.
#[derive(Debug, Default, Serialize)]
pub struct Verdict {
    #[serde(serialize_with = "all_as_text")]
    pub customers: BTreeSet<Guid>,
    pub customers_known: u64,
    pub seed: u64,
    pub raw_files: RawCounts,
    /// Number of rows of the tables that were compared.
    pub rows: u64,
    pub differences: Bounded<Difference>,
    /// The customers with a difference.
    #[serde(serialize_with = "all_as_text")]
    pub differing: BTreeSet<Guid>,
}

/// What is computed again, and the files to compare with.
pub struct Oracle<'a> {
    pub settings: &'a Settings,
    pub store: &'a Store,
    pub state: &'a State,
    pub files: &'a [RawFile],
    /// The first and the last day of the tables.
    pub days: (Day, Day),
    /// Files that are not compared because they are missing, damaged, or stale.
    pub left_out: &'a BTreeSet<(&'static str, Place)>,
    pub watch: &'a Watch<'a>,
}

/// The days of a part of the range.
type Part = (Day, Day);

impl Oracle<'_> {
    /// Computes the chosen customers again and, if these are all, also the portfolio.
    pub fn run(&self, chosen: &Choice) -> Result<Verdict, EngineError> {
        let mut verdict = Verdict {
            customers: chosen.tenants.clone(),
            customers_known: chosen.of,
            seed: chosen.seed,
            ..Verdict::default()
        };
        let known = KnownFiles::read(self.store, self.state)?;
        let mut sums = Tables::default();
        let tenants: Vec<Guid> = chosen.tenants.iter().copied().collect();
        for some in tenants.chunks(CUSTOMERS_AT_ONCE) {
            let some: BTreeSet<Guid> = some.iter().copied().collect();
            let inputs = self.evidence(&known, &some, &mut verdict.raw_files)?;
            let found = self.compare(&inputs, chosen.is_all())?;
            for part in found {
                verdict.rows += part.rows;
                verdict.differences.append(part.differences);
                verdict.differing.extend(part.differing);
                sums.adoption.extend(part.summed.adoption);
                sums.workload_adoption.extend(part.summed.workload_adoption);
                sums.customer_adoption.extend(part.summed.customer_adoption);
            }
        }
        if chosen.is_all() && !chosen.tenants.is_empty() {
            self.compare_portfolio(sums, &mut verdict)?;
        }
        Ok(verdict)
    }

    /// Returns the evidence about some customers.
    fn evidence(&self, known: &KnownFiles, some: &BTreeSet<Guid>, counts: &mut RawCounts) -> Result<BTreeMap<Guid, Inputs>, EngineError> {
        let mut evidence = raw_files::read(self.settings, known, self.files, some, self.watch)?;
        counts.read += evidence.counts.read;
        counts.gone += evidence.counts.gone;
        counts.changed += evidence.counts.changed;
        counts.new = evidence.counts.new;
        let carried = CarriedRows::of(self.settings, self.store, self.state, &evidence.carried);
        for received in known.received(&evidence.carried) {
            self.watch.go_on()?;
            carried.add(received, &mut evidence.inputs)?;
        }
        Ok(evidence.inputs)
    }

    /// Computes some customers part by part and compares each part.
    fn compare(&self, inputs: &BTreeMap<Guid, Inputs>, with_sums: bool) -> Result<Vec<PartResult>, EngineError> {
        let days: Vec<Day> = self.days.0.to(self.days.1).collect();
        let parts: Vec<Part> = days
            .chunks(DAYS_AT_ONCE)
            .filter_map(|days| Some((*days.first()?, *days.last()?)))
            .collect();
        self.watch.tell(Event::Begin {
            what: "customers again",
            unit: "days of a customer",
            total: (days.len() * inputs.len()) as u64,
        });
        let found = parts
            .par_iter()
            .map(|part| self.compare_part(*part, inputs, with_sums))
            .collect::<Result<Vec<PartResult>, EngineError>>();
        self.watch.tell(Event::End);
        found
    }

    fn compare_part(&self, part: Part, inputs: &BTreeMap<Guid, Inputs>, with_sums: bool) -> Result<PartResult, EngineError> {
        let computed: BTreeMap<Guid, Tables> = inputs
            .par_iter()
            .map(|(tenant, inputs)| {
                self.watch.go_on()?;
                let tables = reference::compute(inputs, &self.settings.rules, part.0, part.1);
                self.watch.tell(Event::Advance(part.0.to(part.1).count() as u64));
                Ok((*tenant, tables))
            })
            .collect::<Result<_, EngineError>>()?;
        let mut found = PartResult::default();
        for table in COMPARED {
            for day in self.places(table.contract, part) {
                for shard in 0..table.contract.files(u32::from(self.settings.shards)) {
                    let place = (day, shard);
                    let mine = computed
                        .iter()
                        .filter(|(tenant, _)| shard_of(**tenant, u32::from(self.settings.shards)) == shard);
                    if self.is_left_out(table.contract, place) || mine.clone().next().is_none() {
                        continue;
                    }
                    let frame = self.store.read(table.contract, place, &[])?;
                    for (tenant, tables) in mine {
                        let stored = of_customer(&frame, table.contract, *tenant)?;
                        let recomputed = (table.recomputed)(tables, *tenant, day)?;
                        let differences = between(table.contract, day, &stored, &recomputed);
                        found.rows += stored.num_rows() as u64;
                        found.differing.extend((!differences.is_empty()).then_some(*tenant));
                        found.differences.append(differences);
                    }
                }
            }
        }
        if with_sums {
            for tables in computed.into_values() {
                found.summed.adoption.extend(tables.adoption);
                found.summed.workload_adoption.extend(tables.workload_adoption);
                found.summed.customer_adoption.extend(tables.customer_adoption);
            }
        }
        Ok(found)
    }

    /// Returns the days of a table within a part of the range. A table without partitions belongs
    /// to the first part.
    fn places(&self, contract: &Contract, (first, last): Part) -> Vec<Option<Day>> {
        match contract.partition {
            Partition::Day => first.to(last).map(Some).collect(),
            _ if first == self.days.0 => vec![None],
            _ => Vec::new(),
        }
    }

    fn is_left_out(&self, contract: &Contract, place: Place) -> bool {
        self.left_out.contains(&(contract.name, place)) || self.state.footer(contract, place).is_none()
    }

    /// Returns whether the portfolio of a day, or a file that it sums, is left out.
    fn sums_what_is_left_out(&self, day: Day) -> bool {
        let shards = u32::from(self.settings.shards);
        let summed = PORTFOLIO.made_from.tables.iter().map(|upstream| upstream.table);
        summed
            .chain([&PORTFOLIO])
            .any(|contract| (0..contract.files(shards)).any(|shard| self.is_left_out(contract, (Some(day), shard))))
    }

    /// Compares the portfolio of each day with the sums over all customers.
    fn compare_portfolio(&self, mut sums: Tables, verdict: &mut Verdict) -> Result<(), EngineError> {
        for day in self.days.0.to(self.days.1) {
            let (adoption, workloads) = (&mut sums.adoption, &mut sums.workload_adoption);
            let customers = &mut sums.customer_adoption;
            let mut of_day = Tables {
                adoption: adoption.extract_if(.., |key, _| key.day == day).collect(),
                workload_adoption: workloads.extract_if(.., |key, _| key.day == day).collect(),
                customer_adoption: customers.extract_if(.., |key, _| key.day == day).collect(),
                ..Tables::default()
            };
            if self.sums_what_is_left_out(day) {
                continue;
            }
            reference::sum_portfolio(&mut of_day, day, day);
            let stored = self.store.read(&PORTFOLIO, (Some(day), 0), &[])?;
            verdict.rows += stored.num_rows() as u64;
            let found = between(&PORTFOLIO, Some(day), &stored, &portfolio(&of_day, day)?);
            verdict.differences.append(found);
        }
        Ok(())
    }
}

/// The result of a part of the range.
#[derive(Default)]
struct PartResult {
    rows: u64,
    differences: Bounded<Difference>,
    differing: BTreeSet<Guid>,
    /// The rows that `portfolio` sums.
    summed: Tables,
}

/// Returns the rows of a customer in a frame that is sorted by customer.
fn of_customer(frame: &RecordBatch, contract: &Contract, tenant: Guid) -> Result<RecordBatch, EngineError> {
    let text = tenant.to_string();
    let tenants = column_of(frame, contract, "tenant_id")?.as_string::<i32>();
    let place = |is_before: &dyn Fn(&str) -> bool| {
        let (mut low, mut high) = (0, frame.num_rows());
        while low < high {
            let middle = low + (high - low) / 2;
            if is_before(tenants.value(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    };
    let begin = place(&|of| of < text.as_str());
    let end = place(&|of| of <= text.as_str());
    Ok(frame.slice(begin, end - begin))
}
