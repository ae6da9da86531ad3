//! Our JSON scanner beside sonic-rs and simd-json: the same paths out of the same lines, first
//! alone, then as a share of the whole job. `../../README.md` says how to run it.

#[path = "../../reader/audited.rs"]
mod audited;
mod batch;
mod contender;
mod measure;
mod own;
mod shape;
#[expect(dead_code, reason = "the other benchmark also asks whose they are")]
#[path = "../../reader/sign_ins.rs"]
mod sign_ins;
mod simd;
mod sonic;
mod whole_job;

use std::path::Path;

use batch::Batch;
use contender::{Contender, of};
use shape::{Audited, Shape, SignIn};

/// How often the lines of each form are read.
const ROUNDS: usize = 31;

fn main() {
    for record_bytes in [2_000, 3_000, 4_000, 15_000] {
        let name = format!("azure-monitor lines of {record_bytes} bytes");
        form(&name, &text(record_bytes, sign_ins::SignIn::azure_monitor), contenders::<SignIn>());
    }
    form("management-api lines", &text(3_000, audited::record), contenders::<Audited>());
    match std::env::args().nth(1) {
        Some(uptake) => whole_job::measure(Path::new(&uptake), &mut contenders::<SignIn>()),
        None => println!("\nThe whole job is left out: the first argument would be the path of the program `uptake`."),
    }
}

/// Everybody who can read lines of this shape. Ours comes first.
fn contenders<S: Shape + 'static>() -> Vec<Box<dyn Contender>> {
    vec![
        of::<S, _>(own::Own::default()),
        of::<S, _>(sonic::GetMany::new(S::PATHS)),
        of::<S, _>(sonic::GetManyUnchecked::new(S::PATHS)),
        of::<S, _>(sonic::LazyValues),
        of::<S, _>(simd::Tape::default()),
    ]
}

fn text(record_bytes: u32, record: impl Fn(&sign_ins::SignIn) -> serde_json::Value) -> Vec<u8> {
    let sign_ins = sign_ins::of_bytes(record_bytes);
    sign_ins
        .list
        .iter()
        .flat_map(|one| format!("{}\n", record(one)).into_bytes())
        .collect()
}

/// Measures everybody on lines in memory.
fn form(name: &str, text: &[u8], mut contenders: Vec<Box<dyn Contender>>) {
    let batches = Batch::of_text(text);
    assert!(batches.iter().all(|batch| batch.unsound == 0), "the made-up lines are sound");
    batch::check(&batches, &mut contenders);
    let bytes: usize = batches.iter().map(Batch::bytes).sum();
    let times = measure::in_turn(ROUNDS, &mut contenders, |contender| measure::scan(&batches, contender));
    println!("\n{name}, {:.0} MB, {ROUNDS} rounds", bytes as f64 / 1e6);
    println!("| reader | MB/s | at best | times as long as ours | least |\n|---|---|---|---|---|");
    for (contender, of_one) in contenders.iter().zip(&times) {
        let ratios: Vec<f64> = of_one.iter().zip(&times[0]).map(|(one, own)| one / own).collect();
        let speed = |seconds: f64| bytes as f64 / 1e6 / seconds;
        println!(
            "| {} | {:.0} | {:.0} | {:.2} | {:.2} |",
            contender.name(),
            speed(measure::median(of_one)),
            speed(measure::least(of_one)),
            measure::median(&ratios),
            measure::least(&ratios)
        );
    }
}
