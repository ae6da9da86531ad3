//! The command that is told of new next steps.

use std::fs;

use serde_json::Value;

use super::{Desk, SCENARIO, standard_sources};

const ALERT: &str = "[alert]\ntimeout_seconds = 5\n";

/// A desk whose tables end on a day, with a command.
fn desk(last_day: &str, alert: &str) -> Desk {
    Desk::with(
        SCENARIO,
        &format!("last_day = \"{last_day}\""),
        &format!("{}\n{alert}", standard_sources()),
    )
}

/// Moves the last day of a pipeline file.
fn moves_to(desk: &Desk, from: &str, to: &str) {
    let text = fs::read_to_string(desk.pipeline()).unwrap();
    fs::write(desk.pipeline(), text.replace(from, to)).unwrap();
}

fn told(desk: &Desk) -> Value {
    serde_json::from_slice(&fs::read(desk.path("told.json")).unwrap()).unwrap()
}

fn keeps(desk: &Desk) -> String {
    format!("cat > '{}'", desk.path("told.json").display())
}

fn run_json(desk: &Desk) -> Value {
    serde_json::from_slice(&fs::read(desk.path("published/run.json")).unwrap()).unwrap()
}

#[test]
fn new_steps_reach_the_command_once_and_the_record_says_so() {
    let desk = desk("2026-09-10", "");
    let command = keeps(&desk);
    desk.uptake("run", &["--alert-command", &command]).succeeds();
    let first = told(&desk);
    assert_eq!((first["day"].as_str(), first["previous_day"].is_null()), (Some("2026-09-10"), true));
    let steps = first["new"].as_array().unwrap();
    assert!(!steps.is_empty());
    for step in steps {
        assert_eq!(step["evidence"]["seats_concerned"], step["seats_concerned"], "{step}");
    }
    let record = run_json(&desk);
    assert_eq!(record["alert"]["exit_code"], 0);
    assert_eq!(record["alert"]["steps"], steps.len());
    assert_eq!(record["alert"]["undelivered"], Value::Array(Vec::new()));
    assert_eq!(record["arguments"]["alert_command"], true);
    assert_eq!(record["next_steps"]["new"], steps.len());

    fs::remove_file(desk.path("told.json")).unwrap();
    moves_to(&desk, "2026-09-10", "2026-09-11");
    let said = desk.uptake("run", &["--alert-command", &command]);
    said.succeeds();
    let record = run_json(&desk);
    assert_eq!(record["next_steps"]["previous_day"], "2026-09-10");
    match record["next_steps"]["new"].as_u64().unwrap() {
        0 => assert!(record["alert"].is_null() && !desk.path("told.json").exists()),
        new => assert_eq!(told(&desk)["new"].as_array().unwrap().len() as u64, new),
    }
}

#[test]
fn what_a_failing_or_hanging_command_was_not_told_is_told_at_the_next_publication() {
    for (command, error) in [("exit 3", "exit status: 3"), ("sleep 600", "more than 1 s")] {
        let alert = format!("[alert]\ncommand = \"{command}\"\ntimeout_seconds = 1\n");
        let desk = desk("2026-09-10", &alert);
        let said = desk.uptake("run", &[]);
        said.succeeds();
        assert!(said.out.contains("the alert command was not told of"), "{}", said.out);
        let record = run_json(&desk);
        assert_eq!(record["outcome"], "published");
        assert!(record["alert"]["error"].as_str().unwrap().contains(error), "{}", record["alert"]);
        assert!(record["warnings"].to_string().contains(error), "{}", record["warnings"]);
        let undelivered = record["alert"]["undelivered"].as_array().unwrap().len();
        assert!(undelivered > 0);

        moves_to(&desk, "2026-09-10", "2026-09-11");
        desk.uptake("run", &["--alert-command", &keeps(&desk)]).succeeds();
        let record = run_json(&desk);
        let told = told(&desk);
        let ids = |step: &Value| format!("{} {} {} {}", step["tenant_id"], step["sku_id"], step["workload"], step["code"]);
        let told: Vec<String> = told["new"].as_array().unwrap().iter().map(ids).collect();
        assert!(
            told.len() + record["next_steps"]["done"].as_u64().unwrap() as usize >= undelivered,
            "{told:?}"
        );
        assert_eq!(record["alert"]["undelivered"], Value::Array(Vec::new()));
    }
}

#[test]
fn a_wrong_table_is_refused_before_anything_is_made() {
    let said = desk("2026-09-10", "[alert]\ncommand = \" \"\n").uptake("run", &[]);
    said.fails(2, &["`command`", "is blank"]);
    let said = desk("2026-09-10", &format!("{ALERT}commmand = \"true\"\n")).uptake("run", &[]);
    said.fails(2, &["commmand", "command"]);
    let said = desk("2026-09-10", "[alert]\ntimeout_seconds = 0\n").uptake("run", &[]);
    said.fails(2, &["timeout_seconds"]);
}
