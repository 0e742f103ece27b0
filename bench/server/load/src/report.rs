//! What was seen: counts, and times of which the middle and the end are told.

use std::time::Duration;

use serde_json::{json, Value};

/// Durations, to be summed up.
#[derive(Default)]
pub(crate) struct Times(Vec<u32>);

impl Times {
    pub(crate) fn add(&mut self, time: Duration) {
        self.0
            .push(u32::try_from(time.as_micros()).unwrap_or(u32::MAX));
    }

    /// In milliseconds: that which half of them, 99 of 100, and all, don't exceed.
    pub(crate) fn summary(&self) -> Value {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = |share: f64| {
            let index = (share * sorted.len() as f64).ceil() as usize;
            sorted
                .get(index.saturating_sub(1))
                .map(|&micros| f64::from(micros) / 1000.0)
        };
        json!({ "p50": at(0.5), "p99": at(0.99), "max": at(1.0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_end_are_told() {
        let mut times = Times::default();
        (1..=200)
            .rev()
            .for_each(|ms| times.add(Duration::from_millis(ms)));
        assert_eq!(
            times.summary(),
            json!({ "p50": 100.0, "p99": 198.0, "max": 200.0 })
        );
        assert_eq!(
            Times::default().summary(),
            json!({ "p50": null, "p99": null, "max": null })
        );
    }
}
