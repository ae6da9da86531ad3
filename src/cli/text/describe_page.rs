//! Renders the data dictionary as a page of Markdown: `docs/tables.md`.

use crate::cli::dictionary::{DictionaryEntry, Location};

const HEAD: &str = "\
# Tables

Written by `uptake describe --format markdown`; a test holds this page against the program.
";

const WAREHOUSE: &str = "
## The warehouse

In the order in which the tables are made. Behind each table that another one is made from
stands which of its days are read for a day. The column that a table is partitioned by is in the path of its files and not in them.

";

const PUBLISHED: &str = "
## Published files

One file each, sorted by the key; facts have all days. The footer of a Parquet file has the meaning of the table as `uptake.table` and that of each column as
`uptake.column.<name>`, so whoever has the file has its definitions:

```sql
SELECT decode(key) AS key, decode(value) AS meaning FROM parquet_kv_metadata('published/adoption.parquet');   -- DuckDB
```

```python
pyarrow.parquet.read_schema(\"published/adoption.parquet\").metadata[b\"uptake.column.active_moved\"].decode()
polars.read_parquet_metadata(\"published/adoption.parquet\")[\"uptake.column.active_moved\"]
```

";

/// Renders everything on one page.
pub fn page(entries: &[DictionaryEntry]) -> String {
    let mut text = HEAD.to_owned();
    for (location, introduction) in [(Location::Warehouse, WAREHOUSE), (Location::Published, PUBLISHED)] {
        text.push_str(introduction);
        let sections: Vec<String> = entries.iter().filter(|entry| entry.location == location).map(section).collect();
        text.push_str(&sections.join("\n"));
    }
    text
}

/// Renders one table or file with its columns.
pub fn section(entry: &DictionaryEntry) -> String {
    let mut text = format!("### {}\n\n{} {}.\n\n", entry.name, entry.about, capitalized(&entry.distribution()));
    if entry.location == Location::Warehouse {
        text.push_str(&format!("{}\n\n", entry.origin()));
    }
    text.push_str("| column | type | key | null | meaning |\n|---|---|---|---|---|\n");
    for column in &entry.columns {
        let key = if column.key { "key" } else { "" };
        let null = if column.nullable { "null" } else { "" };
        let about = column.about.replace('|', "\\|");
        text.push_str(&format!(
            "| `{}` | {} | {key} | {null} | {about} |\n",
            column.name,
            column.kind.name()
        ));
    }
    text
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
