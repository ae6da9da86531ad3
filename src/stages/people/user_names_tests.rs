//! Names that change hands, one case per line: to whom sources give the name on which day, and who
//! has it when.

use super::*;

const TENANT: Guid = Guid(1);
const NAME: &str = "upn:desk";

/// `Some(day)`, or `None` for an unknown day.
type Claimed<'a> = &'a [(Option<i32>, &'a str)];

fn rows(claimed: Claimed<'_>) -> Vec<UserNameRow> {
    let row = |(number, (day, user)): (usize, &(Option<i32>, &str))| UserNameRow {
        tenant_id: TENANT,
        name_id: NAME.to_owned(),
        user_id: (*user).to_owned(),
        day: day.map(Day),
        source: "s".to_owned(),
        source_file: format!("file-{number}"),
    };
    claimed.iter().enumerate().map(row).collect()
}

/// Deletions and restorations: the day, the hour, whether the user exists afterwards, and whose.
fn deletions(words: &[(i32, i64, bool, &str)]) -> Deletions {
    let numbered = words.iter().enumerate();
    Deletions::of(numbered.map(|(number, word)| change(word, &number.to_string())).collect())
}

fn change((day, hour, back, user): &(i32, i64, bool, &str), event_id: &str) -> LicenseChange {
    LicenseChange {
        tenant_id: TENANT,
        user_id: (*user).to_owned(),
        sku_id: String::new(),
        event_time: Instant(Day(*day).start_utc().0 + hour * 3_600_000_000),
        action: if *back { Action::Restored } else { Action::Deleted },
        event_id: event_id.to_owned(),
        day: Day(*day),
        source_file: String::new(),
        source_line: 0,
    }
}

/// The owner on days 0 to 9, one letter each; `-` for nobody.
fn on_days(claimed: Claimed<'_>, words: &[(i32, i64, bool, &str)]) -> String {
    let names = Names::of(rows(claimed), &deletions(words));
    (0..10)
        .map(|day| names.on(Day(day)).known(NAME).unwrap_or("-").to_owned())
        .collect()
}

fn held(claimed: Claimed<'_>) -> String {
    on_days(claimed, &[])
}

#[test]
fn a_name_is_a_users_until_it_is_said_to_be_another_ones() {
    assert_eq!(held(&[]), "----------");
    assert_eq!(
        held(&[(Some(4), "a")]),
        "aaaaaaaaaa",
        "days before anything is claimed go with the first that is claimed"
    );
    assert_eq!(held(&[(Some(2), "a"), (Some(6), "b")]), "aaaaaabbbb");
    assert_eq!(
        held(&[(Some(6), "b"), (Some(2), "a"), (Some(8), "b"), (Some(3), "a")]),
        "aaaaaabbbb"
    );
    assert_eq!(held(&[(Some(2), "a"), (Some(5), "b"), (Some(7), "a")]), "aaaaabbaaa");
}

#[test]
fn on_a_day_of_two_a_name_is_nobodys_and_then_it_is_the_new_ones() {
    assert_eq!(held(&[(Some(2), "a"), (Some(5), "a"), (Some(5), "b")]), "aaaaa-bbbb");
    assert_eq!(
        held(&[(Some(2), "a"), (Some(2), "b")]),
        "----------",
        "nobody was there before, so nobody is new"
    );
    assert_eq!(held(&[(Some(2), "a"), (Some(2), "b"), (Some(7), "b")]), "-------bbb");
    assert_eq!(held(&[(Some(1), "a"), (Some(4), "b"), (Some(4), "c")]), "aaaa------", "two are new");
}

#[test]
fn what_is_said_of_an_unknown_day_comes_before_all_days() {
    assert_eq!(held(&[(None, "a")]), "aaaaaaaaaa");
    assert_eq!(held(&[(None, "a"), (Some(4), "b")]), "aaaabbbbbb");
    assert_eq!(held(&[(None, "a"), (None, "b"), (Some(4), "b")]), "----bbbbbb");
}

#[test]
fn a_deletion_ends_it_and_a_restoration_gives_it_back() {
    let deleted = (4, 9, false, "a");
    assert_eq!(on_days(&[(Some(2), "a")], &[deleted]), "aaaaa-----");
    assert_eq!(on_days(&[(Some(2), "a")], &[deleted, (7, 9, true, "a")]), "aaaaa--aaa");
    assert_eq!(
        on_days(&[(Some(2), "a"), (Some(6), "b")], &[deleted, (8, 9, true, "a")]),
        "aaaaa-bbbb"
    );
    assert_eq!(
        on_days(&[(Some(2), "a"), (Some(6), "a")], &[deleted]),
        "aaaaa-aaaa",
        "whoever says so later is believed"
    );
    assert_eq!(on_days(&[(Some(2), "a")], &[(4, 9, false, "b")]), "aaaaaaaaaa", "another user's");
    assert_eq!(
        on_days(&[(Some(2), "a")], &[(4, 9, false, NAME)]),
        "aaaaa-----",
        "of whom only the name was known"
    );
}

#[test]
fn of_several_words_of_a_day_the_last_one_counts() {
    let (gone, back) = ((4, 9, false, "a"), (4, 10, true, "a"));
    assert_eq!(on_days(&[(Some(2), "a")], &[gone, back]), "aaaaaaaaaa");
    assert_eq!(on_days(&[(Some(2), "a")], &[back, gone, (4, 11, false, "a")]), "aaaaa-----");
    assert_eq!(
        on_days(&[(Some(2), "a")], &[(4, 9, true, "a"), gone]),
        "aaaaaaaaaa",
        "within one instant the restoration"
    );
}

#[test]
fn the_order_of_rows_and_copies_change_nothing() {
    let claimed = [(Some(2), "a"), (None, "c"), (Some(5), "b"), (Some(5), "a"), (Some(7), "b")];
    let words = [(3, 1, false, "a"), (6, 1, true, "b"), (8, 2, false, "b")];
    let digest = |claimed: Claimed<'_>| Names::of(rows(claimed), &deletions(&words)).digest();
    let (mut other, mut twice) = (claimed, claimed.to_vec());
    other.reverse();
    twice.extend(claimed);
    assert_eq!(digest(&claimed), digest(&other));
    assert_eq!(digest(&claimed), digest(&twice));
    assert_ne!(digest(&claimed), digest(&claimed[1..]));
}

#[test]
fn a_day_that_says_nothing_new_changes_no_digest() {
    let digest = |claimed: Claimed<'_>| Names::of(rows(claimed), &Deletions::default()).digest();
    assert_eq!(digest(&[(Some(2), "a")]), digest(&[(Some(2), "a"), (Some(9), "a")]));
    let two = [(Some(2), "a"), (Some(5), "b")];
    assert_eq!(digest(&two), digest(&[two[0], two[1], (Some(9), "b")]));
    assert_eq!(Names::none().on(Day(1)).digest_of([NAME].into_iter()), Digest::default());
}

#[test]
fn of_copies_of_a_deletion_the_earliest_counts() {
    let words = [(3, 23, false, "a"), (4, 1, true, "a"), (5, 0, false, "a")];
    let ids = ["deleted", "restored", "deleted"];
    let changes = words.iter().zip(ids).map(|(word, id)| change(word, id)).collect();
    let names = Names::of(rows(&[(Some(1), "a")]), &Deletions::of(changes));
    assert_eq!(names.on(Day(9)).known(NAME), Some("a"));
}
