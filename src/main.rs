//! `uptake`: parse, run, exit code.

use std::panic;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Parser;
use uptake::cli::args::{Cli, Command, LogFormat};
use uptake::cli::exit::{Code, Failure};
use uptake::cli::{check, completions, describe, explain, inspect, plan, reprocess, run, sample, status};

/// Set by Ctrl-C: the run ends after the files that are being written.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    if cli.global.log_format == LogFormat::Json {
        panic::set_hook(Box::new(|panic| {
            Failure::new(Code::Bug, panic).hint("please report this").tell(LogFormat::Json);
        }));
    }
    // A second Ctrl-C ends the process at once: that is safe too, since files appear whole or not at all.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(Code::Interrupted as i32);
        }
    });
    // A panic is a bug of ours, and has its own exit code.
    let result = panic::catch_unwind(|| execute(&cli));
    match result {
        Ok(Ok(())) => ExitCode::from(Code::Done as u8),
        Ok(Err(failure)) => {
            failure.tell(cli.global.log_format);
            ExitCode::from(failure.code as u8)
        }
        Err(_) => ExitCode::from(Code::Bug as u8),
    }
}

/// A command line that makes no sense, or asks for help. Whoever asks for JSON lines gets them here too.
fn refuse(error: &clap::Error) -> ExitCode {
    let args: Vec<_> = std::env::args_os().collect();
    let json =
        args.windows(2).any(|pair| pair[0] == "--log-format" && pair[1] == "json") || args.iter().any(|arg| arg == "--log-format=json");
    if !(json && error.use_stderr()) {
        error.exit();
    }
    let text = error.render().to_string();
    let message = text.trim().strip_prefix("error: ").unwrap_or(text.trim());
    Failure::new(Code::Usage, message)
        .hint("`uptake help` lists the commands, `uptake help COMMAND` their options")
        .tell(LogFormat::Json);
    ExitCode::from(Code::Usage as u8)
}

/// Runs the command.
fn execute(cli: &Cli) -> Result<(), Failure> {
    match &cli.command {
        Command::Run(args) => run::run(args, &cli.global, &INTERRUPTED),
        Command::Reprocess(args) => reprocess::run(args, &cli.global, &INTERRUPTED),
        Command::Plan(args) => plan::run(args, &cli.global, &INTERRUPTED),
        Command::Status(args) => status::run(args, &cli.global),
        Command::Check(args) => check::run(args, &cli.global, &INTERRUPTED),
        Command::Explain(args) => explain::run(args, &cli.global),
        Command::Inspect(args) => inspect::run(args, &cli.global),
        Command::Sample(args) => sample::run(args, &cli.global),
        Command::Describe(args) => describe::run(args),
        Command::Completions(args) => {
            completions::run(args);
            Ok(())
        }
    }
}
