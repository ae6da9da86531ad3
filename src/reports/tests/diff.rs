//! What was restated: whoever sets the values of a diff in the older release has the newer one.

use std::collections::BTreeSet;

use arrow::array::Array;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::*;
use crate::domain::day::Instant;
use crate::domain::digest::Hasher;
use crate::reports::manifest::Manifest;
use crate::reports::published_table::{FACTS, days_by_month, is_by_month};
use crate::reports::releases::diff::{Diff, cells, table_changes::RowChange};
use crate::reports::releases::folder::{ids, read};
use crate::reports::releases::release::{MadeDays, RawFilesRead, Release, ReleaseNotes, RunNote};
use crate::warehouse::contract::Column;

/// Numbers that look random, and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// Makes some days other ones: other seats, rows that come and go.
fn correct(world: &mut World, chance: &mut Chance) {
    for number in 0..world.days {
        let is_known = world.made_from.contains_key(&("adoption", FIRST.plus(number)));
        if is_known && chance.below(3) > 0 {
            continue;
        }
        world.day(number, 7 + chance.below(5) as i64);
        let day = FIRST.plus(number);
        let mut rows = vec![adoption(CONTOSO, E3, 8 + chance.below(3) as i64), adoption(CONTOSO, UNKNOWN, 9)];
        rows.retain(|_| chance.below(4) > 0);
        world.store().replace_rows((Some(day), 1), &rows, Fingerprint::default()).unwrap();
        for contract in FACTS {
            let made_from = Hasher::new().number(chance.below(u64::MAX >> 1) as i64).finish();
            world.made_from.insert((contract.name, day), made_from);
        }
    }
}

fn publish(world: &mut World, made: Vec<MadeDays>) -> Release {
    world.release = Some(ReleaseNotes {
        pipeline: "test".to_owned(),
        began: Instant(0),
        fingerprint: Digest(1),
        settings: BTreeMap::new(),
        runs: vec![RunNote {
            began: String::new(),
            made,
        }],
        raw_files: RawFilesRead::default(),
        keep: 30,
    });
    world.publish();
    let published = storage::at(&world.published());
    Manifest::default().write(&*published, &()).unwrap();
    let newest = ids(&*published).unwrap().pop().unwrap();
    read(&*published, newest).unwrap().unwrap()
}

/// The values of a row, by column.
type Values = BTreeMap<String, Option<String>>;
/// The rows of a table by day and key.
type Rows = BTreeMap<(Day, Vec<Option<String>>), Values>;

/// The rows that a release has of some days of a table, as text.
fn rows(world: &World, release: &Release, table: &PublishedTable, days: &BTreeSet<Day>) -> Rows {
    let batch = world.read(&release.file(&table.file_name()).unwrap().path);
    let options = FormatOptions::new();
    let text = |name: &str, row: usize| {
        let column = batch.column_by_name(name).unwrap();
        let formatter = ArrayFormatter::try_new(column, &options).unwrap();
        column.is_valid(row).then(|| formatter.value(row).to_string())
    };
    let mut rows = Rows::new();
    for row in 0..batch.num_rows() {
        let day = Day(batch.column_by_name("day").unwrap().as_primitive::<Date32Type>().value(row));
        let named = |column: &&Column| !["customer_name", "product_name", "part_number"].contains(&column.name);
        let (keys, values): (Vec<&Column>, Vec<&Column>) = table.columns.iter().filter(named).partition(|column| column.key);
        let key = keys.iter().filter(|key| key.name != "day").map(|key| text(key.name, row)).collect();
        if days.contains(&day) {
            rows.insert(
                (day, key),
                values.iter().map(|value| (value.name.to_owned(), text(value.name, row))).collect(),
            );
        }
    }
    rows
}

#[test]
fn what_differs_applied_to_the_older_release_is_the_newer_one() {
    let mut seen = BTreeSet::new();
    for seed in 0..12 {
        let mut chance = Chance(seed);
        let mut world = World::new();
        world.days = 2 + chance.below(3) as i32;
        correct(&mut world, &mut chance);
        let old = publish(&mut world, Vec::new());
        world.days += chance.below(2) as i32;
        correct(&mut world, &mut chance);
        let new = publish(&mut world, Vec::new());
        let diff = Diff::of(&*storage::at(&world.published()), old.clone(), new.clone()).unwrap();
        assert_eq!(diff.days_removed, 0);
        for contract in FACTS {
            let (table, (of_old, of_new)) = (PublishedTable::fact(contract), (old.days().unwrap(), new.days().unwrap()));
            let days = |(first, last): (Day, Day)| match is_by_month(contract) {
                true => days_by_month(first, last).collect::<BTreeSet<_>>(),
                false => first.to(last).collect(),
            };
            let both = days(of_old).intersection(&days(of_new)).copied().collect();
            let mut applied = rows(&world, &old, &table, &both);
            cells::each(&diff, &mut |cell| {
                if cell.table != contract.name {
                    return;
                }
                seen.insert(cell.change);
                let key = (cell.day, cell.key.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>());
                if cell.change == RowChange::Removed.name() {
                    applied.remove(&key);
                    return;
                }
                let row = applied.entry(key).or_default();
                let before = row.insert(cell.column.to_owned(), cell.new).flatten();
                assert_eq!(before, cell.old);
            })
            .unwrap();
            assert!(applied == rows(&world, &new, &table, &both), "seed {seed}, {}", contract.name);
        }
        assert!(!cells::parquet(&diff).unwrap().is_empty());
    }
    assert_eq!(seen.len(), 3, "rows come, go and change: {seen:?}");
}

#[test]
fn seats_are_restated_by_day_with_the_reasons_that_runs_noted() {
    let mut world = World::new();
    let old = publish(&mut world, Vec::new());
    world.day(0, 10);
    world.made_from.insert(("adoption", FIRST), Digest(2));
    world.days = 2;
    let made = MadeDays {
        table: "adoption".to_owned(),
        first: FIRST.to_string(),
        last: FIRST.to_string(),
        causes: vec!["activity_daily".to_owned()],
        why: "1 late event in `a/PT1H.json`".to_owned(),
    };
    let new = publish(&mut world, vec![made]);
    let published = storage::at(&world.published());
    let diff = Diff::of(&*published, old.clone(), new.clone()).unwrap();
    assert_eq!((diff.days, diff.days_added), (Some((FIRST, FIRST.plus(1))), 0));
    let days: Vec<Day> = diff.shares.keys().copied().collect();
    assert_eq!(days, [FIRST]);
    // Three rows went from 8 to 10 seats.
    let (_, share) = diff.most_restated().unwrap();
    assert_eq!((share.restated, share.seats), (6, 30));
    assert!((share.share() - 0.2).abs() < 1e-9);
    assert_eq!(diff.reasons.why("adoption", FIRST), ["1 late event in `a/PT1H.json`"]);
    assert!(diff.reasons.why("adoption", FIRST.plus(1)).is_empty() && diff.reasons.why("usage", FIRST).is_empty());
    let back = Diff::of(&*published, new, old).unwrap();
    assert_eq!(back.seats.iter().map(|change| change.moved(2)).collect::<Vec<_>>(), [-2, -2, -2]);
}
