//! What is counted, and how Prometheus reads it.

use std::fmt::{Display, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

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
    /// Checkpoints: the data file got all on disk.
    pub(crate) checkpoints: AtomicU64,
    /// Bytes in the log that the data file does not have on disk.
    pub(crate) log_bytes: AtomicU64,
    /// Requests answered.
    pub(crate) requests: AtomicU64,
    /// Bytes of backups given to whoever asked for them.
    pub(crate) backup_bytes: AtomicU64,
    writes: Histogram,
    backups: Backups,
}

/// How a backup of the running server ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BackupEnd {
    /// All of it was sent.
    Sent,
    /// Whoever asked for it hung up, or took nothing for too long.
    NotTaken,
    /// The data could not be read to its end.
    Unreadable,
}

#[derive(Debug, Default)]
struct Backups {
    /// By [`BackupEnd`].
    ended: [AtomicU64; 3],
    /// When the last whole one had been sent, in seconds since 1970; 0 before the first.
    last_at: AtomicU64,
    /// How long that took.
    last_micros: AtomicU64,
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
        self.writes
            .micros
            .fetch_add(micros(took), Ordering::Relaxed);
    }

    /// Counts a backup that ended so, and took so long.
    pub(crate) fn backed_up(&self, end: BackupEnd, took: Duration) {
        self.backups.ended[end as usize].fetch_add(1, Ordering::Relaxed);
        if let BackupEnd::Sent = end {
            // A clock before 1970 knows no time.
            let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
            self.backups.last_at.store(now.as_secs(), Ordering::Relaxed);
            let micros = micros(took);
            self.backups.last_micros.store(micros, Ordering::Relaxed);
        }
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
            (
                "feed_log_bytes",
                "Bytes in the log that the data file does not have yet.",
                get(&self.log_bytes),
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
            (
                "feed_backup_bytes_total",
                "Bytes of backups that were sent.",
                get(&self.backup_bytes),
            ),
            (
                "feed_checkpoints_total",
                "Times that the data file got what the log had.",
                get(&self.checkpoints),
            ),
        ] {
            put(&mut out, name, "counter", help, value);
        }
        self.histogram(&mut out);
        self.backups(&mut out);
        out
    }

    fn backups(&self, out: &mut String) {
        let name = "feed_backups_total";
        // Writing to a text can't fail.
        let _ = writeln!(
            out,
            "# HELP {name} Backups of the running server, by how they ended.\n# TYPE {name} counter"
        );
        let results = ["sent", "not_taken", "unreadable"];
        for (count, result) in self.backups.ended.iter().zip(results) {
            let count = count.load(Ordering::Relaxed);
            let _ = writeln!(out, "{name}{{result=\"{result}\"}} {count}");
        }
        let at = self.backups.last_at.load(Ordering::Relaxed);
        if at == 0 {
            return;
        }
        let took = self.backups.last_micros.load(Ordering::Relaxed) as f64 / 1e6;
        let name = "feed_backup_last_timestamp_seconds";
        let help = "When the last backup had been sent whole, in seconds since 1970.";
        put(out, name, "gauge", help, at);
        let name = "feed_backup_last_duration_seconds";
        put(out, name, "gauge", "How long that took.", took);
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

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

fn put(out: &mut String, name: &str, kind: &str, help: &str, value: impl Display) {
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

    #[test]
    fn a_backup_counts_by_its_end_and_the_last_whole_one_is_told() {
        let metrics = Metrics::default();
        let has = |line: &str| metrics.text(None).lines().any(|found| found == line);
        metrics.backed_up(BackupEnd::NotTaken, Duration::from_secs(9));
        metrics.backed_up(BackupEnd::Unreadable, Duration::from_secs(9));
        assert!(has("feed_backups_total{result=\"sent\"} 0"));
        assert!(!metrics.text(None).contains("feed_backup_last"), "none yet");
        metrics.backed_up(BackupEnd::Sent, Duration::from_millis(1500));
        metrics.backed_up(BackupEnd::NotTaken, Duration::from_secs(9));
        for line in [
            "feed_backups_total{result=\"sent\"} 1",
            "feed_backups_total{result=\"not_taken\"} 2",
            "feed_backups_total{result=\"unreadable\"} 1",
            "feed_backup_last_duration_seconds 1.5",
            "# TYPE feed_backup_last_timestamp_seconds gauge",
        ] {
            assert!(has(line), "{line}\n{}", metrics.text(None));
        }
    }
}
