//! Requests that fail, and objects that change while a run is at work.

use std::fs;
use std::io::{Read, Write};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Once};

use super::place::{Files, Place, are_the_same, files_of, succeeded, that_are_promised};
use super::proxy::Proxy;
use super::runs::{in_place, on_folders, small_portfolio};

#[test]
fn nothing_is_lost_where_every_request_fails_once() {
    let portfolio = small_portfolio();
    let (pipeline, input) = (portfolio.path().join("sample/pipeline.toml"), portfolio.path().join("sample"));
    let (warehouse, published) = on_folders(&pipeline, &input);
    for place in Place::all() {
        place.put_folder(&input, "raw");
        let proxy = Proxy::before(place.endpoint().trim_start_matches("http://").parse().unwrap());
        let run = in_place(&mut place.uptake_through(&proxy), "run", &pipeline, &place)
            .args(["--threads", "16"])
            .output()
            .unwrap();
        succeeded(&run);
        assert!(proxy.failures() > 100, "{} requests failed", proxy.failures());
        are_the_same(&that_are_promised(place.files("warehouse")), &warehouse);
        are_the_same(&that_are_promised(place.files("published")), &published);
        let log = String::from_utf8(place.files("published")["runs.jsonl"].clone()).unwrap();
        assert_eq!(log.lines().count(), 1, "an answer that was lost is no second line: {log}");
    }
}

fn without_its_last_line(gzip: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(gzip).read_to_end(&mut text).unwrap();
    let end = text[..text.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&text[..end]).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_raw_file_that_is_replaced_between_listing_and_reading_is_what_it_is_in_the_end() {
    let portfolio = small_portfolio();
    let (pipeline, input) = (portfolio.path().join("sample/pipeline.toml"), portfolio.path().join("sample"));
    let original = on_folders(&pipeline, &input);
    let files = files_of(&input);
    let is_log = |name: &&String| name.contains("signinlogs") && name.ends_with("PT1H.json.gz");
    let name = files.keys().filter(is_log).max_by_key(|name| files[*name].len()).unwrap().clone();
    let bytes = files[&name].clone();
    let shorter = without_its_last_line(&bytes);
    fs::write(input.join(&name), &shorter).unwrap();
    let replaced = on_folders(&pipeline, &input);
    fs::write(input.join(&name), &bytes).unwrap();
    for place in Place::all() {
        place.put_folder(&input, "raw");
        let put = place.putter(&format!("raw/{name}"), shorter.clone());
        let (key, once) = (name.clone(), Once::new());
        let times = Arc::new(AtomicU32::new(0));
        let told = times.clone();
        let proxy = Proxy::told(place.endpoint().trim_start_matches("http://").parse().unwrap(), move |request| {
            let request = request.replace("%3D", "=");
            if request.starts_with("GET ") && request.split('?').next().unwrap().ends_with(&key) {
                told.fetch_add(1, Ordering::Relaxed);
                once.call_once(&put);
            }
        });
        succeeded(
            &in_place(&mut place.uptake_through(&proxy), "run", &pipeline, &place)
                .output()
                .unwrap(),
        );
        assert!(times.load(Ordering::Relaxed) > 0, "the file was never asked for");
        let run = || succeeded(&in_place(&mut place.uptake(), "run", &pipeline, &place).output().unwrap());
        let are = |(warehouse, published): &(Files, Files)| {
            are_the_same(&that_are_promised(place.files("warehouse")), warehouse);
            are_the_same(&that_are_promised(place.files("published")), published);
        };
        run();
        are(&replaced);
        // Where it becomes what it was, nobody believes what was read in between. Its ETag may be the
        // one that the first listing had.
        place.putter(&format!("raw/{name}"), bytes.clone())();
        run();
        are(&original);
    }
}
