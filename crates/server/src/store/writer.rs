//! The writer: takes what waits, works it out, commits it, tells.

use std::sync::atomic::Ordering;
use std::sync::Arc;
use std::time::{Duration, Instant};

use remote_refresh_core::time::Millis;
use remote_refresh_core::wire::{Node, Path, StreamEvent};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};

use super::disk::{Disk, Snapshot, Tree};
use super::operation::{Refusal, Write};
use super::{SharedState, WriteError};
use crate::config::{Clock, Config};
use crate::error::ServerError;
use crate::etag;
use crate::metrics::Metrics;
use crate::rules::{Asked, QueryFacts, Rules, Sides};

/// How many writes share one commit at most.
const MAX_BATCH: usize = 256;

/// How long nobody writes before all is written to the data file. While somebody does, that would hold them up.
const QUIET: Duration = Duration::from_secs(1);

/// The longest a batch waits for the next write.
const LONGEST_PAUSE: Duration = Duration::from_micros(250);
/// Shorter pauses are not worth it. The system makes each longer by some 50 µs; and where the disk takes less than the work on a
/// batch does, it is better that half of the writers are worked for while the disk is busy with the others.
const SHORTEST_PAUSE: Duration = Duration::from_micros(100);

type Answer = oneshot::Sender<Result<StreamEvent, Refusal>>;

/// What the writer is asked to do.
pub(super) enum Job {
    /// Write this, and answer when it is on disk.
    Write(Write, Answer),
    /// Keep these rules and go by them.
    Rules(Arc<Rules>, oneshot::Sender<Result<(), WriteError>>),
    /// Finish.
    Stop,
}

/// When to wait a little for more writers, so that they share a commit.
///
/// Those who were answered together mostly write again together, some moments later. Without a pause the first of them would
/// have a commit to itself, and all others wait for that and for their own.
#[derive(Default)]
struct Pace {
    /// Several write at once: the last batch had more than one write, or another was there when it was done.
    crowd: bool,
    /// How long the disk took for the last commit.
    sync: Duration,
}

impl Pace {
    /// How long to wait for more, with a batch that has been open for so long; not at all where the disk is quick, or
    /// nobody else is there. A batch waits again only if somebody came meanwhile.
    fn pause(&self, open: Duration) -> Option<Duration> {
        let pause = (self.sync / 16).min(LONGEST_PAUSE);
        (self.crowd && pause >= SHORTEST_PAUSE && open < self.sync / 2).then_some(pause)
    }
}

pub(super) struct Writer {
    disk: Disk,
    /// What readers see, and who listens.
    state: SharedState,
    rules: Arc<Rules>,
    /// How much of what is stored is read at once, in bytes.
    max_read: usize,
    clock: Clock,
    metrics: Arc<Metrics>,
}

impl Writer {
    pub(super) fn new(
        disk: Disk,
        state: SharedState,
        config: &Config,
        metrics: Arc<Metrics>,
    ) -> Self {
        let rules = state.lock().rules.clone();
        Self {
            disk,
            state,
            rules,
            max_read: config.max_read,
            clock: config.clock.clone(),
            metrics,
        }
    }

