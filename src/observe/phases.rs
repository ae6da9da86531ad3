//! Measures the parts of a run from the events of the engine. A part that begins once per shard is
//! one part.

use std::time::Instant;

use serde::Serialize;

/// A part of the work that is finished.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Phase {
    pub part: &'static str,
    pub unit: &'static str,
    pub done: u64,
    /// Bytes of raw files that were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Rounded to milliseconds.
    pub seconds: f64,
}

/// The parts so far, in the order in which they first began.
#[derive(Debug, Default)]
pub struct PhaseTimer {
    done: Vec<Phase>,
    current: Option<(Phase, Instant)>,
}

impl PhaseTimer {
    /// Begins a part of `total` units. A part without units is ignored.
    pub fn begin(&mut self, part: &'static str, unit: &'static str, total: u64) {
        let began = Phase {
            part,
            unit,
            done: 0,
            bytes: None,
            seconds: 0.0,
        };
        self.current = (total > 0).then(|| (began, Instant::now()));
    }

    /// Counts finished units.
    pub fn advance(&mut self, units: u64) {
        if let Some((part, _)) = &mut self.current {
            part.done += units;
        }
    }

    /// Counts bytes that were read, and returns how many there are.
    pub fn read(&mut self, bytes: u64) -> u64 {
        self.current
            .as_mut()
            .map_or(0, |(part, _)| *part.bytes.insert(part.bytes.unwrap_or(0) + bytes))
    }

    /// Ends the current part and returns it.
    pub fn end(&mut self) -> Option<Phase> {
        let (mut part, began) = self.current.take()?;
        part.seconds = rounded(began.elapsed().as_secs_f64());
        match self
            .done
            .iter_mut()
            .find(|known| known.part == part.part && known.unit == part.unit)
        {
            Some(known) => {
                known.done += part.done;
                known.bytes = part.bytes.map_or(known.bytes, |bytes| Some(known.bytes.unwrap_or(0) + bytes));
                known.seconds = rounded(known.seconds + part.seconds);
            }
            None => self.done.push(part.clone()),
        }
        Some(part)
    }

    /// Returns the finished parts and the current one as far as it has come.
    pub fn so_far(&self) -> Vec<Phase> {
        let current = self.current.as_ref().map(|(part, began)| Phase {
            seconds: rounded(began.elapsed().as_secs_f64()),
            ..part.clone()
        });
        self.done.iter().cloned().chain(current).collect()
    }
}

/// Rounds seconds to three decimals.
pub fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(parts: &[Phase]) -> Vec<(&'static str, u64)> {
        parts.iter().map(|part| (part.part, part.done)).collect()
    }

    #[test]
    fn the_same_part_of_several_shards_is_one_and_an_empty_one_is_none() {
        let mut parts = PhaseTimer::default();
        for (part, total) in [("facts", 2), ("windows", 1), ("facts", 3), ("checks", 0)] {
            parts.begin(part, "days", total);
            (0..total).for_each(|_| parts.advance(1));
            assert_eq!(parts.end().is_some(), total > 0);
        }
        assert_eq!(named(&parts.so_far()), [("facts", 5), ("windows", 1)]);
        parts.begin("publication", "days", 4);
        parts.advance(1);
        assert_eq!(named(&parts.so_far()), [("facts", 5), ("windows", 1), ("publication", 1)]);
        assert_eq!(parts.end().map(|part| part.done), Some(1));
        assert_eq!(parts.end(), None);
    }
}
