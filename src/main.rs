//! `uptake`: parse, run, exit code.

use std::io::Write;
use std::panic;
use std::process::ExitCode;

use clap::Parser;
use uptake::cli::args::global::LogFormat;
use uptake::cli::args::{Cli, Command};
use uptake::cli::commands::{
    catalogue, check, completions, customers, describe, explain, init, inspect, plan, powerbi, query, releases, report, reprocess, run,
    sample, status, work,
};
use uptake::cli::exit::{Code, Failure};
use uptake::cli::interruption::Interruption;
use uptake::cli::written;
use uptake::sources::records::panic_guard::is_guarded;
use uptake::warehouse::data_frame::is_answering;

/// Ctrl-C, or a request to end.
static INTERRUPTION: Interruption = Interruption::new();

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    if let Some(threads) = cli.command.threads() {
        limit_threads_of_polars(threads);
    }
    let _ = ctrlc::set_handler(|| INTERRUPTION.signal());
    ignore_the_size_limit_signal();
    let log_format = cli.global.log_format;
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |panic| match log_format {
        // A library that panics over the bytes of a raw file: they are a reject, and nothing to
        // report.
        _ if is_guarded() => {}
        // Polars over a question that somebody wrote: it is an error with a message.
        _ if is_answering() => {}
        LogFormat::Json => Failure::new(Code::Bug, panic).hint("please report this").report(LogFormat::Json),
        LogFormat::Text => usual(panic),
    }));
    // A panic is a bug of ours, and has its own exit code.
    let interrupted = || Failure::interrupted().report(cli.global.log_format);
    let result = panic::catch_unwind(|| INTERRUPTION.run(|| execute(&cli), interrupted));
    match result {
        Ok(Ok(())) => ExitCode::from(Code::Done as u8),
        Ok(Err(failure)) => {
            failure.report(cli.global.log_format);
            ExitCode::from(failure.code as u8)
        }
        Err(_) => ExitCode::from(Code::Bug as u8),
    }
}

/// A command line that makes no sense, or asks for help. Whoever asks for JSON lines gets them here
/// too.
fn refuse(error: &clap::Error) -> ExitCode {
    let args: Vec<_> = std::env::args_os().collect();
    let json =
        args.windows(2).any(|pair| pair[0] == "--log-format" && pair[1] == "json") || args.iter().any(|arg| arg == "--log-format=json");
    if !error.use_stderr() {
        // The help or the version, which is a result like any other.
        let printed = written(error.print().and_then(|()| std::io::stdout().flush()));
        return printed.map_or_else(
            |failure| {
                failure.report(if json { LogFormat::Json } else { LogFormat::Text });
                ExitCode::from(failure.code as u8)
            },
            |()| ExitCode::from(Code::Done as u8),
        );
    }
    if !json {
        error.exit();
    }
    let text = error.render().to_string();
    let message = text.trim().strip_prefix("error: ").unwrap_or(text.trim());
    Failure::new(Code::Usage, message)
        .hint("`uptake help` lists the commands, `uptake help COMMAND` their options")
        .report(LogFormat::Json);
    ExitCode::from(Code::Usage as u8)
}

/// Polars has threads of its own, as many as there are cores. Its only setting for that is this
/// variable, which it reads when it begins its first work.
fn limit_threads_of_polars(threads: u16) {
    // SAFETY: this is the only thread of the process: the first one, before any other is started. So
    // nothing reads or writes the environment at the same time.
    unsafe { std::env::set_var("POLARS_MAX_THREADS", threads.to_string()) };
}

/// A file that may not grow any more (`ulimit -f`) is to be an error of the write, which says which
/// file it is, and not the end of the process.
#[cfg(unix)]
fn ignore_the_size_limit_signal() {
    // SAFETY: no handler is given that could run in the middle of something; the signal is only
    // ignored from now on.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
}

#[cfg(not(unix))]
fn ignore_the_size_limit_signal() {}

/// Runs the command.
fn execute(cli: &Cli) -> Result<(), Failure> {
    match &cli.command {
        Command::Run(args) => run::run(args, &cli.global, &INTERRUPTION),
        Command::Reprocess(args) => reprocess::run(args, &cli.global, &INTERRUPTION),
        Command::Plan(args) => plan::run(args, &cli.global, INTERRUPTION.flag()),
        Command::Work(args) => work::work(args, &cli.global, INTERRUPTION.flag()),
        Command::Task(args) => work::task(args, &cli.global, INTERRUPTION.flag()),
        Command::Status(args) => status::run(args, &cli.global),
        Command::Report(args) => report::run(args, &cli.global),
        Command::Releases(args) => releases::list::run(args, &cli.global),
        Command::Diff(args) => releases::diff::run(args, &cli.global),
        Command::Rollback(args) => releases::rollback::run(args, &cli.global),
        Command::Release(command) => releases::hold::run(command, &cli.global),
        Command::PowerBi(args) => powerbi::run(args, &cli.global),
        Command::Check(args) => check::run(args, &cli.global, INTERRUPTION.flag()),
        Command::Explain(args) => explain::run(args, &cli.global),
        Command::Customers(args) => customers::run(args, &cli.global),
        Command::Query(args) => query::run(args, &cli.global),
        Command::Inspect(args) => inspect::run(args, &cli.global),
        Command::Init(args) => init::run(args, &cli.global),
        Command::Sample(args) => sample::run(args, &cli.global),
        Command::Describe(args) => describe::run(args),
        Command::Catalogue(command) => catalogue::run(command),
        Command::Completions(args) => completions::run(args),
    }
}
