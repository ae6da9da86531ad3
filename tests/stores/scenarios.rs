//! The golden scenarios with everything on a store: the same bytes as on folders. `UPTAKE_STORES=all`
//! runs each on every store; otherwise they take turns.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::place::{Files, Place, are_the_same, files_of, succeeded, that_are_promised};
use super::runs::in_place;
use crate::golden;

/// How many scenarios run at once: they wait for the emulators most of the time.
const AT_ONCE: usize = 6;

#[test]
fn every_golden_scenario_gives_the_same_bytes_on_stores_as_on_folders() {
    let on_all = std::env::var("UPTAKE_STORES").is_ok_and(|which| which == "all");
    let stores = Place::all().len();
    if stores == 0 {
        return;
    }
    let (next, ran) = (AtomicUsize::new(0), Mutex::new(0));
    let run_some = || {
        while let Some((number, scenario)) = golden::SCENARIOS.iter().enumerate().nth(next.fetch_add(1, Ordering::Relaxed)) {
            let is_its_turn = |store: usize| on_all || number % stores == store;
            let places = Place::all().into_iter().enumerate().filter(|(store, _)| is_its_turn(*store));
            on_each(scenario, places.map(|(_, place)| place));
            *ran.lock().unwrap() += 1;
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(run_some);
        }
    });
    assert_eq!(ran.into_inner().unwrap(), golden::SCENARIOS.len());
}

fn on_each(scenario: &str, places: impl Iterator<Item = Place>) {
    let work = tempfile::tempdir().unwrap();
    let pipeline = golden::written_to(scenario, work.path());
    let (warehouse, published) = on_a_folder(&pipeline, work.path());
    for place in places {
        place.put_folder(&work.path().join("input"), "raw");
        succeeded(&in_place(&mut place.uptake(), "run", &pipeline, &place).output().unwrap());
        are_the_same(&that_are_promised(place.files("warehouse")), &warehouse);
        are_the_same(&that_are_promised(place.files("published")), &published);
    }
}

/// Warehouse and published files of a run of a pipeline file that names its own folders.
fn on_a_folder(pipeline: &Path, work: &Path) -> (Files, Files) {
    let run = Command::new(env!("CARGO_BIN_EXE_uptake"))
        .arg("run")
        .arg(pipeline)
        .output()
        .unwrap();
    succeeded(&run);
    let files = ["warehouse", "published"].map(|name| that_are_promised(files_of(&work.join(name))));
    fs::remove_dir_all(work.join("warehouse")).unwrap();
    files.into()
}
