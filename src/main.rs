//! `uptake`: parse, run, exit code.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Parser;
use uptake::cli::args::{Cli, Command, LogFormat};
use uptake::cli::exit::{Code, Failure};
use uptake::cli::{completions, describe, plan, reprocess, run, sample};

/// Set by Ctrl-C: the run ends after the files that are being written.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

fn main() -> ExitCode {
    let cli = Cli::parse();
    // A second Ctrl-C ends the process at once: that is safe too, since files appear whole or not at all.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(Code::Interrupted as i32);
        }
    });
    // A panic is a bug of ours, and has its own exit code.
    let result = std::panic::catch_unwind(|| execute(&cli));
    match result {
        Ok(Ok(())) => ExitCode::from(Code::Done as u8),
        Ok(Err(failure)) => {
            tell(&failure, cli.global.log_format);
            ExitCode::from(failure.code as u8)
        }
        Err(_) => ExitCode::from(Code::Bug as u8),
    }
}

/// Runs the command.
fn execute(cli: &Cli) -> Result<(), Failure> {
    match &cli.command {
        Command::Run(args) => run::run(args, &cli.global, &INTERRUPTED),
        Command::Reprocess(args) => reprocess::run(args, &cli.global, &INTERRUPTED),
        Command::Plan(args) => plan::run(args, &cli.global, &INTERRUPTED),
        Command::Sample(args) => sample::run(args, &cli.global),
        Command::Describe(args) => describe::run(args),
        Command::Completions(args) => {
            completions::run(args);
            Ok(())
        }
    }
}

/// Prints a failure to standard error.
fn tell(failure: &Failure, format: LogFormat) {
    match format {
        LogFormat::Json => {
            let line = serde_json::json!({"level": "error", "code": failure.code as u8, "message": failure.message, "hint": failure.hint});
            eprintln!("{line}");
        }
        LogFormat::Text => {
            eprintln!("error: {}", failure.message);
            if !failure.hint.is_empty() {
                eprintln!("hint: {}", failure.hint);
            }
        }
    }
}
