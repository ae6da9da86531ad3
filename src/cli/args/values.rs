//! Values of arguments: formats of the output, and parsers of days, feeds and the like.

use clap::ValueEnum;

use crate::audit::recompute::customer_choice::Share;
use crate::domain::day::Day;
use crate::domain::kinds::Feed;
use crate::domain::next_steps::Language;
use crate::reports::summary::valuable_steps::StepOrder;
use crate::sample::forms;
use crate::sources::Format as FileFormat;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DictionaryFormat {
    Text,
    Json,
    Markdown,
}

/// How an explanation is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExplanationFormat {
    Text,
    Json,
    Markdown,
}

/// What kind of file a report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    Html,
    Xlsx,
}

impl ReportFormat {
    /// How the names of its files end.
    pub fn ending(self) -> &'static str {
        match self {
            ReportFormat::Html => "html",
            ReportFormat::Xlsx => "xlsx",
        }
    }
}

/// How a list is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    Text,
    Csv,
    Json,
}

/// By what the next steps of a summary are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum By {
    Seats,
    Money,
}

impl From<By> for StepOrder {
    fn from(by: By) -> StepOrder {
        match by {
            By::Seats => StepOrder::Seats,
            By::Money => StepOrder::Money,
        }
    }
}

/// Parses a day.
pub fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "a day is written YYYY-MM-DD, and must exist in the calendar".to_owned())
}

/// Parses a language.
pub fn language(text: &str) -> Result<Language, String> {
    Language::parse(text).ok_or_else(|| "it is `en` or `de`".to_owned())
}

/// Parses a number of customers.
pub fn share(text: &str) -> Result<Share, String> {
    match text {
        "all" => Ok(Share::All),
        _ => text.parse().map(Share::Only).map_err(|_| "it is a number or `all`".to_owned()),
    }
}

/// Parses the name of a feed.
pub fn feed(text: &str) -> Result<Feed, String> {
    Feed::parse(text).ok_or_else(|| one_of(Feed::ALL.iter().map(|feed| feed.name())))
}

/// Parses the name of a raw format.
pub fn format_of_file(text: &str) -> Result<FileFormat, String> {
    FileFormat::parse(text).ok_or_else(|| one_of(FileFormat::ALL.iter().map(|format| format.name())))
}

/// Parses the name of a form of the sample.
pub fn form(text: &str) -> Result<&'static str, String> {
    let names = forms::names();
    let found = names.iter().copied().find(|name| *name == text);
    found.ok_or_else(|| one_of(names.into_iter()))
}

fn one_of(names: impl Iterator<Item = &'static str>) -> String {
    format!("it must be one of {}", names.collect::<Vec<_>>().join(", "))
}
