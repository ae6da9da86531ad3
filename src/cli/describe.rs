//! `uptake describe`: the data dictionary, out of the contracts that the program itself works by.

use crate::cli::args::{DescribeArgs, Format};
use crate::cli::exit::{Code, Failure};
use crate::cli::say;
use crate::pipeline::nearest::nearest;
use crate::stages;
use crate::warehouse::contract::Contract;

/// Prints one table with its columns, or the list of all.
pub fn run(args: &DescribeArgs) -> Result<(), Failure> {
    let tables: Vec<&Contract> = match &args.table {
        None => stages::TABLES.to_vec(),
        Some(name) => vec![stages::table(name).ok_or_else(|| unknown(name))?],
    };
    say(&match args.format {
        Format::Json => format!(
            "{:#}\n",
            serde_json::Value::from(tables.iter().map(|table| json(table)).collect::<Vec<_>>())
        ),
        Format::Text if args.table.is_none() => tables
            .iter()
            .map(|table| format!("{:<24}{}\n", table.name, table.about.trim()))
            .collect(),
        Format::Text => tables.iter().map(|table| text(table)).collect(),
    });
    Ok(())
}

fn unknown(name: &str) -> Failure {
    let failure = Failure::new(Code::Usage, format!("there is no table `{name}`"));
    match nearest(name, stages::TABLES.iter().map(|contract| contract.name)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`uptake describe` lists them"),
    }
}

fn text(table: &Contract) -> String {
    let spread = table
        .partition
        .column()
        .map_or("one file per shard".to_owned(), |column| format!("partitioned by `{column}`"));
    let mut text = format!("{}: {} ({spread})\n\n", table.name, table.about.trim());
    for column in table.columns {
        let null = if column.nullable { ", may be null" } else { "" };
        let key = if column.key { "key " } else { "" };
        text.push_str(&format!(
            "  {:<28}{key}{}{null}\n  {:<28}{}\n",
            column.name,
            column.kind.name(),
            "",
            column.about
        ));
    }
    text
}

fn json(table: &Contract) -> serde_json::Value {
    let column = |column: &crate::warehouse::contract::Column| {
        serde_json::json!({
            "name": column.name, "type": column.kind.name(), "nullable": column.nullable, "key": column.key, "about": column.about,
        })
    };
    serde_json::json!({
        "name": table.name, "version": table.version, "about": table.about.trim(), "partition": table.partition.column(),
        "columns": table.columns.iter().map(column).collect::<Vec<_>>(),
    })
}
