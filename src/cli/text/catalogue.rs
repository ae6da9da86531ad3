//! What `uptake catalogue refresh` prints.

use std::fmt::Write;

use crate::domain::words::counted;
use crate::pipeline::refresh::comparison::{Comparison, PlanLine, ProductLine, Renamed};

/// Returns the whole text.
pub fn comparison(found: &Comparison) -> String {
    let mut text = format!(
        "{} and {} in the list; uptake knows {} and {}\n",
        counted(found.products_listed as u64, "product"),
        counted(found.plans_listed as u64, "service plan"),
        counted(found.products_known as u64, "product"),
        counted(found.plans_known as u64, "service plan"),
    );
    if found.is_same() {
        text.push_str("nothing changed\n");
        return text;
    }
    section(&mut text, "New products", found.new_products.iter().map(product));
    section(
        &mut text,
        "Gone products (they stay in skus.csv: customers may still have them)",
        found.gone_products.iter().map(product),
    );
    section(&mut text, "Renamed products", found.renamed_products.iter().map(renamed));
    let workloads = found.other_workloads.iter().map(|product| {
        let gained = product.gained.iter().map(|workload| format!("+{workload}"));
        let changes: Vec<String> = gained.chain(product.lost.iter().map(|workload| format!("-{workload}"))).collect();
        format!("{}  {}: {}", product.sku_id, product.name, changes.join(" "))
    });
    section(&mut text, "Products with other workloads", workloads);
    section(&mut text, "New service plans", found.new_plans.iter().map(plan));
    section(&mut text, "Gone service plans", found.gone_plans.iter().map(plan));
    section(&mut text, "Renamed service plans", found.renamed_plans.iter().map(renamed));
    text
}

fn section(text: &mut String, title: &str, lines: impl ExactSizeIterator<Item = String>) {
    if lines.len() == 0 {
        return;
    }
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n{title}: {}", lines.len());
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}

fn product(product: &ProductLine) -> String {
    let workloads: Vec<&str> = product.workloads.iter().map(String::as_str).collect();
    let workloads = match workloads.is_empty() {
        true => String::new(),
        false => format!(": {}", workloads.join(" ")),
    };
    let guess = product.looks_like.map_or_else(String::new, |reason| format!("; `{reason}`?"));
    format!("{}  {} ({}){workloads}{guess}", product.sku_id, product.name, product.part_number)
}

fn plan(plan: &PlanLine) -> String {
    let friendly = match plan.friendly_name.is_empty() {
        true => String::new(),
        false => format!(" ({}), in {}", plan.friendly_name, counted(plan.products as u64, "product")),
    };
    let guess = plan.looks_like.map_or_else(String::new, |workload| format!("; `{workload}`?"));
    format!("{}  {}{friendly}{guess}", plan.service_plan_id, plan.name)
}

fn renamed(renamed: &Renamed) -> String {
    let what = renamed.what.replace('_', " ");
    format!("{}  {what} `{}`, was `{}`", renamed.id, renamed.is, renamed.was)
}
