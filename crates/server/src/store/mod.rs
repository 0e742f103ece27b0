//! The store: the data file, and the one thread that writes to it.
//!
//! Writes queue up and are committed in batches, so that many writers share one wait for the disk. Readers look at the
//! snapshot that the last batch left when it was on disk; a reader never sees what could still be lost. The snapshot is
//! replaced when streams are told of the batch, under one lock; then its writers are answered.
//!
//! | module | holds |
//! |---|---|
//! | `copy` | all entries of a data file, and new files made from them: backups |
//! | `disk` | the data file: snapshots of it, batches of writes to it |
//! | `log` | what was written since the data file was last whole on disk |
//! | `row`, `rows`, `put` | the tree as rows: their keys, reading them, writing them |
//! | `operation`, `writer` | one write, and the thread that does them |

pub(crate) mod copy;
pub(crate) mod disk;
mod log;
mod operation;
mod put;
mod row;
mod rows;
mod writer;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use remote_refresh_core::query::Query;
use remote_refresh_core::wire::{Node, Path, StreamEvent};
use tokio::sync::{mpsc, oneshot, watch};

use crate::config::Config;
use crate::data::ReadError;
use crate::error::ServerError;
use crate::hub::{First, Hub, Subscription};
use crate::metrics::Metrics;
use crate::rules::{Rules, DEFAULT_RULES};
use disk::Disk;
pub(crate) use disk::Snapshot;
pub use operation::WriteError;
pub(crate) use operation::{Operation, Refusal, Write};
use writer::{Job, Writer};

/// How many writes may wait; further writers wait to be let in.
const MAX_WAITING_WRITES: usize = 1024;

/// What is stored and who listens: one lock, so that a stream's first value and its first event leave no gap.
pub(crate) struct State {
    snapshot: Snapshot,
    rules: Arc<Rules>,
    hub: Hub,
}

/// The state, shared by the writer, the readers and the subscriptions.
#[derive(Clone)]
pub(crate) struct SharedState(Arc<Mutex<State>>);

impl SharedState {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing under this lock can leave the state half changed: a panic elsewhere in its holder does not matter.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the subscription `id` of `path`.
    pub(crate) fn unsubscribe(&self, path: &Path, id: u64) {
        self.lock().hub.unsubscribe(path, id);
    }
}

/// The way to what is stored.
pub(crate) struct Store {
    state: SharedState,
    jobs: mpsc::Sender<Job>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Changes whenever rules do.
    rules_changed: watch::Sender<()>,
    metrics: Arc<Metrics>,
}

impl Store {
    /// Opens the data and starts the writer.
    pub(crate) fn open(config: &Config, metrics: Arc<Metrics>) -> Result<Self, ServerError> {
        Self::on(Disk::open(config)?, config, metrics)
    }

    fn on(disk: Disk, config: &Config, metrics: Arc<Metrics>) -> Result<Self, ServerError> {
        let snapshot = disk.snapshot(config.max_read)?;
        let rules = match &config.rules {
            Some(rules) => Rules::parse(rules)?,
            None => match disk.rules()? {
                Some(stored) => Rules::parse(&stored)?,
                None => Rules::parse(DEFAULT_RULES)?,
            },
        };
        let hub = Hub::new(
            config.max_queued_events,
            config.max_queued_bytes,
            metrics.clone(),
        );
        let rules = Arc::new(rules);
        let state = SharedState(Arc::new(Mutex::new(State {
            snapshot,
            rules,
            hub,
        })));
        let (jobs, queue) = mpsc::channel(MAX_WAITING_WRITES);
        let writer = Writer::new(disk, state.clone(), config, metrics.clone());
        let thread = std::thread::Builder::new()
            .name("feed-writer".to_owned())
            .spawn(move || writer.run(queue))?;
        Ok(Self {
            state,
            jobs,
            writer: Mutex::new(Some(thread)),
            rules_changed: watch::Sender::new(()),
            metrics,
        })
    }

    /// What is stored, as far as streams have been told of it, and the rules.
    pub(crate) fn look(&self) -> (Snapshot, Arc<Rules>) {
        let state = self.state.lock();
        (state.snapshot.clone(), state.rules.clone())
    }

