//! Explanations as text of 80 columns: what all of them share, and the products of a customer in
//! one screen.

use crate::domain::words::{Phrase, Words, explain as said, nouns};
use crate::explain::compare::Difference;
use crate::explain::counts::Numbers;
use crate::explain::customer::{CustomerView, ProductLine};
use crate::explain::notes::Note;
use crate::explain::render::words;
use crate::explain::render::words::percent;
use crate::reports::summary::text::padded;
use crate::stages::next_steps::NextStep;

/// No line is wider, but for paths.
pub const WIDTH: usize = 80;

/// How many users without a license are named.
const MOST_UNLICENSED: usize = 5;

/// Text as it grows.
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

    /// A heading, with an empty line before it but for the first.
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

    /// A heading in the page's language.
    pub fn title(&mut self, title: Phrase) {
        self.heading(self.words.say(title));
    }

    pub fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// A text in as many lines as it takes; the first begins with `first`, and the others below
    /// what follows it.
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

    /// What has to be known before a number is believed: differences first.
    pub fn warnings(&mut self, notes: &[Note], differences: &[Difference]) {
        if !differences.is_empty() {
            self.title(said::FAULT);
            self.paragraph("  ", self.words.say(said::DIFFERENCES));
            for difference in differences {
                self.paragraph("  * ", &words::difference(self.words, difference));
            }
        }
        if !notes.is_empty() {
            self.title(said::TO_KNOW);
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

/// A text in lines of at most `width` columns, broken between words; a longer word has a line of
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

/// The products of a customer in one screen.
pub fn customer(view: &CustomerView, w: Words, colored: bool) -> String {
    let mut page = Page::new(w, colored);
    let customer = words::customer(&view.customer);
    page.heading(&w.fill(said::CUSTOMER_ON, &[("customer", &customer), ("day", &view.day)]));
    for (label, what) in [
        (said::TENANT, view.customer.tenant_id.to_string()),
        (said::WINDOW, words::window(w, &view.completeness)),
        (said::SEATS, words::snapshot(w, &view.completeness)),
    ] {
        // Labels have a width in common, which a long window takes from what comes after it.
        let labels = [said::TENANT, said::WINDOW, said::SEATS].map(|label| w.say(label).chars().count());
        let width = labels.into_iter().max().unwrap_or(0).max(8);
        page.paragraph(&format!("  {:<width$} ", w.say(label)), &what);
    }
    page.warnings(&view.notes, &view.differences);
    page.title(said::PRODUCTS);
    if view.products.is_empty() {
        page.paragraph("  ", w.say(said::NO_PRODUCTS));
    }
    for line in &view.products {
        product_line(&mut page, line);
    }
    match &view.next_steps {
        Some(steps) if !steps.is_empty() => {
            page.title(said::CUSTOMER_STEPS);
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
        page.line(&w.fill(said::TAKE_APART, &[("product", name)]));
    }
    page.finish()
}

/// Who uses what without a license for it.
fn unlicensed(page: &mut Page, view: &CustomerView) {
    for found in &view.unlicensed {
        let w = page.words;
        let users = w.count(found.users.len(), nouns::USER_DATIVE);
        page.heading(&w.fill(said::UNLICENSED, &[("workload", &found.workload), ("users", &users)]));
        for (user, days) in found.users.iter().take(MOST_UNLICENSED) {
            let last = days
                .last()
                .map_or_else(String::new, |day| format!(", {}", w.fill(said::LAST_ON, &[("day", day)])));
            page.line(&format!("  {user}  {}{last}", w.count(days.len(), nouns::DAY)));
        }
        if found.users.len() > MOST_UNLICENSED {
            let more = w.grouped((found.users.len() - MOST_UNLICENSED) as i64);
            page.line(&format!("  {}", w.fill(said::MORE, &[("count", &more)])));
        }
    }
}

fn product_line(page: &mut Page, line: &ProductLine) {
    let (w, numbers) = (page.words, &line.numbers);
    let width = label_width(w);
    page.line(&format!("  {}", padded(&words::product(&line.product), WIDTH - 2)));
    let figure = |label: Phrase, ratio, what: String| format!("    {:<width$}{:>8}  {what}", w.say(label), percent(w, ratio));
    page.line(&figure(said::DEPLOYMENT, numbers.deployment(), assigned(w, numbers)));
    if !line.has_workload {
        page.line(&figure(said::USAGE, None, w.say(said::CANNOT_BE_SEEN).to_owned()));
    } else {
        let entitlements = words::counted_or_unknown(w, numbers.entitlements, nouns::ENTITLEMENT);
        let active = w.grouped(numbers.users.active);
        let of = w.fill(said::ACTIVE_OF_SHORT, &[("active", &active), ("entitlements", &entitlements)]);
        page.line(&figure(said::USAGE, numbers.usage(), of));
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
        page.paragraph("    ", &w.fill(said::OUT_OF_SCOPE_LONG, &[("reason", &words::clean(reason))]));
    }
    page.next_steps(&line.next_steps);
}

/// The room that the labels of figures take.
pub fn label_width(w: Words) -> usize {
    let labels = [said::USAGE, said::DEPLOYMENT].map(|label| w.say(label).chars().count() + 1);
    labels.into_iter().max().unwrap_or(0).max(11)
}

/// `28 assigned of 28 seats sold`.
pub fn assigned(w: Words, numbers: &Numbers) -> String {
    let sold = words::counted_or_unknown(w, numbers.seats.map(|seats| seats.sold), nouns::SEAT_SOLD);
    let assigned = w.grouped(numbers.assigned);
    w.fill(said::ASSIGNED_OF, &[("assigned", &assigned), ("sold", &sold)])
}
