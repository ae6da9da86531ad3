//! Shares day by day, as lines. The name of a line stands at its end.

use std::ops::Range;

use maud::{Markup, html};

use crate::domain::day::Day;
use crate::domain::words::Words;
use crate::pages::chart::scale::{ticks, top_of_shares};
use crate::pages::chart::{Caption, at, image, path, width_of};

/// A line, with a value for each day that has one.
pub struct Line<'a> {
    pub name: &'a str,
    pub values: Vec<Option<f64>>,
}

/// Where a line leads after its last day, and the range in which it ends.
pub struct Ahead {
    /// The number of the line.
    pub series: usize,
    /// The day from which it leads on, and the value there.
    pub from: (Day, f64),
    pub to: (Day, f64),
    pub range: (f64, f64),
}

const SIZE: (f64, f64) = (860.0, 300.0);
const LEFT: f64 = 48.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 30.0;
/// How far apart two names at the ends of lines are at least.
const NAME_HEIGHT: f64 = 17.0;
/// How far apart two days on the axis are at least.
const DAY_WIDTH: f64 = 104.0;

/// Draws lines over days that follow each other. `marked` days have a shade behind them. With `ahead`
/// the axis goes on to the day to which it leads.
pub fn draw(words: Words, caption: Caption<'_>, days: &[Day], lines: &[Line<'_>], marked: &[bool], ahead: Option<&Ahead>) -> Markup {
    let (width, height) = SIZE;
    let known = lines.iter().flat_map(|line| line.values.iter().flatten().copied());
    let top = top_of_shares(known.chain(ahead.map(|ahead| ahead.to.1)));
    let right = room_for_names(words, lines);
    let days = &with_days_ahead(days, ahead);
    let step = (width - LEFT - right) / (days.len().max(2) - 1) as f64;
    let x = |place: usize| LEFT + step * place as f64;
    let y = |value: f64| TOP + (height - TOP - BOTTOM) * (1.0 - value / top);
    let ends = places_of_names(lines, y);
    let body = html! {
        @for range in runs(marked) {
            rect class="shade" x=(at(x(range.start) - step / 2.0)) y=(at(TOP)) width=(at(step * range.len() as f64)) height=(at(height - TOP - BOTTOM)) {}
        }
        @if let Some(ahead) = ahead { (lead_on(words, ahead, days, x, |value| y(value.min(top)))) }
        @for tick in ticks(top, 5) {
            line class=(if (tick - 1.0).abs() < 1e-9 { "whole" } else { "grid" }) x1=(at(LEFT)) x2=(at(width - right)) y1=(at(y(tick))) y2=(at(y(tick))) {}
            text class="tick" x=(at(LEFT - 6.0)) y=(at(y(tick) + 4.0)) text-anchor="end" { (words.percent(tick, 0)) }
        }
        @for (place, label) in day_labels(words, days, step) {
            line class="grid" x1=(at(x(place))) x2=(at(x(place))) y1=(at(height - BOTTOM)) y2=(at(height - BOTTOM + 4.0)) {}
            text class="tick" x=(at(x(place))) y=(at(height - 10.0)) text-anchor="middle" { (label) }
        }
        @for (number, line) in lines.iter().enumerate() {
            path class=(format!("line s{number}")) d=(path(line.values.iter().enumerate().map(|(place, value)| value.map(|value| (x(place), y(value)))))) {}
            @if let (Some((place, value)), Some(end)) = (last_of(line), ends[number]) {
                circle class=(format!("fill s{number}")) cx=(at(x(place))) cy=(at(y(value))) r="3.2" {}
                text class=(format!("name s{number}")) x=(at(width - right + 10.0)) y=(at(end + 4.0)) { (line.name) " " (words.percent(value, 1)) }
            }
        }
    };
    image(caption, SIZE, &body)
}

/// The days of the axis.
fn with_days_ahead(days: &[Day], ahead: Option<&Ahead>) -> Vec<Day> {
    let last = days.last().copied();
    let more = ahead.zip(last).into_iter().flat_map(|(ahead, last)| last.plus(1).to(ahead.to.0));
    days.iter().copied().chain(more).collect()
}

/// The range as a band that opens, and the line within it with its value at the end. A range above
/// the axis is cut.
fn lead_on(words: Words, ahead: &Ahead, days: &[Day], x: impl Fn(usize) -> f64, y: impl Fn(f64) -> f64) -> Markup {
    let place = |day: Day| days.first().map_or(0.0, |first| x(usize::try_from(day.0 - first.0).unwrap_or(0)));
    let (begin, end) = ((place(ahead.from.0), y(ahead.from.1)), (place(ahead.to.0), y(ahead.to.1)));
    let (low, high) = ((end.0, y(ahead.range.0)), (end.0, y(ahead.range.1)));
    let above_or_below = if end.1 > TOP + NAME_HEIGHT {
        end.1 - 7.0
    } else {
        end.1 + NAME_HEIGHT
    };
    let band = format!("{}Z", path([begin, high, low].into_iter().map(Some)));
    html! {
        path class=(format!("band s{}", ahead.series)) d=(band) {}
        path class=(format!("line ahead s{}", ahead.series)) d=(path([begin, end].into_iter().map(Some))) {}
        text class=(format!("ahead s{}", ahead.series)) x=(at(end.0 - 4.0)) y=(at(above_or_below)) text-anchor="end" { (words.percent(ahead.to.1, 1)) }
    }
}

