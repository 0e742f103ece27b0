//! The hub: who listens where, and what each write means to them.
//!
//! A listener at or above the place written gets the write itself, with the path as seen from there; one below gets
//! what its place now holds. An event is encoded once for each place and shared by that place's listeners. A listener
//! that falls too far behind is cut off: its stream ends, and it comes back to the full value.

mod windows;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use bytes::Bytes;
use remote_refresh_core::query::Query;
use remote_refresh_core::wire::{Node, Path, StreamEvent};
use tokio::sync::mpsc;

use crate::data::ReadError;
use crate::metrics::Metrics;
use crate::store::{SharedState, Snapshot};
use windows::Window;

/// All listeners.
pub(crate) struct Hub {
    listeners: BTreeMap<Path, Place>,
    next_id: u64,
    max_queued_events: usize,
    max_queued_bytes: usize,
    metrics: Arc<Metrics>,
}

/// The listeners of one place: to all of it, and to windows on it.
#[derive(Default)]
struct Place {
    whole: Vec<Listener>,
    windows: Vec<Window>,
}

impl Place {
    fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.windows.is_empty()
    }
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
            listeners: BTreeMap::new(),
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
        let place = self.listeners.entry(path.clone()).or_default();
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
        let place = self.listeners.get(path);
        place.is_some_and(|place| place.windows.iter().any(|window| window.query == *query))
    }

    /// Takes a listener away.
    pub(crate) fn unsubscribe(&mut self, path: &Path, id: u64) {
        if let Some(place) = self.listeners.get_mut(path) {
            place.whole.retain(|listener| listener.id != id);
            for window in &mut place.windows {
                window.listeners.retain(|listener| listener.id != id);
            }
            self.tidy(path);
        }
    }

    fn tidy(&mut self, path: &Path) {
        if let Some(place) = self.listeners.get_mut(path) {
            place.windows.retain(|window| !window.listeners.is_empty());
            if place.is_empty() {
                self.listeners.remove(path);
            }
        }
    }

    /// Tells everybody concerned of writes that were committed together, in their order, after which `data` is stored.
    pub(crate) fn publish(&mut self, events: &[&StreamEvent], data: &Snapshot) {
        for event in events {
            for (place, event) in self.views(event) {
                self.send(&place, &event);
            }
        }
        self.move_windows(events, data);
    }

    /// A window is told of all these writes at once: what is between them is not stored anywhere.
    fn move_windows(&mut self, events: &[&StreamEvent], data: &Snapshot) {
        let mut concerned: BTreeMap<Path, Vec<&StreamEvent>> = BTreeMap::new();
        for event in events {
            let mut places: BTreeSet<Path> = BTreeSet::new();
            for path in written(event) {
                let above = self.at_or_above(&path).map(|(place, _)| place);
                let below = self.below(&path).map(|(place, _)| place.clone());
                let with_windows = above
                    .chain(below)
                    .filter(|place| !self.listeners[place].windows.is_empty());
                places.extend(with_windows);
            }
            for place in places {
                concerned.entry(place).or_default().push(event);
            }
        }
        let max = self.max_queued_bytes;
        for (path, events) in concerned {
            let Some(place) = self.listeners.get_mut(&path) else {
                continue;
            };
            for window in &mut place.windows {
                match data.window(&path, &window.query) {
                    Ok(now) => {
                        if let Some(bytes) = window.update(&events, &path, now) {
                            deliver(&mut window.listeners, &path, &bytes, max, &self.metrics);
                        }
                    }
                    Err(error) => {
                        tracing::warn!(%error, place = %path, "a window could not be read: its streams end");
                        window.listeners.clear();
                    }
                }
            }
            self.tidy(&path);
        }
    }

    /// The write as each place that is listened to sees it.
    fn views(&self, event: &StreamEvent) -> Vec<(Path, StreamEvent)> {
        match event {
            StreamEvent::Put { path, data } => {
                let above = self.at_or_above(path).map(|(place, seen)| {
                    (
                        place,
                        StreamEvent::Put {
                            path: seen,
                            data: data.clone(),
                        },
                    )
                });
                let below = self
                    .below(path)
                    .map(|(place, inside)| (place.clone(), replaced(data.as_ref(), &inside)));
                above.chain(below).collect()
            }
            StreamEvent::Patch { path, children } => {
                let above = self.at_or_above(path).map(|(place, seen)| {
                    (
                        place,
                        StreamEvent::Patch {
                            path: seen,
                            children: children.clone(),
                        },
                    )
                });
                above
                    .chain(self.views_inside_patch(path, children))
                    .collect()
            }
            StreamEvent::KeepAlive
            | StreamEvent::Cancel { .. }
            | StreamEvent::AuthRevoked { .. } => Vec::new(),
        }
    }

    /// A patch at `path` as the listeners below `path` see it: those of its children that concern them.
    fn views_inside_patch(
        &self,
        path: &Path,
        children: &[(Path, Option<Node>)],
    ) -> Vec<(Path, StreamEvent)> {
        let mut views = Vec::new();
        let mut patches: BTreeMap<Path, Vec<(Path, Option<Node>)>> = BTreeMap::new();
        for (child, data) in children {
            let written = path.join(child);
            for (place, seen) in self.at_or_above(&written) {
                if place.depth() <= path.depth() {
                    continue;
                }
                if seen.is_root() {
                    views.push((
                        place,
                        StreamEvent::Put {
                            path: seen,
                            data: data.clone(),
                        },
                    ));
                } else {
                    patches.entry(place).or_default().push((seen, data.clone()));
                }
            }
            let below = self.below(&written);
            views.extend(
                below.map(|(place, inside)| (place.clone(), replaced(data.as_ref(), &inside))),
            );
        }
        let root = Path::root();
        views.extend(patches.into_iter().map(|(place, children)| {
            (
                place,
                StreamEvent::Patch {
                    path: root.clone(),
                    children,
                },
            )
        }));
        views
    }

    /// The places listened to from the root down to `path`, with `path` as seen from each.
    fn at_or_above<'a>(&'a self, path: &'a Path) -> impl Iterator<Item = (Path, Path)> + 'a {
        let ways = std::iter::successors(Some(path.clone()), Path::parent);
        ways.filter(|place| self.listeners.contains_key(place))
            .filter_map(|place| {
                let seen = path.strip_prefix(&place)?;
                Some((place, seen))
            })
    }

    /// The places listened to below `path`, each with its way down from `path`.
    fn below<'a>(&'a self, path: &'a Path) -> impl Iterator<Item = (&'a Path, Path)> + 'a {
        // In path order whatever lies in a path comes right after it.
        let from_here = self.listeners.range(path..).map(|(place, _)| place);
        let inside = from_here.map_while(|place| Some((place, place.strip_prefix(path)?)));
        inside.filter(|(_, way)| !way.is_root())
    }

    fn send(&mut self, path: &Path, event: &StreamEvent) {
        let max = self.max_queued_bytes;
        let Some(place) = self.listeners.get_mut(path) else {
            return;
        };
        if place.whole.is_empty() {
            return;
        }
        let bytes = Bytes::from(event.encode());
        deliver(&mut place.whole, path, &bytes, max, &self.metrics);
        self.tidy(path);
    }
}

/// The places that a write replaces.
fn written(event: &StreamEvent) -> Vec<Path> {
    match event {
        StreamEvent::Put { path, .. } => vec![path.clone()],
        StreamEvent::Patch { path, children } => {
            children.iter().map(|(child, _)| path.join(child)).collect()
        }
        StreamEvent::KeepAlive | StreamEvent::Cancel { .. } | StreamEvent::AuthRevoked { .. } => {
            Vec::new()
        }
    }
}

/// Puts an encoded event into each queue; who falls too far behind is cut off.
fn deliver(
    listeners: &mut Vec<Listener>,
    place: &Path,
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
            tracing::info!(%place, "a listener fell too far behind and was cut off");
        }
        kept
    });
}

/// What a listener at `inside` sees when everything above it becomes `data`.
fn replaced(data: Option<&Node>, inside: &Path) -> StreamEvent {
    StreamEvent::Put {
        path: Path::root(),
        data: data.and_then(|data| data.get(inside)).cloned(),
    }
}
