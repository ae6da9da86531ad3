//! `uptake completions`: what a shell needs to complete commands and options.

use clap::CommandFactory;

use crate::cli::args::{Cli, CompletionsArgs};

/// Prints the script of a shell.
pub fn run(args: &CompletionsArgs) {
    clap_complete::generate(args.shell, &mut Cli::command(), "uptake", &mut std::io::stdout());
}
