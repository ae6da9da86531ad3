//! What a library in the place of our scanner would cost the whole job, raw files to
//! `activity_daily`.
//!
//! The job runs with one thread. Then each contender reads the lines of the same files, each file
//! put into memory before its time is taken. With a library the job would take as much longer as
//! the library takes longer than our scanner. Times are processor seconds; threads share files
//! among them, so the ratio is the same for any number of threads.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::batch::{self, Batch};
use crate::contender::Contender;
use crate::measure::{clock_of_children, in_turn, least, median, scan};

const ROUNDS: usize = 9;

/// How many customers, users of each and days the files are of. The first portfolio has 29 MB a
/// day; the second has 7, so that the files that are made of a day count for more.
const PORTFOLIOS: [[u32; 3]; 2] = [[60, 150, 120], [20, 100, 60]];

const PIPELINE: &str = r#"name = "bench"
last_day = "2026-09-30"
[input]
root = "raw"
[warehouse]
path = "warehouse"
published = "published"
shards = 4
[[source]]
feed = "activity"
format = "azure-monitor"
path = "insights-logs-*/**/PT1H.json"
fail_above = 1.0
"#;

pub fn measure(uptake: &Path, contenders: &mut [Box<dyn Contender>]) {
    PORTFOLIOS.iter().for_each(|portfolio| measure_one(uptake, portfolio, contenders));
}

fn measure_one(uptake: &Path, portfolio: &[u32; 3], contenders: &mut [Box<dyn Contender>]) {
    let folder = tempfile::tempdir().unwrap();
    let batches = raw_files(uptake, portfolio, folder.path());
    batch::check(&batches, contenders);
    let bytes: usize = batches.iter().map(Batch::bytes).sum();
    let unsound: usize = batches.iter().map(|batch| batch.unsound).sum();
    let mut jobs = Vec::new();
    let times = in_turn(ROUNDS, contenders, |contender| {
        if contender.name() == "ours" {
            jobs.push(job(uptake, folder.path()));
        }
        scan(&batches, contender)
    });
    println!(
        "\nraw to activity_daily, {:.0} MB in {} files, {ROUNDS} rounds; the job takes {:.2} processor seconds ({unsound} lines with properties as text are left out of the scans)",
        bytes as f64 / 1e6,
        batches.len(),
        median(&jobs)
    );
    println!("| reader | scanning, s | share of the job | the job would take | least |\n|---|---|---|---|---|");
    for (contender, of_one) in contenders.iter().zip(&times) {
        let rounds = of_one.iter().zip(&times[0]).zip(&jobs);
        let ratios: Vec<f64> = rounds.map(|((one, own), job)| (job + one - own) / job).collect();
        let shares: Vec<f64> = of_one.iter().zip(&jobs).map(|(one, job)| one / job).collect();
        println!(
            "| {} | {:.3} | {:.0} % | {:.3} | {:.3} |",
            contender.name(),
            median(of_one),
            median(&shares) * 100.0,
            median(&ratios),
            least(&ratios)
        );
    }
}

/// Makes sign-ins of many customers and a pipeline that reads nothing else.
fn raw_files(uptake: &Path, portfolio: &[u32; 3], folder: &Path) -> Vec<Batch> {
    let made = folder.join("made");
    let mut sample = Command::new(uptake);
    sample
        .args("sample --record-bytes 3700 --plain --last-day 2026-09-30 --quiet --out".split(' '))
        .arg(&made);
    for (option, count) in ["--customers", "--users", "--days"].iter().zip(portfolio) {
        sample.args([*option, &count.to_string()]);
    }
    run(&mut sample);
    let raw = folder.join("raw");
    fs::create_dir(&raw).unwrap();
    let folders: Vec<_> = walkdir::WalkDir::new(&made).into_iter().map(Result::unwrap).collect();
    let containers = folders
        .iter()
        .filter(|entry| entry.file_name().to_string_lossy().contains("usersigninlogs"));
    containers.for_each(|entry| fs::rename(entry.path(), raw.join(entry.file_name())).unwrap());
    fs::write(folder.join("pipeline.toml"), PIPELINE).unwrap();
    let files = walkdir::WalkDir::new(folder.join("raw"))
        .sort_by_file_name()
        .into_iter()
        .map(Result::unwrap);
    files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| Batch::of_file(entry.path()))
        .collect()
}

/// Runs the job on an empty warehouse, and gives its processor seconds.
fn job(uptake: &Path, folder: &Path) -> f64 {
    for made in ["warehouse", "published"] {
        if folder.join(made).exists() {
            fs::remove_dir_all(folder.join(made)).unwrap();
        }
    }
    let began = clock_of_children();
    let options = ["--tables", "activity_daily", "--threads", "1", "--quiet"];
    run(Command::new(uptake).arg("run").arg(folder.join("pipeline.toml")).args(options));
    clock_of_children() - began
}

fn run(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
}
