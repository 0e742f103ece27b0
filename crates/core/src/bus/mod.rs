//! The registry of the bus: which emitters have which handlers, in which order, and who listens to whom.
//!
//! It holds numbers and the texts of names, no functions (*ids in wasm, objects in JS*): `js/events.js` keeps each handler's
//! function and context under the handler's [`Slot`], compares them, and calls them in the order that is kept here.
//!
//! | module | what it holds |
//! |---|---|
//! | `emitter` | one emitter: most have one handler or none |
//! | `lists` | the lists of an emitter with more |
//! | `names` | numbers for event names |
//! | `slab` | values under numbers that stay |
//! | `table` | rows found by number |
//! | [`inspect`] | what an inspector asks |
//!
//! Every number comes from JavaScript. A number that was never handed out, or was given back, is ignored: no call panics.

mod emitter;
pub mod inspect;
mod lists;
mod names;
mod slab;
mod table;

use alloc::boxed::Box;
use alloc::vec::Vec;

use ::slab::Slab;
use emitter::Emitter;
use names::Names;

pub use lists::Ended;

/// Names an emitter; as a listener too, since an object that listens is an emitter. 0 is never handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EmitterId(pub u32);

/// Names an event name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameId(pub u32);

/// Names a handler within its emitter. The slot that was freed last is the next to be used; from 0 again when
/// [`Bus::clear`] or [`Bus::remove_list`] removed all handlers of an emitter at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot(pub u32);

/// How many emitters one call of [`Bus::open_page`] gives. Emitters are released by page because one finalizer for each
/// emitter would take longer (860 ns in Node 22) than all else that making an emitter takes. Pages are small, because one
/// object that is still there keeps the memory of all emitters of its page.
pub const PAGE: u32 = 64;

/// A list with more handlers than this is reported as a likely leak: handlers are added again and again, never removed.
pub const MANY_HANDLERS: u32 = 500;

/// What [`Bus::add`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Added {
    /// Where the handler is now.
    pub slot: Slot,
    /// The list has just exceeded [`MANY_HANDLERS`] for the first time since the emitter was made.
    pub is_suspect: bool,
}

/// All emitters of one wasm instance.
#[derive(Debug)]
pub struct Bus {
    pages: Slab<Box<[Emitter]>>,
    names: Names,
}

impl Bus {
    /// A registry without emitters.
    #[must_use]
    pub const fn new() -> Self {
        Bus {
            pages: Slab::new(),
            names: Names::new(),
        }
    }

    /// Makes [`PAGE`] emitters and returns the first one's number; the others' follow it.
    pub fn open_page(&mut self) -> EmitterId {
        let page = (0..PAGE).map(|_| Emitter::default()).collect();
        // 2²⁴ pages don't fit into wasm's memory.
        EmitterId((self.pages.insert(page) as u32 + 1) * PAGE)
    }

    /// Frees the emitters of a page: the objects they stand for were collected. `first` is what `open_page` returned.
    pub fn release_page(&mut self, first: EmitterId) {
        let Some((page, 0)) = place(first) else {
            return;
        };
        let Some(emitters) = self.pages.try_remove(page) else {
            return;
        };
        for emitter in &emitters {
            emitter.each_name(|name| self.names.unuse(name));
        }
    }

    /// A number for a name. The caller asks once for each name: two numbers for one text are two names.
    pub fn intern(&mut self, text: &str) -> NameId {
        self.names.add(text)
    }

    /// Gives a name's number back, unless a list has it. Whether the number is free now.
    pub fn forget(&mut self, name: NameId) -> bool {
        self.names.forget(name)
    }

    /// The text of a name.
    #[must_use]
    pub fn text(&self, name: NameId) -> Option<&str> {
        self.names.text(name)
    }

    /// Adds a handler at the end of a list; `listener` is the emitter whose `listenTo` it came from.
    pub fn add(
        &mut self,
        emitter: EmitterId,
        name: NameId,
        listener: Option<EmitterId>,
    ) -> Option<Added> {
        let (page, index) = place(emitter)?;
        if listener.is_some_and(|listener| !self.knows(listener)) {
            return None;
        }
        let emitter = self.pages.get_mut(page)?.get_mut(index)?;
        let (added, is_new) = emitter.add(name, listener);
        // A name that has a list is in use, so it is known.
        if is_new && !self.names.use_once(name) {
            emitter.remove(added.slot);
            return None;
        }
        Some(added)
    }

    /// Removes a handler: what ended with it.
    pub fn remove(&mut self, emitter: EmitterId, slot: Slot) -> Option<Ended> {
        let (name, ended, is_unused) = self.emitter_mut(emitter)?.remove(slot)?;
        if is_unused {
            self.names.unuse(name);
        }
        Some(ended)
    }

    /// Removes all handlers of a name. Returns the listeners that do not listen to the emitter any more, in no
    /// particular order.
    pub fn remove_list(&mut self, emitter: EmitterId, name: NameId) -> Vec<EmitterId> {
        let Some((listeners, is_unused)) = self
            .emitter_mut(emitter)
            .and_then(|emitter| emitter.remove_list(name))
        else {
            return Vec::new();
        };
        if is_unused {
            self.names.unuse(name);
        }
        listeners
    }

    /// Removes all handlers of an emitter.
    pub fn clear(&mut self, emitter: EmitterId) {
        let Some((page, index)) = place(emitter) else {
            return;
        };
        if let Some(emitter) = self
            .pages
            .get_mut(page)
            .and_then(|page| page.get_mut(index))
        {
            emitter.clear(|name| self.names.unuse(name));
        }
    }

    /// The handlers of a name, in the order they are called.
    pub fn list(&self, emitter: EmitterId, name: NameId) -> impl Iterator<Item = Slot> + '_ {
        self.emitter(emitter)
            .into_iter()
            .flat_map(move |emitter| emitter.list(name))
    }

    fn knows(&self, id: EmitterId) -> bool {
        place(id).is_some_and(|(page, _)| self.pages.contains(page))
    }

    fn emitter(&self, id: EmitterId) -> Option<&Emitter> {
        let (page, index) = place(id)?;
        self.pages.get(page)?.get(index)
    }

    fn emitter_mut(&mut self, id: EmitterId) -> Option<&mut Emitter> {
        let (page, index) = place(id)?;
        self.pages.get_mut(page)?.get_mut(index)
    }
}

impl Default for Bus {
    fn default() -> Self {
        Self::new()
    }
}

/// An emitter's page, and its place there. The numbers of page 0 are not in use, so that 0 can mean "none".
fn place(EmitterId(id): EmitterId) -> Option<(usize, usize)> {
    let page = (id / PAGE).checked_sub(1)?;
    Some((page as usize, (id % PAGE) as usize))
}
