//! Microsoft's list held against the built-in one.

use std::collections::BTreeSet;

use crate::domain::guid::Guid;
use crate::pipeline::catalogue::built_in;
use crate::pipeline::refresh::comparison::{Comparison, Known, compare};
use crate::pipeline::refresh::download::{Download, read};
use crate::pipeline::refresh::files;

const HEADER: &str = "Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names\n";
const NEW_SKU: &str = "00000000-0000-4000-8000-0000000000aa";
const NEW_PLAN: &str = "00000000-0000-4000-8000-0000000000bb";
const OTHER_PLAN: &str = "00000000-0000-4000-8000-0000000000cc";
const E3: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";
const TEAMS1: &str = "57ff2da0-773e-42df-b2af-ffb7a2317929";
const EXCHANGE: &str = "efb87545-963c-4e0d-99df-69c6916d9eb0";

/// The built-in list as if it were the download, changed by a function.
fn changed(change: impl Fn(&str) -> Option<String>, more: &str) -> String {
    let texts = built_in();
    let text = std::str::from_utf8(texts.skus.bytes).unwrap();
    let lines: Vec<String> = text.lines().filter_map(change).collect();
    format!("\u{FEFF}{}\r\n{more}", lines.join("\r\n"))
}

fn same(line: &str) -> Option<String> {
    Some(line.to_owned())
}

fn listed(text: &str) -> Download {
    read("new.csv", text.as_bytes()).unwrap()
}

/// The built-in lists, as if nobody had looked at other plans than those of the built-in products.
fn known() -> Known {
    let mut known = Known::built_in().unwrap();
    let plans = known.products.plans.iter();
    known.plans = plans.map(|(plan, listed)| (*plan, listed.name.clone())).collect();
    known
}

fn compared(text: &str) -> Comparison {
    compare("new.csv", &known(), &listed(text)).unwrap()
}

