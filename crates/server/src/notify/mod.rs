//! The notifier: tells users' pages that something of theirs changed.
//!
//! It bumps a few small values below `users/<uid>`; it never carries data. One call is one patch for each batch of
//! users, so each of them sees one change.
//!
//! | path below `users/<uid>/` | becomes |
//! |---|---|
//! | `updated` | the time of the write |
//! | `version` | one more; two where a merged write holds more than its types tell ([`Notifier::window`]) |
//! | `models/<Type>/version`, `op`, `id` | as many more as records of that type changed; what happened last, and to which |
//! | `origin` | the id of the client that caused it, or nothing |
//! | `spread` | over how many milliseconds pages spread their refetches, or nothing |
//!
//! A write over HTTP whose answer was lost is repeated, and may then count twice. It can't be made to count once: the feed
//! takes conditions (`if-match`) on a PUT of one place only, and for the price of a read before each write. So a repeat
//! costs a browser one needless refresh, and no change is ever lost.

mod change;
mod error;
#[cfg(feature = "http-client")]
mod http;
mod window;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;

use remote_refresh_core::wire::{Key, Path};
use serde_json::{Map, Value};

use crate::feed::FeedServer;
use crate::store::Operation;
use change::Said;
pub use change::{Change, ModelChange, Op};
pub use error::NotifyError;
#[cfg(feature = "http-client")]
pub use http::{Auth, HttpError, HttpTarget};
use window::Window;

/// How many users share one patch unless told otherwise: some 3,000 leaves, a few hundred kilobytes.
pub const USERS_PER_PATCH: usize = 500;

/// A patch's text grows to about this many bytes; further users go into the next one.
const MOST_TEXT: usize = 1_000_000;

/// Tells users that something of theirs changed. Clones share the window, and are closed together.
#[derive(Clone)]
pub struct Notifier {
    writer: Writer,
    window: Option<Window>,
    closed: Arc<AtomicBool>,
}

/// What a call did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// How many different users were told.
    pub users: usize,
    /// How many requests (in this process: writes) that took, repeated ones included; with a window, those of the write
    /// that the call took part in.
    pub requests: usize,
}

/// The way to the feed.
#[derive(Clone)]
struct Writer {
    target: Target,
    batch_size: usize,
}

#[derive(Clone)]
enum Target {
    InProcess(FeedServer),
    #[cfg(feature = "http-client")]
    Http(HttpTarget),
}

impl Notifier {
    pub(crate) fn in_process(feed: FeedServer) -> Self {
        Self::to(Target::InProcess(feed))
    }

    /// A notifier for a feed in another process, or for Firebase.
    #[cfg(feature = "http-client")]
    #[must_use]
    pub fn http(target: HttpTarget) -> Self {
        Self::to(Target::Http(target))
    }

    fn to(target: Target) -> Self {
        Self {
            writer: Writer {
                target,
                batch_size: USERS_PER_PATCH,
            },
            window: None,
            closed: Arc::default(),
        }
    }

    /// At most so many users in one patch, at least one; a patch also ends where its text grows past a megabyte.
    ///
    /// Call it before [`Notifier::window`].
    #[must_use]
    pub fn batch_size(mut self, users: usize) -> Self {
        self.writer.batch_size = users.max(1);
        self
    }

    /// Lets changes gather for so long, at most 10 s, and writes those of the same user as one: 50 to 100 ms are a good
    /// choice. Without it, and with zero, each change is written by itself, at once.
    ///
    /// Types are united and records counted, an `origin` stays if it is the same, and the more urgent `spread` holds. A
    /// change without models among others refreshes everything. One write is under way at a time, so a slow feed gets
    /// fewer and larger ones, in the order of the calls.
    #[must_use]
    pub fn window(mut self, length: Duration) -> Self {
        self.window = (length > Duration::ZERO).then(|| Window::new(length, self.writer.clone()));
        self
    }

