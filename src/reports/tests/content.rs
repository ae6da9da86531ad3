//! What is in the published files.

use super::*;

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
fn subscriptions_are_those_of_the_last_day_of_each_month_and_of_the_latest_day() {
    let mut world = World::new();
    world.days = 40;
    (2..40).for_each(|number| world.day(number, 8));
    world.publish();
    let file = world.read("subscriptions.parquet");
    let days = file.column(0).as_primitive::<Date32Type>().values().to_vec();
    // Day 27 is the last of October 2024.
    assert_eq!(days, [20_027, 20_027, 20_039, 20_039]);
    assert_eq!(world.texts("subscriptions.parquet", "part_number")[..2], ["SPE_E3", "SPE_E3"]);
}
