//! Price lists at the command line: what they bring, what another price makes again, and what is
//! said of a list with errors.

use serde_json::Value;

use super::*;

const PRICED: &str = "seats-cost-the-price-that-counts-on-the-day";

/// The scenario until its last day with this price list.
fn desk(prices: &str) -> Desk {
    let sources = standard_sources() + "\n[catalogue]\nprices = \"prices.csv\"\n";
    let desk = Desk::with(PRICED, "last_day = \"2026-09-11\"", &sources);
    fs::write(desk.path("prices.csv"), prices).unwrap();
    desk
}

fn prices() -> String {
    fs::read_to_string(root().join("tests/golden").join(PRICED).join("prices.csv")).unwrap()
}

/// How many rows a published file has.
fn rows(desk: &Desk, name: &str) -> u64 {
    let record: Value = serde_json::from_slice(&fs::read(desk.path("published/run.json")).unwrap()).unwrap();
    let files = record["published"].as_array().unwrap().iter();
    let file = files.clone().find(|file| file["name"] == name);
    file.unwrap_or_else(|| panic!("no `{name}`"))["rows"].as_u64().unwrap()
}

#[test]
fn with_prices_a_run_tells_what_seats_cost_and_the_most_expensive_steps_first() {
    let desk = desk(&prices());
    let said = desk.uptake("run", &["--by", "money"]);
    for words in [
        "\n  Per month   25.20 USD, unassigned 9.45 USD, idle 12.60 USD\n",
        "Most valuable next steps, by money per month\n  22.05 USD  unused seats              a0000000-",
    ] {
        assert!(said.succeeds().out.contains(words), "`{words}` is not in: {}", said.out);
    }
    assert_eq!(rows(&desk, "spend.parquet"), 2, "the end of August, and the latest day");
    // Every row is computed a second time.
    desk.uptake("check", &["--customers", "all"]).succeeds();
}

#[test]
fn another_price_makes_the_days_again_on_which_it_counts_and_the_plan_says_why() {
    let desk = desk(&prices());
    desk.uptake("run", &[]).succeeds();
    let own = "a0000000-0000-4000-8000-00000000000a";
    let later = prices().replace(&format!("3.15,USD,{own}"), &format!("3.20,USD,{own}"));
    fs::write(desk.path("prices.csv"), later).unwrap();
    let plan: Value = serde_json::from_str(&desk.uptake("plan", &["--format", "json"]).succeeds().out).unwrap();
    let steps: Vec<_> = plan["steps"].as_array().unwrap().iter().map(|step| &step["table"]).collect();
    assert_eq!(steps, ["spend", "next_steps"]);
    for step in plan["steps"].as_array().unwrap() {
        let because = &step["because"][0];
        assert_eq!(
            (&because["first"], &because["day_count"]),
            (&"2026-09-11".into(), &1.into()),
            "{step}"
        );
        assert_eq!(because["causes"], serde_json::json!(["settings"]), "{step}");
    }
    assert!(desk.uptake("run", &[]).succeeds().out.contains("25.60 USD"));
    assert!(desk.uptake("run", &[]).succeeds().out.starts_with("Nothing to do"));
}

#[test]
fn a_list_with_errors_is_refused_with_every_line_and_nothing_is_made() {
    let desk = desk("part_number,price_per_month,currency\nSPE_E3,-1,EUR\nSPE_E33,1,EUR\nSPE_F1,1,EUR\nSPE_F1,1,USD\n");
    desk.uptake("run", &[]).fails(
        2,
        &[
            "prices.csv:2: `price_per_month` `-1` is negative",
            "prices.csv:3: `SPE_E33` is neither a GUID nor a known part number; did you mean `SPE_E3`?",
            "prices.csv:5: `SPE_F1` costs `1.00 USD` here and `1.00 EUR` above",
        ],
    );
    assert!(!desk.path("warehouse").exists() && !desk.path("published").exists());
}

#[test]
fn without_prices_the_file_is_there_without_rows_and_the_summary_says_nothing_of_money() {
    let desk = Desk::with(PRICED, "last_day = \"2026-09-11\"", &standard_sources());
    let said = desk.uptake("run", &["--by", "money"]);
    assert!(said.succeeds().out.contains("No next step has a price"), "{}", said.out);
    assert!(!said.out.contains("Per month"), "{}", said.out);
    assert_eq!(rows(&desk, "spend.parquet"), 0);
}
