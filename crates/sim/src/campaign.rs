//! Many runs, one seed after the other, on all processors; and what to say of one that fails.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Mutex;

use crate::{run, shrink, Counts, STEPS};

/// Lines of a trace that a report ends with.
pub const LAST_LINES: usize = 60;

/// A run that failed, cut down to fewer steps.
#[derive(Clone, Debug)]
pub struct Failed {
    /// Its seed.
    pub seed: u64,
    /// Steps that are enough to make it fail.
    pub steps: u32,
    /// What was not as it must be.
    pub failure: String,
    /// The end of its trace.
    pub trace: Vec<String>,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.trace {
            writeln!(f, "{line}")?;
        }
        let Self {
            seed,
            steps,
            failure,
            ..
        } = self;
        writeln!(f, "seed {seed} fails after {steps} steps: {failure}")?;
        write!(
            f,
            "again, with all of the trace: cargo run -p remote-refresh-sim -- --seed {seed} --steps {steps} --trace"
        )
    }
}

impl std::error::Error for Failed {}

/// Runs from `first`, the seed after it, and so on, until `total` steps are done; on as many threads as there are processors.
///
/// # Errors
/// The first run that fails, made short.
///
/// # Panics
/// If a run panics, which is a bug of the core's or of the simulation's; its seed is in the message.
pub fn campaign(first: u64, total: u64) -> Result<Counts, Box<Failed>> {
    let next = AtomicU64::new(0);
    let shared = Mutex::new((Counts::default(), None::<u64>));
    let runs = total.div_ceil(u64::from(STEPS));
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let work = || loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let done = |failed: &Option<u64>| index >= runs || failed.is_some();
        if done(&shared.lock().expect("no holder panics").1) {
            break;
        }
        let seed = first.wrapping_add(index);
        let outcome = std::panic::catch_unwind(|| run(seed, STEPS, false));
        let outcome = outcome.unwrap_or_else(|_| panic!("seed {seed} panics"));
        let mut shared = shared.lock().expect("no holder panics");
        shared.0 += outcome.counts;
        if outcome.failure.is_some() {
            shared.1.get_or_insert(seed);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let (counts, failed) = shared.into_inner().expect("no holder panics");
    match failed {
        None => Ok(counts),
        Some(seed) => Err(Box::new(explain(seed, STEPS))),
    }
}

/// Runs a seed that fails again, with fewer steps if fewer will do, and keeps the end of its trace.
///
/// # Panics
/// If it doesn't fail.
#[must_use]
pub fn explain(seed: u64, steps: u32) -> Failed {
    let steps = shrink(seed, steps);
    let mut outcome = run(seed, steps, true);
    let lines = outcome.trace.len();
    Failed {
        seed,
        steps,
        failure: outcome.failure.expect("a run follows from its seed alone"),
        trace: outcome.trace.split_off(lines.saturating_sub(LAST_LINES)),
    }
}
