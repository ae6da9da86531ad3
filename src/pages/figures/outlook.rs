//! Where usage leads if it goes on as it did: a straight line through windows that do not overlap,
//! and the range in which the next one lies with a probability of 80 %. It is an outlook: it
//! prolongs a line and knows no causes.
//!
//! The windows are counted back from the latest day whose window is complete, 28 days apart, at most
//! six of them. Windows that are not complete and days without usage are left out. At least four
//! have to remain. The line is that of least squares; the range is the prediction interval with
//! Student's t for two degrees of freedom less than there are windows. Usage is never below 0.

use crate::domain::day::Day;
use crate::domain::window::WINDOW_DAYS;
use crate::pages::figures::Figures;
use crate::pages::figures::customer::CustomerFigures;

/// How many windows are looked at, and how many have to be known.
const MOST: usize = 6;
pub const LEAST: usize = 4;
/// What 80 % of Student's t lie within, for 2, 3 and 4 degrees of freedom.
const T_80: [f64; 3] = [1.885_618_083_164_127, 1.637_744_353_696_209, 1.533_206_274_058_944];

/// What usage is expected to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// The latest day with a complete window, and its usage.
    pub from: Day,
    pub usage: f64,
    /// 28 days after that.
    pub day: Day,
    pub expected: f64,
    /// Between these with a probability of 80 %.
    pub low: f64,
    pub high: f64,
    /// From how many windows this follows.
    pub windows: usize,
}

/// A value and its range.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Prediction {
    value: f64,
    margin: f64,
}

/// The outlook of the portfolio. As in its trend, a day is complete where more than half of the
/// customers have a complete window. `None`: there is not enough history.
pub fn of_portfolio(figures: &Figures) -> Option<Outlook> {
    let days = figures.portfolio.trend.iter().enumerate();
    let usage = days.map(|(place, row)| {
        let usage = row.as_ref().and_then(|row| row.usage_ratio);
        usage.filter(|_| figures.portfolio.is_complete(place))
    });
    of_days(figures.day, &usage.collect::<Vec<_>>())
}

/// The outlook of a customer.
pub fn of_customer(figures: &Figures, customer: &CustomerFigures) -> Option<Outlook> {
    let usage = customer.trend.iter().map(|sums| {
        let sums = (*sums).filter(|sums| sums.is_complete);
        sums.and_then(|sums| sums.usage())
    });
    of_days(figures.day, &usage.collect::<Vec<_>>())
}

/// The outlook from usage day by day; the last day is `last`. `None` of a day without usage or
/// without a complete window. An outlook on a day that is past is none.
fn of_days(last: Day, usage: &[Option<f64>]) -> Option<Outlook> {
    let window = WINDOW_DAYS as usize;
    let at = usage.iter().rposition(Option::is_some)?;
    let back = usage.len() - 1 - at;
    if back >= window {
        return None;
    }
    let places = (0..MOST).map_while(|number| at.checked_sub(number * window).map(|place| (number, place)));
    let known = places.filter_map(|(number, place)| Some((-(number as f64), usage[place]?)));
    let points: Vec<(f64, f64)> = known.collect();
    let Prediction { value, margin } = predict(&points, 1.0)?;
    let from = last.plus(-(back as i32));
    Some(Outlook {
        from,
        usage: usage[at]?,
        day: from.plus(WINDOW_DAYS),
        expected: value.max(0.0),
        low: (value - margin).max(0.0),
        high: (value + margin).max(0.0),
        windows: points.len(),
    })
}

