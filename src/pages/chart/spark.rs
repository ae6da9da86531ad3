//! A small line beside a row: its shape, without an axis. The row has the numbers.

use maud::{Markup, html};

use crate::pages::chart::path;

const SIZE: (f64, f64) = (104.0, 24.0);
/// The room around the line.
const EDGE: f64 = 2.0;

/// Draws shares in order. Who cannot see it misses nothing that the row does not say.
pub fn draw(values: &[Option<f64>]) -> Markup {
    let greatest = values.iter().flatten().fold(1.0_f64, |most, value| most.max(*value));
    let step = (SIZE.0 - 2.0 * EDGE) / (values.len().max(2) - 1) as f64;
    let place = |(place, value): (usize, &Option<f64>)| {
        let height = (SIZE.1 - 2.0 * EDGE) / greatest;
        value.map(|value| (EDGE + step * place as f64, SIZE.1 - EDGE - height * value))
    };
    html! {
        svg class="spark" viewBox=(format!("0 0 {} {}", SIZE.0, SIZE.1)) aria-hidden="true" {
            path class="line s1" d=(path(values.iter().enumerate().map(place))) {}
        }
    }
}
