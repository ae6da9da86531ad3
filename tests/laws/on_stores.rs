//! Night by night with everything on a store: what one run from scratch gives on folders.

use proptest::strategy::ValueTree;

use super::*;
use crate::stores::place::{Place, are_the_same, files_of, succeeded, that_are_promised};
use crate::stores::runs::in_place;

/// How many portfolios each store gets; `UPTAKE_STORE_CASES` says another number.
const CASES: u32 = 1;

#[test]
fn night_by_night_on_stores_gives_what_one_run_from_scratch_gives_on_folders() {
    let number = |name: &str, default: u32| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let seed = u64::from(number(
        "UPTAKE_SEED",
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().subsec_nanos(),
    ));
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let places = Place::all();
    for case in 0..number("UPTAKE_STORE_CASES", CASES) * places.len() as u32 {
        let portfolio = strategy::portfolio().new_tree(&mut runner).unwrap().current();
        let place = &places[case as usize % places.len()];
        println!("UPTAKE_SEED={seed}, portfolio {case}, {}", place.url(""));
        in_three_nights(&portfolio, Chance(seed), place, &format!("case-{case}"));
    }
}

/// Delivers the files in three nights, and some of them growing.
fn in_three_nights(portfolio: &facts::Portfolio, chance: Chance, place: &Place, case: &str) {
    const NIGHTS: u64 = 3;
    let files = render::files(portfolio);
    let whole = Site::ran(&portfolio.knobs, &files).unwrap();
    let site = Site::new(&portfolio.knobs);
    let pipeline = site._folder.path().join("pipeline.toml");
    fs::write(&pipeline, render::pipeline_text(&portfolio.knobs)).unwrap();
    let place = place.below(case);
    for night in 0..NIGHTS {
        let arrived = tempfile::tempdir().unwrap();
        // A place in a store is there only where something is in it.
        fs::write(arrived.path().join("nothing-reads-this"), "").unwrap();
        for (path, file) in &files {
            let text = file.text(path);
            let whole_in = chance.below(&format!("{path} whole"), NIGHTS);
            if night == whole_in {
                files::write(arrived.path(), path, &text);
            } else if night < whole_in && file.packing == Packing::Lines && chance.once_in(&format!("{path} grows"), 3) {
                let half = &text[..text.len() / 2];
                let end = half.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                files::write(arrived.path(), path, &text[..end]);
            }
        }
        place.put_folder(arrived.path(), "raw");
        let mut uptake = place.uptake();
        let run = in_place(&mut uptake, "run", &pipeline, &place);
        succeeded(&run.args(["--allow-empty", "--threads", "8"]).output().unwrap());
    }
    let is_final = |name: &str| FINAL_TABLES.iter().any(|table| name.split('/').next() == Some(table));
    let tables = |files: crate::stores::place::Files| files.into_iter().filter(|(name, _)| is_final(name)).collect();
    are_the_same(&tables(place.files("warehouse")), &tables(files_of(&whole.settings.warehouse)));
    let published = that_are_promised(files_of(&whole.settings.published));
    are_the_same(&that_are_promised(place.files("published")), &published);
}
