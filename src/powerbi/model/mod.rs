//! The semantic model in TMDL: tables, measures, relationships, captions.

mod captions;
mod relationships;
mod tables;
mod tmdl;

use crate::powerbi::folder::PublishedFolder;
use crate::powerbi::model::tmdl::{Tmdl, lineage_tag};
use crate::reports::columns::published_tables;
use crate::reports::published_table::PublishedTable;

/// The files of the model, with their paths below its definition.
pub fn files(folder: &PublishedFolder) -> Vec<(String, String)> {
    let tables = published_tables();
    let mut files = vec![
        ("database.tmdl".to_owned(), database()),
        ("model.tmdl".to_owned(), model(&tables)),
        ("expressions.tmdl".to_owned(), expressions(folder)),
        ("relationships.tmdl".to_owned(), relationships::text(&tables)),
        (format!("cultures/{}.tmdl", captions::CULTURE), captions::text(&tables)),
    ];
    files.extend(
        tables
            .iter()
            .map(|table| (format!("tables/{}.tmdl", table.name), tables::text(table, folder))),
    );
    files
}

fn database() -> String {
    let mut text = Tmdl::default();
    text.line(0, "database");
    text.line(1, "compatibilityLevel: 1600");
    text.finish()
}

fn model(tables: &[PublishedTable]) -> String {
    let mut text = Tmdl::default();
    text.line(0, "model Model");
    text.line(1, "culture: en-US");
    text.line(1, "defaultPowerBIDataSourceVersion: powerBI_V3");
    text.line(1, "discourageImplicitMeasures");
    text.line(1, "sourceQueryCulture: en-US");
    text.blank();
    for table in tables {
        text.line(0, &format!("ref table {}", table.name));
    }
    text.blank();
    text.line(0, &format!("ref cultureInfo {}", captions::CULTURE));
    text.finish()
}

fn expressions(folder: &PublishedFolder) -> String {
    let mut text = Tmdl::default();
    text.about(0, "Where the published files of uptake are, as the PC with Power BI sees them.");
    text.line(
        0,
        &format!(
            "expression Folder = {} meta [IsParameterQuery=true, Type=\"Text\", IsParameterQueryRequired=true]",
            folder.as_m()
        ),
    );
    text.line(1, &format!("lineageTag: {}", lineage_tag(&["expression", "Folder"])));
    text.finish()
}
