//! What is counted, and how Prometheus reads it.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The upper ends of the buckets of how long a write takes, in seconds.
const BUCKETS: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];

/// Counters; all start at nothing when the server does.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Streams that are open.
    pub(crate) streams: AtomicU64,
    /// Streams that were ever opened.
    pub(crate) streams_opened: AtomicU64,
    /// Connections that are open.
    pub(crate) connections: AtomicU64,
    /// Events put into a stream's queue.
    pub(crate) deliveries: AtomicU64,
    /// Streams cut off because they fell behind.
    pub(crate) cut_off: AtomicU64,
    /// Requests answered with 401.
    pub(crate) denied: AtomicU64,
    /// Commits to the disk.
    pub(crate) commits: AtomicU64,
    /// Requests answered.
    pub(crate) requests: AtomicU64,
    writes: Histogram,
}

#[derive(Debug, Default)]
struct Histogram {
    buckets: [AtomicU64; BUCKETS.len()],
    count: AtomicU64,
    micros: AtomicU64,
}

impl Metrics {
    /// Counts a write that took so long from its arrival until it was on disk.
    pub(crate) fn wrote(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        for (bucket, end) in self.writes.buckets.iter().zip(BUCKETS) {
            if seconds <= end {
                bucket.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.writes.count.fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.writes.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// All of it, in Prometheus' text format.
    pub(crate) fn text(&self, store_bytes: Option<u64>) -> String {
        let mut out = String::new();
        let get = |value: &AtomicU64| value.load(Ordering::Relaxed);
        let gauges = [
            ("feed_streams", "Streams that are open.", get(&self.streams)),
            (
                "feed_connections",
                "Connections that are open.",
                get(&self.connections),
            ),
        ];
        let size = store_bytes.map(|bytes| ("feed_store_bytes", "Size of the data file.", bytes));
        for (name, help, value) in gauges.into_iter().chain(size) {
            put(&mut out, name, "gauge", help, value);
        }
        for (name, help, value) in [
            (
                "feed_requests_total",
                "Requests answered.",
                get(&self.requests),
            ),
            (
                "feed_streams_opened_total",
                "Streams that were opened.",
                get(&self.streams_opened),
            ),
            (
                "feed_deliveries_total",
                "Events given to streams.",
                get(&self.deliveries),
            ),
            (
                "feed_streams_cut_off_total",
                "Streams cut off because they fell behind.",
                get(&self.cut_off),
            ),
            (
                "feed_denied_total",
                "Requests refused for their credential.",
                get(&self.denied),
            ),
            (
                "feed_commits_total",
                "Commits to the disk, each of one write or many.",
                get(&self.commits),
            ),
        ] {
            put(&mut out, name, "counter", help, value);
        }
        self.histogram(&mut out);
        out
    }

    fn histogram(&self, out: &mut String) {
        let name = "feed_write_seconds";
        let count = self.writes.count.load(Ordering::Relaxed);
        let sum = self.writes.micros.load(Ordering::Relaxed) as f64 / 1e6;
        // Writing to a text can't fail.
        let _ = writeln!(
            out,
            "# HELP {name} How long writes took until they were on disk.\n# TYPE {name} histogram"
        );
        for (bucket, end) in self.writes.buckets.iter().zip(BUCKETS) {
            let _ = writeln!(
                out,
                "{name}_bucket{{le=\"{end}\"}} {}",
                bucket.load(Ordering::Relaxed)
            );
        }
        let _ = writeln!(
            out,
            "{name}_bucket{{le=\"+Inf\"}} {count}\n{name}_sum {sum}\n{name}_count {count}"
        );
    }
}

fn put(out: &mut String, name: &str, kind: &str, help: &str, value: u64) {
    // Writing to a text can't fail.
    let _ = writeln!(
        out,
        "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_counts_in_every_bucket_it_fits() {
        let metrics = Metrics::default();
        metrics.wrote(Duration::from_millis(3));
        metrics.wrote(Duration::from_secs(9));
        let text = metrics.text(Some(7));
        for line in [
            "feed_write_seconds_bucket{le=\"0.0025\"} 0",
            "feed_write_seconds_bucket{le=\"0.005\"} 1",
            "feed_write_seconds_bucket{le=\"2.5\"} 1",
            "feed_write_seconds_bucket{le=\"+Inf\"} 2",
            "feed_write_seconds_sum 9.003",
            "feed_store_bytes 7",
            "# TYPE feed_streams gauge",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
