//! `[report]`: the pages that a run writes beside the published files.

use super::syntax::section::Section;
use crate::domain::next_steps::Language;

/// The contents of the table. Nothing is written where it is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportSettings {
    /// `report.html`.
    pub html: bool,
    /// `report.xlsx`.
    pub xlsx: bool,
    /// The same for each customer, in the folder `reports`.
    pub per_customer: bool,
    /// `None`: the pipeline's language.
    pub language: Option<Language>,
}

impl ReportSettings {
    /// Whether anything is written.
    pub fn is_any(self) -> bool {
        self.html || self.xlsx
    }
}

pub(super) fn read(section: &Section<'_>) -> ReportSettings {
    let html = section.flag("html");
    let xlsx = section.flag("xlsx");
    ReportSettings {
        // Who writes the table wants a page.
        html: html.unwrap_or(xlsx != Some(true)),
        xlsx: xlsx.unwrap_or(false),
        per_customer: section.flag("per_customer").unwrap_or(false),
        language: section.word("language", Language::ALL, Language::name),
    }
}
