//! Shares that are made of parts, one row each, with a mark at 100 %.

use maud::{Markup, html};

use crate::domain::words::Words;
use crate::pages::chart::{Caption, at, cut, image, width_of};

/// A row: its name, and the parts of its share, as many as there are names of parts.
pub struct Row {
    pub name: String,
    pub parts: Vec<f64>,
}

const WIDTH: f64 = 860.0;
const LEFT: f64 = 230.0;
const RIGHT: f64 = 64.0;
const ROW_HEIGHT: f64 = 28.0;
const LEGEND_HEIGHT: f64 = 20.0;
const BAR_HEIGHT: f64 = 18.0;

/// Draws the rows below a legend of the parts.
pub fn draw(words: Words, caption: Caption<'_>, names: &[&str], rows: &[Row]) -> Markup {
    let longest = rows.iter().map(|row| row.parts.iter().sum()).fold(1.0, f64::max) * 1.02;
    let x = |share: f64| LEFT + (WIDTH - LEFT - RIGHT) * share / longest;
    let (legend, lines) = legend(names);
    let top = lines as f64 * LEGEND_HEIGHT + 8.0;
    let bottom = top + ROW_HEIGHT * rows.len() as f64;
    let body = html! {
        @for (number, place, line) in legend {
            rect class=(format!("fill p{number}")) x=(at(place)) y=(at(line * LEGEND_HEIGHT + 3.0)) width="12" height="12" rx="2" {}
            text class="tick" x=(at(place + 17.0)) y=(at(line * LEGEND_HEIGHT + 13.0)) { (names[number]) }
        }
        @for (number, row) in rows.iter().enumerate() {
            @let y = top + ROW_HEIGHT * number as f64;
            @let whole: f64 = row.parts.iter().sum();
            text class="label" x=(at(LEFT - 10.0)) y=(at(y + 17.0)) text-anchor="end" { (cut(&row.name, LEFT - 14.0)) }
            @for (part, from, share) in segments(&row.parts) {
                rect class=(format!("fill p{part}")) x=(at(x(from))) y=(at(y + 4.0)) width=(at((x(from + share) - x(from)).max(0.6))) height=(at(BAR_HEIGHT)) {
                    title { (row.name) ": " (names[part]) " " (words.percent(share, 1)) }
                }
            }
            text class="label" x=(at(x(whole) + 7.0)) y=(at(y + 17.0)) { (words.percent(whole, 1)) }
        }
        line class="mark" x1=(at(x(1.0))) x2=(at(x(1.0))) y1=(at(top)) y2=(at(bottom + 4.0)) {}
        text class="tick" x=(at(x(1.0))) y=(at(bottom + 18.0)) text-anchor="middle" { (words.percent(1.0, 0)) }
    };
    image(caption, (WIDTH, bottom + 24.0), &body)
}

/// Where the names of the parts stand: number, place and line; and how many lines they take.
fn legend(names: &[&str]) -> (Vec<(usize, f64, f64)>, usize) {
    let (mut x, mut line) = (0.0, 0);
    let mut places = Vec::new();
    for (number, name) in names.iter().enumerate() {
        let width = 17.0 + width_of(name) + 22.0;
        if x > 0.0 && x + width > WIDTH {
            (x, line) = (0.0, line + 1);
        }
        places.push((number, x, f64::from(line)));
        x += width;
    }
    (places, line as usize + 1)
}

/// The parts that are there: number, where it begins, how long it is.
fn segments(parts: &[f64]) -> Vec<(usize, f64, f64)> {
    let mut from = 0.0;
    let mut segments = Vec::new();
    for (number, share) in parts.iter().enumerate().filter(|(_, share)| **share > 0.0) {
        segments.push((number, from, *share));
        from += share;
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::next_steps::Language;

    #[test]
    fn parts_follow_each_other_and_names_are_escaped() {
        assert_eq!(segments(&[0.5, 0.0, 0.25]), [(0, 0.0, 0.5), (2, 0.5, 0.25)]);
        let rows = [Row {
            name: "<b>\"x\"".to_owned(),
            parts: vec![0.9, 0.2],
        }];
        let caption = Caption {
            id: "t",
            title: "T",
            description: "D",
        };
        let text = draw(Words(Language::German), caption, &["a", "b"], &rows).into_string();
        assert!(
            text.contains("110,0 %") && text.contains("&lt;b&gt;") && !text.contains("<b>"),
            "{text}"
        );
    }

    #[test]
    fn a_legend_that_is_too_long_goes_on_in_the_next_line() {
        let names = ["a long name of a part that is there"; 6];
        let (places, lines) = legend(&names);
        assert_eq!(lines, 2);
        assert!(places.iter().all(|(_, x, _)| *x < WIDTH));
    }
}
