//! Small warehouses, published and read back.

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::rules::Rules;
use crate::stages::received::customers::Customer;
use crate::warehouse::store::Store;
use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use arrow::array::AsArray;
use arrow::datatypes::{DataType, Date32Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::{FileReader, SerializedFileReader};
use tempfile::TempDir;

use super::*;
use crate::domain::catalogue::Product;
use crate::domain::digest::{Digest, Fingerprint};
use crate::domain::kinds::{ActivitySource, Opened};
use crate::domain::money::{Currency, Price};
use crate::domain::next_steps::StepCode;
use crate::domain::subscription::{Seller, State, Term};
use crate::domain::window;
use crate::reports::columns::{published_files, published_tables};
use crate::reports::releases::release::ReleaseNotes;
use crate::stages::activity::activity_28d::Activity28d;
use crate::stages::licenses::assignments::Assignment;
use crate::stages::licenses::subscriptions::Subscription;
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::customer_adoption::CustomerAdoption;
use crate::stages::measures::portfolio;
use crate::stages::measures::spend::Spend;
use crate::stages::measures::usage::Usage;
use crate::stages::measures::workload_adoption::WorkloadAdoption;
use crate::stages::next_steps::NextStep;
use crate::storage;
use crate::storage::disk::Disk;

mod again;
mod content;
mod diff;
mod months;
mod releases;

const CONTOSO: Guid = Guid(0xa);
const NAMELESS: Guid = Guid(0xb);
const E3: Guid = Guid(0x1);
const UNKNOWN: Guid = Guid(0x2);
const FIRST: Day = Day(20_000);

fn adoption(tenant_id: Guid, sku_id: Guid, seats: i64) -> Adoption {
    Adoption {
        tenant_id,
        sku_id,
        seats_sold: Some(seats),
        seats_sold_own: Some(seats),
        seats_trial: Some(0),
        seats_lapsed: Some(0),
        seats_assigned: 7,
        seats_assigned_disabled: 1,
        seats_unassigned: Some(seats - 7),
        users_waiting: 0,
        deployment_ratio: Some(7.0 / seats as f64),
        seats_assigned_own_prorated: Some(7.0),
        entitlements_total: Some(seats),
        entitlements_active: 5,
        active_current: 5,
        active_moved: 0,
        active_switched: 0,
        active_lapsed: 0,
        active_trial: 0,
        active_over_assigned: 0,
        usage_ratio: Some(5.0 / seats as f64),
        usage_ratio_adjusted: None,
        in_scope: true,
        scope_reason: None,
        window_days_covered: 28,
        activity_source: Some(ActivitySource::Logs),
        window_complete: true,
        seats_snapshot_day: Some(FIRST),
    }
}

fn usage(tenant_id: Guid, sku_id: Guid, workload: &str) -> Usage {
    Usage {
        tenant_id,
        sku_id,
        workload: workload.to_owned(),
        entitlements_total: Some(8),
        entitlements_active: 5,
        active_current: 5,
        active_moved: 0,
        active_switched: 0,
        active_lapsed: 0,
        active_trial: 0,
        active_over_assigned: 0,
        usage_ratio: Some(0.625),
        usage_ratio_adjusted: Some(0.625),
    }
}

fn subscription(tenant_id: Guid, seats: i64) -> Subscription {
    Subscription {
        tenant_id,
        subscription_id: "s".to_owned(),
        sku_id: E3,
        seats,
        state: State::Active,
        is_trial: false,
        seller: Seller::Own,
        ends_on: None,
        renews_on: Some(FIRST.plus(30)),
        term: Some(Term::Year),
        auto_renew: Some(true),
        snapshot_day: FIRST,
    }
}

fn workload_adoption(tenant_id: Guid, workload: &str) -> WorkloadAdoption {
    let workload = workload.to_owned();
    WorkloadAdoption {
        tenant_id,
        workload,
        entitlements_total: Some(8),
        entitlements_active: 5,
        active_unlicensed: 0,
        usage_ratio: Some(0.625),
        usage_ratio_licensed: Some(0.625),
        users_entitled: 7,
        users_active: 5,
        users_ratio: Some(5.0 / 7.0),
    }
}

fn customer_adoption(tenant_id: Guid) -> CustomerAdoption {
    CustomerAdoption {
        tenant_id,
        users_entitled: 7,
        users_active: 5,
        users_ratio: Some(5.0 / 7.0),
        seats_sold: Some(8),
        seats_assigned: 7,
        products: 1,
        subscriptions_age_days: Some(0),
        holdings_age_days: None,
    }
}

/// Two people with a seat since ever.
fn assignments(tenant_id: Guid) -> Vec<Assignment> {
    let assignment = |user: &str| Assignment {
        tenant_id,
        user_id: user.to_owned(),
        sku_id: E3,
        assigned_day: None,
        removed_day: None,
        source: Opened::Before,
    };
    vec![assignment("ada"), assignment("bob")]
}

/// One of them uses it on every day.
fn activity(tenant_id: Guid) -> Activity28d {
    Activity28d {
        tenant_id,
        user_id: "ada".to_owned(),
        workload: "teams".to_owned(),
        active_bits: window::WINDOW_MASK,
        interactive_bits: window::WINDOW_MASK,
        non_interactive_bits: 0,
        action_bits: 0,
        report_bits: 0,
        active_days: 28,
        last_active_day: None,
    }
}

fn spend(tenant_id: Guid, seats: i64) -> Spend {
    let price = Price::parse("12.35", Currency::of("EUR").unwrap()).unwrap();
    Spend {
        tenant_id,
        sku_id: E3,
        currency: price.currency,
        price_per_month: price.of_seats(1).unwrap(),
        seats_sold: Some(seats),
        seats_unassigned: None,
        seats_idle: None,
        seats_disabled: 0,
        cost_sold: price.of_seats(seats),
        cost_unassigned: None,
        cost_idle: None,
        cost_disabled: price.of_seats(0),
        in_scope: true,
    }
}

fn next_step(tenant_id: Guid, sku_id: Option<Guid>) -> NextStep {
    NextStep {
        tenant_id,
        sku_id,
        workload: None,
        code: StepCode::SupportLoad,
        seats_concerned: 1,
        money_per_month: None,
        currency: None,
        evidence: "{\"seats_concerned\":1}".to_owned(),
        cause: "A cause.".to_owned(),
        strategies: "A strategy.".to_owned(),
    }
}

/// Two customers on two days in two shards: the later id is in the first shard.
struct World {
    folder: TempDir,
    rules: Rules,
    days: i32,
    /// Where it is published, below the folder.
    place: &'static str,
    made_from: BTreeMap<(&'static str, Day), Digest>,
    earlier: BTreeMap<String, Digest>,
    release: Option<ReleaseNotes>,
}

impl World {
    fn new() -> World {
        let mut rules = Rules::standard();
        let office = Product {
            part_number: "SPE_E3".to_owned(),
            name: "Microsoft 365 E3".to_owned(),
            workloads: BTreeSet::from(["teams".to_owned()]),
            ..Product::default()
        };
        rules.catalogue.products.insert(E3, office);
        let world = World {
            folder: tempfile::tempdir().unwrap(),
            rules,
            days: 2,
            place: "published",
            made_from: BTreeMap::new(),
            earlier: BTreeMap::new(),
            release: None,
        };
        world.store().lock("test").unwrap();
        for (shard, tenant) in [NAMELESS, CONTOSO].into_iter().enumerate() {
            let place = (None, shard as u32);
            world
                .store()
                .replace_rows(place, &assignments(tenant), Fingerprint::default())
                .unwrap();
        }
        for number in 0..2 {
            world.day(number, 8);
        }
        world
    }

    fn store(&self) -> Store {
        Store::at(&self.folder.path().join("warehouse"))
    }

    fn day(&self, number: i32, seats: i64) {
        let (day, digest) = (Some(FIRST.plus(number)), Fingerprint::default());
        let store = self.store();
        let adopted = [
            vec![adoption(NAMELESS, E3, seats)],
            vec![adoption(CONTOSO, E3, seats), adoption(CONTOSO, UNKNOWN, seats)],
        ];
        let used = [vec![usage(NAMELESS, E3, "teams")], vec![usage(CONTOSO, E3, "teams")]];
        let worked = [
            vec![workload_adoption(NAMELESS, "teams")],
            vec![workload_adoption(CONTOSO, "teams")],
        ];
        let customers = [vec![customer_adoption(NAMELESS)], vec![customer_adoption(CONTOSO)]];
        let spent = [vec![spend(NAMELESS, seats)], vec![spend(CONTOSO, seats)]];
        let sold = [vec![subscription(NAMELESS, seats)], vec![subscription(CONTOSO, seats)]];
        let active = [vec![activity(NAMELESS)], vec![activity(CONTOSO)]];
        let advised = [vec![next_step(NAMELESS, Some(E3))], vec![next_step(CONTOSO, None)]];
        for shard in 0..2 {
            store.replace_rows((day, shard as u32), &adopted[shard], digest).unwrap();
            store.replace_rows((day, shard as u32), &used[shard], digest).unwrap();
            store.replace_rows((day, shard as u32), &sold[shard], digest).unwrap();
            store.replace_rows((day, shard as u32), &active[shard], digest).unwrap();
            store.replace_rows((day, shard as u32), &worked[shard], digest).unwrap();
            store.replace_rows((day, shard as u32), &customers[shard], digest).unwrap();
            store.replace_rows((day, shard as u32), &spent[shard], digest).unwrap();
            store.replace_rows((day, shard as u32), &advised[shard], digest).unwrap();
        }
        let sums = portfolio::build_rows(&adopted.concat(), &worked.concat(), &customers.concat()).unwrap();
        store.replace_rows((day, 0), &sums, digest).unwrap();
    }

    fn published(&self) -> std::path::PathBuf {
        self.folder.path().join(self.place)
    }

    fn publish(&self) -> Vec<PublishedFile> {
        self.publish_on(&Disk::default()).unwrap().files
    }

    fn publish_on(&self, disk: &Disk) -> Result<Published, ReportError> {
        let (store, published) = (self.store(), storage::on(&self.published(), disk.clone()));
        let contoso = Customer {
            tenant_id: CONTOSO,
            source_file: "customers.csv".to_owned(),
            source_line: 2,
            name: "Contoso, \"Ltd\"".to_owned(),
            domain: String::new(),
            country: "NL".to_owned(),
            segment: String::new(),
            left_on: None,
        };
        let publication = Publication {
            store: &store,
            published: &*published,
            rules: &self.rules,
            shards: 2,
            first: FIRST,
            last: FIRST.plus(self.days - 1),
            customers: vec![contoso],
            seen_tenants: BTreeSet::from([Guid(0xc)]),
            made_from: self.made_from.clone(),
            names_made_from: Digest::default(),
            earlier: self.earlier.clone(),
            release: self.release.clone(),
            pages: None,
        };
        let told = AtomicU64::new(0);
        let files = publish(&publication, &|units| {
            told.fetch_add(units, Ordering::Relaxed);
        })?;
        assert_eq!(told.into_inner(), publication.units());
        Ok(files)
    }

    fn read(&self, name: &str) -> RecordBatch {
        let file = fs::File::open(self.published().join(name)).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
        let schema = arrow::array::RecordBatchReader::schema(&reader);
        arrow::compute::concat_batches(&schema, &reader.map(|frame| frame.unwrap()).collect::<Vec<_>>()).unwrap()
    }

    /// The cells of a column of text; `-` for null.
    fn texts(&self, name: &str, column: &str) -> Vec<String> {
        let rows = self.read(name);
        let cells: Vec<String> = rows
            .column_by_name(column)
            .unwrap()
            .as_string::<i32>()
            .iter()
            .map(|cell| cell.unwrap_or("-").to_owned())
            .collect();
        cells
    }
}
