//! Price lists as people write them.

use std::collections::BTreeSet;

use super::*;
use crate::pipeline::syntax::problem::Problem;

const E3: &str = "05c9a617-0261-4cee-bb44-138d3ef5d965";
const F1: &str = "50f60901-3181-4b75-8a2c-4c8e4c1d5a72";
const OTHER_F1: &str = "60f60901-3181-4b75-8a2c-4c8e4c1d5a72";
const CONTOSO: &str = "aaaaaaaa-0000-0000-0000-000000000001";

fn guid(text: &str) -> Guid {
    Guid::parse(text.as_bytes()).unwrap()
}

fn read_list(text: &str) -> (Prices, Vec<String>, Vec<String>) {
    let product = |part_number: &str| Product {
        part_number: part_number.to_owned(),
        name: String::new(),
        workloads: BTreeSet::new(),
        ..Product::default()
    };
    let products = BTreeMap::from([
        (guid(E3), product("SPE_E3")),
        (guid(F1), product("SPE_F1")),
        (guid(OTHER_F1), product("spe_f1")),
    ]);
    let mut notes = Notes::of("prices.csv");
    let prices = read(text.as_bytes(), &products, &mut notes);
    let texts = |problems: &[Problem]| problems.iter().map(Problem::to_string).collect();
    (prices, texts(&notes.problems), texts(&notes.warnings))
}

fn of(prices: &Prices, sku: &str, day: &str) -> Option<String> {
    let price = prices.of(guid(CONTOSO), guid(sku), Day::parse(day).unwrap());
    price.map(|price| price.to_string())
}

#[test]
fn prices_are_read_by_guid_and_by_part_number_for_everybody_and_for_one_customer() {
    let list = format!(
        "\u{FEFF}SKU_ID;price_per_month;Currency;tenant_id;from\n{};34,4;eur;;\nspe_f1;8;EUR;;\n{E3};30;USD;{CONTOSO};2026-10-01\n",
        E3.to_uppercase()
    );
    let (prices, problems, warnings) = read_list(&list);
    assert_eq!((problems, warnings), (vec![], vec![]));
    assert_eq!(of(&prices, E3, "2026-09-30").as_deref(), Some("34.40 EUR"));
    assert_eq!(of(&prices, E3, "2026-10-01").as_deref(), Some("30.00 USD"));
    assert_eq!(of(&prices, F1, "2026-09-30"), of(&prices, OTHER_F1, "2026-09-30"));
    let (by_part_number, problems, _) = read_list("price_per_month,currency,part_number\n34.40,EUR,SPE_E3\n");
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(of(&by_part_number, E3, "2026-09-30").as_deref(), Some("34.40 EUR"));
}

#[test]
fn each_row_that_is_wrong_says_where_and_why() {
    let (_, problems, warnings) = read_list(&format!(
        "sku_id,price_per_month,currency,tenant_id,from\n\
         SPE_E3,-1,EUR,,\nSPE_E4,1,EUR,,\nSPE_E3,1.234,EUR,,\nSPE_E3,cheap,EUR,,\nSPE_E3,1,EUT,contoso,soon\n,1,EUR,,\n\
         SPE_E3,,EUR,,\nSPE_F1,2,EUR,,\nSPE_F1,2,USD,,\nspe_f1,2,EUR,,\n{CONTOSO},1,EUR,,\n"
    ));
    assert_eq!(
        problems,
        [
            "prices.csv:2: `price_per_month` `-1` is negative; a credit is no price of a seat, remove the row",
            "prices.csv:3: `SPE_E4` is neither a GUID nor a known part number; did you mean `SPE_E3`?",
            "prices.csv:4: `price_per_month` `1.234` has more digits behind the point than the 2 of `EUR`; round it as you invoice it",
            "prices.csv:5: `price_per_month` `cheap` is no number; write digits and a point, such as `1234.50`",
            "prices.csv:6: unknown `currency` `EUT`; did you mean `EUR`?",
            "prices.csv:6: `tenant_id` `contoso` is not a GUID; correct it or remove the row",
            "prices.csv:6: `from` `soon` must be a day such as `2026-01-31`, or empty",
            "prices.csv:7: neither `sku_id` nor `part_number` names a product; fill one in or remove the row",
            "prices.csv:8: `price_per_month` is empty; fill it in or remove the row",
            "prices.csv:10: `SPE_F1` costs `2.00 USD` here and `2.00 EUR` above, for everybody; remove one of the rows",
            "prices.csv:10: `SPE_F1` costs `2.00 USD` here and `2.00 EUR` above, for everybody; remove one of the rows",
        ]
    );
    assert_eq!(
        warnings,
        [
            format!("prices.csv:12: `{CONTOSO}` is not in the SKU catalogue; check the GUID if it is not a new product"),
            "prices.csv:11: 2 rows from here on repeat earlier ones and count once".to_owned(),
        ]
    );
}

#[test]
fn a_customer_may_have_one_price_a_day() {
    let rows = |second: &str| format!("sku_id,price_per_month,currency,tenant_id,from\nSPE_E3,1,EUR,{CONTOSO},2026-10-01\n{second}\n");
    let (_, problems, _) = read_list(&rows(&format!("SPE_E3,1,USD,{CONTOSO},2026-10-01")));
    assert_eq!(
        problems,
        [
            "prices.csv:3: `SPE_E3` costs `1.00 USD` here and `1.00 EUR` above, for the same customer from 2026-10-01 on; remove one of the rows"
        ]
    );
    let (prices, problems, _) = read_list(&rows(&format!("SPE_E3,1,USD,{CONTOSO},2026-11-01")));
    assert!(problems.is_empty(), "another day, another currency: {problems:?}");
    assert_eq!(of(&prices, E3, "2026-11-01").as_deref(), Some("1.00 USD"));
}

#[test]
fn a_column_that_is_nearly_one_is_named() {
    let (prices, problems, warnings) = read_list("sku_id,price_per_month,currency,tennant_id\nSPE_E3,1,EUR,x\n");
    assert_eq!((problems, prices.is_empty()), (vec![], false));
    assert_eq!(
        warnings,
        ["prices.csv:1: column `tennant_id` is not read; did you mean `tenant_id`?"]
    );
    let (_, problems, _) = read_list("product,price_per_month,currency\nSPE_E3,1,EUR\n");
    assert_eq!(
        problems,
        ["prices.csv:1: no column `sku_id` or `part_number`; one of them has to name the products"]
    );
}
