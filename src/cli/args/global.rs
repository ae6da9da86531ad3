//! The options of all commands.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::observe::progress::ProgressMode;

/// Options of all commands.
#[derive(Args, Debug)]
pub struct Global {
    /// Folder of the raw files, instead of the pipeline file's.
    #[arg(long, global = true, value_name = "DIR", help_heading = "Options of all commands")]
    pub input: Option<PathBuf>,
    /// Folder of the warehouse, instead of the pipeline file's.
    #[arg(long, global = true, value_name = "DIR", help_heading = "Options of all commands")]
    pub warehouse: Option<PathBuf>,
    /// Folder of the published files, instead of the pipeline file's.
    #[arg(long, global = true, value_name = "DIR", help_heading = "Options of all commands")]
    pub published: Option<PathBuf>,
    /// How messages are written to standard error.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, help_heading = "Options of all commands")]
    pub log_format: LogFormat,
    /// No progress, no summary; errors only.
    #[arg(long, short, global = true, help_heading = "Options of all commands")]
    pub quiet: bool,
    /// Whether to colour what is printed.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, help_heading = "Options of all commands")]
    pub color: Color,
}

impl Global {
    /// Returns how progress is shown.
    pub fn progress_mode(&self) -> ProgressMode {
        match (self.quiet, self.log_format) {
            (true, _) => ProgressMode::Quiet,
            (false, LogFormat::Json) => ProgressMode::Json,
            (false, LogFormat::Text) if std::io::stderr().is_terminal() => ProgressMode::Bars,
            (false, LogFormat::Text) => ProgressMode::Lines,
        }
    }

    /// Returns whether standard output is coloured.
    pub fn colored(&self) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}
