//! One emitter. Most have one handler or none, and these allocate nothing: to allocate took longer than all else that a first
//! `on` does.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::lists::{Ended, Lists};
use super::{Added, EmitterId, NameId, Slot};

#[derive(Debug, Default)]
pub(super) enum Emitter {
    #[default]
    Empty,
    /// One handler, in slot 0.
    One(NameId, Option<EmitterId>),
    Many(Box<Lists>),
}

impl Emitter {
    /// Adds a handler at the end of a list; and whether the emitter uses this name only since now.
    pub(super) fn add(&mut self, name: NameId, listener: Option<EmitterId>) -> (Added, bool) {
        match self {
            Emitter::Empty => {
                *self = Emitter::One(name, listener);
                let slot = Slot(0);
                (
                    Added {
                        slot,
                        is_suspect: false,
                    },
                    true,
                )
            }
            Emitter::One(first, its_listener) => {
                let mut lists = Box::<Lists>::default();
                lists.add(*first, *its_listener);
                let added = lists.add(name, listener);
                *self = Emitter::Many(lists);
                added
            }
            Emitter::Many(lists) => lists.add(name, listener),
        }
    }

    /// Removes a handler: its name, what ended, and whether the emitter does not use the name any more.
    pub(super) fn remove(&mut self, slot: Slot) -> Option<(NameId, Ended, bool)> {
        match *self {
            Emitter::One(name, listener) if slot == Slot(0) => {
                *self = Emitter::Empty;
                let relation = listener.is_some();
                Some((
                    name,
                    Ended {
                        list: true,
                        relation,
                    },
                    true,
                ))
            }
            Emitter::Many(ref mut lists) => lists.remove(slot),
            _ => None,
        }
    }

    /// Removes a list: the listeners whose last handler here was in it, and whether the emitter does not use the name any
    /// more. `None` if there are no handlers of this name.
    pub(super) fn remove_list(&mut self, name: NameId) -> Option<(Vec<EmitterId>, bool)> {
        match *self {
            Emitter::One(its, listener) if its == name => {
                *self = Emitter::Empty;
                Some((listener.into_iter().collect(), true))
            }
            Emitter::Many(ref mut lists) => lists.remove_list(name),
            _ => None,
        }
    }

    /// Removes all handlers; `unused` gets each name that is not used any more.
    pub(super) fn clear(&mut self, mut unused: impl FnMut(NameId)) {
        match self {
            Emitter::Empty => return,
            Emitter::One(name, _) => unused(*name),
            Emitter::Many(lists) => {
                if lists.clear(unused) {
                    return;
                }
            }
        }
        *self = Emitter::Empty;
    }

    /// The slots of a name's handlers, in the order they are called.
    pub(super) fn list(&self, name: NameId) -> impl Iterator<Item = Slot> + '_ {
        let one = self.one().filter(|(its, _)| *its == name).map(|_| Slot(0));
        one.into_iter()
            .chain(self.many().flat_map(move |lists| lists.list(name)))
    }

    /// Each name that is in use.
    pub(super) fn each_name(&self, mut with: impl FnMut(NameId)) {
        self.one().into_iter().for_each(|(name, _)| with(name));
        self.many().for_each(|lists| lists.each_name(&mut with));
    }

    /// The names with handlers, and how many each has.
    pub(super) fn sizes(&self) -> impl Iterator<Item = (NameId, u32)> + '_ {
        let one = self.one().map(|(name, _)| (name, 1));
        one.into_iter().chain(self.many().flat_map(Lists::sizes))
    }

    /// Who listens here, and with how many handlers.
    pub(super) fn listeners(&self) -> impl Iterator<Item = (EmitterId, u32)> + '_ {
        let one = self.one().and_then(|(_, listener)| Some((listener?, 1)));
        one.into_iter()
            .chain(self.many().flat_map(Lists::listeners))
    }

    fn one(&self) -> Option<(NameId, Option<EmitterId>)> {
        match *self {
            Emitter::One(name, listener) => Some((name, listener)),
            _ => None,
        }
    }

    fn many(&self) -> impl Iterator<Item = &Lists> {
        let lists = match self {
            Emitter::Many(lists) => Some(&**lists),
            _ => None,
        };
        lists.into_iter()
    }
}
