//! The places that are listened to, as a tree of keys: a write is led down it once, and meets whom it concerns.
//!
//! So a write costs the length of its path, however many places are listened to, and a patch that writes to many places of one user
//! goes the way to that user once.

use std::collections::HashMap;

use remote_refresh_core::wire::{Key, Node, Path, StreamEvent};

use super::windows::Window;
use super::Listener;

/// The listeners of one place: to all of it, and to windows on it.
#[derive(Default)]
pub(super) struct Place {
    pub(super) whole: Vec<Listener>,
    pub(super) windows: Vec<Window>,
}

impl Place {
    pub(super) fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.windows.is_empty()
    }
}

/// A place, and those below it.
#[derive(Default)]
pub(super) struct Places {
    here: Place,
    below: HashMap<Key, Places>,
}

/// Children that a patch writes to, with what they become.
type Children = [(Path, Option<Node>)];

/// A write as a place sees it.
pub(super) enum Seen<'a> {
    /// What lies at `way` from the place becomes this.
    Put(&'a [Key], Option<&'a Node>),
    /// The children of what lies at `way` become these.
    Patch(&'a [Key], &'a Children),
    /// These become what they are paired with; their paths without the first so many keys are seen from the place.
    Within(usize, &'a Children),
}

impl Seen<'_> {
    /// The event that tells of it.
    pub(super) fn event(&self) -> StreamEvent {
        match *self {
            Self::Put(way, data) => StreamEvent::Put {
                path: path(way),
                data: data.cloned(),
            },
            Self::Patch(way, children) => StreamEvent::Patch {
                path: path(way),
                children: children.to_vec(),
            },
            Self::Within(depth, children) => StreamEvent::Patch {
                path: Path::root(),
                children: children
                    .iter()
                    .map(|(child, data)| (path(&child.keys()[depth..]), data.clone()))
                    .collect(),
            },
        }
    }
}

/// Who is told: the keys from the root to a place, its listeners, and what they see.
pub(super) type Sink<'a> = dyn FnMut(&[Key], &mut Place, Seen<'_>) + 'a;

/// The path of these keys.
pub(super) fn path(keys: &[Key]) -> Path {
    keys.iter().fold(Path::root(), |path, key| path.child(key))
}

impl Places {
    /// The place at `path`, if it or any below it is listened to.
    pub(super) fn get(&self, path: &Path) -> Option<&Place> {
        let mut keys = path.keys().iter();
        let place = keys.try_fold(self, |places, key| places.below.get(key))?;
        Some(&place.here)
    }

    /// As [`Places::get`].
    pub(super) fn get_mut(&mut self, path: &Path) -> Option<&mut Place> {
        let mut keys = path.keys().iter();
        let place = keys.try_fold(self, |places, key| places.below.get_mut(key))?;
        Some(&mut place.here)
    }

    /// The place at `path`, made if it is not there.
    pub(super) fn entry(&mut self, path: &Path) -> &mut Place {
        let keys = path.keys().iter();
        let place = keys.fold(self, |places, key| {
            places.below.entry(key.clone()).or_default()
        });
        &mut place.here
    }

    /// Takes what nobody listens to any more out of the way to `path`.
    pub(super) fn tidy(&mut self, path: &Path) {
        self.tidy_along(path.keys());
    }

    /// Whether nobody listens here or below.
    fn tidy_along(&mut self, way: &[Key]) -> bool {
        match way.split_first() {
            None => (self.here.windows).retain(|window| !window.listeners.is_empty()),
            Some((key, way)) => {
                let next = self.below.get_mut(key);
                if next.is_some_and(|next| next.tidy_along(way)) {
                    self.below.remove(key);
                    if self.below.len() < self.below.capacity() / 4 {
                        self.below.shrink_to_fit();
                    }
                }
            }
        }
        self.here.is_empty() && self.below.is_empty()
    }

    /// Tells everybody concerned of a write. The children of a patch are in the order of their paths, and none lies in another.
    pub(super) fn tell(&mut self, event: &StreamEvent, sink: &mut Sink<'_>) {
        let mut way = Vec::new();
        match event {
            StreamEvent::Put { path, data } => {
                self.put(&mut way, path.keys(), data.as_ref(), sink);
            }
            StreamEvent::Patch { path, children } => {
                self.patch(&mut way, path.keys(), children, sink);
            }
            StreamEvent::KeepAlive
            | StreamEvent::Cancel { .. }
            | StreamEvent::AuthRevoked { .. } => {}
        }
    }

    fn put(&mut self, way: &mut Vec<Key>, left: &[Key], data: Option<&Node>, sink: &mut Sink<'_>) {
        self.see(way, Seen::Put(left, data), sink);
        match left.split_first() {
            Some((key, left)) => self.down(way, key, |next, way| next.put(way, left, data, sink)),
            None => self.replaced(way, data, sink),
        }
    }

    fn patch(
        &mut self,
        way: &mut Vec<Key>,
        left: &[Key],
        children: &Children,
        sink: &mut Sink<'_>,
    ) {
        self.see(way, Seen::Patch(left, children), sink);
        match left.split_first() {
            Some((key, left)) => {
                self.down(way, key, |next, way| next.patch(way, left, children, sink));
            }
            None => self.within(way, 0, children, sink),
        }
    }

    /// Tells those below of children that are all in here: `depth` keys of their paths lead here.
    fn within(
        &mut self,
        way: &mut Vec<Key>,
        depth: usize,
        children: &Children,
        sink: &mut Sink<'_>,
    ) {
        let key = |child: &(Path, _)| child.0.keys().get(depth).cloned();
        for group in children.chunk_by(|a, b| a.0.keys().get(depth) == b.0.keys().get(depth)) {
            let Some(key) = key(&group[0]) else { continue };
            self.down(way, &key, |next, way| match group {
                [(path, data)] if path.depth() == depth + 1 => {
                    next.put(way, &[], data.as_ref(), sink);
                }
                _ => {
                    next.see(way, Seen::Within(depth + 1, group), sink);
                    next.within(way, depth + 1, group, sink);
                }
            });
        }
    }

    /// Tells those below that all here became `data`.
    fn replaced(&mut self, way: &mut Vec<Key>, data: Option<&Node>, sink: &mut Sink<'_>) {
        for (key, next) in &mut self.below {
            way.push(key.clone());
            let data = data.and_then(|data| data.child_at(key));
            next.see(way, Seen::Put(&[], data), sink);
            next.replaced(way, data, sink);
            way.pop();
        }
    }

    /// Goes on at `key`, if there is anybody.
    fn down(
        &mut self,
        way: &mut Vec<Key>,
        key: &Key,
        go_on: impl FnOnce(&mut Self, &mut Vec<Key>),
    ) {
        if let Some(next) = self.below.get_mut(key) {
            way.push(key.clone());
            go_on(next, way);
            way.pop();
        }
    }

    fn see(&mut self, way: &[Key], seen: Seen<'_>, sink: &mut Sink<'_>) {
        if !self.here.is_empty() {
            sink(way, &mut self.here, seen);
        }
    }
}

#[cfg(test)]
mod tests;
