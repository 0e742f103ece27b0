//! The lists of an emitter's handlers by name, and how many handlers each listener has here.

use alloc::vec::Vec;
use core::iter;

use super::slab::Slab;
use super::table::{Row, Table};
use super::{Added, EmitterId, NameId, Slot, MANY_HANDLERS};

/// In a link: there is no such handler.
const NONE: u32 = u32::MAX;

/// A handler in the list of its name, linked with those before and after it.
#[derive(Debug)]
struct Handler {
    name: NameId,
    listener: Option<EmitterId>,
    before: u32,
    after: u32,
}

/// The handlers of one name.
#[derive(Clone, Copy, Debug)]
struct List {
    first: u32,
    last: u32,
    size: u32,
    /// It was reported as a likely leak: once is enough, so the row stays.
    was_reported: bool,
}

impl Default for List {
    fn default() -> Self {
        List {
            first: NONE,
            last: NONE,
            size: 0,
            was_reported: false,
        }
    }
}

impl List {
    fn empty(&mut self) {
        *self = List {
            was_reported: self.was_reported,
            ..List::default()
        };
    }
}

impl Row for List {
    fn is_used(&self) -> bool {
        self.size > 0 || self.was_reported
    }
}

/// That an object listens to this emitter: with how many handlers.
#[derive(Clone, Copy, Debug, Default)]
struct Relation(u32);

impl Row for Relation {
    fn is_used(&self) -> bool {
        self.0 > 0
    }
}

/// What ended when a handler was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// It was the last of its name.
    pub list: bool,
    /// It was the last of its listener here, which does not listen to this emitter any more.
    pub relation: bool,
}

#[derive(Debug, Default)]
pub(super) struct Lists {
    handlers: Slab<Handler>,
    lists: Table<List>,
    relations: Table<Relation>,
}

impl Lists {
    /// Adds a handler at the end of a list; and whether the emitter has a row for this name only since now.
    pub(super) fn add(&mut self, name: NameId, listener: Option<EmitterId>) -> (Added, bool) {
        let slot = self.handlers.next();
        let (before, is_suspect, is_new) = self.lists.update(name.0, |list| {
            let is_new = !list.is_used();
            let before = list.last;
            if before == NONE {
                list.first = slot;
            }
            list.last = slot;
            list.size += 1;
            let is_suspect = list.size > MANY_HANDLERS && !list.was_reported;
            list.was_reported |= is_suspect;
            (before, is_suspect, is_new)
        });
        if let Some(handler) = self.handlers.get_mut(before) {
            handler.after = slot;
        }
        self.handlers.insert(Handler {
            name,
            listener,
            before,
            after: NONE,
        });
        if let Some(listener) = listener {
            self.relations
                .update(listener.0, |relation| relation.0 += 1);
        }
        let slot = Slot(slot);
        (Added { slot, is_suspect }, is_new)
    }

    /// Removes a handler: its name, what ended, and whether the emitter has no row for the name any more.
    pub(super) fn remove(&mut self, slot: Slot) -> Option<(NameId, Ended, bool)> {
        let Handler {
            name,
            listener,
            before,
            after,
        } = self.handlers.remove(slot.0)?;
        if let Some(handler) = self.handlers.get_mut(before) {
            handler.after = after;
        }
        if let Some(handler) = self.handlers.get_mut(after) {
            handler.before = before;
        }
        let (list, is_unused) = self.lists.update(name.0, |list| {
            if before == NONE {
                list.first = after;
            }
            if after == NONE {
                list.last = before;
            }
            list.size -= 1;
            (list.size == 0, !list.is_used())
        });
        let relation = listener.is_some_and(|listener| self.end_one(listener));
        Some((name, Ended { list, relation }, is_unused))
    }

    /// Removes a list: the listeners whose last handler here was in it, and whether the emitter has no row for the name any
    /// more. `None` if there are no handlers of this name.
    pub(super) fn remove_list(&mut self, name: NameId) -> Option<(Vec<EmitterId>, bool)> {
        let List { first, size, .. } = self.lists.get(name.0);
        if first == NONE {
            return None;
        }
        let mut listeners = Vec::new();
        if size == self.handlers.len() {
            listeners.extend(self.listeners().map(|(listener, _)| listener));
            self.handlers.clear();
            self.relations.clear();
        } else {
            let mut slot = first;
            while let Some(handler) = self.handlers.remove(slot) {
                slot = handler.after;
                if let Some(listener) = handler.listener {
                    if self.end_one(listener) {
                        listeners.push(listener);
                    }
                }
            }
        }
        let is_unused = self.lists.update(name.0, |list| {
            list.empty();
            !list.is_used()
        });
        Some((listeners, is_unused))
    }

    /// Removes all handlers; `unused` gets each name for which there is no row any more. Whether there are rows left.
    pub(super) fn clear(&mut self, mut unused: impl FnMut(NameId)) -> bool {
        self.handlers = Slab::default();
        self.lists.update_all(|name, list| {
            if list.is_used() && !list.was_reported {
                unused(NameId(name));
            }
            list.empty();
        });
        self.relations = Table::default();
        self.lists.used().next().is_some()
    }

    pub(super) fn list(&self, name: NameId) -> impl Iterator<Item = Slot> + '_ {
        let mut slot = self.lists.get(name.0).first;
        iter::from_fn(move || {
            let handler = self.handlers.get(slot)?;
            Some(Slot(core::mem::replace(&mut slot, handler.after)))
        })
    }

    /// Each name for which there is a row.
    pub(super) fn each_name(&self, mut with: impl FnMut(NameId)) {
        self.lists.used().for_each(|(name, _)| with(NameId(name)));
    }

    /// The names with handlers, and how many each has.
    pub(super) fn sizes(&self) -> impl Iterator<Item = (NameId, u32)> + '_ {
        let rows = self
            .lists
            .used()
            .map(|(name, list)| (NameId(name), list.size));
        rows.filter(|(_, size)| *size > 0)
    }

    /// Who listens here, and with how many handlers.
    pub(super) fn listeners(&self) -> impl Iterator<Item = (EmitterId, u32)> + '_ {
        self.relations
            .used()
            .map(|(listener, Relation(handlers))| (EmitterId(listener), handlers))
    }

    /// A handler of this listener is gone: whether it was the last.
    fn end_one(&mut self, listener: EmitterId) -> bool {
        self.relations.update(listener.0, |relation| {
            relation.0 -= 1;
            relation.0 == 0
        })
    }
}
