//! Days ahead on a line, each with a mark as large as what happens on it.

use maud::{Markup, html};

use crate::domain::day::Day;
use crate::domain::words::Words;
use crate::pages::chart::{Caption, at, image};

/// What happens on a day.
pub struct Mark {
    pub on: Day,
    pub size: i64,
    /// What the pointer shows.
    pub text: String,
}

const SIZE: (f64, f64) = (860.0, 104.0);
const EDGE: f64 = 44.0;
const AXIS: f64 = 66.0;
const LARGEST: f64 = 24.0;
const SMALLEST: f64 = 4.0;

/// Draws the marks between two days.
pub fn draw(words: Words, caption: Caption<'_>, (first, last): (Day, Day), marks: &[Mark]) -> Markup {
    let days = f64::from((last.0 - first.0).max(1));
    let x = |day: Day| EDGE + (SIZE.0 - 2.0 * EDGE) * f64::from(day.0 - first.0) / days;
    let most = marks.iter().map(|mark| mark.size).max().unwrap_or(1).max(1) as f64;
    // The area says how much it is, so the radius grows with the root.
    let radius = |size: i64| (LARGEST * (size.max(0) as f64 / most).sqrt()).max(SMALLEST);
    let body = html! {
        line class="axis" x1=(at(EDGE)) x2=(at(SIZE.0 - EDGE)) y1=(at(AXIS)) y2=(at(AXIS)) {}
        @for day in ticks(first, last) {
            line class="axis" x1=(at(x(day))) x2=(at(x(day))) y1=(at(AXIS - 4.0)) y2=(at(AXIS + 4.0)) {}
            text class="tick" x=(at(x(day))) y=(at(SIZE.1 - 6.0)) text-anchor="middle" { (words.date(day)) }
        }
        @for mark in marks {
            circle class="fill p0 seen-through" cx=(at(x(mark.on))) cy=(at(AXIS - 2.0)) r=(at(radius(mark.size))) { title { (mark.text) } }
        }
    };
    image(caption, SIZE, &body)
}

/// The first day, the last one, and every fifteenth between them.
fn ticks(first: Day, last: Day) -> Vec<Day> {
    let mut days: Vec<Day> = first.to(last).step_by(15).collect();
    if days.last().is_some_and(|day| last.0 - day.0 > 7) {
        days.push(last);
    }
    days
}
