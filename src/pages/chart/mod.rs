//! Charts as SVG. Shapes have classes instead of colours: the page's style sheet gives them colours
//! for light, for dark and for paper. Every chart has a title and a description for who cannot see
//! it, and the page has a table with its numbers.
//!
//! | file | what |
//! |---|---|
//! | `lines` | shares day by day, with gaps, and days that are marked |
//! | `stacked` | shares that are made of parts, with a mark at 100 % |
//! | `spark` | a small line beside a row |
//! | `timeline` | days ahead, each with a mark of some size |
//! | `scale` | ticks, and from values to places |

pub mod lines;
pub mod scale;
pub mod spark;
pub mod stacked;
pub mod timeline;

use maud::{Markup, html};

/// What a chart is called, and what it says in a sentence. `id` is different for each of a page.
#[derive(Clone, Copy)]
pub struct Caption<'a> {
    pub id: &'a str,
    pub title: &'a str,
    pub description: &'a str,
}

/// An image of this size with its title and description.
fn image(caption: Caption<'_>, (width, height): (f64, f64), body: &Markup) -> Markup {
    let (title, description) = (format!("{}-title", caption.id), format!("{}-text", caption.id));
    html! {
        svg class="chart" viewBox=(format!("0 0 {width} {height}")) role="img" aria-labelledby=(format!("{title} {description}")) {
            title id=(title) { (caption.title) }
            desc id=(description) { (caption.description) }
            (body)
        }
    }
}

/// A place in the image, as text: a tenth of a unit is finer than any screen.
fn at(place: f64) -> String {
    let text = format!("{place:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// How wide a text of the chart is, about: there is no font to measure with.
fn width_of(text: &str) -> f64 {
    text.chars().count() as f64 * 6.7
}

/// A text cut to about this width, with an ellipsis where something is missing.
fn cut(text: &str, width: f64) -> String {
    let room = (width / 6.7) as usize;
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let begin: String = text.chars().take(room.saturating_sub(1)).collect();
    format!("{}…", begin.trim_end())
}

/// The path of a line: a gap where there is no value.
fn path(points: impl Iterator<Item = Option<(f64, f64)>>) -> String {
    let mut path = String::new();
    let mut pen = 'M';
    let mut alone: Option<String> = None;
    for point in points {
        match point {
            Some((x, y)) => {
                path.push(pen);
                path.push_str(&format!("{} {}", at(x), at(y)));
                // A single day between gaps would be a line without length, which nobody sees.
                alone = (pen == 'M').then(|| format!("L{} {}", at(x + 0.6), at(y)));
                pen = 'L';
            }
            None => {
                path.push_str(&alone.take().unwrap_or_default());
                pen = 'M';
            }
        }
    }
    path.push_str(&alone.unwrap_or_default());
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_gap_where_a_value_is_missing_and_shows_a_day_alone() {
        let points = [Some((0.0, 1.0)), Some((1.0, 2.25)), None, Some((3.0, 4.0)), None];
        assert_eq!(path(points.into_iter()), "M0 1L1 2.2M3 4L3.6 4");
        assert_eq!(path([None].into_iter()), "");
    }

    #[test]
    fn long_texts_are_cut_by_letters_and_not_by_bytes() {
        assert_eq!(cut("Größenwahn AG", 70.0), "Größenwah…");
        assert_eq!(cut("short", 70.0), "short");
    }
}
