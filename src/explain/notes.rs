//! What a reader has to know about a number before believing it.

use crate::domain::kinds::spelled;
use crate::domain::window::{self, WINDOW_DAYS};
use crate::explain::counts::{Numbers, Subject};
use crate::explain::facts::{COMPARED_DAYS, Facts};
use crate::explain::unlicensed::unlicensed;
use crate::explain::words::counted;

spelled! {
    /// What a note is about.
    NoteCode {
        NothingThere = "nothing_there",
        NoSnapshot = "no_snapshot",
        NoEvents = "no_events",
        IncompleteWindow = "incomplete_window",
        NotInCatalogue = "not_in_catalogue",
        NoWorkload = "no_workload",
        NoEntitlements = "no_entitlements",
        OutOfScope = "out_of_scope",
        UnlicensedUse = "unlicensed_use",
        NotCompared = "not_compared",
    }
}

/// A sentence or two about a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub code: NoteCode,
    pub text: String,
}

fn note(code: NoteCode, text: impl Into<String>) -> Note {
    Note { code, text: text.into() }
}

/// What is to be said about the customer's data, whatever the product.
pub fn of_customer(facts: &Facts<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
    let first = window::first_day(facts.day);
    if facts.tables(facts.day).and_then(|tables| tables.snapshot_day()).is_none() {
        let text = "There is no list of this customer's subscriptions of this day or before: how many seats it has is unknown, and nothing can be divided by them.";
        notes.push(note(NoteCode::NoSnapshot, text));
    }
    match facts.covered.first() {
        None if facts.began_before => {
            let text = format!(
                "The logs have no event of this customer at all from {first} to {}: either nobody works there, or its logs no longer come in.",
                facts.day
            );
            notes.push(note(NoteCode::NoEvents, text));
        }
        None => {
            let text = "The logs have no event of this customer yet: its use is not 0, it is unknown.";
            notes.push(note(NoteCode::NoEvents, text));
        }
        Some(begin) if !facts.began_before => {
            let days = WINDOW_DAYS - (begin.0 - first.0);
            let text = format!(
                "The window is not complete: the customer's first event is of {begin}, so this is {} of use instead of {WINDOW_DAYS}, and the number is rather too low.",
                counted(i64::from(days), "day")
            );
            notes.push(note(NoteCode::IncompleteWindow, text));
        }
        Some(_) => {}
    }
    notes
}

/// What is to be said about a product's number.
pub fn of_product(facts: &Facts<'_>, subject: Subject<'_>, numbers: &Numbers) -> Vec<Note> {
    let mut notes = Vec::new();
    if !numbers.has_row() {
        let text = "The customer has nothing of this product on this day: no subscription is listed, nobody has it, and nobody who held it used it in the window.";
        notes.push(note(NoteCode::NothingThere, text));
    }
    notes.extend(of_customer(facts));
    let catalogue = &facts.rules.catalogue;
    if !catalogue.products.contains_key(&subject.sku) {
        let text = "The SKU catalogue does not have this product, so nobody knows which workloads it has, and its use cannot be seen (`skus` in [catalogue]).";
        notes.push(note(NoteCode::NotInCatalogue, text));
    } else if subject.workloads(facts.rules).is_empty() {
        let text = "No workload of this product is known, so its use cannot be seen: it has no entitlements here, and weighs on no sum.";
        notes.push(note(NoteCode::NoWorkload, text));
    } else if numbers.entitlements == Some(0) && numbers.has_row() {
        let text = "There is no entitlement: no seat of a paid subscription may be used now, so there is nothing to divide by and usage has no percentage.";
        notes.push(note(NoteCode::NoEntitlements, text));
    }
    if let Some(reason) = catalogue.excluded.get(&subject.sku) {
        let text = format!("The product is out of scope ({reason}): it counts in no sum of the customer or the portfolio.");
        notes.push(note(NoteCode::OutOfScope, text));
    }
    let workloads = subject.workloads(facts.rules);
    for unlicensed in unlicensed(facts).iter().filter(|found| workloads.contains(found.workload.as_str())) {
        let text = format!(
            "{} used {} without any license for it: they count for the customer as a whole, and in no product's number.",
            counted(unlicensed.users.len() as i64, "user"),
            unlicensed.workload
        );
        notes.push(note(NoteCode::UnlicensedUse, text));
    }
    let too_early: Vec<String> = COMPARED_DAYS
        .iter()
        .map(|days| facts.day.plus(-days))
        .filter(|day| facts.tables(*day).is_none())
        .map(|day| day.to_string())
        .collect();
    if !too_early.is_empty() {
        let text = format!(
            "The tables begin on {}, so the number is not compared with {}.",
            facts.first_day,
            too_early.join(", ")
        );
        notes.push(note(NoteCode::NotCompared, text));
    }
    notes
}