/// What the line of least squares through some points says of `x`; `None` of too few of them.
fn predict(points: &[(f64, f64)], x: f64) -> Option<Prediction> {
    let t = *points.len().checked_sub(LEAST).and_then(|more| T_80.get(more))?;
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
    let spread: f64 = points.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    let slope = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum::<f64>() / spread;
    let line = |x: f64| mean_y + slope * (x - mean_x);
    let left: f64 = points.iter().map(|(x, y)| (y - line(*x)).powi(2)).sum();
    let deviation = (left / (count - 2.0)).sqrt();
    Some(Prediction {
        value: line(x),
        margin: t * deviation * (1.0 + 1.0 / count + (x - mean_x).powi(2) / spread).sqrt(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAST: Day = Day(20_000);

    /// Usage of every day, from usage of some windows, the latest first.
    fn days(windows: &[Option<f64>], back: usize) -> Vec<Option<f64>> {
        let mut days = vec![None; windows.len() * 28 + back];
        let last = days.len() - 1 - back;
        for (number, usage) in windows.iter().enumerate() {
            days[last - number * 28] = *usage;
        }
        days
    }

    #[track_caller]
    fn check(outlook: Option<Outlook>, expected: f64, low: f64, high: f64) {
        let outlook = outlook.unwrap();
        let close = |one: f64, two: f64| (one - two).abs() < 1e-6;
        assert!(
            close(outlook.expected, expected) && close(outlook.low, low) && close(outlook.high, high),
            "{outlook:?}"
        );
    }

    /// Worked out by hand: x = 0 to 3, y = 0.50, 0.54, 0.52, 0.60. Means 1.5 and 0.54; Sxx = 5, Sxy =
    /// 0.14, so the slope is 0.028, and at x = 4 the line is at 0.54 + 0.028 * 2.5 = 0.61. What is left:
    /// 0.002, 0.014, -0.034, 0.018 squared are 0.00168, so s = sqrt(0.00168 / 2) = 0.0289828; s * sqrt(1
    /// + 1/4 + 6.25/5) = 0.0458258; times 1.8856181 = 0.0864099.
    #[test]
    fn four_windows_give_the_line_and_the_range_that_are_worked_out_by_hand() {
        let usage = days(&[Some(0.60), Some(0.52), Some(0.54), Some(0.50)], 0);
        check(of_days(LAST, &usage), 0.61, 0.523_590_1, 0.696_409_9);
        let outlook = of_days(LAST, &usage).unwrap();
        assert_eq!((outlook.from, outlook.day, outlook.windows), (LAST, LAST.plus(28), 4));
    }

    /// x = 0 to 5, y = 0.2, 0.3, 0.3, 0.5, 0.4, 0.6: means 2.5 and 2.3 / 6, Sxx = 17.5, Sxy = 1.25.
    #[test]
    fn six_windows_are_the_most() {
        let six = [Some(0.6), Some(0.4), Some(0.5), Some(0.3), Some(0.3), Some(0.2)];
        let (slope, mean) = (1.25 / 17.5, 2.3 / 6.0);
        let value = mean + slope * 3.5;
        let left: f64 = [0.2, 0.3, 0.3, 0.5, 0.4, 0.6]
            .iter()
            .zip(0..)
            .map(|(y, x)| y - (mean + slope * (f64::from(x) - 2.5)))
            .map(|rest| rest * rest)
            .sum();
        let margin = 1.533_206_274 * (left / 4.0).sqrt() * (1.0_f64 + 1.0 / 6.0 + 12.25 / 17.5).sqrt();
        check(of_days(LAST, &days(&six, 0)), value, value - margin, value + margin);
        let mut seven = six.to_vec();
        seven.push(Some(0.9));
        assert_eq!(of_days(LAST, &days(&seven, 0)), of_days(LAST, &days(&six, 0)));
    }

    #[test]
    fn a_straight_line_has_no_range_and_usage_is_never_below_0() {
        let falling = [Some(0.1), Some(0.3), Some(0.5), Some(0.7)];
        check(of_days(LAST, &days(&falling, 0)), 0.0, 0.0, 0.0);
        let above = [Some(1.3), Some(1.2), Some(1.1), Some(1.0)];
        check(of_days(LAST, &days(&above, 0)), 1.4, 1.4, 1.4);
    }

    #[test]
    fn it_counts_back_from_the_latest_complete_day_and_leaves_gaps_out() {
        let known = [Some(0.5), Some(0.5), None, Some(0.5), Some(0.5)];
        let outlook = of_days(LAST, &days(&known, 3)).unwrap();
        assert_eq!((outlook.from, outlook.day, outlook.windows), (LAST.plus(-3), LAST.plus(25), 4));
        // The windows keep their places: with the gap the line through 0.6, 0.5, 0.3 and 0.2 is straight.
        let straight = [Some(0.6), Some(0.5), None, Some(0.3), Some(0.2)];
        check(of_days(LAST, &days(&straight, 0)), 0.7, 0.7, 0.7);
    }

    #[test]
    fn too_little_history_gives_none() {
        assert_eq!(of_days(LAST, &[]), None);
        assert_eq!(of_days(LAST, &vec![Some(0.5); 3 * 28]), None);
        assert!(of_days(LAST, &vec![Some(0.5); 3 * 28 + 1]).is_some());
        let four = [Some(0.5); 4];
        assert!(of_days(LAST, &days(&four, 27)).is_some());
        assert_eq!(of_days(LAST, &days(&four, 28)), None, "the day would be past");
        assert_eq!(
            of_days(LAST, &days(&[Some(0.5), None, Some(0.5), None, Some(0.5), None, Some(0.5)], 0)),
            None
        );
    }
}
