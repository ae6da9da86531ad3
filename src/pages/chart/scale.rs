//! From values to places of an image.

/// The values at which an axis from 0 to `most` has a tick: steps of 1, 2 or 5 times a power of ten,
/// at most `count` of them besides 0.
pub fn ticks(most: f64, count: usize) -> Vec<f64> {
    if !(most > 0.0 && most.is_finite()) {
        return vec![0.0];
    }
    let least = most / count.max(1) as f64;
    let power = 10_f64.powf(least.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .iter()
        .map(|digit| digit * power)
        .find(|step| *step >= least * (1.0 - 1e-9));
    let step = step.unwrap_or(10.0 * power);
    let steps = (most / step + 1e-9).floor() as usize;
    (0..=steps).map(|number| number as f64 * step).collect()
}

/// The top of an axis of shares: at least 1, at the next tick above the greatest value.
pub fn top_of_shares(values: impl Iterator<Item = f64>) -> f64 {
    let greatest = values.filter(|value| value.is_finite()).fold(1.0, f64::max);
    let step = ticks(greatest, 5).get(1).copied().unwrap_or(1.0);
    (greatest / step - 1e-9).ceil() * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(ticks(1.0, 5), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks(3.4, 5), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(ticks(0.0, 5), [0.0]);
        assert_eq!(ticks(f64::NAN, 5), [0.0]);
        for most in [0.003, 0.7, 1.2, 9.99, 47.0, 1e9] {
            assert!((2..=6).contains(&ticks(most, 5).len()), "{most}");
        }
    }

    #[test]
    fn shares_have_room_for_a_hundred_percent_and_for_the_greatest() {
        assert_eq!(top_of_shares([0.3].into_iter()), 1.0);
        assert!((top_of_shares([1.07].into_iter()) - 1.5).abs() < 1e-9);
        assert!((top_of_shares([2.0].into_iter()) - 2.0).abs() < 1e-9);
    }
}
