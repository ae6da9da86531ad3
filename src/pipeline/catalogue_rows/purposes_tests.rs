//! What products are bought for: the built-in list, and those of pipelines.

use std::collections::BTreeSet;

use crate::domain::catalogue::{Catalogue, Product};
use crate::domain::guid::Guid;
use crate::pipeline::catalogue::{Part, built_in};

const TEAMS_EEA: &str = "7e74bd05-2c47-404e-829a-ba95c66fe8e5";
const SKUS: &str = "product_display_name,string_id,guid,service_plan_id\n";
const EXCHANGE_PLAN: &str = "efb87545-963c-4e0d-99df-69c6916d9eb0";
const TEAMS_PLAN: &str = "57ff2da0-773e-42df-b2af-ffb7a2317929";

fn guid(text: &str) -> Guid {
    Guid::parse(text.as_bytes()).unwrap()
}

fn product<'a>(catalogue: &'a Catalogue, sku: &str) -> &'a Product {
    &catalogue.products[&guid(sku)]
}

fn words(words: &BTreeSet<String>) -> String {
    words.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// A product with mail and Teams, under the id of Teams EEA, and a list of what it is bought for.
fn parse(text: &str) -> Result<Product, String> {
    let skus = format!("{SKUS}One,ONE,{TEAMS_EEA},{EXCHANGE_PLAN}\nOne,ONE,{TEAMS_EEA},{TEAMS_PLAN}\n");
    let mut texts = built_in();
    texts.replace(Part::Skus, "skus.csv", skus.as_bytes());
    texts.replace(Part::Products, "products.csv", text.as_bytes());
    let loaded = texts.parse().map_err(|error| error.to_string())?;
    Ok(product(&loaded.catalogue, TEAMS_EEA).clone())
}

#[test]
fn a_teams_product_is_bought_for_teams_and_entitles_to_what_comes_along() {
    let catalogue = built_in().parse().unwrap().catalogue;
    let teams = product(&catalogue, TEAMS_EEA);
    assert_eq!(
        (words(&teams.workloads), words(&teams.along)),
        ("teams".into(), "exchange sharepoint".into())
    );
    assert!(catalogue.entitles(guid(TEAMS_EEA), "exchange"));
    assert!(!catalogue.entitles(guid(TEAMS_EEA), "yammer"));
    let visio = product(&catalogue, "c5928f49-12ba-48f7-ada3-0d743a3601d5");
    assert_eq!((words(&visio.workloads), words(&visio.along)), (String::new(), "sharepoint".into()));
}

#[test]
fn no_product_without_teams_gives_a_right_to_teams() {
    let catalogue = built_in().parse().unwrap().catalogue;
    let without = |product: &&Product| {
        let names = format!("{} {}", product.name, product.part_number).to_lowercase().replace('_', " ");
        names.contains("no teams") || names.contains("w/o teams")
    };
    let products: Vec<&Product> = catalogue.products.values().filter(without).collect();
    assert_eq!(products.len(), 26);
    for product in products {
        assert!(
            !product.workloads.contains("teams") && !product.along.contains("teams"),
            "{product:?}"
        );
        assert!(product.workloads.contains("sharepoint"), "{product:?}");
    }
}

#[test]
fn without_a_column_of_its_own_the_rest_comes_along() {
    let product = parse(&format!("sku_id,workloads\n{TEAMS_EEA},Teams\n")).unwrap();
    assert_eq!(
        (words(&product.workloads), words(&product.along)),
        ("teams".into(), "exchange".into())
    );
    let nothing = parse(&format!("sku_id,workloads\n{TEAMS_EEA},\n")).unwrap();
    assert_eq!(
        (words(&nothing.workloads), words(&nothing.along)),
        (String::new(), "exchange teams".into())
    );
    let all = parse(&format!("along,sku_id,workloads\n,{TEAMS_EEA},\"teams; sharepoint\"\n")).unwrap();
    assert_eq!(
        (words(&all.workloads), words(&all.along)),
        ("sharepoint teams".into(), String::new())
    );
}

#[test]
fn the_built_in_list_narrows_what_it_finds_and_adds_nothing() {
    let skus = format!("{SKUS}Mail,MAIL,{TEAMS_EEA},{EXCHANGE_PLAN}\n");
    let mut texts = built_in();
    texts.replace(Part::Skus, "skus.csv", skus.as_bytes());
    let loaded = texts.parse().unwrap();
    assert_eq!(words(&product(&loaded.catalogue, TEAMS_EEA).workloads), "exchange");
    assert_eq!(loaded.warnings, []);
}

#[test]
fn faults_of_a_list_are_said_with_their_lines() {
    let refused = parse(&format!(
        "sku_id,workloads,along\n{TEAMS_EEA},taems,\nx,teams,\n{TEAMS_EEA},teams,\n{TEAMS_EEA},exchange,\n"
    ));
    let lines: Vec<String> = refused.unwrap_err().lines().map(str::to_owned).collect();
    assert_eq!(
        lines,
        [
            "products.csv:2: unknown workload `taems`; did you mean `teams`?".to_owned(),
            "products.csv:3: `sku_id` `x` is not a GUID; correct it or remove the row".to_owned(),
            format!("products.csv:5: SKU `{TEAMS_EEA}` is `exchange | ` here and `teams | ` above; remove one of the rows"),
        ]
    );
}