    /// The rules.
    pub(crate) fn rules(&self) -> Arc<Rules> {
        self.state.lock().rules.clone()
    }

    /// Ready whenever rules have changed.
    pub(crate) fn rules_changed(&self) -> watch::Receiver<()> {
        self.rules_changed.subscribe()
    }

    /// Keeps these rules, goes by them from now on, and tells the streams.
    pub(crate) async fn set_rules(&self, rules: Rules) -> Result<(), WriteError> {
        let (answer, answered) = oneshot::channel();
        self.jobs
            .send(Job::Rules(Arc::new(rules), answer))
            .await
            .map_err(|_| WriteError::Stopping)?;
        answered.await.unwrap_or(Err(WriteError::Stopping))?;
        self.rules_changed.send_replace(());
        Ok(())
    }

    /// What is stored at `path` (of that, what `query` asks for), and every write to it from then on.
    pub(crate) fn subscribe(
        &self,
        path: Path,
        query: Option<Query>,
    ) -> Result<(Option<Node>, Subscription), ReadError> {
        let (snapshot, first, subscription) = {
            let mut state = self.state.lock();
            let state = &mut *state;
            let snapshot = state.snapshot.clone();
            let (first, subscription) =
                state
                    .hub
                    .subscribe(path.clone(), query, &snapshot, self.state.clone())?;
            (snapshot, first, subscription)
        };
        // What is written from now on waits in the subscription.
        let first = match first {
            First::Window(window) => window,
            First::Whole => snapshot.node(&path)?,
        };
        Ok((first, subscription))
    }

    /// Writes, and returns when it is on disk: the write with its server values resolved.
    pub(crate) async fn write(&self, write: Write) -> Result<StreamEvent, Refusal> {
        let begun = Instant::now();
        let (answer, answered) = oneshot::channel();
        self.jobs
            .send(Job::Write(write, answer))
            .await
            .map_err(|_| WriteError::Stopping)?;
        let event = answered.await.unwrap_or(Err(WriteError::Stopping.into()))?;
        self.metrics.wrote(begun.elapsed());
        Ok(event)
    }

    /// A write of the server's own, which no rule can refuse.
    pub(crate) async fn write_own(&self, operation: Operation) -> Result<StreamEvent, WriteError> {
        self.write(operation.into())
            .await
            .map_err(|refusal| match refusal {
                Refusal::Write(error) => error,
                Refusal::Denied | Refusal::Changed(_) => {
                    unreachable!("no rule and no condition holds for the server's own writes")
                }
            })
    }

    /// Finishes the writes that wait, then takes no more. May be called again.
    pub(crate) async fn close(&self) {
        // A failed send means that the writer has stopped already.
        let _ = self.jobs.send(Job::Stop).await;
        let thread = self
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            // The writer is on its last batch; waiting for it must not hold up this thread's other work.
            let joined = tokio::task::spawn_blocking(move || thread.join()).await;
            if !matches!(joined, Ok(Ok(()))) {
                tracing::error!("the writer ended in a panic");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use serde_json::json;

    use super::*;
    use crate::config::Storage;

    #[tokio::test]
    async fn a_write_that_the_disk_refuses_is_not_seen_by_anybody() {
        let fails = Arc::new(AtomicBool::new(false));
        let config = Config::new(Storage::Memory, "secret");
        let disk = disk::failing::disk(fails.clone());
        let store = Store::on(disk, &config, Arc::default()).expect("it is empty");
        let path = Path::parse("/a").expect("a path");
        let put = |json| Operation::Put {
            path: path.clone(),
            json,
        };
        store
            .write_own(put(json!(1)))
            .await
            .expect("the disk works");
        let (value, mut subscription) = store
            .subscribe(path.clone(), None)
            .expect("memory can be read");
        fails.store(true, Ordering::SeqCst);
        assert_eq!(
            store.write_own(put(json!(2))).await,
            Err(WriteError::Storage)
        );
        let seen = store.look().0.node(&path);
        assert!(seen.is_err() || seen.is_ok_and(|seen| seen == value));
        store.close().await;
        drop(store);
        let told = tokio::time::timeout(std::time::Duration::ZERO, subscription.next()).await;
        assert!(
            told.is_err(),
            "the listener was told of a write that is not stored"
        );
    }
}
