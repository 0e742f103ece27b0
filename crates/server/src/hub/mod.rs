//! The hub: who listens where, and what each write means to them.
//!
//! A listener at or above the place written gets the write itself, with the path as seen from there; one below gets
//! what its place now holds. An event is encoded once for each place and shared by that place's listeners. A listener
//! that falls too far behind is cut off: its stream ends, and it comes back to the full value.

mod places;
mod windows;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use bytes::Bytes;
use remote_refresh_core::query::Query;
use remote_refresh_core::wire::{Key, Node, Path, StreamEvent};
use tokio::sync::mpsc;

use crate::data::ReadError;
use crate::metrics::Metrics;
use crate::store::{SharedState, Snapshot};
use places::Places;
use windows::Window;

/// All listeners.
pub(crate) struct Hub {
    places: Places,
    next_id: u64,
    max_queued_events: usize,
    max_queued_bytes: usize,
    metrics: Arc<Metrics>,
}

/// What a listener begins with.
pub(crate) enum First {
    /// All that lies at its place.
    Whole,
    /// This, which is what its query asks for.
    Window(Option<Node>),
}

struct Listener {
    id: u64,
    queue: mpsc::Sender<Bytes>,
    /// The bytes in the queue.
    queued: Arc<AtomicUsize>,
}

/// One listener's end of its queue. Dropping it stops listening.
#[must_use = "dropping a subscription ends it"]
pub(crate) struct Subscription {
    path: Path,
    id: u64,
    queue: mpsc::Receiver<Bytes>,
    queued: Arc<AtomicUsize>,
    state: SharedState,
}

impl Subscription {
    /// The next encoded event; `None` when the listener was cut off.
    pub(crate) async fn next(&mut self) -> Option<Bytes> {
        let event = self.queue.recv().await?;
        self.queued.fetch_sub(event.len(), Ordering::Relaxed);
        Some(event)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.state.unsubscribe(&self.path, self.id);
    }
}

impl Hub {
    /// A hub whose listeners may be behind by this many events and bytes.
    pub(crate) fn new(
        max_queued_events: usize,
        max_queued_bytes: usize,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            places: Places::default(),
            next_id: 0,
            max_queued_events: max_queued_events.max(1),
            max_queued_bytes,
            metrics,
        }
    }

    /// Adds a listener at `path` of what is stored now, `data`. Returns what it begins with.
    pub(crate) fn subscribe(
        &mut self,
        path: Path,
        query: Option<Query>,
        data: &Snapshot,
        state: SharedState,
    ) -> Result<(First, Subscription), ReadError> {
        // Before anything is changed: it may fail.
        let window = match query {
            Some(query) if !self.has_window(&path, &query) => {
                let shown = data.window(&path, &query)?;
                Some((query.clone(), Some(Window::new(query, shown))))
            }
            Some(query) => Some((query, None)),
            None => None,
        };
        let id = self.next_id;
        self.next_id += 1;
        let (sender, queue) = mpsc::channel(self.max_queued_events);
        let queued = Arc::new(AtomicUsize::new(0));
        let listener = Listener {
            id,
            queue: sender,
            queued: queued.clone(),
        };
        let place = self.places.entry(&path);
        let first = match window {
            None => {
                place.whole.push(listener);
                First::Whole
            }
            Some((query, new)) => {
                place.windows.extend(new);
                let known = place
                    .windows
                    .iter_mut()
                    .find(|window| window.query == query);
                let window = known.expect("it was there, or has just been added");
                window.listeners.push(listener);
                First::Window(window.shown().cloned())
            }
        };
        let subscription = Subscription {
            path,
            id,
            queue,
            queued,
            state,
        };
        Ok((first, subscription))
    }

    fn has_window(&self, path: &Path, query: &Query) -> bool {
        let place = self.places.get(path);
        place.is_some_and(|place| place.windows.iter().any(|window| window.query == *query))
    }

    /// Takes a listener away.
    pub(crate) fn unsubscribe(&mut self, path: &Path, id: u64) {
        if let Some(place) = self.places.get_mut(path) {
            place.whole.retain(|listener| listener.id != id);
            for window in &mut place.windows {
                window.listeners.retain(|listener| listener.id != id);
            }
            self.places.tidy(path);
        }
    }

    /// Tells everybody concerned of writes that were committed together, in their order, after which `data` is stored.
    pub(crate) fn publish(&mut self, events: &[&StreamEvent], data: &Snapshot) {
        let (max, metrics) = (self.max_queued_bytes, &self.metrics);
        let mut with_windows: BTreeMap<Path, Vec<&StreamEvent>> = BTreeMap::new();
        let mut left = Vec::new();
        for event in events {
            self.places.tell(event, &mut |way, place, seen| {
                if !place.windows.is_empty() {
                    let path = places::path(way);
                    with_windows.entry(path).or_default().push(event);
                }
                if !place.whole.is_empty() {
                    let bytes = Bytes::from(seen.event().encode());
                    deliver(&mut place.whole, way, &bytes, max, metrics);
                    if place.is_empty() {
                        left.push(places::path(way));
                    }
                }
            });
        }
        for path in left {
            self.places.tidy(&path);
        }
        self.move_windows(with_windows, data);
    }

    /// A window is told of all these writes at once: what is between them is not stored anywhere.
    fn move_windows(&mut self, concerned: BTreeMap<Path, Vec<&StreamEvent>>, data: &Snapshot) {
        let max = self.max_queued_bytes;
        for (path, events) in concerned {
            let Some(place) = self.places.get_mut(&path) else {
                continue;
            };
            for window in &mut place.windows {
                match data.window(&path, &window.query) {
                    Ok(now) => {
                        if let Some(bytes) = window.update(&events, &path, now) {
                            let listeners = &mut window.listeners;
                            deliver(listeners, path.keys(), &bytes, max, &self.metrics);
                        }
                    }
                    Err(error) => {
                        tracing::warn!(%error, place = %path, "a window could not be read: its streams end");
                        window.listeners.clear();
                    }
                }
            }
            self.places.tidy(&path);
        }
    }
}

/// Puts an encoded event into each queue; who falls too far behind is cut off.
fn deliver(
    listeners: &mut Vec<Listener>,
    place: &[Key],
    bytes: &Bytes,
    max: usize,
    metrics: &Metrics,
) {
    listeners.retain(|listener| {
        let before = listener.queued.fetch_add(bytes.len(), Ordering::Relaxed);
        let fits = before == 0 || before + bytes.len() <= max;
        let kept = fits && listener.queue.try_send(bytes.clone()).is_ok();
        if kept {
            metrics.deliveries.fetch_add(1, Ordering::Relaxed);
        } else {
            metrics.cut_off.fetch_add(1, Ordering::Relaxed);
            let place = places::path(place);
            tracing::info!(%place, "a listener fell too far behind and was cut off");
        }
        kept
    });
}
