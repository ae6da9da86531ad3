//! Requests that fail.

use super::place::{Place, are_the_same, succeeded, that_are_promised};
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
