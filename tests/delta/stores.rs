//! Delta tables in a store.

use std::fs;

use serde_json::json;

use super::{Site, judge, readers, said};
use crate::stores::place::Place;
use crate::workdir::cannot_run;

#[test]
fn a_store_gets_the_tables_that_a_folder_gets_and_delta_rs_reads_them_there() {
    let mut site = Site::new();
    let places = Place::all();
    for until in ["2026-09-29", "2026-09-30"] {
        site.export_to("../delta");
        site.run(until);
        for place in &places {
            site.export_to(&place.url("delta"));
            let ran = place
                .uptake()
                .arg("run")
                .arg(site.pipeline())
                .args(["--until", until])
                .output()
                .unwrap();
            assert!(ran.status.success(), "{}", said(&ran));
        }
    }
    for place in &places {
        let files = place.files("delta");
        for (table, versions) in &site.versions {
            for (version, released) in versions.iter().enumerate() {
                let name = released.file_name().unwrap().to_str().unwrap();
                assert_eq!(files[&format!("{table}/{name}")], fs::read(released).unwrap(), "{table}");
                assert!(files.contains_key(&format!("{table}/_delta_log/{version:020}.json")), "{table}");
            }
        }
        site.export_to(&place.url("delta"));
        // Whoever comes to the same table with another name is refused there, too.
        let text = fs::read_to_string(site.pipeline()).unwrap();
        let other = site.path("raw/other.toml");
        fs::write(&other, text.replace("name = \"sample\"", "name = \"other\"")).unwrap();
        let refused = place
            .uptake()
            .arg("run")
            .arg(&other)
            .args(["--warehouse", site.path("other-w").to_str().unwrap()])
            .args(["--published", site.path("other-p").to_str().unwrap()])
            .output()
            .unwrap();
        assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    }
    let python = match readers() {
        Ok(python) => python,
        Err(reason) => return cannot_run(&reason),
    };
    for place in places.iter().filter(|place| place.is_s3()) {
        let options = json!({
            "AWS_ENDPOINT_URL": place.endpoint(), "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true",
        });
        judge(
            &python,
            &[json!({"folder": {"url": place.url("delta"), "options": options}, "tables": site.versions})],
        );
    }
}
