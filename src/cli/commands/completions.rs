//! `uptake completions`: the script with which a shell completes commands and options.

use clap::CommandFactory;

use crate::cli::args::Cli;
use crate::cli::args::read::CompletionsArgs;
use crate::cli::exit::Failure;
use crate::cli::print;

/// Prints the script for a shell.
pub fn run(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "uptake", &mut script);
    print(&String::from_utf8_lossy(&script))
}
