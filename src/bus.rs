//! The registry of the bus, for `js/events.js`: one for each wasm instance, shared by all its Apps.
//!
//! JavaScript keeps functions, contexts and objects, and compares them; `remote_refresh_core::bus` knows which handlers there
//! are, in which order, who listens to whom, and what each removal ends. Only numbers cross, and the text of each name once:
//!
//! | number | names | comes from |
//! |---|---|---|
//! | emitter | an object that has handlers or listens | [`bus_open_page`] |
//! | name | the name of an event | [`bus_intern`] |
//! | slot | a handler within its emitter | [`bus_add`] |
//!
//! Numbers that are not in use are ignored. No function calls JavaScript while the registry is borrowed.

use std::cell::RefCell;

use remote_refresh_core::bus::{Bus, EmitterId, Ended, NameId, Slot, MANY_HANDLERS};
use wasm_bindgen::prelude::*;

use crate::inspect::{plain, BusState, ListState};

thread_local! {
    static BUS: RefCell<Bus> = const { RefCell::new(Bus::new()) };
}

fn bus<R>(act: impl FnOnce(&mut Bus) -> R) -> R {
    BUS.with_borrow_mut(act)
}

/// What ended with a handler that was removed.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// There was no such handler.
    Nothing,
    /// The handler alone.
    Handler,
    /// The list too: it was the last handler of its name.
    List,
    /// The relation too: its listener has no other handler at this emitter.
    Relation,
    /// All three.
    ListAndRelation,
}

impl From<Option<Ended>> for Removed {
    fn from(ended: Option<Ended>) -> Self {
        match ended.map(|ended| (ended.list, ended.relation)) {
            None => Removed::Nothing,
            Some((false, false)) => Removed::Handler,
            Some((true, false)) => Removed::List,
            Some((false, true)) => Removed::Relation,
            Some((true, true)) => Removed::ListAndRelation,
        }
    }
}

/// How many emitters a page has: [`bus_open_page`] returns the number of the first, the others' follow.
#[wasm_bindgen(js_name = busPageSize)]
#[must_use]
pub fn bus_page_size() -> u32 {
    remote_refresh_core::bus::PAGE
}

/// Makes a page of emitters. Returns the number of the first; none is 0.
#[wasm_bindgen(js_name = busOpenPage)]
#[must_use]
pub fn bus_open_page() -> u32 {
    bus(|bus| bus.open_page().0)
}

/// Frees a page all of whose emitters were collected. `first` is what [`bus_open_page`] returned.
#[wasm_bindgen(js_name = busReleasePage)]
pub fn bus_release_page(first: u32) {
    bus(|bus| bus.release_page(EmitterId(first)));
}

/// A number for a name that has none. The text is for the inspector and for warnings only.
#[wasm_bindgen(js_name = busIntern)]
#[must_use]
pub fn bus_intern(text: &str) -> u32 {
    bus(|bus| bus.intern(text).0)
}

/// Gives the number of a name back, unless it is in use. Returns whether it is free now.
#[wasm_bindgen(js_name = busForget)]
#[must_use]
pub fn bus_forget(name: u32) -> bool {
    bus(|bus| bus.forget(NameId(name)))
}

/// Adds a handler at the end of the list of a name. `listener` is the number of the object that called `listenTo`, 0 for `on`.
/// Returns the handler's slot; if a number is not in use, 0 and nothing is added. Warns of a likely leak: see [`MANY_HANDLERS`].
#[wasm_bindgen(js_name = busAdd)]
#[must_use]
pub fn bus_add(emitter: u32, name: u32, listener: u32) -> u32 {
    let listener = Some(EmitterId(listener)).filter(|id| id.0 != 0);
    let Some(added) = bus(|bus| bus.add(EmitterId(emitter), NameId(name), listener)) else {
        return 0;
    };
    if added.is_suspect {
        warn_of_many(NameId(name));
    }
    added.slot.0
}

/// Removes the handler in a slot. Returns what ended with it.
#[wasm_bindgen(js_name = busRemove)]
#[must_use]
pub fn bus_remove(emitter: u32, slot: u32) -> Removed {
    bus(|bus| bus.remove(EmitterId(emitter), Slot(slot))).into()
}

/// Removes all handlers of a name. Returns the numbers of the listeners that have no other handler at this emitter;
/// `undefined` if there are none.
#[wasm_bindgen(js_name = busRemoveList)]
#[must_use]
pub fn bus_remove_list(emitter: u32, name: u32) -> Option<Vec<u32>> {
    let listeners = bus(|bus| bus.remove_list(EmitterId(emitter), NameId(name)));
    (!listeners.is_empty()).then(|| listeners.into_iter().map(|id| id.0).collect())
}

/// Removes all handlers of an emitter.
#[wasm_bindgen(js_name = busClear)]
pub fn bus_clear(emitter: u32) {
    bus(|bus| bus.clear(EmitterId(emitter)));
}

/// The slots of a name's handlers, in the order they are called.
#[wasm_bindgen(js_name = busList)]
#[must_use]
pub fn bus_list(emitter: u32, name: u32) -> Vec<u32> {
    bus(|bus| {
        let slots = bus.list(EmitterId(emitter), NameId(name));
        slots.map(|slot| slot.0).collect()
    })
}

// For the inspector
// -----------------

/// The lists of an emitter, those with the most handlers first: an array of [`ListState`].
#[wasm_bindgen(js_name = busInspectEmitter)]
#[must_use]
pub fn bus_inspect_emitter(emitter: u32) -> JsValue {
    let found = bus(|bus| bus.inspect_emitter(EmitterId(emitter)));
    let list = |list| ListState::new(emitter, list);
    plain(&found.names.into_iter().map(list).collect::<Vec<_>>())
}

/// All emitters together, and at most `most` of the longest lists: a [`BusState`].
#[wasm_bindgen(js_name = busInspect)]
#[must_use]
pub fn bus_inspect(most: u32) -> JsValue {
    let found = bus(|bus| bus.inspect(most as usize));
    plain(&BusState::from(found))
}

// Warnings
// --------

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, catch)]
    fn warn(message: &str) -> Result<(), JsValue>;
}

const _: () = assert!(MANY_HANDLERS == 500, "the warning names the number");

/// Once for each list. What `console.warn` throws, where an app has replaced it, must not end `on`.
fn warn_of_many(name: NameId) {
    let name = bus(|bus| bus.text(name).map(String::from)).unwrap_or_default();
    let message = [
        "remote-refresh (many-handlers): one emitter has more than 500 handlers for '",
        &name,
        "'. Most likely they are added again and again: call `stopListening()` or `off()` when a view is removed. `App.inspect().events` lists who listens.",
    ];
    let _ = warn(&message.concat());
}
