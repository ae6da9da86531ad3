//! Explanations as text of 80 columns: what all of them share, and the products of a customer in one screen.

use crate::explain::compare::Difference;
use crate::explain::customer::{CustomerView, ProductLine};
use crate::explain::notes::Note;
use crate::explain::words::{self, percent};
use crate::reports::summary_text::{grouped, padded};
use crate::stages::next_steps::NextStep;

/// No line is wider, but for paths.
pub const WIDTH: usize = 80;

/// How many users without a license are named.
const MOST_UNLICENSED: usize = 5;

/// Text as it grows.
pub struct Page {
    text: String,
    colored: bool,
}

impl Page {
    pub fn new(colored: bool) -> Page {
        Page {
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

    pub fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// A text in as many lines as it takes; the first begins with `first`, and the others below what follows it.
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
            self.heading("A fault of uptake");
            self.paragraph("  ", words::DIFFERENCES);
            for difference in differences {
                self.paragraph("  * ", &words::difference(difference));
            }
        }
        if !notes.is_empty() {
            self.heading("To know");
            for note in notes {
                self.paragraph("  * ", &note.text);
            }
        }
    }

    pub fn next_steps(&mut self, steps: &[NextStep]) {
        for step in steps {
            let what = format!(
                "{}: {} {}",
                words::next_step(step),
                words::clean(&step.cause),
                words::clean(&step.strategies)
            );
            self.paragraph("    * ", &what);
        }
    }
}

/// A text in lines of at most `width` columns, broken between words; a longer word has a line of its own.
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
pub fn customer(view: &CustomerView, colored: bool) -> String {
    let mut page = Page::new(colored);
    page.heading(&format!("{} on {}", words::customer(&view.customer), view.day));
    page.line(&format!("  Tenant   {}", view.customer.tenant_id));
    page.line(&format!("  Window   {}", words::window(&view.completeness)));
    page.line(&format!("  Seats    {}", words::snapshot(&view.completeness)));
    page.warnings(&view.notes, &view.differences);
    page.heading("Products");
    if view.products.is_empty() {
        page.line("  none: no subscription is listed, nobody has a license, nobody used one.");
    }
    for line in &view.products {
        product_line(&mut page, line);
    }
    match &view.next_steps {
        Some(steps) if !steps.is_empty() => {
            page.heading("Next steps for the customer as a whole");
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
        page.line(&format!("`--product {name}` takes it apart, user by user."));
    }
    page.finish()
}

/// Who uses what without a license for it.
fn unlicensed(page: &mut Page, view: &CustomerView) {
    for found in &view.unlicensed {
        let count = words::counted(found.users.len() as i64, "user");
        page.heading(&format!("Used without a license: {} by {count}", found.workload));
        for (user, days) in found.users.iter().take(MOST_UNLICENSED) {
            let last = days.last().map_or_else(String::new, |day| format!(", last on {day}"));
            page.line(&format!("  {user}  {}{last}", words::counted(days.len() as i64, "day")));
        }
        if found.users.len() > MOST_UNLICENSED {
            page.line(&format!("  and {} more", grouped((found.users.len() - MOST_UNLICENSED) as i64)));
        }
    }
}

fn product_line(page: &mut Page, line: &ProductLine) {
    let numbers = &line.numbers;
    page.line(&format!("  {}", padded(&words::product(&line.product), WIDTH - 2)));
    let figure = |label: &str, ratio, what: String| format!("    {label:<11}{:>8}  {what}", percent(ratio));
    let sold = words::counted_or_unknown(numbers.seats.map(|seats| seats.sold), "seat");
    page.line(&figure(
        "Deployment",
        numbers.deployment(),
        format!("{} assigned of {sold} sold", grouped(numbers.assigned)),
    ));
    if !line.has_workload {
        page.line("    Usage              cannot be seen: no workload of this product is known");
    } else {
        let entitlements = words::counted_or_unknown(numbers.entitlements, "entitlement");
        page.line(&figure(
            "Usage",
            numbers.usage(),
            format!("{} active of {entitlements}", grouped(numbers.users.active)),
        ));
        let parts = [
            (numbers.parts.current, "current"),
            (numbers.parts.moved, "moved"),
            (numbers.parts.lapsed, "lapsed"),
            (numbers.parts.trial, "trial"),
            (numbers.parts.over_assigned, "over-assigned"),
        ];
        let shown: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, name)| format!("{} {name}", grouped(*count)))
            .collect();
        if shown.len() > 1 || numbers.parts.current != numbers.users.active {
            page.line(&format!("    {:<21}{}", "", shown.join(" + ")));
        }
    }
    if let Some(reason) = &line.out_of_scope {
        page.paragraph("    ", &format!("Out of scope ({}): in no sum.", words::clean(reason)));
    }
    page.next_steps(&line.next_steps);
}
