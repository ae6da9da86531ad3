//! Renders explanations as text of 80 columns. This file has what all of them share, and the
//! products of a customer.

use crate::domain::words::{Phrase, Words, explain as phrases, nouns};
use crate::explain::count::differences::Difference;
use crate::explain::count::numbers::Numbers;
use crate::explain::render::words;
use crate::explain::render::words::percent;
use crate::explain::view::customer::{CustomerView, ProductLine};
use crate::explain::view::notes::Note;
use crate::reports::summary::text::padded;
use crate::stages::next_steps::NextStep;

/// Maximum width of a line. Only paths may be wider.
pub const WIDTH: usize = 80;

/// How many users without a license are named.
const MOST_UNLICENSED: usize = 5;

/// A text to which lines are added.
pub struct Page {
    pub words: Words,
    text: String,
    colored: bool,
}

impl Page {
    pub fn new(words: Words, colored: bool) -> Page {
        Page {
            words,
            text: String::new(),
            colored,
        }
    }

    pub fn finish(self) -> String {
        self.text
    }

    /// Adds a heading. All but the first have an empty line before them.
    pub fn heading(&mut self, heading: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let (bold, plain) = if self.colored { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
        let lines = wrapped(heading, WIDTH);
        for line in lines {
            self.line(&format!("{bold}{line}{plain}"));
        }
    }

    /// Adds a heading in the page's language.
    pub fn title(&mut self, title: Phrase) {
        self.heading(self.words.say(title));
    }

    pub fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// Adds a text in as many lines as it needs. The first line begins with `first`; the others are
    /// indented by the same width.
    pub fn paragraph(&mut self, first: &str, text: &str) {
        let indent = first.chars().count();
        for (at, line) in wrapped(text, WIDTH - indent).into_iter().enumerate() {
            if at == 0 {
                self.line(&format!("{first}{line}"));
            } else {
                self.line(&format!("{}{line}", " ".repeat(indent)));
            }
        }
    }

    /// Adds what a reader must know before trusting a number. Differences come first.
    pub fn warnings(&mut self, notes: &[Note], differences: &[Difference]) {
        if !differences.is_empty() {
            self.title(phrases::FAULT);
            self.paragraph("  ", self.words.say(phrases::DIFFERENCES));
            for difference in differences {
                self.paragraph("  * ", &words::difference(self.words, difference));
            }
        }
        if !notes.is_empty() {
            self.title(phrases::TO_KNOW);
            for note in notes {
                self.paragraph("  * ", note.text(self.words));
            }
        }
    }

    pub fn next_steps(&mut self, steps: &[NextStep]) {
        for step in steps {
            let what = format!(
                "{}: {} {}",
                words::next_step(self.words, step),
                words::clean(&step.cause),
                words::clean(&step.strategies)
            );
            self.paragraph("    * ", &what);
        }
    }
}

/// Breaks a text between words into lines of at most `width` columns. A longer word gets a line of
/// its own.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Renders the products of a customer on one screen.
pub fn customer(view: &CustomerView, w: Words, colored: bool) -> String {
    let mut page = Page::new(w, colored);
    let customer = words::customer(&view.customer);
    page.heading(&w.fill(phrases::CUSTOMER_ON, &[("customer", &customer), ("day", &view.day)]));
    for (label, what) in [
        (phrases::TENANT, view.customer.tenant_id.to_string()),
        (phrases::WINDOW, words::window(w, &view.completeness)),
        (phrases::SEATS, words::snapshot(w, &view.completeness)),
    ] {
        // Labels share one width. A long label takes the space from what comes after it.
        let labels = [phrases::TENANT, phrases::WINDOW, phrases::SEATS].map(|label| w.say(label).chars().count());
        let width = labels.into_iter().max().unwrap_or(0).max(8);
        page.paragraph(&format!("  {:<width$} ", w.say(label)), &what);
    }
    page.warnings(&view.notes, &view.differences);
    page.title(phrases::PRODUCTS);
    if view.products.is_empty() {
        page.paragraph("  ", w.say(phrases::NO_PRODUCTS));
    }
    for line in &view.products {
        product_line(&mut page, line);
    }
    match &view.next_steps {
        Some(steps) if !steps.is_empty() => {
            page.title(phrases::CUSTOMER_STEPS);
            page.next_steps(steps);
        }
        _ => {}
    }
    unlicensed(&mut page, view);
    if let Some(line) = view.products.first() {
        let product = &line.product;
        let id = product.sku_id.to_string();
        let name = if product.part_number.is_empty() {
            &id
        } else {
            &product.part_number
        };
        page.line("");
        page.line(&w.fill(phrases::TAKE_APART, &[("product", name)]));
    }
    page.finish()
}

/// Adds who uses what without a license.
fn unlicensed(page: &mut Page, view: &CustomerView) {
    for found in &view.unlicensed {
        let w = page.words;
        let users = w.count(found.users.len(), nouns::USER_DATIVE);
        page.heading(&w.fill(phrases::UNLICENSED, &[("workload", &found.workload), ("users", &users)]));
        for (user, days) in found.users.iter().take(MOST_UNLICENSED) {
            let last = days
                .last()
                .map_or_else(String::new, |day| format!(", {}", w.fill(phrases::LAST_ON, &[("day", day)])));
            page.line(&format!("  {user}  {}{last}", w.count(days.len(), nouns::DAY)));
        }
        if found.users.len() > MOST_UNLICENSED {
            let more = w.grouped((found.users.len() - MOST_UNLICENSED) as i64);
            page.line(&format!("  {}", w.fill(phrases::MORE, &[("count", &more)])));
        }
    }
}

fn product_line(page: &mut Page, line: &ProductLine) {
    let (w, numbers) = (page.words, &line.numbers);
    let width = label_width(w);
    page.line(&format!("  {}", padded(&words::product(&line.product), WIDTH - 2)));
    let figure = |label: Phrase, ratio, what: String| format!("    {:<width$}{:>8}  {what}", w.say(label), percent(w, ratio));
    let seats = format!("{}{}", assigned(w, numbers), waiting(w, numbers));
    page.paragraph(&figure(phrases::DEPLOYMENT, numbers.deployment(), String::new()), &seats);
    if !line.has_workload {
        page.line(&figure(phrases::USAGE, None, w.say(phrases::CANNOT_BE_SEEN).to_owned()));
    } else {
        let entitlements = words::counted_or_unknown(w, numbers.entitlements, nouns::ENTITLEMENT);
        let active = w.grouped(numbers.users.active);
        let of = w.fill(phrases::ACTIVE_OF_SHORT, &[("active", &active), ("entitlements", &entitlements)]);
        page.line(&figure(phrases::USAGE, numbers.usage(), of));
        let shown: Vec<String> = words::parts(numbers.parts)
            .iter()
            .filter(|(_, count, _)| *count > 0)
            .map(|(name, count, _)| format!("{} {}", w.grouped(*count), w.say(*name)))
            .collect();
        if shown.len() > 1 || numbers.parts.current != numbers.users.active {
            page.paragraph(&format!("    {:<width$}{:>10}", "", ""), &shown.join(" + "));
        }
    }
    if let Some(reason) = &line.out_of_scope {
        page.paragraph("    ", &w.fill(phrases::OUT_OF_SCOPE_LONG, &[("reason", &words::clean(reason))]));
    }
    page.next_steps(&line.next_steps);
}

/// Returns the width of the labels of figures.
pub fn label_width(w: Words) -> usize {
    let labels = [phrases::USAGE, phrases::DEPLOYMENT].map(|label| w.say(label).chars().count() + 1);
    labels.into_iter().max().unwrap_or(0).max(11)
}

/// `28 assigned of 28 seats sold`.
pub fn assigned(w: Words, numbers: &Numbers) -> String {
    let sold = words::counted_or_unknown(w, numbers.seats.map(|seats| seats.sold), nouns::SEAT_SOLD);
    let assigned = w.grouped(numbers.assigned);
    if numbers.disabled == 0 {
        return w.fill(phrases::ASSIGNED_OF, &[("assigned", &assigned), ("sold", &sold)]);
    }
    let disabled = w.grouped(numbers.disabled);
    w.fill(
        phrases::ASSIGNED_DISABLED,
        &[("assigned", &assigned), ("disabled", &disabled), ("sold", &sold)],
    )
}

/// How many users wait for a seat, behind what else is said of seats; nothing where nobody does.
pub fn waiting(w: Words, numbers: &Numbers) -> String {
    match numbers.waiting {
        0 => String::new(),
        count => format!(", {}", w.fill(phrases::WAITING, &[("count", &w.grouped(count))])),
    }
}
