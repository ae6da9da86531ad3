//! The daily activity behind a range of windows, as small numbers. `activity_28d`, `usage`,
//! `adoption` and `workload_adoption` are computed from it. A range of N days takes one pass over N
//! + 27 days.

use std::collections::HashMap;

use arrow::array::{Array, AsArray};
use arrow::datatypes::UInt32Type;
use arrow::record_batch::RecordBatch;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::kinds::Evidence;
use crate::domain::window;
use crate::stages::activity::activity_daily::ACTIVITY_DAILY;
use crate::stages::interner::Interner;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::table::{Texts, bad_cell, column_of};

/// The columns of `activity_daily` that are read here.
pub const FOLDED_COLUMNS: &[&str] = &[
    "tenant_id",
    "user_id",
    "workload",
    "interactive_sign_ins",
    "non_interactive_sign_ins",
    "actions",
    "reports",
    "guest",
];

/// A user in a workload of a tenant, as indices into [`DailyFacts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entity {
    pub tenant: u32,
    pub user: u32,
    pub workload: u32,
}

/// What one entity did on one day, one bit each: interactive, non-interactive, action, report,
/// guest.
pub type Marks = u8;
pub const GUEST: Marks = 1 << KINDS;
/// How many kinds of evidence there are.
pub const KINDS: usize = 4;

/// Returns the mark of a kind of evidence.
pub fn mark(evidence: Evidence) -> Marks {
    match evidence {
        Evidence::Interactive => 1,
        Evidence::NonInteractive => 2,
        Evidence::Action => 4,
        Evidence::Report => 8,
    }
}

/// Who was active in which workload, day by day. Indices are ranks, so they sort like their texts.
#[derive(Default)]
pub struct DailyFacts {
    pub tenants: Vec<Guid>,
    pub users: Vec<String>,
    pub workloads: Vec<String>,
    /// Sorted. The index of an entity is its position here.
    pub entities: Vec<Entity>,
    /// For each day, in order: the entities of the day, sorted, with their marks.
    pub days: Vec<(Day, Vec<(u32, Marks)>)>,
    /// All marks that occur.
    pub marks: Marks,
}

/// Collects frames of `activity_daily` in any order.
#[derive(Default)]
pub struct DailyFactsBuilder {
    tenants: Interner,
    users: Interner,
    workloads: Interner,
    /// For each user, the tenant of the last row and the user's first entity in that tenant.
    latest: Vec<(u32, u32)>,
    /// The same for users who occur in several tenants, for all of these.
    pairs: HashMap<(u32, u32), u32, rustc_hash::FxBuildHasher>,
    entities: Vec<Entity>,
    /// For each entity, the next one of the same tenant and user.
    next: Vec<u32>,
    days: Vec<(Day, Vec<(u32, Marks)>)>,
    marks: Marks,
}

/// End of such a list.
const NONE: u32 = u32::MAX;

impl DailyFactsBuilder {
    /// Adds the facts of one day. The frames have the [`FOLDED_COLUMNS`].
    pub fn day(&mut self, day: Day, frames: &[RecordBatch]) -> Result<(), WarehouseError> {
        let mut rows = Vec::with_capacity(frames.iter().map(RecordBatch::num_rows).sum());
        for frame in frames {
            self.frame(frame, &mut rows)?;
        }
        self.days.push((day, rows));
        Ok(())
    }

