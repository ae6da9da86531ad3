//! Mutates raw files and holds every reader against what has to be true of any bytes. README.md
//! says how to run it.

mod archive;
mod driver;
mod mutate;
mod reading;
mod same;
mod sink;
mod target;

use std::process::ExitCode;
use std::time::Duration;

use driver::Plan;
use target::Target;

const USAGE: &str = "usage: uptake-fuzz TARGET|all|list [--seconds N] [--seed N] [--only FILE]";

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("error: {message}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Runs what the arguments ask for; returns how many findings there were.
fn run(args: Vec<String>) -> Result<u64, String> {
    let mut args = args.into_iter();
    let name = args.next().ok_or("no target")?;
    let mut plan = Plan {
        time: Duration::from_secs(60),
        seed: 1,
    };
    let mut only = None;
    while let Some(option) = args.next() {
        let value = args.next().ok_or(format!("`{option}` needs a value"))?;
        let number = || value.parse::<u64>().map_err(|error| format!("`{option} {value}`: {error}"));
        match option.as_str() {
            "--seconds" => plan.time = Duration::from_secs(number()?),
            "--seed" => plan.seed = number()?,
            "--only" => only = Some(value),
            _ => return Err(format!("unknown option `{option}`")),
        }
    }
    let targets: Vec<Target> = Target::all()
        .into_iter()
        .filter(|target| name == "all" || target.name() == name)
        .collect();
    if name == "list" {
        Target::all().iter().for_each(|target| println!("{}", target.name()));
        return Ok(0);
    }
    if targets.is_empty() {
        return Err(format!("there is no target `{name}`; `list` prints them"));
    }
    let mut findings = 0;
    for target in &targets {
        findings += match &only {
            Some(file) => driver::replay(target, &std::fs::read(file).map_err(|error| format!("`{file}`: {error}"))?),
            None => driver::fuzz(target, &plan)?,
        };
    }
    Ok(findings)
}