/// How wide the longest name with its share is.
fn room_for_names(words: Words, lines: &[Line<'_>]) -> f64 {
    let named = lines
        .iter()
        .filter_map(|line| Some(format!("{} {}", line.name, words.percent(last_of(line)?.1, 1))));
    // Names are bold, and so a little wider.
    named.map(|name| width_of(&name) * 1.12 + 16.0).fold(16.0, f64::max)
}

fn last_of(line: &Line<'_>) -> Option<(usize, f64)> {
    let known = line.values.iter().enumerate().rev();
    known.filter_map(|(place, value)| value.map(|value| (place, value))).next()
}

/// Where the names stand: at the height of their lines' ends, pushed apart.
fn places_of_names(lines: &[Line<'_>], y: impl Fn(f64) -> f64) -> Vec<Option<f64>> {
    let mut places: Vec<Option<f64>> = lines.iter().map(|line| last_of(line).map(|(_, value)| y(value))).collect();
    let mut order: Vec<usize> = (0..lines.len()).filter(|number| places[*number].is_some()).collect();
    order.sort_by(|one, two| places[*one].partial_cmp(&places[*two]).unwrap_or(std::cmp::Ordering::Equal));
    let lowest = SIZE.1 - BOTTOM;
    for pair in 1..order.len() {
        let (above, here) = (places[order[pair - 1]], places[order[pair]]);
        places[order[pair]] = above.zip(here).map(|(above, here)| here.max(above + NAME_HEIGHT));
    }
    // What was pushed below the axis pushes the others up again.
    let mut limit = lowest;
    for number in order.into_iter().rev() {
        places[number] = places[number].map(|place| place.min(limit));
        limit = places[number].map_or(limit, |place| place - NAME_HEIGHT);
    }
    places
}

/// The days that the axis names: the first of months, as many as have room.
fn day_labels(words: Words, days: &[Day], step: f64) -> Vec<(usize, String)> {
    let firsts: Vec<usize> = (0..days.len()).filter(|place| days[*place].date().day() == 1).collect();
    let all: Vec<usize> = if firsts.len() >= 3 {
        firsts
    } else {
        (0..days.len()).step_by(7).collect()
    };
    let mut named: Vec<(usize, String)> = Vec::new();
    for place in all {
        let room = named.last().is_none_or(|(before, _)| step * (place - before) as f64 >= DAY_WIDTH);
        if room {
            named.push((place, words.date(days[place])));
        }
    }
    named
}

/// The places where something is true, as runs.
fn runs(flags: &[bool]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for place in (0..flags.len()).filter(|place| flags[*place]) {
        match runs.last_mut() {
            Some(run) if run.end == place => run.end += 1,
            _ => runs.push(place..place + 1),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::next_steps::Language;

    fn line(name: &str, values: &[Option<f64>]) -> Line<'static> {
        Line {
            name: Box::leak(name.to_owned().into_boxed_str()),
            values: values.to_vec(),
        }
    }

    #[test]
    fn names_at_the_ends_do_not_overlap_and_stay_above_the_axis() {
        let lines = [
            line("a", &[Some(0.0)]),
            line("b", &[Some(0.01)]),
            line("c", &[None]),
            line("d", &[Some(0.9)]),
        ];
        let places = places_of_names(&lines, |value| 270.0 - 260.0 * value);
        let (a, b, d) = (places[0].unwrap_or(0.0), places[1].unwrap_or(0.0), places[3].unwrap_or(0.0));
        assert_eq!(places[2], None);
        assert!(
            a <= SIZE.1 - BOTTOM && a - b >= NAME_HEIGHT - 1e-9 && b - d >= NAME_HEIGHT,
            "{places:?}"
        );
    }

    #[test]
    fn a_chart_of_one_day_or_of_none_is_one_too() {
        let caption = Caption {
            id: "t",
            title: "T",
            description: "D",
        };
        for days in [vec![], vec![Day(20_000)], vec![Day(20_000), Day(20_001)]] {
            let values = vec![Some(1.1); days.len()];
            let text = draw(
                Words(Language::English),
                caption,
                &days,
                &[Line { name: "<&>", values }],
                &vec![true; days.len()],
                None,
            )
            .into_string();
            assert!(
                text.contains("role=\"img\"") && !text.contains("NaN") && !text.contains("<&>"),
                "{text}"
            );
        }
    }

    #[test]
    fn where_a_line_leads_is_within_the_image_and_after_its_last_day() {
        let days = [Day(20_000), Day(20_001)];
        let ahead = Ahead {
            series: 1,
            from: (days[0], 0.5),
            to: (Day(20_028), 0.6),
            range: (0.4, 9.0),
        };
        assert_eq!(with_days_ahead(&days, Some(&ahead)).last(), Some(&Day(20_028)));
        let words = Words(Language::English);
        let text = lead_on(words, &ahead, &days, |place| place as f64, |value| 100.0 - 50.0 * value.min(2.0)).into_string();
        assert!(text.contains("class=\"band s1\" d=\"M0 75L28 0L28 80Z\""), "{text}");
        assert!(text.contains("class=\"line ahead s1\" d=\"M0 75L28 70\""), "{text}");
    }

    #[test]
    fn marked_days_are_runs() {
        assert_eq!(runs(&[true, true, false, true]), [0..2, 3..4]);
    }
}
