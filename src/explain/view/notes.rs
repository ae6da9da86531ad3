//! Notes: what a reader must know about a number before trusting it.

use crate::domain::kinds::{ActivitySource, spelled};
use crate::domain::next_steps::Language;
use crate::domain::window::{self, WINDOW_DAYS};
use crate::domain::words::{Words, explain_notes as phrases, nouns};
use crate::explain::count::numbers::{Numbers, Subject};
use crate::explain::count::unlicensed::unlicensed;
use crate::explain::facts::{COMPARED_DAYS, Facts};

spelled! {
    /// The subject of a note.
    NoteCode {
        NothingThere = "nothing_there",
        NoSnapshot = "no_snapshot",
        NoEvents = "no_events",
        ReportsOnly = "reports_only",
        IncompleteWindow = "incomplete_window",
        NotInCatalogue = "not_in_catalogue",
        NoWorkload = "no_workload",
        ComesAlong = "comes_along",
        NoEntitlements = "no_entitlements",
        OutOfScope = "out_of_scope",
        UnlicensedUse = "unlicensed_use",
        NotCompared = "not_compared",
    }
}

/// A sentence or two about a number, in every language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub code: NoteCode,
    english: String,
    german: String,
}

impl Note {
    /// Writes the note in each language.
    fn new(code: NoteCode, text: impl Fn(Words) -> String) -> Note {
        Note {
            code,
            english: text(Words(Language::English)),
            german: text(Words(Language::German)),
        }
    }

    pub fn text(&self, words: Words) -> &str {
        match words.0 {
            Language::English => &self.english,
            Language::German => &self.german,
        }
    }
}

/// Returns the notes about the customer's data. They concern every product.
pub fn of_customer(facts: &Facts<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
    let first = window::first_day(facts.day);
    if facts.tables(facts.day).and_then(|tables| tables.snapshot_day()).is_none() {
        notes.push(Note::new(NoteCode::NoSnapshot, |w| w.say(phrases::NO_SNAPSHOT).to_owned()));
    }
    if facts.activity_source() == Some(ActivitySource::Reports) {
        notes.push(Note::new(NoteCode::ReportsOnly, |w| w.say(phrases::REPORTS_ONLY).to_owned()));
    }
    match facts.covered.keys().next() {
        None if facts.began_before => {
            notes.push(Note::new(NoteCode::NoEvents, |w| {
                w.fill(phrases::NO_EVENTS, &[("first", &first), ("day", &facts.day)])
            }));
        }
        None => notes.push(Note::new(NoteCode::NoEvents, |w| w.say(phrases::NO_EVENTS_YET).to_owned())),
        Some(begin) if !facts.began_before => {
            let days = WINDOW_DAYS - (begin.0 - first.0);
            notes.push(Note::new(NoteCode::IncompleteWindow, |w| {
                let days = w.count(days, nouns::DAY_DATIVE);
                w.fill(
                    phrases::INCOMPLETE_WINDOW,
                    &[("begin", begin), ("days", &days), ("all", &WINDOW_DAYS)],
                )
            }));
        }
        Some(_) => {}
    }
    notes
}

/// Returns the notes about a product's number.
pub fn of_product(facts: &Facts<'_>, subject: Subject<'_>, numbers: &Numbers) -> Vec<Note> {
    let mut notes = Vec::new();
    if !numbers.has_row() {
        notes.push(Note::new(NoteCode::NothingThere, |w| w.say(phrases::NOTHING_THERE).to_owned()));
    }
    notes.extend(of_customer(facts));
    let catalogue = &facts.rules.catalogue;
    if !catalogue.products.contains_key(&subject.sku) {
        notes.push(Note::new(NoteCode::NotInCatalogue, |w| w.say(phrases::NOT_IN_CATALOGUE).to_owned()));
    } else if subject.workloads(facts.rules).is_empty() {
        notes.push(Note::new(NoteCode::NoWorkload, |w| w.say(phrases::NO_WORKLOAD).to_owned()));
    } else if numbers.entitlements == Some(0) && numbers.has_row() {
        notes.push(Note::new(NoteCode::NoEntitlements, |w| w.say(phrases::NO_ENTITLEMENTS).to_owned()));
    }
    let along: Vec<&str> = catalogue.along_with(subject.sku).collect();
    if !along.is_empty() {
        notes.push(Note::new(NoteCode::ComesAlong, |w| {
            w.fill(phrases::COMES_ALONG, &[("workloads", &along.join(", "))])
        }));
    }
    if let Some(reason) = facts.rules.out_of_scope(facts.tenant(), subject.sku, facts.day) {
        notes.push(Note::new(NoteCode::OutOfScope, |w| {
            w.fill(phrases::OUT_OF_SCOPE, &[("reason", &reason)])
        }));
    }
    let workloads = subject.workloads(facts.rules);
    for unlicensed in unlicensed(facts).iter().filter(|found| workloads.contains(found.workload.as_str())) {
        notes.push(Note::new(NoteCode::UnlicensedUse, |w| {
            let users = w.count(unlicensed.users.len(), nouns::USER);
            w.fill(phrases::UNLICENSED_USE, &[("users", &users), ("workload", &unlicensed.workload)])
        }));
    }
    let too_early: Vec<String> = COMPARED_DAYS
        .iter()
        .map(|days| facts.day.plus(-days))
        .filter(|day| facts.tables(*day).is_none())
        .map(|day| day.to_string())
        .collect();
    if !too_early.is_empty() {
        notes.push(Note::new(NoteCode::NotCompared, |w| {
            w.fill(
                phrases::NOT_COMPARED,
                &[("first", &facts.first_day), ("days", &too_early.join(", "))],
            )
        }));
    }
    notes
}
