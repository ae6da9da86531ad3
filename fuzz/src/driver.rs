//! Takes a seed, changes it, gives it to a target, and keeps what made the target behave in a way
//! that was not seen before.
//!
//! On stable Rust nothing tells which code an input reaches. What it leads to stands in for that:
//! reasons of rejects, kinds of rows, numbers of records in steps. An input with a behaviour that
//! is new joins the ones that are changed further.

use std::collections::HashSet;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::mutate::Mutator;
use crate::target::Target;

/// No input is longer: what takes long or much memory has to do so by being bad, not by being long.
const MOST_BYTES: usize = 64 * 1024;
/// A case that takes longer hangs.
const HANGS_AFTER: Duration = Duration::from_secs(20);
/// How many inputs are kept to be changed further.
const MOST_INPUTS: usize = 4000;

/// How long to go on, and where chance begins.
pub struct Plan {
    pub time: Duration,
    pub seed: u64,
}

/// What runs now, for the one who watches that it ends.
type Running = Arc<Mutex<Option<(Instant, Vec<u8>)>>>;

/// Gives mutated seeds to a target for a while; returns how many findings there were. Each is a
/// file in `found`.
pub fn fuzz(target: &Target, plan: &Plan) -> Result<u64, String> {
    let mut inputs = seeds(target)?;
    let mut mutator = Mutator::new(plan.seed);
    let mut seen = HashSet::new();
    let mut findings = HashSet::new();
    let running: Running = Arc::default();
    watch(target.name(), running.clone());
    let (begin, mut executions) = (Instant::now(), 0u64);
    let seed_count = inputs.len();
    while begin.elapsed() < plan.time {
        let index = (executions as usize) % inputs.len().max(1);
        let input = match executions < seed_count as u64 {
            true => inputs[index].clone(),
            false => mutator.mutated(&inputs, MOST_BYTES),
        };
        *running.lock().map_err(|error| error.to_string())? = Some((Instant::now(), input.clone()));
        executions += 1;
        match attempt(target, &input) {
            Ok(behaviour) if seen.insert(behaviour.clone()) && inputs.len() < MOST_INPUTS => inputs.push(input),
            Ok(_) => {}
            Err(message) => {
                // One file for each kind of finding: its message without numbers.
                let kind: String = message.chars().filter(|letter| !letter.is_ascii_digit()).take(80).collect();
                if findings.insert(kind) {
                    report(&target.name(), &input, &message);
                }
            }
        }
    }
    *running.lock().map_err(|error| error.to_string())? = None;
    println!(
        "{:<44} {executions:>9} executions, {:>5} behaviours, {} findings, {} most memory so far",
        target.name(),
        seen.len(),
        findings.len(),
        most_memory()
    );
    Ok(findings.len() as u64)
}

/// Gives one input to a target and says what comes of it.
pub fn replay(target: &Target, input: &[u8]) -> u64 {
    match attempt(target, input) {
        Ok(_) => {
            println!("{}: nothing to find", target.name());
            0
        }
        Err(message) => {
            println!("{}: {message}", target.name());
            1
        }
    }
}

/// The behaviour of a target, or what is wrong with it.
fn attempt(target: &Target, input: &[u8]) -> Result<String, String> {
    let silent = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = panic::catch_unwind(AssertUnwindSafe(|| target.check(input)));
    panic::set_hook(silent);
    result.unwrap_or_else(|fault| {
        let text = fault
            .downcast_ref::<String>()
            .map(String::as_str)
            .or(fault.downcast_ref::<&str>().copied());
        Err(format!("panic: {}", text.unwrap_or("without a message")))
    })
}

/// The committed seeds of a target's format; of targets without one all of them.
fn seeds(target: &Target) -> Result<Vec<Vec<u8>>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let entries = fs::read_dir(&folder).map_err(|error| format!("`{}`: {error}", folder.display()))?;
    let mut paths: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    let mut seeds = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if target.format().is_none_or(|format| name.split('.').next() == Some(format)) {
            seeds.push(fs::read(&path).map_err(|error| format!("`{}`: {error}", path.display()))?);
        }
    }
    match seeds.is_empty() {
        true => Err(format!("there is no seed for `{}` in `{}`", target.name(), folder.display())),
        false => Ok(seeds),
    }
}

/// Ends the process where a case does not end.
fn watch(name: String, running: Running) {
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let Ok(now) = running.lock() else { return };
            let Some((since, input)) = now.as_ref() else { return };
            if since.elapsed() > HANGS_AFTER {
                report(&name, input, "hangs");
                std::process::exit(1);
            }
        }
    });
}

/// Keeps a finding as a file.
fn report(name: &str, input: &[u8], message: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("found");
    let digest = uptake::domain::digest::Digest::of(input);
    let path = folder.join(format!("{name}-{digest}"));
    let kept = fs::create_dir_all(&folder).and_then(|()| fs::write(&path, input));
    println!("{name}: {message}\n  {} ({} bytes, kept: {kept:?})", path.display(), input.len());
}

/// The most memory that the process had, where the system says it.
fn most_memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |text| text.trim().to_owned())
}
