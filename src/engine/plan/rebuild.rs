//! Collects the files of a table that are made, each with its causes, for the report of a run and
//! for the plan of one.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::day::Day;
use crate::domain::digest::Fingerprint;
use crate::engine::plan::causes::{Cause, Causes, Changes, explain, explain_exactly, of_whole_table};
use crate::engine::report::{Size, Step};
use crate::engine::state::State;
use crate::warehouse::contract::Contract;
use crate::warehouse::file::footer::Footer;
use crate::warehouse::store::listing::{Fault, Place};

/// A file that was made.
pub type Made = (&'static Contract, Place, Footer);

/// The files of one table that are made.
pub struct Making {
    contract: &'static Contract,
    places: BTreeMap<Place, Size>,
    causes: Causes,
    whole: BTreeSet<Cause>,
}

impl Making {
    pub fn new(contract: &'static Contract) -> Making {
        Making {
            contract,
            places: BTreeMap::new(),
            causes: Causes::new(),
            whole: BTreeSet::new(),
        }
    }

    /// Adds a file and its causes; of a file that is known already, its size is taken anew.
    pub fn add(&mut self, place: Place, size: Size, causes: impl IntoIterator<Item = Cause>) {
        self.places.insert(place, size);
        match place.0 {
            Some(day) => self.causes.entry(day).or_default().extend(causes),
            None => self.whole.extend(causes),
        }
    }

    /// The causes of each day.
    pub fn causes(&self) -> &Causes {
        &self.causes
    }

    /// The files so far.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        self.places.keys().copied()
    }

    /// The step of a report; `None` where there is nothing to make.
    pub fn step(&self, state: &State, changes: &Changes, reason: Option<&str>) -> Option<Step> {
        if self.places.is_empty() {
            return None;
        }
        let mut extent = Size::default();
        self.places.values().for_each(|of| {
            extent.rows += of.rows;
            extent.bytes += of.bytes;
        });
        let untouched = state
            .table(self.contract)
            .keys()
            .filter(|place| !self.places.contains_key(place))
            .count();
        let mut because = explain(&self.causes, changes, reason);
        if !self.whole.is_empty() {
            because.push(of_whole_table(&self.whole, changes, reason));
        }
        let step = Step::of(self.contract, self.places.keys(), extent, untouched as u64, because);
        Some(Step {
            because_exactly: explain_exactly(&self.causes, changes, reason),
            ..step
        })
    }
}

impl Size {
    /// What a file has.
    pub fn of(footer: &Footer) -> Size {
        Size {
            rows: footer.rows,
            bytes: footer.bytes,
        }
    }
}

/// Why a file is not what it should be, as far as its own footer says; `None` where its inputs
/// changed.
pub fn own_cause(state: &State, contract: &Contract, place: Place, fingerprint: Fingerprint) -> Option<Cause> {
    match state.fingerprint(contract, place) {
        None => Some(absent(state, contract, place.0)),
        Some(known) if known.settings != fingerprint.settings => Some(Cause::Settings),
        Some(_) => None,
    }
}

/// Why a file is not there: the table has not come so far, or it should be there.
fn absent(state: &State, contract: &Contract, day: Option<Day>) -> Cause {
    let files = state.table(contract);
    let between = match (files.keys().next(), files.keys().next_back()) {
        (Some((first, _)), Some((last, _))) => *first <= day && day <= *last,
        _ => false,
    };
    match state.fault(contract, day) {
        Some(Fault::OlderVersion) => Cause::Settings,
        Some(_) => Cause::Missing,
        None if between => Cause::Missing,
        None => Cause::New,
    }
}
