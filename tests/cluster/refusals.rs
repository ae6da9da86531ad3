//! What is not done, and what is said about it.

use serde_json::Value;

use super::desk::{Portfolio, SHARDS, copy_with, ended_with, start, uptake, wait_for};
use super::hand_outs::{give, planned};

#[test]
fn folders_that_only_one_machine_may_see_are_refused_before_anything_starts() {
    let desk = Portfolio::small().desk();
    let told = ended_with(&desk.command("run").args(["--workers", "claims"]).output().unwrap(), 2);
    assert!(
        told.contains("the warehouse is the folder") && told.contains("--shared-folders"),
        "{told}"
    );
    assert!(!desk.warehouse().exists());
}

#[test]
fn a_run_whose_workers_do_not_come_says_so_and_makes_everything_itself() {
    let portfolio = Portfolio::small();
    let desk = portfolio.desk();
    let mut run = desk.command("run");
    let told = ended_with(
        &run.args(["--workers", "claims", "--shared-folders", "--patience", "1"])
            .output()
            .unwrap(),
        0,
    );
    assert!(
        told.contains("no worker has taken a task") && told.contains("uptake work"),
        "{told}"
    );
    portfolio.assert_made(&desk);
    portfolio.assert_told(&desk);
}

#[test]
fn a_worker_without_a_run_ends_and_says_what_to_start() {
    let desk = Portfolio::small().desk();
    let worker = desk.command("work").args(["--claims", "--patience", "0"]).output().unwrap();
    let told = ended_with(&worker, 5);
    assert!(told.contains("no run has led") && told.contains("--workers"), "{told}");
}

#[test]
fn a_worker_that_does_not_know_its_number_is_refused() {
    let desk = Portfolio::small().desk();
    let work = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = desk.command("work");
        ended_with(&command.args(arguments).envs(variables.iter().copied()).output().unwrap(), 2)
    };
    assert!(work(&[], &[]).contains("--of N"));
    assert!(work(&["--of", "4"], &[]).contains("--index I"));
    assert!(work(&["--of", "4"], &[("JOB_COMPLETION_INDEX", "4")]).contains("numbered from 0"));
}

#[test]
fn tasks_of_another_version_other_settings_or_another_run_are_refused() {
    let portfolio = Portfolio::small();
    let desk = portfolio.desk();
    let leader = start(&mut desk.lead("tasks"));
    wait_for("the leader's first list", || desk.open_list());
    let task = planned(&desk).remove(0);
    let outcome = |output: &std::process::Output, code| {
        ended_with(output, code);
        let row: Value = serde_json::from_slice(&output.stdout).unwrap();
        (
            row["outcome"].as_str().unwrap().to_owned(),
            row["message"].as_str().unwrap().to_owned(),
        )
    };
    let mut changed: Value = serde_json::from_str(&task).unwrap();
    changed["version"] = Value::from("0.0.1");
    let (kind, why) = outcome(&give(&desk, &changed.to_string()), 2);
    assert!(kind == "refused" && why.contains("version 0.0.1"), "{why}");
    changed = serde_json::from_str(&task).unwrap();
    changed["run"] = Value::from("00000000000000000000000000000000");
    let (kind, why) = outcome(&give(&desk, &changed.to_string()), 5);
    assert!(kind == "refused" && why.contains("does not hold the warehouse"), "{why}");
    // A worker with another pipeline file.
    let other = portfolio.input().join("other.toml");
    copy_with(&portfolio.pipeline(), &other, SHARDS, "shards = 7");
    let mut worker = uptake();
    let worker = desk
        .with_folders(worker.arg("work").arg(&other).args(["--claims"]))
        .output()
        .unwrap();
    let told = ended_with(&worker, 2);
    assert!(told.contains("another pipeline file"), "{told}");
    std::fs::remove_file(&other).unwrap();
    leader.kill();
    let (kind, why) = outcome(&give(&desk, &task), 5);
    assert!(kind == "refused" && why.contains("does not hold the warehouse"), "{why}");
    // What is no task at all.
    assert!(ended_with(&give(&desk, "{\"run\": \"../..\"}\n"), 2).contains("line 1"));
}

#[test]
fn of_two_leaders_the_second_is_told_who_leads() {
    let portfolio = Portfolio::small();
    let desk = portfolio.desk();
    let leader = start(&mut desk.lead("claims"));
    wait_for("the leader's first list", || desk.open_list());
    let told = ended_with(&desk.lead("claims").output().unwrap(), 5);
    assert!(told.contains(&format!("process {}", leader.id())), "{told}");
    let worker = start(&mut desk.claims_worker());
    ended_with(&leader.end(), 0);
    ended_with(&worker.end(), 0);
    portfolio.assert_made(&desk);
}

#[test]
fn a_task_that_would_not_fit_is_refused_and_made_by_somebody_else() {
    let portfolio = Portfolio::small();
    let desk = portfolio.desk();
    let leader = start(&mut desk.lead("claims"));
    let worker = start(desk.claims_worker().args(["--memory", "64"]));
    ended_with(&leader.end(), 0);
    let told = ended_with(&worker.end(), 0);
    assert!(told.contains("\"outcome\":\"refused\"") && told.contains("MiB"), "{told}");
    portfolio.assert_made(&desk);
}