    /// Tells each of `user_ids`, once, that `change` happened; returns when the feed has it on disk, also where the change
    /// waited in a window. With a window, it must be called within a tokio runtime, and what was begun is written even if
    /// the returned future is dropped.
    ///
    /// # Errors
    /// An id or the change can't be written (then nobody was told), or the feed didn't take it.
    pub async fn remote_refresh<I>(&self, user_ids: I, change: &Change) -> Result<Told, NotifyError>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let users: BTreeSet<String> = user_ids
            .into_iter()
            .map(|uid| uid.as_ref().to_owned())
            .collect();
        for uid in &users {
            Key::new(uid).map_err(|source| NotifyError::BadUid {
                uid: uid.clone(),
                source,
            })?;
        }
        let said = change.check()?;
        if self.closed.load(Ordering::Acquire) {
            let failed = users.into_iter().collect();
            return Err(NotifyError::Closed { failed });
        }
        if users.is_empty() {
            return Ok(Told {
                users: 0,
                requests: 0,
            });
        }
        if let Some(window) = &self.window {
            return window.tell(users, &said).await;
        }
        let told = users.into_iter().map(|user| (user, said.clone())).collect();
        match self.writer.write(&told).await {
            (_, Some(error)) => Err(error),
            (requests, None) => Ok(Told {
                users: told.len(),
                requests,
            }),
        }
    }

    /// Writes what the window still holds, and returns when that is done. Whatever goes wrong is told to those who called.
    /// Without a window there is nothing to do: a call is under way only as long as somebody waits for it.
    pub async fn flush(&self) {
        if let Some(window) = &self.window {
            window.flush().await;
        }
    }

    /// As [`Notifier::flush`]; later calls, of clones too, fail with [`NotifyError::Closed`]. For the end of a process. May be
    /// called twice.
    pub async fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.flush().await;
    }
}

impl Writer {
    /// Tells each user what is said of them, in as many patches as it takes, one after the other. Returns how many requests
    /// were made, and what stopped it, if anything did.
    async fn write(&self, told: &BTreeMap<String, Said>) -> (usize, Option<NotifyError>) {
        let mut done = 0;
        let failed = |done: usize| told.keys().skip(done).cloned().collect();
        match &self.target {
            Target::InProcess(feed) => {
                let mut requests = 0;
                for (users, fields) in self.patches(told) {
                    requests += 1;
                    let written = match Operation::patch(Path::root(), fields) {
                        Ok(patch) => feed.inner().store.write_own(patch).await,
                        Err(error) => Err(error),
                    };
                    if let Err(source) = written {
                        let failed = failed(done);
                        return (requests, Some(NotifyError::Write { source, failed }));
                    }
                    done += users;
                }
                (requests, None)
            }
            #[cfg(feature = "http-client")]
            Target::Http(target) => {
                let mut session = match target.open().await {
                    Ok(session) => session,
                    Err(source) => {
                        let failed = failed(0);
                        return (0, Some(NotifyError::Http { source, failed }));
                    }
                };
                for (users, fields) in self.patches(told) {
                    if let Err(source) = session.send(&fields).await {
                        let failed = failed(done);
                        return (session.requests, Some(NotifyError::Http { source, failed }));
                    }
                    done += users;
                }
                (session.requests, None)
            }
        }
    }

    /// The patches: how many users each tells, and what it writes.
    fn patches<'a>(
        &'a self,
        told: &'a BTreeMap<String, Said>,
    ) -> impl Iterator<Item = (usize, Map<String, Value>)> + 'a {
        let mut left = told.iter().peekable();
        std::iter::from_fn(move || {
            left.peek()?;
            let (mut users, mut text, mut patch) = (0, 0, Map::new());
            while let Some((user, said)) = left.peek() {
                let fields = said.fields();
                let size: usize = fields
                    .iter()
                    .map(|(below, value)| below.len() + user.len() + value.to_string().len() + 12)
                    .sum();
                if users == self.batch_size || (users > 0 && text + size > MOST_TEXT) {
                    break;
                }
                let fields = fields.into_iter();
                patch.extend(fields.map(|(below, value)| (format!("users/{user}/{below}"), value)));
                users += 1;
                text += size;
                left.next();
            }
            Some((users, patch))
        })
    }
}