    fn frame(&mut self, frame: &RecordBatch, rows: &mut Vec<(u32, Marks)>) -> Result<(), WarehouseError> {
        let column = |name| column_of(frame, &ACTIVITY_DAILY, name);
        let tenants = numbers(column("tenant_id")?, &mut self.tenants);
        let users = numbers(column("user_id")?, &mut self.users);
        let workloads = numbers(column("workload")?, &mut self.workloads);
        let counts = |name| column(name).map(|column| column.as_primitive::<UInt32Type>());
        let (interactive, non_interactive) = (counts("interactive_sign_ins")?, counts("non_interactive_sign_ins")?);
        let (actions, reports) = (counts("actions")?, counts("reports")?);
        let guest = column("guest")?.as_boolean();
        // Rows are sorted, so the rows of a user are adjacent.
        let mut before = None;
        let mut first = NONE;
        for row in 0..frame.num_rows() {
            let (tenant, user, workload) = (tenants[row], users[row], workloads[row]);
            if before != Some((tenant, user)) {
                before = Some((tenant, user));
                first = self.first_entity(tenant, user);
            }
            let entity = Entity { tenant, user, workload };
            let number = self.entity(entity, first);
            if first == NONE {
                first = number;
                self.latest[user as usize] = (tenant, number);
            }
            let marks = Marks::from(interactive.value(row) > 0)
                | Marks::from(non_interactive.value(row) > 0) << 1
                | Marks::from(actions.value(row) > 0) << 2
                | Marks::from(reports.value(row) > 0) << 3
                | Marks::from(guest.value(row)) << 4;
            self.marks |= marks;
            rows.push((number, marks));
        }
        Ok(())
    }

    /// Returns the first entity of a user in a tenant, and remembers this tenant as the user's
    /// latest.
    fn first_entity(&mut self, tenant: u32, user: u32) -> u32 {
        let at = user as usize;
        if self.latest.len() <= at {
            self.latest.resize(at + 1, (tenant, NONE));
        }
        let (seen, first) = self.latest[at];
        if seen == tenant {
            return first;
        }
        if first != NONE {
            self.pairs.insert((seen, user), first);
        }
        let first = self.pairs.get(&(tenant, user)).copied().unwrap_or(NONE);
        self.latest[at] = (tenant, first);
        first
    }

    /// Returns the number of an entity and adds it if it is new. `first` is the first entity of its
    /// tenant and user.
    fn entity(&mut self, entity: Entity, first: u32) -> u32 {
        let mut at = first;
        let mut last = NONE;
        while at != NONE {
            if self.entities[at as usize].workload == entity.workload {
                return at;
            }
            last = at;
            at = self.next[at as usize];
        }
        let number = self.entities.len() as u32;
        self.entities.push(entity);
        self.next.push(NONE);
        if let Some(next) = self.next.get_mut(last as usize) {
            *next = number;
        }
        number
    }

    /// Returns the facts with sorted indices.
    pub fn finish(mut self) -> Result<DailyFacts, WarehouseError> {
        let (tenant_ranks, user_ranks, workload_ranks) = (self.tenants.ranks(), self.users.ranks(), self.workloads.ranks());
        let mut entities: Vec<(Entity, u32)> = self
            .entities
            .into_iter()
            .zip(0..)
            .map(|(entity, number)| {
                let ranked = Entity {
                    tenant: tenant_ranks[entity.tenant as usize],
                    user: user_ranks[entity.user as usize],
                    workload: workload_ranks[entity.workload as usize],
                };
                (ranked, number)
            })
            .collect();
        entities.sort_unstable();
        let mut places = vec![0u32; entities.len()];
        for (place, (_, number)) in entities.iter().enumerate() {
            places[*number as usize] = place as u32;
        }
        for (_, rows) in &mut self.days {
            rows.iter_mut().for_each(|row| row.0 = places[row.0 as usize]);
            rows.sort_unstable();
        }
        self.days.sort_unstable_by_key(|(day, _)| *day);
        let tenants = sorted(&self.tenants, &tenant_ranks)
            .iter()
            .map(|text| Guid::parse(text.as_bytes()).ok_or_else(|| bad_cell(&ACTIVITY_DAILY, "tenant_id", 0)))
            .collect::<Result<_, _>>()?;
        Ok(DailyFacts {
            tenants,
            users: sorted(&self.users, &user_ranks),
            workloads: sorted(&self.workloads, &workload_ranks),
            entities: entities.into_iter().map(|(entity, _)| entity).collect(),
            days: self.days,
            marks: self.marks,
        })
    }
}

