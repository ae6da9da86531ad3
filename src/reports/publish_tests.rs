//! Small warehouses, published and read back.
#![allow(clippy::unwrap_used, reason = "a test ends by panicking")]

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
use crate::domain::next_steps::StepCode;
use crate::reports::columns::published_tables;
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::portfolio;
use crate::stages::measures::usage::Usage;
use crate::stages::measures::workload_adoption::WorkloadAdoption;
use crate::stages::next_steps::NextStep;

#[path = "publish_months_tests.rs"]
mod months;

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
        seats_unassigned: Some(seats - 7),
        deployment_ratio: Some(7.0 / seats as f64),
        seats_assigned_own_prorated: Some(7.0),
        entitlements_total: Some(seats),
        entitlements_active: 5,
        active_current: 5,
        active_moved: 0,
        active_lapsed: 0,
        active_trial: 0,
        active_over_assigned: 0,
        usage_ratio: Some(5.0 / seats as f64),
        usage_ratio_adjusted: None,
        in_scope: true,
        scope_reason: None,
        window_days_covered: 28,
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
        active_lapsed: 0,
        active_trial: 0,
        active_over_assigned: 0,
        usage_ratio: Some(0.625),
        usage_ratio_adjusted: Some(0.625),
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
    }
}

fn next_step(tenant_id: Guid, sku_id: Option<Guid>) -> NextStep {
    NextStep {
        tenant_id,
        sku_id,
        workload: None,
        code: StepCode::SupportLoad,
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
}

impl World {
    fn new() -> World {
        let mut rules = Rules::standard();
        let office = Product {
            part_number: "SPE_E3".to_owned(),
            name: "Microsoft 365 E3".to_owned(),
            workloads: BTreeSet::from(["teams".to_owned()]),
        };
        rules.catalogue.products.insert(E3, office);
        let world = World {
            folder: tempfile::tempdir().unwrap(),
            rules,
            days: 2,
            place: "published",
            made_from: BTreeMap::new(),
            earlier: BTreeMap::new(),
        };
        world.store().lock("test").unwrap();
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
        let advised = [vec![next_step(NAMELESS, Some(E3))], vec![next_step(CONTOSO, None)]];
        for shard in 0..2 {
            store.replace_rows((day, shard as u32), &adopted[shard], digest).unwrap();
            store.replace_rows((day, shard as u32), &used[shard], digest).unwrap();
            store.replace_rows((day, shard as u32), &worked[shard], digest).unwrap();
            store.replace_rows((day, shard as u32), &advised[shard], digest).unwrap();
        }
        store
            .replace_rows((day, 0), &portfolio::build(&adopted.concat(), &worked.concat()), digest)
            .unwrap();
    }

    fn published(&self) -> std::path::PathBuf {
        self.folder.path().join(self.place)
    }

    fn publish(&self) -> Vec<PublishedFile> {
        let (store, published) = (self.store(), self.published());
        let contoso = Customer {
            tenant_id: CONTOSO,
            source_file: "customers.csv".to_owned(),
            source_line: 2,
            name: "Contoso, \"Ltd\"".to_owned(),
            domain: String::new(),
            country: "NL".to_owned(),
            segment: String::new(),
        };
        let publication = Publication {
            store: &store,
            published: &published,
            rules: &self.rules,
            shards: 2,
            first: FIRST,
            last: FIRST.plus(self.days - 1),
            customers: vec![contoso],
            seen_tenants: BTreeSet::from([Guid(0xc)]),
            made_from: self.made_from.clone(),
            names_made_from: Digest::default(),
            earlier: self.earlier.clone(),
        };
        let told = AtomicU64::new(0);
        let files = publish(&publication, &|units| {
            told.fetch_add(units, Ordering::Relaxed);
        })
        .unwrap();
        assert_eq!(told.into_inner(), publication.units());
        files
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

#[test]
fn names_are_joined_in_and_rows_are_sorted_by_day_and_key_over_all_shards() {
    let world = World::new();
    world.publish();
    let (contoso, nameless) = (CONTOSO.to_string(), NAMELESS.to_string());
    let (tenants, names) = (
        world.texts("adoption.parquet", "tenant_id"),
        world.texts("adoption.parquet", "customer_name"),
    );
    assert_eq!(
        tenants,
        [&contoso, &contoso, &nameless, &contoso, &contoso, &nameless].map(String::as_str)
    );
    assert_eq!(
        names,
        [
            "Contoso, \"Ltd\"",
            "Contoso, \"Ltd\"",
            "-",
            "Contoso, \"Ltd\"",
            "Contoso, \"Ltd\"",
            "-"
        ]
    );
    assert_eq!(
        world.texts("adoption.parquet", "product_name")[..3],
        ["Microsoft 365 E3", "-", "Microsoft 365 E3"]
    );
    assert_eq!(world.texts("adoption.parquet", "part_number")[..3], ["SPE_E3", "-", "SPE_E3"]);
    let days = world
        .read("adoption.parquet")
        .column(0)
        .as_primitive::<Date32Type>()
        .values()
        .to_vec();
    assert_eq!(days, [20_000, 20_000, 20_000, 20_001, 20_001, 20_001]);
    assert_eq!(world.texts("usage.parquet", "tenant_id")[..2], [contoso, nameless]);
}

#[test]
fn every_file_has_the_columns_that_the_dictionary_lists_as_plain_types_with_their_meaning() {
    let world = World::new();
    world.publish();
    for table in published_tables() {
        let schema = world.read(&table.file_name()).schema();
        let found: Vec<(&str, &DataType, bool)> = schema
            .fields()
            .iter()
            .map(|field| (field.name().as_str(), field.data_type(), field.is_nullable()))
            .collect();
        let types: Vec<DataType> = table.columns.iter().map(|column| column.kind.data_type()).collect();
        let expected: Vec<(&str, &DataType, bool)> = table
            .columns
            .iter()
            .zip(&types)
            .map(|(column, kind)| (column.name, kind, column.nullable))
            .collect();
        assert_eq!(found, expected, "{}", table.name);
        let file = SerializedFileReader::new(fs::File::open(world.published().join(table.file_name())).unwrap()).unwrap();
        let pairs = file.metadata().file_metadata().key_value_metadata().unwrap();
        assert!(pairs.iter().all(|pair| pair.key != "ARROW:schema"));
        for column in &table.columns {
            let key = format!("uptake.column.{}", column.name);
            assert!(
                pairs
                    .iter()
                    .any(|pair| pair.key == key && pair.value.as_deref() == Some(column.about)),
                "{key}"
            );
        }
    }
    let usage: Vec<&str> = published_tables()[1].columns.iter().map(|column| column.name).take(8).collect();
    assert_eq!(
        usage,
        [
            "day",
            "tenant_id",
            "customer_name",
            "sku_id",
            "product_name",
            "part_number",
            "workload",
            "entitlements_total"
        ]
    );
}

#[test]
fn the_grain_tells_the_three_kinds_of_sums_apart() {
    let world = World::new();
    world.publish();
    assert_eq!(world.texts("portfolio.parquet", "grain")[..4], ["all", "workload", "sku", "sku"]);
    assert_eq!(world.texts("portfolio.parquet", "workload")[..4], ["-", "teams", "-", "-"]);
    assert_eq!(
        world.texts("portfolio.parquet", "product_name")[..4],
        ["-", "-", "Microsoft 365 E3", "-"]
    );
}

#[test]
fn dimensions_have_every_tenant_and_every_product_that_a_table_names() {
    let world = World::new();
    world.publish();
    assert_eq!(
        world.texts("customers.parquet", "tenant_id"),
        [CONTOSO, NAMELESS, Guid(0xc)].map(|tenant| tenant.to_string())
    );
    assert_eq!(world.texts("customers.parquet", "country"), ["NL", "-", "-"]);
    assert_eq!(world.texts("products.parquet", "sku_id"), [E3, UNKNOWN].map(|sku| sku.to_string()));
    assert_eq!(world.texts("products.parquet", "workloads"), ["teams", "-"]);
    assert_eq!(world.read("calendar.parquet").num_rows(), 2);
}

#[test]
fn the_export_has_one_line_per_customer_and_product_of_the_last_day() {
    let world = World::new();
    world.day(1, 10);
    let files = world.publish();
    let mut reader = csv::Reader::from_path(world.published().join("portfolio-export.csv")).unwrap();
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let numbers = Adoption::CONTRACT.columns.iter().skip(2).map(|column| column.name);
    assert_eq!(
        header,
        ["customer", "product", "tenant_id", "sku_id"]
            .into_iter()
            .chain(numbers)
            .collect::<Vec<_>>()
    );
    let lines: Vec<Vec<String>> = reader
        .records()
        .map(|line| line.unwrap().iter().map(str::to_owned).collect())
        .collect();
    let start = |line: &Vec<String>| line[..6].join("|");
    let (contoso, nameless, office, unknown) = (CONTOSO, NAMELESS, E3, UNKNOWN);
    let expected = [
        format!("{nameless}|Microsoft 365 E3|{nameless}|{office}|10|10"),
        format!("Contoso, \"Ltd\"|{unknown}|{contoso}|{unknown}|10|10"),
        format!("Contoso, \"Ltd\"|Microsoft 365 E3|{contoso}|{office}|10|10"),
    ];
    assert_eq!(lines.iter().map(start).collect::<Vec<_>>(), expected);
    let cell = |column: &str| lines[0][header.iter().position(|name| name == column).unwrap()].as_str();
    assert_eq!(
        [cell("deployment_ratio"), cell("usage_ratio_adjusted"), cell("in_scope")],
        ["0.7", "", "true"]
    );
    assert_eq!(cell("seats_snapshot_day"), "2024-10-04");
    assert_eq!(
        files.last().map(|file| (file.name.as_str(), file.rows)),
        Some(("portfolio-export.csv", 3))
    );
}

#[test]
fn publishing_again_changes_no_byte_and_no_time_but_those_of_files_that_differ() {
    let world = World::new();
    let before = world.publish();
    assert!(before.iter().all(|file| file.changed));
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for file in &before {
        fs::File::options()
            .write(true)
            .open(world.published().join(&file.name))
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
    }
    world.day(0, 9);
    let after = world.publish();
    let changed: Vec<&str> = after.iter().filter(|file| file.changed).map(|file| file.name.as_str()).collect();
    assert_eq!(changed, ["adoption.parquet", "portfolio.parquet"]);
    for file in &after {
        let path = world.published().join(&file.name);
        let bytes = fs::read(&path).unwrap();
        assert_eq!((file.bytes, file.digest), (bytes.len() as u64, Digest::of(&bytes)));
        assert_eq!(
            fs::metadata(&path).unwrap().modified().unwrap() == long_ago,
            !file.changed,
            "{}",
            file.name
        );
    }
}

#[test]
fn no_days_are_files_without_rows() {
    let mut world = World::new();
    world.days = 0;
    let files = world.publish();
    assert_eq!(files.iter().map(|file| file.rows).collect::<Vec<_>>(), [0, 0, 0, 0, 0, 2, 0, 0, 0]);
}

#[test]
fn a_day_without_a_file_changes_nothing_that_is_published() {
    let mut world = World::new();
    let before = world.publish();
    world.days = 3;
    let (store, published) = (world.store(), world.published());
    let (rules, last) = (&world.rules, FIRST.plus(2));
    let publication = Publication {
        store: &store,
        published: &published,
        rules,
        shards: 2,
        first: FIRST,
        last,
        customers: Vec::new(),
        seen_tenants: BTreeSet::new(),
        made_from: BTreeMap::new(),
        names_made_from: Digest::default(),
        earlier: BTreeMap::new(),
    };
    let error = publish(&publication, &|_| {}).unwrap_err();
    assert!(
        error.disk_error().is_some() && error.to_string().contains("day=2024-10-06"),
        "{error}"
    );
    for file in before {
        assert_eq!(Digest::of(&fs::read(published.join(&file.name)).unwrap()), file.digest);
    }
    assert_eq!(
        fs::read_dir(&published).unwrap().count(),
        10,
        "the files, and what says that there is no run.json yet"
    );
}