    /// Works until it is told to stop, or nobody can write any more.
    pub(super) fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let timer = Builder::new_current_thread().enable_time().build();
        let timer = timer.expect("a timer alone needs nothing that the system could refuse");
        let mut pace = Pace::default();
        let mut stopping = false;
        while !stopping {
            let mut batch = Vec::new();
            let mut next = match jobs.try_recv() {
                Err(mpsc::error::TryRecvError::Empty) => self.wait(&timer, &mut jobs),
                there => {
                    pace.crowd |= there.is_ok();
                    there.ok()
                }
            };
            let (begun, mut seen) = (Instant::now(), 0);
            loop {
                match next {
                    Some(Job::Write(write, answer)) => batch.push((write, answer)),
                    Some(Job::Rules(rules, answer)) => {
                        // Whoever wrote before is judged by the rules before.
                        self.commit(std::mem::take(&mut batch));
                        drop(answer.send(self.take_rules(rules)));
                    }
                    Some(Job::Stop) => {
                        // Whoever got in before this is still served.
                        jobs.close();
                    }
                    None => {
                        stopping = true;
                        break;
                    }
                }
                if batch.len() == MAX_BATCH {
                    break;
                }
                let mut more = jobs.try_recv();
                if let (Err(mpsc::error::TryRecvError::Empty), true) = (&more, batch.len() > seen) {
                    seen = batch.len();
                    if let Some(pause) = pace.pause(begun.elapsed()) {
                        std::thread::sleep(pause);
                        more = jobs.try_recv();
                    }
                }
                next = match more {
                    Ok(job) => Some(job),
                    Err(mpsc::error::TryRecvError::Disconnected) => None,
                    Err(mpsc::error::TryRecvError::Empty) => break,
                };
            }
            pace.crowd = batch.len() > 1;
            pace.sync = self.commit(batch);
        }
        if let Err(error) = self.disk.close() {
            tracing::warn!(%error, "what was written last stays in the log, for the next start");
        }
    }

    /// The next job. When nobody has any for a while, the data file is brought up to date.
    fn wait(&mut self, timer: &Runtime, jobs: &mut mpsc::Receiver<Job>) -> Option<Job> {
        if self.disk.log_bytes() > 0 {
            let next = async { tokio::time::timeout(QUIET, jobs.recv()).await };
            if let Ok(next) = timer.block_on(next) {
                return next;
            }
            if let Err(error) = self.disk.checkpoint() {
                tracing::error!(%error, "the data file could not be written: what was written last is in the log");
            }
            self.count();
        }
        jobs.blocking_recv()
    }

    /// Says how much is in the log, and how often it was not needed any more.
    fn count(&self) {
        let (bytes, checkpoints) = (self.disk.log_bytes(), self.disk.checkpoints());
        self.metrics.log_bytes.store(bytes, Ordering::Relaxed);
        let counted = &self.metrics.checkpoints;
        counted.store(checkpoints, Ordering::Relaxed);
    }

    fn take_rules(&mut self, rules: Arc<Rules>) -> Result<(), WriteError> {
        let saved = self.disk.save_rules(rules.source());
        let snapshot = saved.and_then(|()| self.disk.snapshot(self.max_read));
        let snapshot = snapshot.map_err(|error| {
            tracing::error!(%error, "the rules could not be stored");
            WriteError::Storage
        })?;
        self.count();
        self.rules = rules.clone();
        let mut state = self.state.lock();
        (state.rules, state.snapshot) = (rules, snapshot);
        Ok(())
    }

    /// Does these writes and answers them. Returns how long the disk took.
    fn commit(&mut self, batch: Vec<(Write, Answer)>) -> Duration {
        if batch.is_empty() {
            return Duration::ZERO;
        }
        let mut done = Vec::with_capacity(batch.len());
        let mut refused = Vec::new();
        let stored = self.store(batch, &mut done, &mut refused);
        for (refusal, answer) in refused {
            // A failed send means that whoever asked has gone.
            drop(answer.send(Err(refusal)));
        }
        let sync = match stored {
            Ok(None) => Duration::ZERO,
            Ok(Some((snapshot, sync))) => {
                let events: Vec<&StreamEvent> = done.iter().map(|(event, _)| event).collect();
                let mut state = self.state.lock();
                let state = &mut *state;
                state.snapshot = snapshot;
                state.hub.publish(&events, &state.snapshot);
                sync
            }
            Err(error) => {
                tracing::error!(%error, "a batch of writes could not be stored; start the server again when the disk is well");
                for (_, answer) in done {
                    drop(answer.send(Err(WriteError::Storage.into())));
                }
                return Duration::ZERO;
            }
        };
        for (event, answer) in done {
            drop(answer.send(Ok(event)));
        }
        sync
    }

    /// Decides on each write and puts those in `done` that are on disk afterwards, if all goes well. Returns what is
    /// stored then, if that is anything new, and how long the disk took.
    fn store(
        &mut self,
        batch: Vec<(Write, Answer)>,
        done: &mut Vec<(StreamEvent, Answer)>,
        refused: &mut Vec<(Refusal, Answer)>,
    ) -> Result<Option<(Snapshot, Duration)>, ServerError> {
        let mut waiting = batch.into_iter();
        let stored = (|| {
            let mut transaction = self.disk.begin()?;
            let mut tree = transaction.tree(self.max_read)?;
            for (write, answer) in waiting.by_ref() {
                match self.decide(&write, &tree) {
                    Ok(event) => {
                        let mut put = Ok(());
                        each_put(&event, |path, data| {
                            if put.is_ok() {
                                put = tree.put(path, data);
                            }
                        });
                        done.push((event, answer));
                        put?;
                    }
                    Err(refusal) => refused.push((refusal, answer)),
                }
            }
            drop(tree);
            if done.is_empty() {
                return Ok(None);
            }
            let begun = Instant::now();
            self.disk.commit(transaction)?;
            let sync = begun.elapsed();
            self.metrics.commits.fetch_add(1, Ordering::Relaxed);
            self.count();
            Ok(Some((self.disk.snapshot(self.max_read)?, sync)))
        })();
        if stored.is_err() {
            refused.extend(waiting.map(|(_, answer)| (WriteError::Storage.into(), answer)));
        }
        stored
    }

    /// What a write comes to, if it is allowed and its condition holds.
    fn decide(&self, write: &Write, tree: &Tree<'_>) -> Result<StreamEvent, Refusal> {
        let now = self.clock.now();
        let event = write.operation.resolve(tree, now)?;
        if !write.grant.admin && !self.allowed(write, &event, tree, now) {
            return Err(Refusal::Denied);
        }
        if let Some(wanted) = &write.if_match {
            let current = tree
                .node(write.operation.path())
                .map_err(WriteError::from)?;
            if !etag::names(wanted, &etag::of(current.as_ref())) {
                return Err(Refusal::Changed(current));
            }
        }
        Ok(event)
    }

    fn allowed(&self, write: &Write, event: &StreamEvent, tree: &Tree<'_>, now: Millis) -> bool {
        let mut puts = Vec::new();
        each_put(event, |path, data| puts.push((path.clone(), data.cloned())));
        let asked = Asked {
            auth: &write.grant.auth,
            now,
        };
        let sides = Sides {
            before: tree,
            puts: &puts,
        };
        // The answer to a condition shows what is there, so that one needs leave to read it.
        let shown = write.if_match.is_none()
            || self
                .rules
                .may_read(asked, write.operation.path(), &QueryFacts::none(), tree);
        shown && self.rules.may_write(asked, sides)
    }
}

/// Calls `put` for each place that a resolved write replaces.
fn each_put(event: &StreamEvent, mut put: impl FnMut(&Path, Option<&Node>)) {
    match event {
        StreamEvent::Put { path, data } => put(path, data.as_ref()),
        StreamEvent::Patch { path, children } => {
            for (below, data) in children {
                put(&path.join(below), data.as_ref());
            }
        }
        StreamEvent::KeepAlive | StreamEvent::Cancel { .. } | StreamEvent::AuthRevoked { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_waits_only_for_a_crowd_and_only_where_the_disk_is_slow() {
        let pause = |crowd, sync, open| {
            let sync = Duration::from_micros(sync);
            Pace { crowd, sync }.pause(Duration::from_micros(open))
        };
        assert_eq!(pause(false, 3200, 0), None, "nobody else is there");
        assert_eq!(pause(true, 1000, 0), None, "the disk is quick");
        assert_eq!(pause(true, 3200, 0), Some(Duration::from_micros(200)));
        assert_eq!(pause(true, 3200, 1600), None, "it has waited enough");
        assert_eq!(pause(true, 1_000_000, 0), Some(LONGEST_PAUSE));
    }
}
