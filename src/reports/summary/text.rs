//! The closing summary as text of 80 columns.

use std::fmt::{Display, Write};

use crate::domain::next_steps::Language;
use crate::domain::words::explain as parts;
use crate::domain::words::summary as said;
use crate::domain::words::{Phrase, Words, nouns};
use crate::reports::product_notes::UnknownProduct;
use crate::reports::summary::figures::{Measure, Mover, OldList, Share, Summary};
use crate::stages::measures::usage::Parts;

/// The widest line.
pub(crate) const WIDTH: usize = 80;

/// How many old lists are named at most.
const OLD_LISTS: usize = 5;

/// How many products that the catalogue lacks are named at most.
const UNKNOWN_PRODUCTS: usize = 5;

/// How text is shown where the output can show styles.
#[derive(Clone, Copy)]
enum Style {
    Heading,
    Rise,
    Fall,
    Quiet,
}

/// The summary as text that ends with a line end. With `color`, headings and changes carry ANSI
/// escape sequences.
pub fn render(summary: &Summary, language: Language, color: bool) -> String {
    let page = Page {
        words: Words(language),
        color,
    };
    let mut text = page.styled(Style::Heading, &page.words.fill(said::PORTFOLIO_ON, &[("day", &summary.day)]));
    text.push('\n');
    text.push_str(&page.customers(summary));
    let measures = [
        ("", said::DEPLOYMENT, said::OF_SEATS, summary.deployment),
        ("", said::USAGE, said::OF_ENTITLEMENTS, summary.usage),
        ("  ", said::ADJUSTED, said::OF_ENTITLEMENTS, summary.usage_adjusted),
    ];
    for (indent, label, of, measure) in measures {
        text.push_str(&page.measure(&format!("{indent}{}", page.words.say(label)), of, measure));
    }
    text.push_str(&page.besides(summary.parts.unwrap_or_default()));
    text.push_str(&page.spending(summary));
    match summary.before {
        Some(day) => text.push_str(&page.movers(&page.words.fill(said::MOVED_MOST, &[("day", &day)]), summary)),
        None => text.push_str(&page.note(page.words.say(said::NO_DAY_BEFORE))),
    }
    text.push_str(&page.old_lists(&summary.old_lists));
    text.push_str(&page.unknown_products(&summary.unknown_products));
    text
}

/// A heading, bold where the output can show it.
pub(crate) fn heading(text: &str, color: bool) -> String {
    styled(Style::Heading, text, color)
}