#[test]
fn every_plan_of_the_built_in_products_was_looked_at() {
    let known = Known::built_in().unwrap();
    let mapped = known.workloads.keys().chain(known.products.plans.keys());
    let unknown: BTreeSet<&Guid> = mapped.filter(|plan| !known.plans.contains_key(plan)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn the_built_in_list_is_what_it_writes_of_itself() {
    let text = changed(same, "");
    assert!(compared(&text).is_same(), "{:?}", compared(&text));
    let written = files::skus(&known(), &listed(&text)).unwrap();
    assert_eq!(written.as_bytes(), built_in().skus.bytes);
}

#[test]
fn what_is_new_gone_and_renamed_is_said() {
    let more = format!(
        "Teams Premium Trial,TP_TRIAL,{NEW_SKU},TEAMS_NEW,{NEW_PLAN},New Teams\r\n\
         Teams Premium Trial,TP_TRIAL,{NEW_SKU},TEAMS1,{},Teams\r\n",
        TEAMS1.to_uppercase()
    );
    let text = changed(
        |line| match line {
            _ if line.contains("POWER_BI_STANDARD,") => None,
            _ if line.contains(E3) && line.contains(EXCHANGE) => None,
            _ => Some(line.replace("Microsoft 365 E3,SPE_E3", "Microsoft 365 E3 of today,SPE_E3")),
        },
        &more,
    );
    let found = compared(&text);
    let new = &found.new_products[0];
    assert_eq!(
        (new.sku_id.as_str(), new.part_number.as_str(), new.looks_like),
        (NEW_SKU, "TP_TRIAL", Some("trial"))
    );
    assert_eq!(new.workloads, BTreeSet::from(["teams".to_owned()]));
    assert_eq!(
        found.gone_products.iter().map(|gone| gone.part_number.as_str()).collect::<Vec<_>>(),
        ["POWER_BI_STANDARD"]
    );
    let renamed = &found.renamed_products[0];
    assert_eq!((renamed.id.as_str(), renamed.what), (E3, "name"));
    assert_eq!(
        (renamed.was.as_str(), renamed.is.as_str()),
        ("Microsoft 365 E3", "Microsoft 365 E3 of today")
    );
    let other = &found.other_workloads[0];
    assert_eq!((other.sku_id.as_str(), other.gained.len(), other.lost.len()), (E3, 0, 1));
    assert!(other.lost.contains("exchange"));
    let plan = &found.new_plans[0];
    assert_eq!(
        (plan.service_plan_id.as_str(), plan.products, plan.looks_like),
        (NEW_PLAN, 1, Some("teams"))
    );
    assert_eq!((found.new_plans.len(), found.renamed_plans.len()), (1, 0));
    assert_eq!(found.products_listed, found.products_known);
}

#[test]
fn the_new_list_keeps_what_customers_may_still_have_and_the_plan_that_is_a_products_own() {
    let more = format!(
        "New thing,NEW_THING,{NEW_SKU},COMMON,{OTHER_PLAN},Common\r\n\"Another, older\",OLD,{E3},COMMON,{OTHER_PLAN},Common\r\n\
         New thing,NEW_THING,{NEW_SKU},new_thing,{NEW_PLAN},\"New, thing\"\r\n"
    );
    let text = changed(|line| (!line.contains("POWER_BI_STANDARD,")).then(|| line.to_owned()), &more);
    let written = files::skus(&known(), &listed(&text)).unwrap();
    assert!(
        written.contains("Microsoft Fabric (Free),POWER_BI_STANDARD,a403ebcc"),
        "a product that is gone stays"
    );
    let new: Vec<&str> = written.lines().filter(|line| line.contains(NEW_SKU)).collect();
    assert_eq!(new, [format!("New thing,NEW_THING,{NEW_SKU},new_thing,{NEW_PLAN},\"New, thing\"")]);
    assert!(
        written.contains(&format!("\"Another, older\",SPE_E3,{E3}")),
        "the first of two names in alphabetical order"
    );
    let plans = files::plans(&known(), &listed(&text)).unwrap();
    assert!(plans.contains(&format!("{OTHER_PLAN},COMMON\n")) && plans.contains(&format!("{TEAMS1},TEAMS1\n")));
}

#[test]
fn a_file_that_is_no_whole_list_is_refused() {
    let refused = |text: &str| {
        let download = read("new.csv", text.as_bytes()).map_err(|error| error.to_string())?;
        compare("new.csv", &known(), &download).map_err(|error| error.to_string())
    };
    let html = refused("<!DOCTYPE html>\n<html></html>\n").unwrap_err();
    assert!(html.contains("new.csv:1: no column `product_display_name`"), "{html}");
    assert_eq!(refused(HEADER).unwrap_err(), "new.csv: no product in it");
    let short = refused(&format!("{HEADER}Microsoft 365 E3,SPE_E3,{E3},TEAMS1,{TEAMS1},Teams\n")).unwrap_err();
    assert!(
        short.starts_with("new.csv: 618 of the 619 products that uptake knows are not in it"),
        "{short}"
    );
    let broken = refused(&format!("{HEADER}A,B,{E3},TEAMS1,x,Teams\n")).unwrap_err();
    assert_eq!(
        broken,
        "new.csv:2: `service_plan_id` `x` is not a GUID; correct it or remove the row"
    );
}

#[test]
fn names_are_chosen_by_number_and_then_by_the_alphabet() {
    let rows = [
        format!("A,A,{NEW_SKU},ONE,{NEW_PLAN},SHOUTING"),
        format!("A,A,{E3},TWO,{NEW_PLAN},SHOUTING"),
        format!("A,A,{TEAMS1},TWO,{NEW_PLAN},Good (retired)"),
        format!("A,A,{EXCHANGE},ONE,{NEW_PLAN},Quiet"),
        format!("A,A,{NEW_SKU},X,{OTHER_PLAN},SHOUTING"),
    ];
    let listed = listed(&format!("{HEADER}{}\n", rows.join("\n")));
    let plan = |id: &str| &listed.plans[&Guid::parse(id.as_bytes()).unwrap()];
    assert_eq!(
        (plan(NEW_PLAN).name.as_str(), plan(NEW_PLAN).friendly_name.as_str()),
        ("ONE", "Quiet")
    );
    assert_eq!((plan(OTHER_PLAN).friendly_name.as_str(), plan(NEW_PLAN).products), ("SHOUTING", 4));
}
