//! Workers that nobody disturbs.

use std::io::Write;
use std::process::{Output, Stdio};

use serde_json::Value;

use super::desk::{Desk, Portfolio, Running, ended_with, start, wait_for};

fn index_workers(desk: &Desk, of: u32) -> Vec<Running> {
    // The last one first: their order means nothing.
    let worker = |index: u32| start(desk.command("work").args(["--index", &index.to_string(), "--of", &of.to_string()]));
    (0..of).rev().map(worker).collect()
}

#[test]
fn one_two_and_seven_workers_by_index_give_the_bytes_of_threads() {
    let portfolio = Portfolio::of_many();
    for of in [1, 2, 7] {
        let desk = portfolio.desk();
        let workers = index_workers(&desk, of);
        let leader = start(&mut desk.lead("tasks"));
        let told = ended_with(&leader.end(), 0);
        assert!(!told.contains("rounds") && !told.contains("no worker"), "{told}");
        let made = workers.into_iter().map(|worker| made(&worker.end()));
        let made: Vec<usize> = made.collect();
        assert!(made.iter().all(|tasks| *tasks > 0), "each of {of} has some: {made:?}");
        portfolio.assert_made(&desk);
        portfolio.assert_told(&desk);
    }
}

/// How many tasks a worker says that it has made.
fn made(output: &Output) -> usize {
    ended_with(output, 0);
    let lines = String::from_utf8_lossy(&output.stdout);
    let rows = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.filter(|row| row["outcome"] == "made").count()
}

#[test]
fn four_workers_that_claim_give_the_bytes_of_threads() {
    let portfolio = Portfolio::of_many();
    let desk = portfolio.desk();
    let workers: Vec<Running> = (0..4).map(|_| start(&mut desk.claims_worker())).collect();
    let leader = start(&mut desk.lead("claims"));
    ended_with(&leader.end(), 0);
    let made: Vec<usize> = workers.into_iter().map(|worker| made(&worker.end())).collect();
    assert!(made.iter().filter(|tasks| **tasks > 0).count() > 1, "{made:?}");
    portfolio.assert_made(&desk);
    portfolio.assert_told(&desk);
    // Nothing is left to hand out, and nothing of the run but that it is over.
    assert_eq!(desk.claims().len(), 0);
    ended_with(&desk.lead("claims").output().unwrap(), 0);
}

/// Gives tasks to `uptake task`, as a scheduler does.
pub fn give(desk: &Desk, tasks: &str) -> Output {
    let mut child = desk
        .command("task")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(tasks.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// The tasks that are handed out.
pub fn planned(desk: &Desk) -> Vec<String> {
    let output = desk.command("plan").arg("--tasks").output().unwrap();
    ended_with(&output, 0);
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_scheduler_that_gives_tasks_one_by_one_makes_the_run() {
    let portfolio = Portfolio::small();
    let desk = portfolio.desk();
    // Without a run, a plan says what would be handed out first; nobody carries that out.
    let first = planned(&desk);
    let row: Value = serde_json::from_str(&first[0]).unwrap();
    assert_eq!((&row["level"], &row["run"]), (&Value::from("received"), &Value::Null));
    assert!(
        first.iter().all(|line| !line.contains(".json") && !line.contains(".csv")),
        "no paths: {first:?}"
    );
    ended_with(&give(&desk, &first[0]), 5);
    let mut leader = start(&mut desk.lead("tasks"));
    wait_for("the leader's first list", || desk.open_list());
    let mut levels = Vec::new();
    while !leader.is_over() {
        let tasks = planned(&desk);
        let of_run: Vec<&String> = tasks.iter().filter(|line| !line.contains("\"run\":null")).collect();
        let half = of_run.len().div_ceil(2);
        for some in of_run.chunks(half.max(1)) {
            let lines: String = some.iter().map(|line| format!("{line}\n")).collect();
            let given = give(&desk, &lines);
            let text = String::from_utf8_lossy(&given.stdout).into_owned();
            for line in text.lines() {
                let row: Value = serde_json::from_str(line).unwrap();
                levels.push(row["level"].as_str().unwrap().to_owned());
            }
        }
    }
    ended_with(&leader.end(), 0);
    levels.dedup();
    let all = ["received", "facts", "assignments", "first_activity", "windows", "portfolio"];
    assert_eq!(levels, all);
    portfolio.assert_made(&desk);
    portfolio.assert_told(&desk);
    assert_eq!(planned(&desk), [""; 0], "nothing is left");
}

#[test]
fn a_task_that_is_given_twice_is_made_once() {
    let desk = Portfolio::small().desk();
    let _leader = start(&mut desk.lead("tasks"));
    wait_for("the leader's first list", || desk.open_list());
    let task = planned(&desk).remove(0);
    let outcome = |output: &Output| {
        ended_with(output, 0);
        let row: Value = serde_json::from_slice(&output.stdout).unwrap();
        (row["outcome"].as_str().unwrap().to_owned(), row["seconds"].as_f64().unwrap())
    };
    assert_eq!(outcome(&give(&desk, &task)).0, "made");
    assert_eq!(outcome(&give(&desk, &task)).0, "already made");
}
