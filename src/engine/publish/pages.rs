//! `[report]`: the pages for people that a run publishes beside its tables.

use rayon::prelude::*;

use crate::domain::day::Day;
use crate::domain::words::Words;
use crate::pages::figures::customer::CustomerFigures;
use crate::pages::figures::read::read;
use crate::pages::names::file_name;
use crate::pages::xlsx::DayTables;
use crate::pages::{html, xlsx};
use crate::pipeline::settings::Settings;
use crate::reports::error::ReportError;
use crate::reports::publication::Pages;
use crate::reports::published_reader::PublishedReader;

/// The folder of customers' pages, below the published folder.
const FOLDER: &str = "reports";

/// Pages about the last of some days.
pub struct ReportPages<'s> {
    settings: &'s Settings,
    days: (Day, Day),
}

impl<'s> ReportPages<'s> {
    /// `None` where the pipeline file asks for no page.
    pub fn wanted(settings: &'s Settings, days: (Day, Day)) -> Option<Box<dyn Pages + 's>> {
        settings
            .report
            .is_any()
            .then(|| Box::new(ReportPages { settings, days }) as Box<dyn Pages>)
    }
}

impl Pages for ReportPages<'_> {
    fn write(&self, files: &PublishedReader<'_>) -> Result<Vec<(String, Vec<u8>)>, ReportError> {
        let (rules, report) = (&self.settings.rules, self.settings.report);
        let figures = read(files, self.days, rules.snapshot_stale_days, None)?;
        let words = Words(report.language.unwrap_or(rules.language));
        let mut pages: Vec<(String, Vec<u8>)> = Vec::new();
        if report.html {
            pages.push(("report.html".to_owned(), html::portfolio::write(words, &figures).into_bytes()));
        }
        let tables = match report.xlsx {
            true => Some(DayTables::read(files, figures.day)?),
            false => None,
        };
        if let Some(tables) = &tables {
            let name = "report.xlsx".to_owned();
            let bytes = xlsx::write(words, &figures, tables, None).map_err(|error| failed(&name, &error))?;
            pages.push((name, bytes));
        }
        if report.per_customer {
            let of_customer = |customer: &CustomerFigures| {
                let named = |ending: &str| format!("{FOLDER}/{}", file_name(customer, ending));
                let mut pages: Vec<(String, Vec<u8>)> = Vec::new();
                if report.html {
                    pages.push((named("html"), html::customer::write(words, &figures, customer, None).into_bytes()));
                }
                if let Some(tables) = &tables {
                    let name = named("xlsx");
                    let bytes = xlsx::write(words, &figures, tables, Some(customer.id())).map_err(|error| failed(&name, &error))?;
                    pages.push((name, bytes));
                }
                Ok(pages)
            };
            let of_customers: Vec<_> = figures.customers.par_iter().map(of_customer).collect::<Result<_, ReportError>>()?;
            pages.extend(of_customers.into_iter().flatten());
        }
        Ok(pages)
    }
}

fn failed(name: &str, what: &impl ToString) -> ReportError {
    ReportError::Page {
        name: name.to_owned(),
        what: what.to_string(),
    }
}