fn styled(style: Style, text: &str, color: bool) -> String {
    let code = match style {
        Style::Heading => "1",
        Style::Rise => "32",
        Style::Fall => "31",
        Style::Quiet => "2",
    };
    if color {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

struct Page {
    words: Words,
    color: bool,
}

impl Page {
    fn styled(&self, style: Style, text: &str) -> String {
        styled(style, text, self.color)
    }

    fn customers(&self, summary: &Summary) -> String {
        let words = self.words;
        let mut parts = vec![words.grouped(summary.customers)];
        for (phrase, count) in [
            (said::WITHOUT_SEATS, summary.customers_without_seats),
            (said::INCOMPLETE, summary.customers_incomplete),
        ] {
            if count > 0 {
                parts.push(words.fill(phrase, &[("count", &words.grouped(count))]));
            }
        }
        format!("  {} {}\n", self.label(words.say(said::CUSTOMERS)), parts.join(", "))
    }

    /// A label, padded to the width of the longest one.
    fn label(&self, label: &str) -> String {
        let labels = [said::CUSTOMERS, said::DEPLOYMENT, said::USAGE];
        let longest = labels.iter().map(|label| self.words.say(*label).chars().count()).max();
        format!("{label:<0$}", longest.unwrap_or(0).max(11))
    }

    /// A line such as `Deployment 83.4 % (4,512 of 5,410 seats)  +1.2 points`.
    fn measure(&self, label: &str, of: Phrase, measure: Option<Measure>) -> String {
        let words = self.words;
        let label = self.label(label);
        let Some(measure) = measure else {
            return format!("  {label} {}\n", words.say(said::UNKNOWN));
        };
        let Share { part, whole, .. } = measure.now;
        let of = words.fill(of, &[("part", &words.grouped(part)), ("whole", &words.grouped(whole))]);
        let mut line = format!("  {label} {} ({of})", self.percent(&measure.now));
        if let Some(rise) = measure.rise {
            let _ = write!(
                line,
                "{}  {}",
                " ".repeat(self.points_at().saturating_sub(line.chars().count())),
                self.points(rise)
            );
        }
        line.push('\n');
        line
    }

    /// What usage has besides adjusted usage, such as `besides     12 moved, 3 switched`.
    fn besides(&self, of: Parts) -> String {
        let words = self.words;
        let shown = [
            (of.moved, parts::MOVED_SHORT),
            (of.switched, parts::SWITCHED_SHORT),
            (of.lapsed, parts::LAPSED_SHORT),
            (of.trial, parts::TRIAL_SHORT),
            (of.over_assigned, parts::OVER_ASSIGNED_SHORT),
        ];
        let shown = shown.iter().filter(|(count, _)| *count > 0);
        let shown: Vec<String> = shown
            .map(|(count, name)| format!("{} {}", words.grouped(*count), words.say(*name)))
            .collect();
        let mut label = format!("  {} ", self.label(&format!("  {}", words.say(said::BESIDES))));
        let mut lines: Vec<String> = Vec::new();
        for part in &shown {
            match lines.last_mut() {
                Some(line) if line.chars().count() + 3 + part.chars().count() <= WIDTH => {
                    line.push_str(", ");
                    line.push_str(part);
                }
                last => {
                    if let Some(line) = last {
                        line.push(',');
                    }
                    let next = " ".repeat(label.chars().count());
                    lines.push(std::mem::replace(&mut label, next) + part);
                }
            }
        }
        lines.into_iter().map(|line| line + "\n").collect()
    }

    /// A line for each currency.
    fn spending(&self, summary: &Summary) -> String {
        let mut text = String::new();
        for (at, spending) in summary.spending.iter().enumerate() {
            let label = if at == 0 { self.words.say(said::PER_MONTH) } else { "" };
            let money = |amount| self.words.money(amount, spending.currency);
            let (sold, unassigned, idle) = (money(spending.sold), money(spending.unassigned), money(spending.idle));
            let values: [(&str, &dyn Display); 3] = [("sold", &sold), ("unassigned", &unassigned), ("idle", &idle)];
            text.push_str(&format!("  {} {}\n", self.label(label), self.words.fill(said::SPENDING, &values)));
        }
        text
    }

    /// A change of a ratio, in percentage points.
    fn points(&self, rise: f64) -> String {
        let text = self.points_of(rise);
        match rounded(rise * 100.0) {
            rise if rise > 0.0 => self.styled(Style::Rise, &text),
            rise if rise < 0.0 => self.styled(Style::Fall, &text),
            _ => self.styled(Style::Quiet, &text),
        }
    }

    fn movers(&self, heading: &str, summary: &Summary) -> String {
        let mut text = format!("\n{}\n", self.styled(Style::Heading, heading));
        for mover in &summary.movers {
            text.push_str(&self.mover(mover));
        }
        if summary.movers.is_empty() {
            text.push_str(&self.note(self.words.say(said::NOBODY_MOVED)));
        }
        if summary.not_compared > 0 {
            let left_out = self.words.grouped(summary.not_compared);
            text.push_str(&self.note(&self.words.fill(said::NOT_COMPARED, &[("count", &left_out)])));
        }
        text
    }

    /// A line such as `Contoso   61.0 % → 82.0 %   +42 active   +21.0 points`.
    fn mover(&self, mover: &Mover) -> String {
        let name = mover.name.clone().unwrap_or_else(|| mover.tenant_id.to_string());
        let (before, now) = (self.percent(&mover.before), self.percent(&mover.now));
        let active = self.words.signed(mover.more_active());
        let figures = format!(" {before} → {now} {active:>7} {} ", self.words.say(said::ACTIVE));
        // Figures are never cut. A large one takes its room from the name, so that the right edge
        // stays in place.
        let name_width = WIDTH
            .saturating_sub(2 + figures.chars().count() + self.points_of(mover.rise()).chars().count())
            .max(1);
        format!("  {}{figures}{}\n", padded(&name, name_width), self.points(mover.rise()))
    }

    /// The customers whose seats are those of a stale list.
    fn old_lists(&self, lists: &[OldList]) -> String {
        if lists.is_empty() {
            return String::new();
        }
        let mut text = format!("\n{}\n", self.styled(Style::Heading, self.words.say(said::OLD_LISTS)));
        for list in lists.iter().take(OLD_LISTS) {
            let name = list.name.clone().unwrap_or_else(|| list.tenant_id.to_string());
            let days = self.words.count(list.days, nouns::DAY);
            let old = self.words.fill(said::DAYS_OLD, &[("days", &days)]);
            let age = format!(" {} {old:>18}", list.snapshot_day);
            let _ = writeln!(text, "  {}{age}", padded(&name, WIDTH - 2 - age.chars().count()));
        }
        if lists.len() > OLD_LISTS {
            let more = self.words.grouped((lists.len() - OLD_LISTS) as i64);
            text.push_str(&self.note(&self.words.fill(said::AND_MORE, &[("count", &more)])));
        }
        text
    }

    /// The products that the catalogue lacks, with the seats concerned.
    fn unknown_products(&self, products: &[UnknownProduct]) -> String {
        if products.is_empty() {
            return String::new();
        }
        let mut text = format!("\n{}\n", self.styled(Style::Heading, self.words.say(said::UNKNOWN_PRODUCTS)));
        for product in products.iter().take(UNKNOWN_PRODUCTS) {
            // Where nobody knows how many were sold, those that are assigned are there.
            let seats = self.words.count(product.seats_sold.max(product.seats_assigned), nouns::SEAT);
            let customers = self.words.count(product.customers, nouns::CUSTOMER);
            let figures = format!(" {seats:>18} {customers:>18}");
            let _ = writeln!(text, "  {}{figures}", padded(&product.sku_id, WIDTH - 2 - figures.chars().count()));
        }
        if products.len() > UNKNOWN_PRODUCTS {
            let more = self.words.grouped((products.len() - UNKNOWN_PRODUCTS) as i64);
            text.push_str(&self.note(&self.words.fill(said::AND_MORE, &[("count", &more)])));
        }
        text
    }

    fn note(&self, text: &str) -> String {
        debug_assert!(text.chars().count() + 2 <= WIDTH);
        format!("  {}\n", self.styled(Style::Quiet, text))
    }

    /// The column in which changes begin: the longest words before it fit.
    fn points_at(&self) -> usize {
        match self.words.0 {
            Language::English => 58,
            Language::German => 64,
        }
    }

    /// `83.4 %`, right-aligned; `-` where there is no ratio.
    fn percent(&self, share: &Share) -> String {
        let text = share.ratio.map_or_else(|| "-".to_owned(), |ratio| self.words.percent(ratio, 1));
        format!("{text:>7}")
    }

    /// `+1.2 points`, right-aligned.
    fn points_of(&self, rise: f64) -> String {
        let points = self.words.signed_decimal(rounded(rise * 100.0), 1);
        format!("{:>12}", self.words.fill(said::POINTS, &[("points", &points)]))
    }
}

/// To one decimal, without a negative zero.
fn rounded(value: f64) -> f64 {
    (value * 10.0).round() / 10.0 + 0.0
}

/// `12,345`, for messages that are always English.
pub fn grouped(number: i64) -> String {
    Words(Language::English).grouped(number)
}

/// A name in exactly `width` columns: cut with `…` or filled with spaces. Control characters become
/// spaces: a raw list could have some, and a terminal would obey them.
pub fn padded(name: &str, width: usize) -> String {
    let clean: String = name.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let total: usize = clean.chars().map(columns_of).sum();
    let room = if total > width { width - 1 } else { width };
    let (mut text, mut used) = (String::new(), 0);
    for letter in clean.chars() {
        if used + columns_of(letter) > room {
            break;
        }
        used += columns_of(letter);
        text.push(letter);
    }
    if total > width {
        text.push('…');
        used += 1;
    }
    text.extend(std::iter::repeat_n(' ', width - used));
    text
}

/// How many columns a name takes in a terminal.
pub fn width(name: &str) -> usize {
    name.chars().map(columns_of).sum()
}

/// How many columns a letter takes in a terminal: two from the East Asian scripts on, which is near
/// enough for names.
fn columns_of(letter: char) -> usize {
    if letter >= '\u{1100}' && !('\u{2000}'..'\u{2e80}').contains(&letter) && !('\u{1e00}'..'\u{2000}').contains(&letter) {
        2
    } else {
        1
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
