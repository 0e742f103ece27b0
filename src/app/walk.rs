//! What the walk of `js/tree/walk.js` asks: which views a pass visits, and what it means to the entities that they show.

use js_sys::Array;
use remote_refresh_core::app::{App, NewModel, PassId, SingleStep, Snapshot, Visit};
use remote_refresh_core::change::TypeId;
use remote_refresh_core::explain::What;
use remote_refresh_core::refresh::EntityId;
use remote_refresh_core::revision::Revision;
use remote_refresh_core::views::ViewId;
use wasm_bindgen::prelude::*;

use super::Engine;
use crate::browser::milliseconds;
use crate::json::leaf_to_js;

/// What the pass under way means to an entity.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// It will be fetched.
    Fetches,
    /// It is being fetched, or its fetch is pending.
    Joined,
    /// The change does not concern it.
    NotConcerned,
    /// This client wrote the change itself.
    OwnWrite,
}

/// What is to be done for a collection when exactly one record has changed.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Single {
    /// Fetch the collection.
    FetchCollection,
    /// Fetch the member alone.
    FetchMember,
    /// Take the member out.
    RemoveMember,
    /// Nothing.
    Nothing,
}

/// Whose snapshot a pass was opened for.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Nobody's: the view is to show what is true now.
    Nobody,
    /// One that this App gave, with the number of its pass.
    Ours,
    /// Another one that opened a pass before, with the number of that.
    Foreign,
}

/// Whether a model that was never saved can be fetched: `has_own_url` if `url` is its own property or no function, `has_list`
/// if it has a `urlRoot` or a collection.
#[wasm_bindgen(js_name = hasAddress)]
pub fn has_address(has_own_url: bool, has_list: bool) -> bool {
    let model = NewModel {
        has_own_url,
        has_list,
    };
    model.has_address()
}

#[wasm_bindgen]
impl Engine {
    /// Opens a pass, or the one with this number again. Returns its number.
    #[wasm_bindgen(js_name = enterPass)]
    pub fn enter_pass(&self, whose: Whose, pass: u32) -> u32 {
        let revision = Revision(pass);
        let snapshot = match whose {
            Whose::Nobody => None,
            Whose::Ours => Some(Snapshot::OfFeed(revision)),
            Whose::Foreign => Some(Snapshot::Foreign(revision)),
        };
        self.0.app.borrow_mut().enter_pass(snapshot).0
    }

    /// Closes the pass that was opened last. What the outermost one has gathered is fetched.
    #[wasm_bindgen(js_name = leavePass)]
    pub fn leave_pass(&self) {
        self.0.app.borrow_mut().leave_pass();
        self.0.carry_out_after_pass();
    }

    /// Whether a slice that began at `began`, by `performance.now()`, has taken long enough: the rest of the walk is for a
    /// later task.
    #[wasm_bindgen(js_name = isSliceOver)]
    pub fn is_slice_over(&self, began: f64) -> bool {
        App::slice_is_over(began, milliseconds())
    }

    /// Leaves the pass that was opened last, with some of its walk left to do. Returns its name for `resumePass`.
    #[wasm_bindgen(js_name = suspendPass)]
    pub fn suspend_pass(&self) -> u32 {
        let pass = self.0.app.borrow_mut().suspend_pass();
        self.0.carry_out_after_pass();
        pass.0
    }

    /// Enters a suspended pass again. `false`: the rest of its walk is to be dropped.
    #[wasm_bindgen(js_name = resumePass)]
    pub fn resume_pass(&self, pass: u32) -> bool {
        let goes_on = self.0.app.borrow_mut().resume_pass(PassId(pass));
        if !goes_on {
            self.0.carry_out_all();
        }
        goes_on
    }

    /// Whether to call this view's `remoteRefresh` in the pass under way.
    #[wasm_bindgen(js_name = visitHook)]
    pub fn visit_hook(&self, view: u32) -> bool {
        self.0.app.borrow_mut().visit_hook(ViewId(view))
    }

    /// Whether to refresh what this view shows in the pass under way.
    #[wasm_bindgen(js_name = visitWalk)]
    pub fn visit_walk(&self, view: u32) -> bool {
        self.0.app.borrow_mut().visit_walk(ViewId(view))
    }

    /// Both questions in one, for a view without a `remoteRefresh`.
    pub fn visit(&self, view: u32) -> bool {
        let mut app = self.0.app.borrow_mut();
        app.visit_hook(ViewId(view)) && app.visit_walk(ViewId(view))
    }

    /// The number of a type of model, for the other calls; `undefined` when there are too many to tell apart.
    #[wasm_bindgen(js_name = typeNumber)]
    pub fn type_number(&self, name: &str) -> Option<u32> {
        let mut app = self.0.app.borrow_mut();
        app.type_id(name).map(|kind| kind.0)
    }

    /// Whether the pass under way concerns entities of this type.
    pub fn concerns(&self, kind: u32) -> bool {
        self.0.app.borrow().concerns(Some(TypeId(kind)))
    }

    /// What the pass under way means to an entity of this type that a view shows.
    #[wasm_bindgen(js_name = visitEntity)]
    pub fn visit_entity(&self, view: u32, entity: u32, kind: Option<u32>) -> Meaning {
        let kind = kind.map(TypeId);
        let visit = self.0.app.borrow_mut().visit_entity(EntityId(entity), kind);
        if visit == Visit::Joined {
            self.0
                .note(|| What::Joined, Some(ViewId(view)), Some(EntityId(entity)));
        }
        match visit {
            Visit::Fetches => Meaning::Fetches,
            Visit::Joined => Meaning::Joined,
            Visit::NotConcerned => Meaning::NotConcerned,
            Visit::OwnWrite => Meaning::OwnWrite,
        }
    }

    /// An entity of this type is displayed: it is fetched if it was requested before a change that concerns it was seen.
    #[wasm_bindgen(js_name = reviewEntity)]
    pub fn review_entity(&self, entity: u32, kind: Option<u32>) {
        let kind = kind.map(TypeId);
        let mut app = self.0.app.borrow_mut();
        app.review_entity(EntityId(entity), kind);
    }

    /// The id of the one record that the pass under way is about, as an array with it alone, if it is of this type and that is all
    /// there is to do for the collection.
    #[wasm_bindgen(js_name = singleRecord)]
    pub fn single_record(&self, collection: u32, kind: u32) -> Option<Array> {
        let app = self.0.app.borrow();
        let record = app.single_record(EntityId(collection), TypeId(kind))?;
        Some(Array::of1(&leaf_to_js(Some(record))))
    }

    /// What is to be done for the collection of which `singleRecord` named a record: whether the collection holds it, and
    /// whether that member can be fetched.
    #[wasm_bindgen(js_name = singleStep)]
    pub fn single_step(
        &self,
        collection: u32,
        kind: u32,
        is_member: bool,
        can_fetch: bool,
    ) -> Single {
        let mut app = self.0.app.borrow_mut();
        match app.single_step(EntityId(collection), TypeId(kind), is_member, can_fetch) {
            SingleStep::FetchCollection => Single::FetchCollection,
            SingleStep::FetchMember => Single::FetchMember,
            SingleStep::RemoveMember => Single::RemoveMember,
            SingleStep::Nothing => Single::Nothing,
        }
    }
}
