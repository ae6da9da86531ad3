//! Reads the raw files of some customers again for the second computation: exactly the bytes that
//! the warehouse was made from. `raw_files` lists these. A file that is new or has changed is no
//! evidence, because the warehouse does not know it. Rows of files that are gone come from the
//! warehouse (`carried`).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::user_ids::UserIds;
use crate::engine::error::EngineError;
use crate::engine::events::{Event, Watch};
use crate::engine::ingest::partition_files::NO_DAY;
use crate::engine::input::raw_file::{Digesting, RawFile as FoundFile};
use crate::engine::plan::fingerprint::how;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::reference::{FileSink, Inputs};
use crate::sources;
use crate::sources::file_context::FileContext;
use crate::sources::path::{PathFacts, path_context};
use crate::sources::read::read_in_order;
use crate::sources::record::{Activity, Holding, LicenseChange, Position, Reason, Row, Sink, SnapshotPage, UserName};
use crate::stages::received::raw_files::{RAW_FILES, RawFile};
use crate::storage::interface::Kind;
use crate::warehouse::store::Store;

/// What happened to the raw files since they were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RawCounts {
    /// Read again.
    pub read: u64,
    /// Gone. Their rows come from the warehouse.
    pub gone: u64,
    /// Changed, or would be read differently now. Their rows come from the warehouse, too.
    pub changed: u64,
    /// Unknown to the warehouse.
    pub new: u64,
}

/// What the raw files say about each customer, and the files that could not be read again.
pub struct Evidence {
    pub inputs: BTreeMap<Guid, Inputs>,
    pub counts: RawCounts,
    /// Source and path of the files that the warehouse was made from and that are gone or have
    /// changed.
    pub carried: BTreeSet<(String, String)>,
}

/// The raw files that the warehouse was made from.
pub struct KnownFiles(BTreeMap<(String, String), (Day, RawFile)>);

impl KnownFiles {
    pub fn read(store: &Store, state: &State) -> Result<KnownFiles, EngineError> {
        let mut known = BTreeMap::new();
        for place in state.table(&RAW_FILES).keys() {
            let received = place.0.unwrap_or(NO_DAY);
            for row in store.rows::<RawFile>(*place)? {
                known.insert((row.source.clone(), row.source_file.clone()), (received, row));
            }
        }
        Ok(KnownFiles(known))
    }

    /// Returns the days on which some files were received.
    pub fn received(&self, files: &BTreeSet<(String, String)>) -> BTreeSet<Day> {
        files.iter().filter_map(|file| self.0.get(file)).map(|(day, _)| *day).collect()
    }
}

/// A known file that still exists, as one source reads it.
struct Reading<'a> {
    file: &'a FoundFile,
    source: usize,
    facts: PathFacts,
    key: (String, String),
    received: Day,
    content: &'a str,
    /// The day on which it was read, if that made a difference.
    today: Option<Day>,
}

/// The known files to read again, and those that cannot be.
struct Plan<'a> {
    readings: Vec<Reading<'a>>,
    counts: RawCounts,
    carried: BTreeSet<(String, String)>,
}

/// Finds the known files that still exist. A file whose path names another customer has no records
/// of the chosen ones, because a record that contradicts its path is a reject.
fn plan<'a>(settings: &Settings, known: &'a KnownFiles, files: &'a [FoundFile], chosen: &BTreeSet<Guid>) -> Plan<'a> {
    let may_concern = |(source, path): &&(String, String)| {
        let source = settings.sources.iter().find(|of| of.id == *source);
        let tenant = source.and_then(|of| path_context(path, of.path_tenant.as_ref(), of.path_day.as_ref()).tenant);
        tenant.is_none_or(|tenant| chosen.contains(&tenant))
    };
    let mut plan = Plan {
        readings: Vec::new(),
        counts: RawCounts::default(),
        carried: known.0.keys().filter(may_concern).cloned().collect(),
    };
    let hows: Vec<String> = (0..settings.sources.len()).map(|source| how(settings, source)).collect();
    for file in files {
        for (source, facts) in &file.sources {
            let key = (settings.sources[*source].id.clone(), file.path.clone());
            match known.0.get(&key) {
                None => plan.counts.new += 1,
                Some(_) if !plan.carried.contains(&key) => {}
                Some((_, row)) if row.reading != hows[*source] || file.kind == Kind::LeadsOut => plan.counts.changed += 1,
                Some((received, row)) => plan.readings.push(Reading {
                    file,
                    source: *source,
                    facts: *facts,
                    key,
                    received: *received,
                    content: &row.content,
                    today: row.waits_until.map(|until| until.plus(-1)),
                }),
            }
        }
    }
    plan
}

/// Reads the raw files of some customers, each file once.
pub fn read(
    settings: &Settings,
    known: &KnownFiles,
    files: &[FoundFile],
    chosen: &BTreeSet<Guid>,
    watch: &Watch<'_>,
) -> Result<Evidence, EngineError> {
    let Plan {
        readings,
        mut counts,
        mut carried,
    } = plan(settings, known, files, chosen);
    watch.tell(Event::Begin {
        what: "raw files again",
        unit: "files",
        total: readings.len() as u64,
    });
    let found: Vec<Option<BTreeMap<Guid, Inputs>>> = readings
        .par_iter()
        .map(|reading| {
            watch.go_on()?;
            let inputs = of_file(settings, reading, chosen).map(|inputs| by_tenant(inputs, reading.facts.tenant));
            watch.tell(Event::Advance(1));
            Ok(inputs)
        })
        .collect::<Result<_, EngineError>>()?;
    watch.tell(Event::End);
    let mut inputs: BTreeMap<Guid, Inputs> = chosen.iter().map(|tenant| (*tenant, Inputs::default())).collect();
    for (reading, found) in readings.iter().zip(found) {
        let Some(found) = found else {
            counts.changed += 1;
            continue;
        };
        counts.read += 1;
        carried.remove(&reading.key);
        for (tenant, more) in found {
            if let Some(all) = inputs.get_mut(&tenant) {
                append(all, more);
            }
        }
    }
    counts.gone = (carried.len() as u64).saturating_sub(counts.changed);
    Ok(Evidence { inputs, counts, carried })
}

