//! `uptake completions`: what a shell needs to complete commands and options.

use clap::CommandFactory;

use crate::cli::args::{Cli, CompletionsArgs};
use crate::cli::exit::Failure;
use crate::cli::say;

/// Prints the script of a shell.
pub fn run(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "uptake", &mut script);
    say(&String::from_utf8_lossy(&script))
}
