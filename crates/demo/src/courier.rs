//! Carries notifications from the outbox to the feed, in the order of the writes, until the feed has them.
//!
//! A request only writes what it owes, in its own transaction, and nudges the courier: a slow feed slows no request, a
//! feed that is down loses nothing, and what a killed process still owed is delivered after its restart. A notification
//! may arrive twice (delivered, then killed before that was noted), which costs the page one needless refresh.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{watch, Notify};

use crate::feed::Feed;
use crate::store::{outbox, Store, StoreError};

/// Rows read at once; more wait in the table.
const BATCH: u32 = 64;
/// First pause after a failed delivery; doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Short enough that a restarted feed has its news within a few seconds.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// A handle that wakes the courier, and ends it.
#[derive(Clone, Debug, Default)]
pub struct Courier {
    nudge: Arc<Notify>,
    ending: watch::Sender<bool>,
}

impl Courier {
    /// Says that the outbox may have news. Never waits.
    pub fn nudge(&self) {
        self.nudge.notify_one();
    }

    /// Lets [`Courier::run`] return once the outbox is empty, or at the first delivery that fails. May be called twice.
    pub fn end(&self) {
        self.ending.send_replace(true);
    }

    /// Delivers until told to end, starting with what an earlier process left.
    pub async fn run(self, store: Store, feed: Arc<dyn Feed>) {
        let mut ending = self.ending.subscribe();
        let mut pause = FIRST_PAUSE;
        loop {
            // Read before the outbox is: what is owed before `end` is called is delivered.
            let last_round = *ending.borrow();
            match deliver_batch(&store, feed.as_ref()).await {
                Ok(0) if last_round => return,
                Ok(0) => tokio::select! {
                    () = self.nudge.notified() => {}
                    _ = ending.changed() => {}
                },
                Ok(_) => pause = FIRST_PAUSE,
                Err(error) => {
                    tracing::warn!(%error, retry_in = ?pause, "a notification waits in the outbox");
                    if last_round {
                        return;
                    }
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        _ = ending.changed() => {}
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum DeliveryError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Feed(String),
}

/// Delivers the oldest batch; returns how many rows it settled.
async fn deliver_batch(store: &Store, feed: &dyn Feed) -> Result<usize, DeliveryError> {
    let batch = store.run(|tx| outbox::oldest(tx, BATCH)).await?;
    let mut settled = 0;
    let mut last = None;
    let mut failure = None;
    for owed in batch {
        match feed.remote_refresh(&owed.users, &owed.change).await {
            Ok(()) => {}
            Err(error) if error.passing => {
                failure = Some(DeliveryError::Feed(error.message));
                break;
            }
            // Would fail forever and hold up all that follow.
            Err(error) => {
                tracing::error!(%error, ?owed, "a notification was refused and is dropped")
            }
        }
        settled += 1;
        last = Some(owed.id);
    }
    if let Some(last) = last {
        store
            .run(move |tx| outbox::settle_through(tx, last))
            .await?;
    }
    failure.map_or(Ok(settled), Err)
}
