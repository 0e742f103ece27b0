//! `App.explain`: steps are noted once somebody has asked, and given as plain objects.

use remote_refresh_core::explain::{Explain, Step, What};
use remote_refresh_core::refresh::EntityId;
use remote_refresh_core::views::ViewId;
use wasm_bindgen::prelude::*;

use super::{Engine, Inner};
use crate::browser::milliseconds;
use crate::inspect::{plain, ExplainedStep};

#[wasm_bindgen]
impl Engine {
    /// Notes steps from now on.
    #[wasm_bindgen(js_name = startExplaining)]
    pub fn start_explaining(&self) {
        self.0.explain.borrow_mut().get_or_insert_default();
    }

    /// An event of this name was triggered, about these, with this reason or error code. Returns the step's number, if steps are
    /// noted.
    #[wasm_bindgen(js_name = noteEvent)]
    pub fn note_event(
        &self,
        name: String,
        view: Option<u32>,
        entity: Option<u32>,
        reason: Option<String>,
    ) -> Option<u32> {
        let what = || What::Event { name, reason };
        self.0.note(what, view.map(ViewId), entity.map(EntityId))
    }

    /// The steps noted, oldest first: an array of [`ExplainedStep`].
    pub fn explanation(&self) -> JsValue {
        let explain = self.0.explain.borrow();
        let steps = explain.iter().flat_map(Explain::steps);
        let steps: Vec<ExplainedStep<'_>> = steps.map(ExplainedStep::new).collect();
        plain(&steps)
    }
}

impl Inner {
    pub(super) fn note(
        &self,
        what: impl FnOnce() -> What,
        view: Option<ViewId>,
        entity: Option<EntityId>,
    ) -> Option<u32> {
        let mut explain = self.explain.borrow_mut();
        let explain = explain.as_mut()?;
        Some(explain.note(milliseconds(), what(), view, entity))
    }
}

impl<'a> ExplainedStep<'a> {
    fn new(step: &'a Step) -> Self {
        let mut explained = Self {
            number: step.number,
            time: step.time,
            view: step.view.map(|view| view.0),
            entity: step.entity.map(|entity| entity.0),
            ..Self::default()
        };
        match &step.what {
            What::Child { event, key } => {
                explained.what = "change";
                explained.event = Some(event);
                explained.key = Some(key);
            }
            What::Model {
                kind,
                operation,
                id,
            } => {
                explained.what = "change";
                explained.kind = Some(kind);
                explained.operation = Some(operation);
                explained.id = id.as_ref().map(Into::into);
            }
            What::Plan => explained.what = "plan",
            What::Joined => explained.what = "joined",
            What::Event { name, reason } => {
                explained.what = name;
                explained.reason = reason.as_deref();
            }
        }
        explained
    }
}
