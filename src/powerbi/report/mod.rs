//! The report in PBIR: three pages over the semantic model.

mod pages;
mod visual;

use serde_json::{Value, json};

use crate::domain::words::Words;
use crate::powerbi::report::pages::{HEIGHT, PAGES, Page, WIDTH};
use crate::powerbi::schemas::report_schema as schema;

/// The files of the report, with their paths below its definition.
pub fn files(words: Words) -> Vec<(String, Value)> {
    let version = json!({"$schema": schema("versionMetadata/1.0.0"), "version": "2.0.0"});
    let report = json!({"$schema": schema("report/3.3.0"), "themeCollection": {}});
    let order: Vec<&str> = PAGES.iter().map(|page| page.name).collect();
    let pages = json!({
        "$schema": schema("pagesMetadata/1.1.0"), "pageOrder": order, "activePageName": order[0],
    });
    let mut files = vec![
        ("version.json".to_owned(), version),
        ("report.json".to_owned(), report),
        ("pages/pages.json".to_owned(), pages),
    ];
    for page in PAGES {
        let folder = format!("pages/{}", page.name);
        files.push((format!("{folder}/page.json"), of_page(page, words)));
        files.extend(page.visuals.iter().zip(0..).map(|(visual, place)| {
            let path = format!("{folder}/visuals/{}/visual.json", visual.name);
            (path, visual.as_json(words, place))
        }));
    }
    files
}

fn of_page(page: &Page, words: Words) -> Value {
    json!({
        "$schema": schema("page/2.1.0"),
        "name": page.name,
        "displayName": words.say(page.title),
        "displayOption": "FitToPage",
        "height": HEIGHT,
        "width": WIDTH,
    })
}
