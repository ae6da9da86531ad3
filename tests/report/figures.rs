//! Every figure of a page is the published table's.

use std::fs;

use super::agree::{customer_agrees, customers, portfolio_agrees};
use super::{HOSTILE, page, report, sample, uptake};

#[test]
fn the_portfolios_page_says_what_the_tables_say() {
    let page = page(&[]);
    portfolio_agrees(&page, &sample().published);
    assert!(page.contains("id=\"changes-all\""), "something has changed within 28 days");
}

#[test]
fn a_customers_page_says_what_the_tables_say() {
    let mut changed = 0;
    for people in customers(&sample().published) {
        let page = page(&["--customer", &people["tenant_id"]]);
        customer_agrees(&page, &people, &sample().published);
        changed += page.matches("id=\"changes-").count();
    }
    assert!(changed > 5, "{changed} tables of changes");
}

#[test]
fn names_are_texts_and_users_are_nowhere() {
    let page = page(&[]);
    assert!(!page.contains("<script>alert(1)") && page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("pages");
    let output = uptake(&[
        "report",
        sample().pipeline.to_str().unwrap(),
        "--per-customer",
        pages.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let files: Vec<_> = fs::read_dir(&pages).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), customers(&sample().published).len());
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        let body = text.split_once("</style>").unwrap().1;
        assert!(!body.contains("upn:") && !body.contains('@'), "{}", file.display());
        assert!(file.file_name().unwrap().to_str().unwrap().is_ascii());
    }
    let hostile = page_of(HOSTILE);
    assert!(hostile.contains("<h1><bdi>Use of licenses: &lt;script&gt;"), "{}", &hostile[..2000]);
}

fn page_of(customer: &str) -> String {
    page(&["--customer", customer])
}

#[test]
fn the_same_input_gives_the_same_bytes_and_german_is_german() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (
        report(&[], &folder.path().join("1.html")),
        report(&[], &folder.path().join("2.html")),
    );
    assert!(one == two);
    let german = page(&["--language", "de"]);
    assert!(german.contains("<html lang=\"de\">") && german.contains("Nächste Schritte") && german.contains("30.09.2026"));
    let german = page(&["--language", "de", "--customer", "Brassard"]);
    let is_german = german.contains("Mögliche Ursache") && !german.contains("Possible cause") && german.contains("Testphase");
    assert!(is_german, "steps are in the language of the page, not of the pipeline");
}
