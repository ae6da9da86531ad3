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

    /// What decides which pages are written, and how they look, as a text; empty where none is.
    /// `language` is the pipeline's.
    pub fn text(self, language: Language) -> String {
        if !self.is_any() {
            return String::new();
        }
        let language = self.language.unwrap_or(language);
        let (html, xlsx, per_customer) = (self.html, self.xlsx, self.per_customer);
        format!("{html}\t{xlsx}\t{per_customer}\t{language}\t{}", env!("CARGO_PKG_VERSION"))
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