/// Returns what a file says about the chosen customers, or `None` if its bytes have changed since
/// the warehouse was made from it.
fn of_file(settings: &Settings, reading: &Reading<'_>, chosen: &BTreeSet<Guid>) -> Option<Inputs> {
    let source = &settings.sources[reading.source];
    let context = FileContext {
        today: reading.today,
        ..FileContext::of(reading.facts, settings.zone(), &settings.rules.catalogue)
    };
    read_in_order(&context, |context| {
        let mut inputs = Inputs::default();
        let mut sink = ChosenOnly {
            inner: inputs.file(source.feed, reading.source, &reading.file.path, reading.received, context),
            tenants: chosen,
            user_ids: &settings.user_ids,
            wants_names: source.collects_names,
        };
        let mut reader = Digesting::open(reading.file).ok()?;
        let counts = sources::read(source.feed, source.format, &mut reader, reading.file.size(), context, &mut sink);
        reader.drain();
        sink.inner.finish(&counts);
        (reader.into_digest().ok()?.to_string() == reading.content).then_some(inputs)
    })
}

/// A sink that lets only the chosen customers through, and replaces ids of users by those that are
/// stored.
struct ChosenOnly<'a> {
    inner: FileSink<'a>,
    tenants: &'a BTreeSet<Guid>,
    user_ids: &'a UserIds,
    wants_names: bool,
}

impl ChosenOnly<'_> {
    fn stored<'u>(&self, tenant: Guid, user: &'u str) -> Cow<'u, str> {
        self.user_ids.stored(tenant, user)
    }
}

impl Sink for ChosenOnly<'_> {
    fn row(&mut self, at: Position, row: Row<'_>) {
        let tenant = match &row {
            Row::Activity(row) => row.tenant,
            Row::LicenseChange(row) => row.tenant,
            Row::Holding(row) => row.tenant,
            Row::Subscription(row) => row.tenant,
            Row::Customer(row) => row.tenant,
            Row::SupportRequest(row) => row.tenant,
        };
        if !self.tenants.contains(&tenant) {
            return;
        }
        match row {
            Row::Activity(row) => {
                let user_id = &self.stored(tenant, row.user_id);
                self.inner.row(at, Row::Activity(Activity { user_id, ..row }));
            }
            Row::LicenseChange(row) => {
                let user_id = &self.stored(tenant, row.user_id);
                self.inner.row(at, Row::LicenseChange(LicenseChange { user_id, ..row }));
            }
            Row::Holding(row) => {
                let user_id = &self.stored(tenant, row.user_id);
                self.inner.row(at, Row::Holding(Holding { user_id, ..row }));
            }
            row @ (Row::Subscription(_) | Row::Customer(_) | Row::SupportRequest(_)) => self.inner.row(at, row),
        }
    }

    fn reject(&mut self, at: Position, reason: Reason, raw: &[u8], detail: &str) {
        self.inner.reject(at, reason, raw, detail);
    }

    fn wants_names(&self) -> bool {
        self.wants_names
    }

    fn user_name(&mut self, name: UserName<'_>) {
        if self.tenants.contains(&name.tenant) {
            let (name_id, user_id) = (&self.stored(name.tenant, name.name_id), &self.stored(name.tenant, name.user_id));
            self.inner.user_name(UserName { name_id, user_id, ..name });
        }
    }

    fn snapshot_page(&mut self, page: SnapshotPage) {
        if self.tenants.contains(&page.tenant) {
            self.inner.snapshot_page(page);
        }
    }
}

/// Splits what a file says by customer. `of_path` is the customer that its path names.
fn by_tenant(all: Inputs, of_path: Option<Guid>) -> BTreeMap<Guid, Inputs> {
    if let Some(tenant) = of_path {
        return BTreeMap::from([(tenant, all)]);
    }
    let mut split: BTreeMap<Guid, Inputs> = BTreeMap::new();
    macro_rules! spread {
        ($($list:ident)+) => {
            $(for row in all.$list {
                split.entry(row.tenant_id).or_default().$list.push(row);
            })+
        };
    }
    spread!(activity license_changes holdings subscriptions customers names);
    for page in all.subscription_pages {
        split.entry(page.1).or_default().subscription_pages.push(page);
    }
    for file in all.holdings_files {
        for tenant in file.pages.iter().map(|page| page.0) {
            split.entry(tenant).or_default();
        }
        // A file without pages of a customer says nothing about the customer's snapshots. If it has
        // rows of the customer, its snapshot may be incomplete.
        for (tenant, inputs) in &mut split {
            let mut own = file.clone();
            own.pages.retain(|page| page.0 == *tenant);
            inputs.holdings_files.push(own);
        }
    }
    split
}

/// Adds what another file says.
fn append(all: &mut Inputs, more: Inputs) {
    macro_rules! extend {
        ($($list:ident)+) => {
            $(all.$list.extend(more.$list);)+
        };
    }
    extend!(activity license_changes holdings holdings_files subscriptions subscription_pages customers names);
}