/// Returns a column of texts as numbers of the interner. Looks up each dictionary entry once, and
/// equal neighbours once.
fn numbers(column: &dyn Array, interner: &mut Interner) -> Vec<u32> {
    match Texts::of(column) {
        Texts::Coded(coded, texts) => {
            let numbers: Vec<u32> = (0..texts.len()).map(|at| interner.number(texts.value(at))).collect();
            coded.keys().values().iter().map(|key| numbers[*key as usize]).collect()
        }
        Texts::Plain(texts) => {
            let mut before: Option<(&str, u32)> = None;
            let number = |row| {
                let text = texts.value(row);
                let number = match before {
                    Some((same, number)) if same == text => number,
                    _ => interner.number(text),
                };
                before = Some((text, number));
                number
            };
            (0..texts.len()).map(number).collect()
        }
    }
}

/// Returns the texts in the order of their ranks.
fn sorted(interner: &Interner, ranks: &[u32]) -> Vec<String> {
    let mut texts = vec![String::new(); ranks.len()];
    for (number, rank) in ranks.iter().enumerate() {
        texts[*rank as usize] = interner.text(number as u32).to_owned();
    }
    texts
}

/// The windows of every entity on one day. They are carried forward from day to day.
pub struct Windows {
    /// For each mark (interactive, non-interactive, action, report, guest), the pattern of each
    /// entity. Empty for a mark that no fact has: few customers have logs and reports, and what
    /// does not occur is to cost nothing.
    patterns: [Vec<u32>; KINDS + 1],
    day: Day,
}

impl Windows {
    /// Returns empty windows for the day before `first`.
    pub fn before(first: Day, facts: &DailyFacts) -> Windows {
        let length = |bit: usize| if facts.marks >> bit & 1 == 1 { facts.entities.len() } else { 0 };
        Windows {
            patterns: std::array::from_fn(|bit| vec![0; length(bit)]),
            day: first.plus(-1),
        }
    }

    /// Moves on to `day`, on which `rows` were active. Days in between had no activity.
    pub fn advance(&mut self, day: Day, rows: &[(u32, Marks)]) {
        let shift = (day.0 - self.day.0).clamp(0, 31) as u32;
        for patterns in &mut self.patterns {
            patterns.iter_mut().for_each(|bits| *bits = *bits << shift & window::WINDOW_MASK);
        }
        let occurring = self.patterns.iter_mut().enumerate().filter(|(_, patterns)| !patterns.is_empty());
        for (bit, patterns) in occurring {
            for &(entity, marks) in rows {
                patterns[entity as usize] |= u32::from(marks >> bit & 1);
            }
        }
        self.day = day;
    }

    /// Returns the pattern of each entity for one mark; empty if no fact has it.
    pub fn pattern(&self, mark: Marks) -> &[u32] {
        &self.patterns[mark.trailing_zeros() as usize]
    }

    /// Returns the same for each kind of evidence.
    pub fn of_evidence(&self) -> [&[u32]; KINDS] {
        std::array::from_fn(|bit| self.patterns[bit].as_slice())
    }

    /// Returns the days with any of the chosen evidence.
    pub fn active(&self, entity: usize, chosen: Marks) -> u32 {
        let of = |bit: usize| {
            let pattern = self.patterns[bit].get(entity).copied().unwrap_or_default();
            pattern & u32::from(chosen >> bit & 1).wrapping_neg()
        };
        of(0) | of(1) | of(2) | of(3)
    }
}

/// Returns the marks of some kinds of evidence.
pub fn marks<'a>(evidence: impl IntoIterator<Item = &'a Evidence>) -> Marks {
    evidence.into_iter().fold(0, |marks, &kind| marks | mark(kind))
}
