//! Months of the published files that are taken over from the files of an earlier publication.

use arrow::datatypes::Decimal128Type;

use super::*;
use crate::reports::published_table::FACTS;
use crate::stages::measures::seat_outcomes::{SEAT_OUTCOMES, SeatOutcome};
use crate::warehouse::table::Row;

/// Days from October to November.
fn two_months() -> World {
    let mut world = World::new();
    world.days = 40;
    for number in 0..world.days {
        world.day_as_noted(number, 8);
    }
    world
}

impl World {
    /// Writes a day and takes note of what it is made from.
    fn day_as_noted(&mut self, number: i32, seats: i64) {
        self.day(number, seats);
        for contract in FACTS {
            let made_from = Digest::of(&seats.to_le_bytes());
            self.made_from.insert((contract.name, FIRST.plus(number)), made_from);
        }
    }

    /// The digest of each published table's bytes.
    fn bytes(&self) -> Vec<(String, Digest)> {
        let names = published_tables().into_iter().map(|table| table.file_name());
        let digest = |name: &String| Digest::of(&fs::read(self.published().join(name)).unwrap());
        names.map(|name| (name.clone(), digest(&name))).collect()
    }

    /// Takes the tables of October away: what is published of it cannot come from there. Only the day
    /// stays with which seats of the latest day are compared.
    fn forget_october(&self) {
        let of_warehouse = FACTS.iter().filter(|contract| contract.name != SEAT_OUTCOMES.name);
        for contract in of_warehouse {
            for number in (0..28).filter(|number| number + 28 != self.days - 1) {
                for shard in 0..contract.files(2) {
                    self.store().remove(contract, (Some(FIRST.plus(number)), shard)).unwrap();
                }
            }
        }
    }
}

#[test]
fn a_month_that_is_what_it_was_is_taken_over_and_the_file_is_the_one_that_is_made_from_scratch() {
    let mut world = two_months();
    let earlier = world.publish();
    world.earlier = earlier.into_iter().map(|file| (file.name, file.digest)).collect();
    world.day_as_noted(35, 9);
    world.days = 41;
    world.day_as_noted(40, 7);
    world.place = "from-scratch";
    let from_scratch = world.publish();
    let expected = world.bytes();
    world.place = "published";
    world.forget_october();
    let taken_over = world.publish();
    assert_eq!(world.bytes(), expected);
    let told = |files: Vec<PublishedFile>| {
        files
            .into_iter()
            .map(|file| (file.name, file.rows, file.digest))
            .collect::<Vec<_>>()
    };
    assert_eq!(told(taken_over), told(from_scratch));
}

#[test]
fn nothing_is_taken_over_from_a_file_that_is_not_what_was_published_or_was_made_from_something_else() {
    let mut world = two_months();
    let earlier: BTreeMap<String, Digest> = world.publish().into_iter().map(|file| (file.name, file.digest)).collect();
    let adoption = world.published().join("adoption.parquet");
    let whole = fs::read(&adoption).unwrap();
    let expected = world.bytes();
    let mut altered = whole.clone();
    altered[100] ^= 1;
    fs::write(&adoption, &altered).unwrap();
    world.earlier = earlier.clone();
    world.publish();
    assert_eq!(world.bytes(), expected, "made again from the tables");

    world.day_as_noted(3, 9);
    world.publish();
    assert_ne!(world.bytes(), expected, "October has other rows now");
    world.place = "from-scratch";
    let taken_over = std::mem::take(&mut world.earlier);
    world.publish();
    let from_scratch = world.bytes();
    world.place = "published";
    assert_eq!(world.bytes(), from_scratch);
    assert_eq!(taken_over, earlier);

    fs::write(&adoption, &altered).unwrap();
    world.earlier = earlier;
    world.forget_october();
    let error = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.publish()));
    assert!(error.is_err(), "it cannot be made without the tables");
}

#[test]
fn of_what_is_priced_by_the_month_the_last_day_of_each_month_is_published_and_the_latest_day() {
    let world = two_months();
    world.publish();
    let rows = world.read("spend.parquet");
    let days = rows.column(0).as_primitive::<Date32Type>().values().to_vec();
    let (end_of_october, latest) = (Day::parse("2024-10-31").unwrap(), FIRST.plus(39));
    assert_eq!(days, [end_of_october.0, end_of_october.0, latest.0, latest.0]);
    assert_eq!(world.texts("spend.parquet", "customer_name")[..2], ["Contoso, \"Ltd\"", "-"]);
    let costs = rows.column_by_name("cost_sold").unwrap();
    assert_eq!(costs.as_primitive::<Decimal128Type>().value_as_string(0), "98.8000");
}

#[test]
fn seats_are_compared_with_28_days_before_where_that_is_published() {
    let mut world = two_months();
    world.publish();
    let frame = world.read("seat_outcomes.parquet");
    let days = frame.column(0).as_primitive::<Date32Type>().values().to_vec();
    let (end_of_october, latest) = (Day::parse("2024-10-31").unwrap(), FIRST.plus(39));
    assert_eq!(days, [end_of_october.0, end_of_october.0, latest.0, latest.0]);
    let rows = SeatOutcome::rows(&frame).unwrap();
    assert_eq!(
        (rows[0].seats_assigned, rows[0].seats_active, rows[0].seats_active_every_week),
        (2, Some(1), Some(1))
    );
    assert_eq!(
        (rows[0].seats_retained, rows[0].seats_assigned_earlier),
        (None, None),
        "the day before is not published"
    );
    assert_eq!(
        (rows[2].seats_retained, rows[2].seats_unused, rows[2].seats_new),
        (Some(1), Some(1), Some(0))
    );
    assert_eq!(rows[2].earlier_day, FIRST.plus(11));
    // What an earlier run left of days before the first one makes no difference.
    world.days = 28;
    world.publish();
    let alone = SeatOutcome::rows(&world.read("seat_outcomes.parquet")).unwrap();
    assert_eq!(alone, rows[..2]);
}
