//! The summary as people see it, in both languages.

use super::*;
use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::money::{Currency, Money};
use crate::reports::summary::figures::Spending;

fn share(part: i64, whole: i64) -> Share {
    Share {
        part,
        whole,
        ratio: (whole != 0).then(|| part as f64 / whole as f64),
    }
}

fn summary() -> Summary {
    let measure = |part, whole, rise| {
        Some(Measure {
            now: share(part, whole),
            rise: Some(rise),
        })
    };
    let spending = |code, sold, unassigned, idle| Spending {
        currency: Currency::of(code).unwrap(),
        sold: Money(sold),
        unassigned: Money(unassigned),
        idle: Money(idle),
    };
    let mover = |name: Option<&str>, before, now| Mover {
        tenant_id: Guid(0xa),
        name: name.map(str::to_owned),
        before,
        now,
    };
    Summary {
        day: Day(20_000),
        before: Some(Day(19_972)),
        customers: 1412,
        customers_without_seats: 3,
        customers_incomplete: 12,
        unknown_products: vec![UnknownProduct {
            sku_id: Guid(0xc).to_string(),
            customers: 1,
            seats_sold: 1200,
            seats_assigned: 7,
        }],
        old_lists: vec![OldList {
            tenant_id: Guid(0xb),
            name: Some("Fabrikam".to_owned()),
            snapshot_day: Day(19_908),
            days: 92,
        }],
        deployment: measure(4512, 5410, 0.0123),
        usage: measure(12_203, 4512, -0.0041),
        usage_adjusted: measure(3149, 4512, -0.0001),
        parts: Some(Parts {
            current: 3149,
            moved: 1203,
            switched: 7000,
            lapsed: 800,
            trial: 0,
            over_assigned: 51,
        }),
        spending: vec![
            spending("EUR", 12_345_678_900, 1_234_500, 987_600),
            spending("JPY", 11_500_000_000, 0, 0),
        ],
        movers: vec![
            mover(Some("Contoso"), share(61, 100), share(82, 100)),
            mover(
                Some("Vereinigte Zwiebelzüchter \u{1b}[31mund Söhne GmbH"),
                share(2900, 1000),
                share(1, 1000),
            ),
            mover(None, share(1, 10), share(2, 10)),
        ],
        not_compared: 1,
    }
}

#[test]
fn a_summary_reads_well_in_80_columns() {
    let expected = "\
Portfolio on 2024-10-04
  Customers   1,412, 3 without seat data, 12 with less than 28 days of data
  Deployment   83.4 % (4,512 of 5,410 seats)                 +1.2 points
  Usage       270.5 % (12,203 of 4,512 entitlements)         -0.4 points
    adjusted   69.8 % (3,149 of 4,512 entitlements)          +0.0 points
    besides   1,203 moved, 7,000 switched, 800 lapsed, 51 over-assigned
  Per month   1,234,567.89 EUR, unassigned 123.45 EUR, idle 98.76 EUR
              1,150,000 JPY, unassigned 0 JPY, idle 0 JPY

Moved most since 2024-09-06
  Contoso                           61.0 % →  82.0 %     +21 active +21.0 points
  Vereinigte Zwiebelzüchter  [31… 290.0 % →   0.1 %  -2,899 active -289.9 points
  00000000-0000-0000-0000-0000000…  10.0 % →  20.0 %      +1 active +10.0 points
  1 not compared: less than 28 days of data at the time.

Seats by an old list of subscriptions
  Fabrikam                                         2024-07-04        92 days old

Products that the catalogue lacks
  00000000-0000-0000-0000-00000000000c            1,200 seats         1 customer
";
    assert_eq!(render(&summary(), Language::English, false), expected);
    assert!(expected.lines().all(|line| line.chars().count() <= WIDTH));
}

#[test]
fn a_summary_reads_as_well_in_german() {
    let expected = "\
Portfolio am 2024-10-04
  Kunden         1.412, 3 ohne Lizenzdaten, 12 mit weniger als 28 Tagen Daten
  Bereitstellung  83,4 % (4.512 von 5.410 Lizenzen)                +1,2 Punkte
  Nutzung        270,5 % (12.203 von 4.512 nutzbaren Lizenzen)     -0,4 Punkte
    bereinigt     69,8 % (3.149 von 4.512 nutzbaren Lizenzen)      +0,0 Punkte
    daneben      1.203 weitergegeben, 7.000 umgestiegen, 800 abgelaufen,
                 51 überzählig
  Pro Monat      1.234.567,89 EUR, frei 123,45 EUR, ungenutzt 98,76 EUR
                 1.150.000 JPY, frei 0 JPY, ungenutzt 0 JPY

Größte Veränderungen seit 2024-09-06
  Contoso                            61,0 % →  82,0 %     +21 aktiv +21,0 Punkte
  Vereinigte Zwiebelzüchter  [31m… 290,0 % →   0,1 %  -2.899 aktiv -289,9 Punkte
  00000000-0000-0000-0000-00000000…  10,0 % →  20,0 %      +1 aktiv +10,0 Punkte
  1 nicht verglichen: damals weniger als 28 Tage Daten.

Lizenzen nach einer alten Abonnementliste
  Fabrikam                                         2024-07-04        92 Tage alt

Produkte, die der Katalog nicht kennt
  00000000-0000-0000-0000-00000000000c         1.200 Lizenzen            1 Kunde
";
    assert_eq!(render(&summary(), Language::German, false), expected);
    assert!(expected.lines().all(|line| line.chars().count() <= WIDTH));
}

#[test]
fn nothing_known_is_said_and_not_shown_as_zero() {
    let empty = Summary {
        before: None,
        customers: 0,
        customers_without_seats: 0,
        customers_incomplete: 0,
        old_lists: Vec::new(),
        unknown_products: Vec::new(),
        deployment: None,
        usage: Some(Measure {
            now: share(0, 0),
            rise: None,
        }),
        usage_adjusted: None,
        parts: None,
        spending: Vec::new(),
        movers: Vec::new(),
        not_compared: 0,
        ..summary()
    };
    let expected = "\
Portfolio on 2024-10-04
  Customers   0
  Deployment  unknown: no customer has seat data
  Usage             - (0 of 0 entitlements)
    adjusted  unknown: no customer has seat data
  There is no day 28 days earlier to compare with.
";
    assert_eq!(render(&empty, Language::English, false), expected);
}

#[test]
fn color_adds_escape_sequences_and_changes_no_word() {
    let mut plain = render(&summary(), Language::English, true);
    assert!(plain.contains("\u{1b}[32m +1.2 points\u{1b}[0m"), "{plain}");
    for code in ["\u{1b}[1m", "\u{1b}[2m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[0m"] {
        plain = plain.replace(code, "");
    }
    assert_eq!(plain, render(&summary(), Language::English, false));
}

#[test]
fn wide_letters_take_two_columns() {
    assert_eq!(padded("日本", 6), "日本  ");
    assert_eq!(padded("日本語株式", 6), "日本… ");
}
