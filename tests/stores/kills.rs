//! Runs that are killed at any moment, with everything on a store.

use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::place::{Place, are_the_same, succeeded, that_are_promised};
use super::runs::{in_place, on_folders, small_portfolio};

/// How long a lease outlives a run that was killed. Stores tell time in seconds.
const LEASE_SECONDS: u64 = 3;

#[test]
fn runs_that_are_killed_at_any_moment_end_in_the_undisturbed_bytes() {
    let kills: u32 = std::env::var("UPTAKE_KILLS").map_or(20, |text| text.parse().unwrap());
    let portfolio = small_portfolio();
    let (pipeline, input) = (portfolio.path().join("sample/pipeline.toml"), portfolio.path().join("sample"));
    let (warehouse, published) = on_folders(&pipeline, &input);
    let places = Place::all();
    for place in &places {
        place.put_folder(&input, "raw");
        let run = |place: &Place| {
            let mut command = place.uptake();
            in_place(&mut command, "run", &pipeline, place).env("UPTAKE_LEASE_SECONDS", LEASE_SECONDS.to_string());
            command
        };
        // How long a whole run takes says when to kill one.
        let whole = Instant::now();
        let mut killed = 0;
        let mut seed = 0x9e37_79b9_u64;
        let mut longest = Duration::from_secs(3);
        while killed < kills / places.len() as u32 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let mut child = run(place).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            sleep(longest.mul_f64((seed >> 33) as f64 / f64::from(1_u32 << 31)));
            match child.try_wait().unwrap() {
                None => {
                    child.kill().unwrap();
                    killed += 1;
                }
                // It was over before: the next one is killed sooner.
                Some(_) => longest = longest.mul_f64(0.8).max(Duration::from_millis(300)),
            }
            child.wait().unwrap();
            sleep(Duration::from_secs(LEASE_SECONDS + 1));
            assert!(whole.elapsed() < Duration::from_secs(1_800));
        }
        succeeded(&run(place).output().unwrap());
        are_the_same(&that_are_promised(place.files("warehouse")), &warehouse);
        are_the_same(&that_are_promised(place.files("published")), &published);
        let left = place.files("warehouse/.uptake");
        assert!(left.keys().all(|name| !name.starts_with("commits")), "{:?}", left.keys());
        assert!(place.files("published/.uptake").keys().all(|name| !name.starts_with("commits")));
    }
}
