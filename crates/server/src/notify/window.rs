//! The coalescing window: changes of the same user that come close together become one write.
//!
//! One write is under way at most, and one set of changes gathers. A set is due when its window is over; if a write is
//! under way then, it goes on gathering until that ends. So a slow feed gets fewer and larger writes, in the order of
//! the calls.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{oneshot, Notify};

use super::change::Said;
use super::{NotifyError, Told, Writer};

/// As many users, and as many calls, may wait; more are turned away at once.
const MOST_WAITING: usize = 100_000;

/// The longest window: more than that is no coalescing but a delay.
const LONGEST: Duration = Duration::from_secs(10);

type Outcome = Result<Told, NotifyError>;

/// Gathers the changes of a notifier and all its clones.
#[derive(Clone)]
pub(super) struct Window(Arc<Shared>);

struct Shared {
    length: Duration,
    writer: Writer,
    gathering: Mutex<Set>,
    /// Held by the write that is under way; handed on in the order in which it was asked for.
    turn: tokio::sync::Mutex<()>,
}

/// Changes that become one write.
#[derive(Default)]
struct Set {
    users: BTreeMap<String, Said>,
    calls: Vec<Call>,
    /// Woken when the set is not to wait for its window.
    due: Arc<Notify>,
}

/// Who waits for the write, and for whom.
struct Call {
    users: Arc<BTreeSet<String>>,
    answer: oneshot::Sender<Outcome>,
}

impl Window {
    pub(super) fn new(length: Duration, writer: Writer) -> Self {
        Self(Arc::new(Shared {
            length: length.min(LONGEST),
            writer,
            gathering: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        }))
    }

    /// Takes part in the next write, and returns when the feed has answered that.
    pub(super) async fn tell(&self, users: BTreeSet<String>, said: &Said) -> Outcome {
        let users = Arc::new(users);
        let answered = {
            let mut set = self.gathering();
            let more = users.iter().filter(|user| !set.users.contains_key(*user));
            if set.users.len() + more.count() > MOST_WAITING || set.calls.len() >= MOST_WAITING {
                return Err(NotifyError::Overloaded {
                    waiting: set.users.len(),
                    failed: users.iter().cloned().collect(),
                });
            }
            for user in users.iter() {
                match set.users.get_mut(user) {
                    Some(waiting) => waiting.merge(said),
                    None => drop(set.users.insert(user.clone(), said.clone())),
                }
            }
            self.join(&mut set, users.clone())
        };
        // Only a runtime that ends takes away the task that writes a set and answers its calls.
        answered.await.unwrap_or_else(|_| {
            let failed = users.iter().cloned().collect();
            Err(NotifyError::Closed { failed })
        })
    }

    /// Sends what waits, and returns when it, and whatever was under way before, has been answered.
    pub(super) async fn flush(&self) {
        let answered = {
            let mut set = self.gathering();
            let waits = !set.calls.is_empty();
            waits.then(|| {
                set.due.notify_one();
                self.join(&mut set, Arc::default())
            })
        };
        match answered {
            // Whatever went wrong is told to those who called.
            Some(answered) => drop(answered.await),
            None => drop(self.0.turn.lock().await),
        }
    }

    /// Adds a call; the first one of a set starts its window.
    fn join(&self, set: &mut Set, users: Arc<BTreeSet<String>>) -> oneshot::Receiver<Outcome> {
        let (answer, answered) = oneshot::channel();
        if set.calls.is_empty() {
            tokio::spawn(self.clone().write_when_due(set.due.clone()));
        }
        set.calls.push(Call { users, answer });
        answered
    }

    async fn write_when_due(self, due: Arc<Notify>) {
        // Over or cut short, it is due.
        let _ = tokio::time::timeout(self.0.length, due.notified()).await;
        let _turn = self.0.turn.lock().await;
        let set = std::mem::take(&mut *self.gathering());
        let (requests, error) = self.0.writer.write(&set.users).await;
        let failed: BTreeSet<&String> = error.iter().flat_map(NotifyError::failed).collect();
        for Call { users, answer } in set.calls {
            let mine: Vec<String> = users
                .iter()
                .filter(|user| failed.contains(user))
                .cloned()
                .collect();
            let outcome = match &error {
                Some(error) if !mine.is_empty() => Err(error.about(mine)),
                _ => Ok(Told {
                    users: users.len(),
                    requests,
                }),
            };
            // Who has stopped waiting was told all the same.
            let _ = answer.send(outcome);
        }
    }

    fn gathering(&self) -> MutexGuard<'_, Set> {
        self.0
            .gathering
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
