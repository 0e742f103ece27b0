//! Numbers for event names, and how many lists have each.

use alloc::boxed::Box;

use ::slab::Slab;

use super::NameId;

#[derive(Debug)]
struct Name {
    /// For the inspector and warnings. Names are told apart by number: JavaScript knows names that differ in lone
    /// surrogates, which all read as U+FFFD here.
    text: Box<str>,
    /// How many emitters have a row for it.
    uses: u32,
}

#[derive(Debug)]
pub(super) struct Names(Slab<Name>);

impl Names {
    pub(super) const fn new() -> Self {
        Names(Slab::new())
    }

    pub(super) fn add(&mut self, text: &str) -> NameId {
        let text = text.into();
        // More than 2³² names don't fit into wasm's memory.
        NameId(self.0.insert(Name { text, uses: 0 }) as u32)
    }

    pub(super) fn forget(&mut self, name: NameId) -> bool {
        let id = name.0 as usize;
        let is_unused = self.0.get(id).is_some_and(|name| name.uses == 0);
        is_unused && self.0.try_remove(id).is_some()
    }

    pub(super) fn text(&self, name: NameId) -> Option<&str> {
        self.0.get(name.0 as usize).map(|name| &*name.text)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// An emitter has a row for it now. Whether there is such a name.
    pub(super) fn use_once(&mut self, name: NameId) -> bool {
        let name = self.0.get_mut(name.0 as usize);
        name.map(|name| name.uses += 1).is_some()
    }

    pub(super) fn unuse(&mut self, name: NameId) {
        if let Some(name) = self.0.get_mut(name.0 as usize) {
            name.uses -= 1;
        }
    }
}
