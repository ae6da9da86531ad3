//! Workers and leaders that die, hang or lie.

use std::collections::HashMap;
use std::fs;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use super::desk::{Portfolio, Running, ended_with, start, wait_for, worker_of};

/// Moments that look random, and are the same each time.
fn moments() -> impl FnMut(u64) -> u64 {
    let mut chance: u64 = std::env::var("UPTAKE_SEED").map_or(7, |text| text.parse().expect("a number"));
    move |below| {
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (chance >> 33) % below.max(1)
    }
}

#[test]
fn workers_that_are_killed_at_any_moment_cost_time_and_nothing_else() {
    let portfolio = Portfolio::small();
    let mut next = moments();
    for mode in ["claims", "tasks"] {
        let desk = portfolio.desk();
        let worker = |index: u32| match mode {
            "claims" => start(&mut desk.claims_worker()),
            _ => start(desk.command("work").args(["--index", &index.to_string(), "--of", "2"])),
        };
        let mut workers: Vec<Running> = (0..2).map(worker).collect();
        let mut leader = start(&mut desk.lead(mode));
        for _ in 0..3 {
            sleep(Duration::from_millis(next(400)));
            if leader.is_over() {
                break;
            }
            let index = next(2) as usize;
            // Another one comes, as a scheduler does it.
            let again = worker(index as u32);
            std::mem::replace(&mut workers[index], again).kill();
        }
        ended_with(&leader.end(), 0);
        portfolio.assert_made(&desk);
    }
}

#[test]
fn after_a_leader_that_was_killed_workers_stop_and_the_next_run_completes() {
    let portfolio = Portfolio::small();
    let mut next = moments();
    for _ in 0..3 {
        let desk = portfolio.desk();
        let mut leader = start(&mut desk.lead("claims"));
        let worker = start(&mut desk.claims_worker());
        wait_for("the first claim", || (leader.is_over() || !desk.claims().is_empty()).then_some(()));
        sleep(Duration::from_millis(next(700)));
        let was_over = leader.is_over();
        leader.kill();
        let code = worker.end().status.code();
        assert!(was_over && code == Some(0) || code == Some(5), "{code:?}");
        ended_with(&desk.command("run").output().unwrap(), 0);
        portfolio.assert_made(&desk);
    }
}

#[test]
fn a_worker_that_hangs_is_replaced_and_changes_nothing_when_it_wakes_up() {
    let portfolio = Portfolio::small();
    let desk = portfolio.desk();
    let leader = start(&mut desk.lead("claims"));
    let hanging = start(&mut desk.claims_worker());
    let is_working = |id: u32| desk.claims().iter().any(|(_, claim)| worker_of(claim) == Some(id));
    wait_for("the claim of the worker that hangs", || is_working(hanging.id()).then_some(()));
    hanging.signal("-STOP");
    let other = start(&mut desk.claims_worker());
    ended_with(&leader.end(), 0);
    ended_with(&other.end(), 0);
    portfolio.assert_made(&desk);
    hanging.signal("-CONT");
    // The run is over, which it learns now, or it has lost what it works for.
    let code = hanging.end().status.code();
    assert!([Some(0), Some(5), Some(6)].contains(&code), "{code:?}");
    portfolio.assert_made(&desk);
}

/// Says of every task that it is made, and makes none.
fn lie(desk: &super::desk::Desk) -> usize {
    let Some(open) = desk.open_list() else { return 0 };
    let task_lines = open["task_lines"].as_array().cloned().unwrap_or_default();
    let mut lies = 0;
    for task_line in task_lines {
        let (Some(run), Some(task)) = (task_line["run"].as_str(), task_line["task"].as_str()) else {
            continue;
        };
        let folder = desk.warehouse().join(".uptake/claims").join(run);
        let path = folder.join(format!("{task}.json"));
        if !path.exists() && fs::create_dir_all(&folder).is_ok() {
            let end = json!({"outcome": "made", "message": "", "code": 0, "seconds": 0.1, "files": 9, "rows": 9, "account": null});
            let claim = json!({"worker": "liar-1", "attempt": 1, "renewed": 0, "end": end});
            lies += usize::from(fs::write(&path, claim.to_string()).is_ok());
        }
    }
    lies
}

#[test]
fn a_worker_that_says_made_without_making_is_not_believed() {
    let portfolio = Portfolio::small();
    let desk = portfolio.desk();
    let mut leader = start(&mut desk.lead("tasks"));
    let mut lies = 0;
    while !leader.is_over() {
        lies += lie(&desk);
        sleep(Duration::from_millis(1));
    }
    let told = ended_with(&leader.end(), 0);
    assert!(lies > 10 && told.contains("in 3 rounds"), "{lies}: {told}");
    portfolio.assert_made(&desk);
    portfolio.assert_told(&desk);
}

#[test]
fn a_task_that_ends_three_workers_is_given_up_and_named_and_the_rest_is_made() {
    let portfolio = Portfolio::small();
    let desk = portfolio.desk();
    let mut leader = start(&mut desk.lead("claims"));
    let mut workers: HashMap<u32, Running> = HashMap::new();
    // Whoever takes the windows of shard 1 dies of it: the longest task that there is.
    let is_deadly = |open: &Value, task: &str| {
        let task_lines = open["task_lines"].as_array().cloned().unwrap_or_default();
        let deadly = task_lines
            .iter()
            .rfind(|task_line| task_line["level"] == "windows" && task_line["shard"] == 1);
        deadly.is_some_and(|task_line| task_line["task"] == task)
    };
    let mut killed = 0;
    while !leader.is_over() {
        while workers.len() < 2 {
            let worker = start(&mut desk.claims_worker());
            workers.insert(worker.id(), worker);
        }
        workers.retain(|_, worker| !worker.is_over());
        let Some(open) = desk.open_list() else { continue };
        for (path, claim) in desk.claims() {
            let task = path.file_stem().unwrap().to_string_lossy().into_owned();
            if let Some(id) = worker_of(&claim).filter(|_| is_deadly(&open, &task))
                && let Some(worker) = workers.remove(&id)
            {
                worker.kill();
                killed += 1;
            }
        }
    }
    let output = leader.end();
    if killed < 3 {
        // It was too fast to be caught: then it is made.
        ended_with(&output, 0);
        panic!("only {killed} workers were caught at the task");
    }
    let told = ended_with(&output, 7);
    assert!(
        told.contains("1 task was given up") && told.contains("`windows`") && told.contains("shard 1"),
        "{told}"
    );
    drop(workers);
    ended_with(&desk.command("run").output().unwrap(), 0);
    portfolio.assert_made(&desk);
}

#[test]
fn what_fails_with_a_worker_is_made_by_the_leader() {
    let portfolio = Portfolio::small();
    let desk = portfolio.desk();
    // This worker may write nothing larger than a kilobyte.
    let worker = desk.claims_worker();
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -f 8; exec \"$@\"", "sh"])
        .arg(worker.get_program())
        .args(worker.get_args());
    limited.env("UPTAKE_LEASE_SECONDS", super::desk::EXPIRY_SECONDS.to_string());
    let worker = start(&mut limited);
    let leader = start(&mut desk.lead("claims"));
    let told = ended_with(&leader.end(), 0);
    assert!(told.contains("workers have left"), "{told}");
    let told = ended_with(&worker.end(), 0);
    assert!(told.contains("\"outcome\":\"failed\"") && told.contains("\"code\":6"), "{told}");
    portfolio.assert_made(&desk);
}
